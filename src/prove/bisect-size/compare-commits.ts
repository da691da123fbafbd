import type { GrownFile, SizeCause } from '../../core/size-report.ts';
import type { SizedCommit, SizedStep } from './sized-commit.ts';

/** What a built image says of an instruction's layer. */
export interface MeasuredStep {
  readonly bytes: number;
  /** The largest files that it brought, by path. */
  readonly files: ReadonlyMap<string, number>;
}

/** What a built image says of itself, by the places of its commit's steps. */
export interface MeasuredImage {
  readonly bytes: number;
  readonly steps: readonly (MeasuredStep | undefined)[];
}

/** A commit with the image that it, or one that differs from it by copied files only, was built to. */
export interface ComparedCommit {
  readonly sized: SizedCommit;
  readonly measured: MeasuredImage | undefined;
  /** Whether the commit has a file at a path of its context, kept out of the build or not. */
  hasFile(path: string): string | undefined;
}

const shownFiles = 10;

/** Why the image of a commit is of another size than that of the one before. The largest reasons first. */
export function sizeCauses(before: ComparedCommit, after: ComparedCommit): SizeCause[] {
  const causes: SizeCause[] = [];
  if (before.sized.base !== after.sized.base) causes.push(baseCause(before, after));
  const pairs = pairSteps(before.sized.steps, after.sized.steps);
  for (const [was, is] of pairs) {
    const cause = stepCause(was, is, before, after);
    if (cause && cause.bytes !== 0) causes.push(cause);
  }
  return causes.sort((a, b) => Math.abs(b.bytes ?? Number.MAX_VALUE) - Math.abs(a.bytes ?? Number.MAX_VALUE));
}

function baseCause(before: ComparedCommit, after: ComparedCommit): SizeCause {
  const bytes = before.measured && after.measured ? baseBytes(after.measured) - baseBytes(before.measured) : undefined;
  return {
    line: 1,
    instruction: `FROM ${after.sized.base}`,
    why: `the base image was ${before.sized.base}`,
    bytes,
    basis: 'build',
    files: [],
  };
}

function baseBytes({ bytes, steps }: MeasuredImage): number {
  return bytes - steps.reduce((sum, step) => sum + (step?.bytes ?? 0), 0);
}

type Pair = readonly [before: SizedStep | undefined, after: SizedStep | undefined];

/** Instructions that do the same belong together; of the others those of one name, in their order. */
function pairSteps(before: readonly SizedStep[], after: readonly SizedStep[]): Pair[] {
  const left = [...before];
  const take = (fits: (step: SizedStep) => boolean): SizedStep | undefined => {
    const at = left.findIndex(fits);
    return at === -1 ? undefined : left.splice(at, 1)[0];
  };
  const same = after.map((is) => take(({ definition }) => definition === is.definition));
  const pairs = after.map(
    (is, at): Pair => [same[at] ?? take(({ name, how }) => name === is.name && how === is.how), is],
  );
  return [...pairs, ...left.map((was): Pair => [was, undefined])];
}

function stepCause(
  was: SizedStep | undefined,
  is: SizedStep | undefined,
  before: ComparedCommit,
  after: ComparedCommit,
): SizeCause | undefined {
  const step = is ?? was;
  if (step === undefined || (was && is && was.key === is.key)) return undefined;
  const why = reason(was, is);
  const place = { line: step.line, instruction: step.text, why };
  if (was?.how !== 'made' && is?.how !== 'made') {
    const files = fileChanges(was, is, before, after);
    const bytes = (is?.bytes ?? 0) - (was?.bytes ?? 0);
    // The same files put elsewhere, or to another owner.
    return { ...place, why: whyCopied(why, files), bytes, basis: 'files', files: files.slice(0, shownFiles) };
  }
  const [earlier, later] = [measuredOf(was, before), measuredOf(is, after)];
  const known = before.measured !== undefined && after.measured !== undefined;
  return {
    ...place,
    bytes: known ? later.bytes - earlier.bytes : undefined,
    basis: 'build',
    files: known ? grownFiles(earlier, later) : [],
  };
}

function reason(was: SizedStep | undefined, is: SizedStep | undefined): string {
  if (was === undefined) return 'the instruction is new';
  if (is === undefined) return 'the instruction is gone';
  if (was.definition !== is.definition)
    return was.text === is.text ? 'what it works with changed' : `it was «${was.text}»`;
  return is.how === 'copied' ? 'other files are copied' : 'it ran again, on other files';
}

function whyCopied(why: string, files: readonly GrownFile[]): string {
  const [largest] = files;
  if (largest?.why === 'no longer ignored') return 'the ignore file keeps less out';
  if (largest?.why === 'ignored') return 'the ignore file keeps more out';
  return why;
}

function measuredOf(step: SizedStep | undefined, { sized, measured }: ComparedCommit): MeasuredStep {
  const none = { bytes: 0, files: new Map<string, number>() };
  return (step && measured?.steps[sized.steps.indexOf(step)]) ?? none;
}

function fileChanges(
  was: SizedStep | undefined,
  is: SizedStep | undefined,
  before: ComparedCommit,
  after: ComparedCommit,
): GrownFile[] {
  const changes: GrownFile[] = [];
  for (const [path, { id, bytes }] of is?.files ?? []) {
    const known = was?.files.get(path);
    if (known?.id === id) continue;
    if (known) changes.push({ path, bytes: bytes - known.bytes, why: bytes >= known.bytes ? 'grown' : 'shrunk' });
    else changes.push({ path, bytes, why: was && before.hasFile(path) === id ? 'no longer ignored' : 'added' });
  }
  for (const [path, { id, bytes }] of was?.files ?? [])
    if (!is?.files.has(path))
      changes.push({ path, bytes: -bytes, why: is && after.hasFile(path) === id ? 'ignored' : 'removed' });
  return changes.sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes));
}

function grownFiles(earlier: MeasuredStep, later: MeasuredStep): GrownFile[] {
  const changes: GrownFile[] = [];
  for (const [path, bytes] of later.files) {
    const known = earlier.files.get(path);
    if (known === bytes) continue;
    const more = bytes - (known ?? 0);
    changes.push({ path, bytes: more, why: known === undefined ? 'added' : more > 0 ? 'grown' : 'shrunk' });
  }
  return changes.sort((a, b) => Math.abs(b.bytes) - Math.abs(a.bytes)).slice(0, shownFiles);
}
