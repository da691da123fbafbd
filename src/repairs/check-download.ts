import type { Assumption, Fix } from '../core/fix.ts';
import { holdsSecret } from '../core/mask-secrets.ts';
import { isTellingName } from '../core/secret-text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertFlag } from '../dockerfile/edit.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { sizeText } from '../project/context-facts.ts';
import { frontendKnows } from '../project/frontend.ts';
import type { Project } from '../project/project.ts';
import { expandedValue } from '../project/stage-facts.ts';

/** An ADD that downloads a file which nothing verifies. */
export interface UncheckedDownload {
  readonly instruction: CopyInstruction;
  /** The address with its variables expanded; undefined where they are not known, or it is not one that can be asked. */
  readonly url: string | undefined;
}

/** Every ADD of a file from the network that has no checksum; git repositories are named by a commit instead. */
export function uncheckedDownloads(dockerfile: Dockerfile): readonly UncheckedDownload[] {
  return dockerfile.instructionsNamed('ADD').flatMap(({ instruction }) => {
    const { sources, checksum } = instruction;
    if (checksum !== undefined || !sources.some(({ value }) => isFileAddress(value))) return [];
    const [source] = sources;
    const url = sources.length === 1 && source ? expandedValue(dockerfile, instruction, source) : undefined;
    return [
      {
        instruction,
        url: url !== undefined && source && !namesSecret(source.value) && mayBeAsked(url) ? url : undefined,
      },
    ];
  });
}

/** Not a repository, whose address ends with `.git`, perhaps with a branch behind it. */
function isFileAddress(source: string): boolean {
  return /^https?:\/\//i.test(source) && !/\.git(?:#|\?|$)/i.test(source);
}

/** Over https, and of nothing but a host and a path, neither of which is a secret or changes by intent: it is sent, and shown in messages. */
function mayBeAsked(written: string): boolean {
  if (!/^[!-~]{1,2000}$/.test(written) || /[?#@\\]/.test(written) || !URL.canParse(written)) return false;
  const { protocol, host, pathname } = new URL(written);
  return protocol === 'https:' && !holdsSecret(written) && isOfOneVersion(host, pathname);
}

/** A file of a version, by a digit in its path. What an interface or a folder tells is another thing tomorrow. */
function isOfOneVersion(host: string, path: string): boolean {
  return /\d/.test(path.replace(/%../g, '')) && !/\/$|\/api\//.test(path) && !host.startsWith('api.');
}

/** True for `$TOKEN` in the address: its value would be shown. */
function namesSecret(source: string): boolean {
  return [...source.matchAll(/\$\{?(\w+)/g)].some(([, name = '']) => isTellingName(name));
}

/** The addresses that `plimsoll fix --online` asks, each once. */
export function downloadAddresses({ dockerfiles }: Project): readonly string[] {
  return [
    ...new Set(
      dockerfiles.flatMap((dockerfile) =>
        uncheckedDownloads(dockerfile).flatMap(({ url }) => (url === undefined || isMoving(url) ? [] : url)),
      ),
    ),
  ];
}

/** What is there changes by intent: a checksum would stop the next build. */
function isMoving(url: string): boolean {
  return /\/(?:latest|master|main|HEAD|develop|nightly|stable|current|edge|snapshot)(?:[./_-]|$)|[-_.](?:latest|nightly|SNAPSHOT)(?:[./_-]|$)/.test(
    url,
  );
}

/** Has what ADD downloads compared with the checksum of what the address serves today; undefined where it was not asked, or gave no answer. */
export function checkDownload(
  project: Project,
  dockerfile: Dockerfile,
  { instruction, url }: UncheckedDownload,
): Fix | undefined {
  const served = url === undefined ? undefined : project.online?.checksums.get(url);
  if (url === undefined || served === undefined) return undefined;
  const size = sizeText(served.bytes);
  return {
    title: `Compare what ADD downloads with what ${url} serves today: ${size}, sha256:${served.sha256}`,
    changes: {
      edits: [insertFlag(dockerfile, instruction.keyword, `--checksum=sha256:${served.sha256}`)],
    },
    assumptions: [
      frontendKnows(project, dockerfile, 'ADD --checksum'),
      {
        statement: `What ${url} serves today is what is meant.`,
        state: 'unknown',
        question: `Is what the address serves today (${size}) what you want? Compare sha256:${served.sha256} with what its publisher names; from then on the build stops when it serves anything else.`,
      },
      ...namedByArgument(instruction),
    ],
  };
}

/** Another value of a build argument is another file. */
function namedByArgument({ sources: [source] }: CopyInstruction): readonly Assumption[] {
  if (source?.value.includes('$') !== true) return [];
  return [
    {
      statement: 'The variables of the address have the values that the file gives them.',
      state: 'unknown',
      question: 'Does any build give the variables of the address other values? It would stop there.',
    },
  ];
}
