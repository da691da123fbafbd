import { type KeepRegion, putRegions, takeRegions } from './keep-regions.ts';
import type { GeneratedFile } from './observe-plan.ts';
import { digestOf, isSealedElsewhere, readSeal, seal } from './seal.ts';

/**
 * What happens to a file. `same`: it is as it would be written. `changed`: somebody changed it by hand and a new version would differ, so
 * that it is left alone. `kept`: changed by hand, and there is no newer version of it. `yours`: the user's, there already. `stale`: nothing
 * generates it any more.
 */
export type FileAction = 'create' | 'update' | 'same' | 'changed' | 'kept' | 'yours' | 'stale';

export interface PlannedFile {
  /** Below the output directory. */
  readonly path: string;
  readonly action: FileAction;
  /** What is there. */
  readonly before: string | undefined;
  /** What would be, or is, written; undefined for `stale` and `yours`. */
  readonly after: string | undefined;
  /** Why it is left alone, where that is not plain from the action. */
  readonly reason?: string;
}

/** The output directory, as far as the planning needs it. */
export interface OutputDirectory {
  /** The text of a file; undefined where there is none. */
  read(path: string): string | undefined;
  /** The files below `base/`. */
  readonly baseFiles: readonly string[];
}

/** Digests of files that cannot hold one themselves. */
export const digestsPath = 'base/digests.txt';

/** What to do with each generated file, in the order of their paths. */
export function planFiles(
  generated: readonly GeneratedFile[],
  directory: OutputDirectory,
  options: { readonly force: boolean },
): PlannedFile[] {
  const known = readDigests(directory.read(digestsPath) ?? '');
  const planned = generated.map((file) =>
    file.owner === 'overlay' ? planOverlay(file, directory) : planBase(file, directory, known, options.force),
  );
  const paths = new Set([...generated.map(({ path }) => path), digestsPath]);
  const stale = directory.baseFiles
    .filter((path) => !paths.has(path))
    .flatMap((path): PlannedFile[] => {
      const before = directory.read(path);
      const isOurs = before !== undefined && readSeal(before, known.get(path)).written !== undefined;
      return isOurs ? [{ path, action: 'stale', before, after: undefined }] : [];
    });
  const digests = planDigests(generated, planned, directory, known);
  return [...planned, ...stale, ...digests].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function planOverlay({ path, text }: GeneratedFile, directory: OutputDirectory): PlannedFile {
  const before = directory.read(path);
  if (before === undefined) return { path, action: 'create', before, after: text };
  return { path, action: 'yours', before, after: undefined };
}

function planBase(
  { path, text }: GeneratedFile,
  directory: OutputDirectory,
  known: ReadonlyMap<string, string>,
  force: boolean,
): PlannedFile {
  const before = directory.read(path);
  if (before === undefined) return { path, action: 'create', before, after: seal(path, text) };
  const there = readSeal(before, known.get(path));
  const regions = takeRegions(there.text.replace(/\r\n/g, '\n'));
  const { text: merged, lost } = putRegions(seal(path, text), regions);
  const after = before.includes('\r\n') ? merged.replace(/\n/g, '\r\n') : merged;
  if (before === after) return { path, action: 'same', before, after };
  const reason = regions.broken ? 'a mark «plimsoll:keep» or «plimsoll:end» has no counterpart' : lostReason(lost);
  if (force || (there.intact && reason === undefined)) return { path, action: 'update', before, after };
  // The version that the user changed is the one that would be written again.
  if (reason === undefined && there.written === digestOf(text)) return { path, action: 'kept', before, after };
  return { path, action: 'changed', before, after, ...(reason !== undefined && { reason }) };
}

function lostReason(lost: readonly KeepRegion[]): string | undefined {
  const [first] = lost;
  if (!first) return undefined;
  return `the new version has no place for your region${first.name === '' ? '' : ` «${first.name}»`}`;
}

const digestsHead = `# Digests of the generated files that can hold no comment, by which plimsoll observe tells whether they were changed by hand.
`;

function readDigests(text: string): ReadonlyMap<string, string> {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{24}) {2}(\S.{0,300})$/gm)].map(([, digest = '', path = '']) => [path, digest]),
  );
}

function planDigests(
  generated: readonly GeneratedFile[],
  planned: readonly PlannedFile[],
  directory: OutputDirectory,
  known: ReadonlyMap<string, string>,
): PlannedFile[] {
  const files = generated.filter(({ path, owner }) => owner === 'base' && isSealedElsewhere(path));
  const before = directory.read(digestsPath);
  if (files.length === 0 && before === undefined) return [];
  const left = new Set(planned.filter(({ action }) => action === 'changed').map(({ path }) => path));
  const digests = new Map(known);
  for (const { path, text } of files) if (!left.has(path)) digests.set(path, digestOf(text));
  const lines = [...digests]
    .filter(([path]) => files.some((file) => file.path === path) || directory.read(path) !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`);
  const after = `${digestsHead}${lines.join('')}`;
  const action = before === undefined ? 'create' : before === after ? 'same' : 'update';
  return [{ path: digestsPath, action, before, after }];
}
