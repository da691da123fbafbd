import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { Candidate } from '../fix/candidate.ts';
import type { Project } from '../project/project.ts';
import type { NamedFix, Proof, ProofOptions, RepairWith } from '../prove/proof.ts';
import { prove } from '../prove/prove.ts';
import { type Subject, subjectsOf } from '../prove/subjects.ts';
import { askedBuild } from './asked-build.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { evidenceDirectory, refuseElsewhere } from './evidence-files.ts';
import type { FixSession } from './fix-session.ts';
import { onInterruption } from './interruption.ts';
import { repairsOf } from './named-fixes.ts';
import { progressOn } from './progress.ts';
import { openTools } from './prove-tools.ts';

/** What came of all images of a project. */
export interface ProvedProject {
  readonly proofs: readonly Proof[];
  /** Absolute path of the project. */
  readonly root: string;
  /** All fixes that were to be proved, or are of no image. */
  readonly fixes: readonly NamedFix[];
  /** Keys of fixes that some proof withdrew. */
  readonly withdrawn: ReadonlySet<string>;
  readonly exitCode: number;
}

/** Logs of builds are kept there, below the project. */
const logDirectory = '.plimsoll/logs';

/** Builds that a search may take beside those of the proof. */
const mostBuildsByDefault = 16;
const timeoutByDefault = 1800;

/**
 * Proves the repair of each image that was asked for, one after the other: what one withdraws the next does not have.
 * @param takes fixes with a question that are proved though `--review` was not given
 * @throws UserError where nothing can be built, or there is no builder
 */
export async function proveProject(
  session: FixSession,
  parsed: ParsedArguments,
  terminal: Terminal,
  takes: (candidate: Candidate) => boolean,
): Promise<ProvedProject> {
  const { project, target } = session;
  if (target.kind === 'bytes')
    throw new UserError('standard input cannot be built: its build context is not known', {
      remedy: 'Pass the path of the Dockerfile, or of its directory.',
    });
  const subjects = subjectsOf(project, {
    images: parsed.values('image'),
    dockerfiles: parsed.values('dockerfile').map((file) => fromRoot(file, terminal.cwd, project.root)),
    settings: askedBuild(parsed, terminal.cwd),
  });
  if (subjects.length === 0) throw nothingToBuild(project);
  // Known before hours of building.
  for (const directory of [logDirectory, evidenceDirectory]) refuseElsewhere(project.root, directory);
  const timeoutSeconds = countFrom(parsed, 'timeout', timeoutByDefault);
  const mostBuilds = countFrom(parsed, 'most-builds', mostBuildsByDefault);
  const progress = progressOn(terminal, parsed.has('quiet'));
  const interruption = onInterruption(terminal, progress.end);
  try {
    const repair = repairsOf(session, takes);
    const { fixes } = await repair();
    const tools = await openTools(session, parsed, terminal, progress, interruption.signal).catch((error: unknown) => {
      if (interruption.signal.aborted) return undefined;
      throw error;
    });
    if (tools === undefined) return { proofs: [], root: project.root, fixes, withdrawn: new Set(), exitCode: 130 };
    try {
      const options: ProofOptions = {
        project,
        signal: interruption.signal,
        timeoutSeconds,
        mostBuilds,
        logs: path.join(project.root, logDirectory),
        keepImages: parsed.has('keep-images'),
        onStep: (what, step) => progress.step(printable(step === undefined ? what : `${what}  ${step}`)),
      };
      const proved = await proveAll(subjects, repair, (subject, rest) => prove(subject, rest, tools, options));
      return { ...proved, root: project.root, fixes, exitCode: exitCodeFor(proved.proofs, parsed) };
    } finally {
      progress.end();
      await tools.close();
    }
  } finally {
    progress.end();
    interruption.end();
  }
}

/** With what is wrong with the first file that cannot be read or built, if there is one. */
function nothingToBuild({ problems, dockerfiles }: Project): UserError {
  const what = 'there is no image to build here';
  const refused = dockerfiles.flatMap(({ path: file, rejections }) =>
    rejections.map(({ message }) => ({
      path: file,
      message: `BuildKit refuses it: ${message}`,
      remedy: 'Mend that first.',
    })),
  );
  const [first] = [...problems, ...refused];
  return first === undefined
    ? new UserError(what, { remedy: 'Pass the directory of a Dockerfile, or name it with --dockerfile.' })
    : new UserError(`${what}: ${printable(first.message)}`, { where: printable(first.path), remedy: first.remedy });
}

/** What the proof of one image withdraws is not in that of the next; those before it are proved again where that changed what they are built from. */
async function proveAll(
  subjects: readonly Subject[],
  repair: RepairWith,
  proveOne: (subject: Subject, repair: RepairWith) => Promise<Proof>,
): Promise<Pick<ProvedProject, 'proofs' | 'withdrawn'>> {
  const withdrawn = new Set<string>();
  const withoutWithdrawn: RepairWith = async (choice) => {
    if (withdrawn.size === 0) return repair(choice);
    if (choice && 'only' in choice)
      return repair({ only: new Set([...choice.only].filter((key) => !withdrawn.has(key))) });
    // What may be made in the place of a withdrawn fix is tried with the image whose proof withdrew it, and with none before.
    const without = choice?.without ?? new Set();
    const wanted = (await repair()).fixes.flatMap(({ key }) => (withdrawn.has(key) || without.has(key) ? [] : [key]));
    return repair({ only: new Set(wanted) });
  };
  const proofs = new Map<Subject, Proof>();
  for (let again: readonly Subject[] = subjects; again.length > 0; ) {
    for (const subject of again) {
      const proof = await proveOne(subject, withoutWithdrawn);
      const earlier = proofs.get(subject)?.withdrawn ?? [];
      proofs.set(subject, { ...proof, withdrawn: [...earlier, ...proof.withdrawn] });
      for (const { key } of proof.withdrawn) withdrawn.add(key);
      if (proof.ended === 'cancelled' || proof.ended === 'system') return { proofs: [...proofs.values()], withdrawn };
    }
    again = subjects.filter((subject) => proofs.get(subject)?.passing.some(({ key }) => withdrawn.has(key)));
  }
  return { proofs: [...proofs.values()], withdrawn };
}

/** 0 proved or nothing to prove, 1 something failed or was withdrawn, 3 a needed system failed, 130 interrupted. */
function exitCodeFor(proofs: readonly Proof[], parsed: ParsedArguments): number {
  if (proofs.some(({ ended }) => ended === 'cancelled')) return 130;
  if (proofs.some(({ ended }) => ended === 'system')) return exitCodes.system;
  const isGood = ({ verdict, withdrawn, ended }: Proof) =>
    withdrawn.length === 0 &&
    (verdict === 'proved' ||
      verdict === 'nothing to prove' ||
      (verdict === 'unproved' && ended === undefined && parsed.has('no-run')));
  return proofs.every(isGood) ? exitCodes.clean : exitCodes.findings;
}

function fromRoot(file: string, cwd: string, root: string): string {
  const direct = path.relative(root, path.resolve(cwd, file)).split(path.sep).join('/');
  // Most people name it as it lies in the project.
  return direct.startsWith('../') ? path.posix.normalize(file) : direct;
}
