import { type PlannedFile, planSealedFile } from '../core/planned-file.ts';
import { digestOf, isSealedElsewhere, readSeal } from '../core/seal.ts';
import type { GeneratedFile } from './observe-plan.ts';

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
    file.owner === 'overlay'
      ? planOverlay(file, directory)
      : planSealedFile(file, directory.read(file.path), { known: known.get(file.path), force: options.force }),
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
