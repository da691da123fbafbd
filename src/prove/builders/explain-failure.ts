import { printable } from '../../core/printable.ts';
import type { FailedBuild } from '../build.ts';
import type { ProgressResult } from './progress.ts';
import type { ClientEnd } from './run-client.ts';

/** What is known of a build that gave no image. */
export interface Ending {
  /** For people: `Docker Engine 20.10.24 (BuildKit)`. */
  readonly builder: string;
  readonly end: ClientEnd;
  readonly progress: ProgressResult;
  /** Whether the builder answered when it was asked after the build. */
  readonly answers: boolean;
  readonly timeoutSeconds: number;
  readonly logFile: string;
  /** Hides values of secrets and arguments. */
  hide(text: string): string;
}

const diskFull = /no space left on device|disk quota exceeded|\bENOSPC\b/i;

/** What a registry or a host that cannot be reached looks like in an error of Go's network packages. */
const unreachable =
  /dial tcp|connection refused|no such host|i\/o timeout|TLS handshake|server misbehaving|network is unreachable|no route to host|x509: |context deadline exceeded|connection reset|pinging container registry|unexpected status[^:]*: 5\d\d|\b50[0-4] (?:Internal|Bad|Service|Gateway)/i;

const engineGone =
  /Cannot connect to the Docker daemon|error during connect|code = Unavailable|transport is closing|error reading from server|listing workers|failed to dial|no active sessions?|context canceled|broken pipe|unexpected EOF|^EOF$/i;

/** A step that was not started, because the builder could not make a network for it (CNI's plug-ins, netavark, BuildKit's bridge). */
const noNetwork =
  /plugin type="[\w-]+" failed|\bCNI network\b|\bnetavark\b|could not create network|failed to set ?up container networking/i;

/** Says how a build ended, in one sentence. */
export function explainFailure(ending: Ending): FailedBuild {
  const { end, progress, logFile } = ending;
  const step = progress.failed ?? progress.last;
  const [why, text] = explain(ending);
  const message = printable(ending.hide(text)).slice(0, longestMessage);
  const hidden = step && { ...step, name: ending.hide(step.name), ...hiddenInstruction(step.instruction, ending) };
  return { why, message, step: hidden, logFile, seconds: end.seconds };
}

const longestMessage = 1000;

function hiddenInstruction(instruction: string | undefined, { hide }: Ending) {
  return instruction === undefined ? {} : { instruction: hide(instruction) };
}

function explain({ builder, end, progress, answers, timeoutSeconds }: Ending): [FailedBuild['why'], string] {
  const { last, failed, tail } = progress;
  const error = plainError(progress.error);
  const at = last === undefined ? '' : `, at «${shortened(last.instruction ?? last.name)}»`;
  if (end.how === 'timeout') return ['timeout', `The build took longer than ${timeoutSeconds} s and was ended${at}.`];
  if (end.how === 'cancelled') return ['cancelled', `The build was interrupted${at}.`];
  if (end.how === 'missing') return ['system', `${builder} could not be started: ${end.why ?? 'no reason'}.`];
  const full = [error, ...tail].findLast((line) => diskFull.test(line));
  if (full !== undefined) return ['system', `The disk of ${builder} is full${at}: ${shortened(full)}.`];
  const ran = failed !== undefined && /^RUN\b/i.test(failed.instruction ?? '');
  if (!answers)
    return ['system', `${builder} stopped answering during the build${at}: ${shortened(error) || 'no reason'}.`];
  if (!ran && unreachable.test(error))
    return ['unreachable', `What the build needs cannot be reached${at}: ${shortened(error)}.`];
  const code = exitCode(error);
  if (ran && code === undefined && noNetwork.test(error))
    return [
      'system',
      `${builder} cannot make a network for a step${at}: ${shortened(error)}. --network host does without.`,
    ];
  if (failed?.instruction !== undefined) {
    const how =
      code === undefined
        ? ''
        : ` with exit code ${code}${code === '137' ? ' (killed: is there too little memory?)' : ''}`;
    const said = ran && code !== undefined ? (tail.at(-1) ?? '') : error;
    return ['failed', `«${shortened(failed.instruction)}» failed${how}${said === '' ? '' : `: ${shortened(said)}`}.`];
  }
  if (code === undefined && engineGone.test(error))
    return ['system', `${builder} broke off the build${at}: ${shortened(error)}.`];
  const reason = error || (end.why === undefined ? `exit code ${end.code}` : `ended by ${end.why}`);
  return ['failed', `The build failed${at}: ${shortened(reason)}.`];
}

/** `exit code: 3` (BuildKit), `a non-zero code: 3` (Docker's classic builder), `exit status 3` (Buildah). */
function exitCode(error: string): string | undefined {
  return /(?:exit code: |non-zero code: |exit status )(\d+)/.exec(error)?.[1];
}

/** What BuildKit says of a source that is not there, with the directory in which it looked on its own machine, or the number of its snapshot. */
const missingSource =
  /^(?:failed to compute cache key: )?(?:failed to walk \S*\/buildkit-mount\d+\/(\S+): lstat \S+: no such file or directory|failed to calculate checksum of ref \S+: "\/?([^"]+)": not found)/;

/** Without what builders put before an error. */
function plainError(error: string): string {
  const prefix =
    /^(?:error: |error response from daemon: |failed to build: |failed to solve(?: with frontend [\w.-]+)?: |failed to create LLB definition: |rpc error: code = \w+ desc = |(?:error )?building at STEP "(?:[^"\\]|\\.)*": )+/i;
  // Buildah shows its own data of an instruction that it does not know.
  return error
    .trim()
    .replace(prefix, '')
    .replace(/ &imagebuilder\.Step\{.*/s, '')
    .replace(
      missingSource,
      (_, walked: string | undefined, named: string | undefined) => `there is no ${walked ?? named}`,
    )
    .replace(/\.$/, '');
}

function shortened(text: string): string {
  const line = text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[.?!:]+$/, '');
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
