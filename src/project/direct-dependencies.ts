import path from 'node:path';
import type { InstalledPackage } from '../ecosystems/installed-package.ts';
import type { FileSystemView, ImageAnalysis } from '../image/image-analysis.ts';

/** More packages than this are not led back. */
const packagesAtMost = 20_000;

/** Tells which of its direct dependencies bring an application a package: itself where it is one. Empty where that is not sure. */
export type DirectDependencies = (of: InstalledPackage) => readonly string[];

/** Leads packages of npm and Python back to what the application names itself, by what packages require and where they lie. */
export function directDependencies({ packages, files }: Pick<ImageAnalysis, 'packages' | 'files'>): DirectDependencies {
  const led = packages.filter(({ kind }) => kind === 'npm' || kind === 'pypi').slice(0, packagesAtMost);
  const byPlace = new Map(led.map((each) => [placeOf(each), each]));
  const parents = new Map<InstalledPackage, InstalledPackage[]>();
  for (const each of led)
    for (const name of each.requires ?? []) {
      const found = required(each, name, byPlace, files);
      if (!found || found === each) continue;
      const known = parents.get(found);
      if (known) known.push(each);
      else parents.set(found, [each]);
    }
  return (of) => {
    const start = byPlace.get(placeOf(of));
    return start ? directOnes(start, parents, files) : [];
  };
}

function directOnes(
  start: InstalledPackage,
  parents: ReadonlyMap<InstalledPackage, readonly InstalledPackage[]>,
  files: FileSystemView,
): readonly string[] {
  const seen = new Set([start]);
  const direct = new Set<string>();
  // What is added while it is gone through is gone through, too.
  for (const each of seen) {
    const above = parents.get(each) ?? [];
    if (isDirect(each, above, files)) direct.add(each.name);
    else for (const parent of above) seen.add(parent);
  }
  const global = direct.size === 0 ? globalPackage(start.path) : undefined;
  return global === undefined ? [...direct].sort() : [global];
}

/** Named by an application's own manifest, or, as PEP 627 has it, installed because somebody asked for it (https://peps.python.org/pep-0627/). */
function isDirect({ kind, path: file }: InstalledPackage, above: readonly InstalledPackage[], files: FileSystemView) {
  return kind === 'pypi'
    ? files.find(`${path.posix.dirname(file)}/REQUESTED`) !== undefined
    : above.some((parent) => !parent.path.includes('node_modules/'));
}

/** `npm install --global` puts packages into `{prefix}/lib/node_modules` (https://docs.npmjs.com/cli/v11/configuring-npm/folders), each with all it needs inside. */
function globalPackage(file: string): string | undefined {
  const at = file.indexOf('lib/node_modules/');
  if (at === -1 || (at > 0 && file[at - 1] !== '/') || file.slice(0, at).includes('node_modules/')) return undefined;
  const [first = '', second] = file.slice(at + 'lib/node_modules/'.length).split('/');
  if (first.startsWith('.')) return undefined;
  return first.startsWith('@') ? `${first}/${second}` : first;
}

/** By what a package is found: npm's by its folder, Python's by its folder of packages and its name as PyPI compares it. */
function placeOf({ kind, name, path: file }: InstalledPackage): string {
  const folder = path.posix.dirname(file);
  return kind === 'pypi' ? pythonPlace(path.posix.dirname(folder), name) : folder;
}

/** https://packaging.python.org/en/latest/specifications/name-normalization/ */
function pythonPlace(folder: string, name: string): string {
  return `${folder}:${name.toLowerCase().replace(/[-_.]+/g, '-')}`;
}

/** What a package gets when it asks for a name: of Node.js the nearest (https://nodejs.org/api/modules.html#loading-from-node_modules-folders). */
function required(
  { kind, path: file }: InstalledPackage,
  name: string,
  byPlace: ReadonlyMap<string, InstalledPackage>,
  files: FileSystemView,
): InstalledPackage | undefined {
  const own = path.posix.dirname(file);
  if (kind === 'pypi') return byPlace.get(pythonPlace(path.posix.dirname(own), name));
  for (let folder = own, depth = 0; depth < 100; folder = path.posix.dirname(folder), depth += 1) {
    if (path.posix.basename(folder) !== 'node_modules') {
      const place = path.posix.join(folder, 'node_modules', name);
      const found = byPlace.get(place) ?? byPlace.get(linked(place, files) ?? '');
      if (found) return found;
    }
    if (folder === '.' || folder === '/') return undefined;
  }
  return undefined;
}

/** Where a link leads, as pnpm lays its trees out; one step. */
function linked(place: string, files: FileSystemView): string | undefined {
  const file = files.find(place);
  if (file?.kind !== 'symlink' || file.target === undefined || file.target.startsWith('/')) return undefined;
  return path.posix.join(path.posix.dirname(place), file.target);
}
