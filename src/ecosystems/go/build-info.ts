import type { InstalledPackage } from '../installed-package.ts';
import { isWord, maximumPackages } from '../internal/installed-text.ts';
import { lines } from '../internal/stanzas.ts';
import { packageUrl } from '../purl.ts';

/** What Go writes into a program: its own version, and lines on modules and the build. */
export interface BuildInfo {
  /** `go1.22.3`; `devel …` for one built from its repository. */
  readonly goVersion: string;
  readonly modules: string;
}

interface Module {
  readonly path: string;
  readonly version: string;
}

/**
 * The main module, its dependencies (the replacement where one has a version; one from a folder keeps the name that it replaces) and the standard
 * library. A program that was built from no module, as Go's own tools, has the standard library alone.
 */
export function goModules(info: BuildInfo, path: string): InstalledPackage[] {
  const found: InstalledPackage[] = [];
  const settings = new Map<string, string>();
  let main: Module | undefined;
  const dependencies: Module[] = [];
  for (const line of lines(info.modules)) {
    const [word, first = '', second = ''] = line.split('\t');
    if (word === 'mod' && isWord(first)) main = { path: first, version: second };
    if (word === 'dep' && isWord(first) && dependencies.length < maximumPackages)
      dependencies.push({ path: first, version: second });
    if (word === '=>' && isWord(second) && second !== '(devel)')
      dependencies.splice(-1, 1, { path: first, version: second });
    const equals = first.indexOf('=');
    if (word === 'build' && equals > 0) settings.set(first.slice(0, equals), first.slice(equals + 1));
  }
  if (main) found.push(goPackage({ ...main, version: mainVersion(main.version, settings) }, path));
  for (const module of dependencies) found.push(goPackage(module, path));
  const standard = /^go(\d[\w.]{0,60})/.exec(info.goVersion)?.[1];
  if (standard !== undefined) found.push(goPackage({ path: 'stdlib', version: standard }, path));
  return found;
}

/** `(devel)` becomes the pseudo-version of its commit where the build tells one (https://go.dev/ref/mod#pseudo-versions). */
function mainVersion(version: string, settings: ReadonlyMap<string, string>): string {
  if (version !== '(devel)' && version !== '') return version;
  const [revision, time] = [settings.get('vcs.revision'), settings.get('vcs.time')];
  const stamp = time?.replace(/\D/g, '').slice(0, 14);
  if (!revision || !/^[0-9a-f]{12,64}$/.test(revision) || stamp?.length !== 14) return '(devel)';
  return `v0.0.0-${stamp}-${revision.slice(0, 12)}`;
}

function goPackage({ path: module, version }: Module, path: string): InstalledPackage {
  const slash = module.lastIndexOf('/');
  return {
    kind: 'golang',
    name: module,
    version: version === '' ? '(devel)' : version,
    purl: packageUrl({
      type: 'golang',
      namespace: slash === -1 ? undefined : module.slice(0, slash),
      name: module.slice(slash + 1),
      version: version === '(devel)' ? undefined : version,
    }),
    licences: [],
    path,
  };
}
