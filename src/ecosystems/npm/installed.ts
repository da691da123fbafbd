import { isJsonObject, type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord, textOf } from '../internal/installed-text.ts';
import { declaredLicences } from '../licences.ts';
import { packageUrl } from '../purl.ts';
import { isPlugAndPlay, maximumPlugAndPlayBytes, pluggedPackages } from './plug-and-play.ts';

/** A manifest is some kilobytes. */
const maximumBytes = 4 * 1024 * 1024;

/**
 * What npm, yarn and pnpm installed (pnpm below node_modules/.pnpm, yarn without one beside `.pnp.cjs`), and the application's own manifest beside its
 * node_modules.
 */
export const npmCataloguer: Cataloguer = {
  name: 'npm',
  wants: (file) => {
    if (file.path.endsWith('package.json'))
      return file.bytes <= maximumBytes && isInstalled(file.path) ? 'whole' : undefined;
    return isPlugAndPlay(file.path) && file.bytes <= maximumPlugAndPlayBytes ? 'whole' : undefined;
  },
  whole: (file, content) => {
    if (isPlugAndPlay(file.path))
      return pluggedPackages(textOf(content)).flatMap(({ name, version }) =>
        isWord(name) && isWord(version) && isName(name) && isVersion(version)
          ? npmPackage(file.path, name, version, [])
          : [],
      );
    const manifest = parseJsonObject(textOf(content));
    const { name, version } = manifest ?? {};
    if (!isWord(name) || !isWord(version) || !isVersion(version) || !isName(name)) return [];
    const found = npmPackage(file.path, name, version, declaredLicences(manifest?.license, manifest?.licenses));
    const requires = requiredNames(manifest ?? {}, file.path);
    return [requires.length > 0 ? { ...found, requires } : found];
  },
};

/**
 * `node_modules/name/package.json` and `node_modules/@scope/name/package.json`: deeper ones are parts of a package, not installed ones. Below a
 * package's own tests stand made-up trees that nothing installed.
 */
function isInstalled(path: string): boolean {
  const segments = path.split('/');
  if (segments.pop() !== 'package.json') return false;
  const at = segments.lastIndexOf('node_modules');
  if (at === -1) return !segments.some((segment) => fixtures.has(segment));
  const depth = segments.length - at - 1;
  if (depth !== (segments[at + 1]?.startsWith('@') ? 2 : 1)) return false;
  const first = segments.indexOf('node_modules');
  return !segments.slice(first, at).some((segment) => fixtures.has(segment));
}

const fixtures = new Set(['test', 'tests', '__tests__', 'fixture', 'fixtures', '__fixtures__', 'testdata']);

/** More than any manifest names. */
const requiredAtMost = 300;

/** What is installed with it (https://docs.npmjs.com/cli/v11/configuring-npm/package-json); of the application what its developers need, too. */
function requiredNames(manifest: JsonObject, path: string): string[] {
  const fields = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  const peers = isJsonObject(manifest.peerDependenciesMeta) ? manifest.peerDependenciesMeta : {};
  if (!path.includes('node_modules/')) fields.push('devDependencies');
  const names = fields.flatMap((field) => {
    const named = manifest[field];
    if (!isJsonObject(named)) return [];
    // A peer that is optional is not installed for this package's sake.
    const isOptional = (name: string) => isJsonObject(peers[name]) && field === 'peerDependencies';
    return Object.keys(named).filter((name) => !isOptional(name));
  });
  return [...new Set(names)].filter((name) => name.length <= 214 && !name.includes('..')).slice(0, requiredAtMost);
}

function isName(text: string): boolean {
  return /^(?:@[^/@\s]+\/)?[^/@\s]+$/.test(text);
}

/** https://semver.org/, with the leading `v` and `=` that npm takes. */
function isVersion(text: string): boolean {
  return /^[v=\s]*\d+\.\d+\.\d+/.test(text);
}

function npmPackage(path: string, name: string, version: string, licences: readonly string[]): InstalledPackage {
  const slash = name.indexOf('/');
  const purl = packageUrl({
    type: 'npm',
    namespace: slash === -1 ? undefined : name.slice(0, slash),
    name: name.slice(slash + 1),
    version,
  });
  return { kind: 'npm', name, version, purl, licences, path };
}
