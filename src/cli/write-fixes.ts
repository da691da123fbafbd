import { encodeArtifact } from '../core/artifact.ts';
import { exitCodes } from '../core/errors.ts';
import type { ChangedFile, FixReport } from '../core/fix-report.ts';
import { pathsOf } from '../fix/candidate.ts';
import { type FileToWrite, type WriteFailure, writeFiles } from '../fix/write-files.ts';
import { writtenQuestions } from '../report/written-questions.ts';
import { trackedFiles, uncommittedFiles } from './git-status.ts';
import { linkedPlace } from './linked-place.ts';

export interface WriteOptions {
  /** Write files, too, whose present text git does not have. */
  readonly allowDirty: boolean;
  /** Say the questions of what was written, since nobody was asked them. */
  readonly nameQuestions?: boolean;
  /** For what was done. */
  say(text: string): void;
  /** For what was not, and why. */
  complain(text: string): void;
}

/** Writes the files of a report, those that a fix changes together wholly or not at all; gives the exit code. */
export function writeFixes(
  root: string,
  report: FixReport,
  { allowDirty, nameQuestions, say, complain }: WriteOptions,
): number {
  const sets = setsOf(report);
  const old = report.files.flatMap(({ path, before }) => (before ? [path] : []));
  const dirty = allowDirty ? new Set<string>() : dirtyAmong(root, old);
  const secrets = new Set(
    report.applied.flatMap(({ fix }) =>
      (fix.changes.newFiles ?? []).flatMap(({ path, secret }) => (secret ? path : [])),
    ),
  );
  const tracked = new Set(trackedFiles(root, [...secrets]));
  const isRefused = (set: readonly ChangedFile[]) => set.some(({ path }) => dirty.has(path) || tracked.has(path));
  const refused = sets.filter(isRefused).flatMap((set) => refusalsOf(set, dirty, tracked));
  const { written, failures } = writeFiles(
    root,
    sets
      .filter((set) => !isRefused(set))
      .map((set) =>
        set.map((file) => ({ ...toWrite(file), ...(secrets.has(file.path) && { secret: true as const }) })),
      ),
  );
  for (const path of written) say(`wrote ${path}\n`);
  const places = new Set(written);
  const made = report.applied.filter(({ fix }) => pathsOf(fix).some((path) => places.has(path)));
  say(
    written.length === 0
      ? 'nothing was written\n'
      : `${made.length} ${made.length === 1 ? 'fix' : 'fixes'} in ${written.length} ${written.length === 1 ? 'file' : 'files'}\n`,
  );
  if (nameQuestions) say(writtenQuestions(made));
  for (const { path, reason, remedy } of [...refused, ...failures])
    complain(`plimsoll: ${path}: ${reason}\n  ${remedy}\n`);
  if (failures.length > 0) return exitCodes.system;
  return refused.length > 0 ? exitCodes.usage : exitCodes.clean;
}

/** A link is as dirty as the file that it leads to. */
function dirtyAmong(root: string, paths: readonly string[]): ReadonlySet<string> {
  const places = new Map(paths.map((path) => [path, linkedPlace(root, path)]));
  const dirty = uncommittedFiles(root, [...places.values()]);
  return new Set(paths.filter((path) => dirty.has(places.get(path) ?? path)));
}

function refusalsOf(
  set: readonly ChangedFile[],
  dirty: ReadonlySet<string>,
  tracked: ReadonlySet<string>,
): WriteFailure[] {
  const known = set.filter(({ path }) => tracked.has(path)).map(({ path }) => path);
  if (known.length > 0)
    return set.map(({ path }) => ({
      path,
      reason: `the file was not written, since git tracks ${known.join(', ')}, which is to hold a secret`,
      remedy: 'Take it out of the index first: git rm --cached.',
    }));
  const names = set.filter(({ path }) => dirty.has(path)).map(({ path }) => path);
  return set.map(({ path }) => ({
    path,
    reason: dirty.has(path)
      ? 'the file has changes that are not committed, and was not written'
      : `the file was not written, since ${names.join(', ')} has changes that are not committed`,
    remedy: 'Commit or stash them, or pass --allow-dirty.',
  }));
}

function toWrite({ path, before, after }: ChangedFile): FileToWrite {
  return { path, before: before && encodeArtifact(before), after: encodeArtifact(after) };
}

/** Files by the fixes that they have in common. A secret is not written without what keeps git from taking it. */
function setsOf({ files, applied }: FixReport): ChangedFile[][] {
  const setOf = new Map(files.map((file) => [file.path, new Set([file])]));
  const ignoring = files.flatMap(({ path }) => (/(?:^|\/)\.gitignore$/.test(path) ? path : []));
  for (const { fix } of applied) {
    const holdsSecret = fix.changes.newFiles?.some(({ secret }) => secret) === true;
    const sets = [...pathsOf(fix), ...(holdsSecret ? ignoring : [])].flatMap((path) => setOf.get(path) ?? []);
    const joined = new Set(sets.flatMap((set) => [...set]));
    for (const file of joined) setOf.set(file.path, joined);
  }
  return [...new Set(setOf.values())].map((set) => [...set]);
}
