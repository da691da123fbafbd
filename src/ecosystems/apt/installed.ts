import type { Cataloguer, FileHeader, InstalledPackage, PackageNote } from '../installed-package.ts';
import { baseName, endsInPath, isWord, textOf } from '../internal/installed-text.ts';
import { databaseStream } from '../internal/package-database.ts';
import { fieldOf, type Stanza, stanzas } from '../internal/stanzas.ts';
import { packageUrl } from '../purl.ts';
import { copyrightLicences } from './copyright.ts';

/** States in which a package's files are there (https://manpages.debian.org/bookworm/dpkg/dpkg.1.en.html#Package_states). */
const present = new Set(['installed', 'triggers-awaited', 'triggers-pending']);

/** dpkg's database, the files that distroless images have in its place, and the licences of copyright files. */
export const dpkgCataloguer: Cataloguer = {
  name: 'dpkg',
  wants: (file) => (isDatabase(file.path) ? 'stream' : isCopyright(file.path) ? 'whole' : undefined),
  stream: (file) => databaseStream((text) => debs(file.path, text)),
  notes,
};

function isDatabase(path: string): boolean {
  if (endsInPath(path, 'var/lib/dpkg/status')) return true;
  // distroless: one file a package, its checksums beside it (https://github.com/GoogleContainerTools/distroless).
  return path.startsWith('var/lib/dpkg/status.d/') && !path.endsWith('.md5sums');
}

/** Whether dpkg's field `Status` says that the package's files are there; where nothing is said, they are. */
export function isPresent(status: string | undefined): boolean {
  const state = status?.split(/\s+/).at(-1);
  return state === undefined || present.has(state);
}

function isCopyright(path: string): boolean {
  return path.endsWith('/copyright') && path.startsWith('usr/share/doc/');
}

function* debs(path: string, text: string): Generator<InstalledPackage> {
  for (const stanza of stanzas(text)) {
    const deb = installedDeb(path, stanza);
    if (deb !== undefined) yield deb;
  }
}

function installedDeb(path: string, stanza: Stanza): InstalledPackage | undefined {
  const name = fieldOf(stanza, 'package');
  const version = fieldOf(stanza, 'version');
  if (!isWord(name) || !isWord(version)) return undefined;
  if (!isPresent(fieldOf(stanza, 'status'))) return undefined;
  const architecture = fieldOf(stanza, 'architecture');
  const kilobytes = Number(fieldOf(stanza, 'installed-size'));
  const source = sourceOf(fieldOf(stanza, 'source'), version);
  return {
    kind: 'deb',
    name,
    version,
    purl: packageUrl({ type: 'deb', name, version, qualifiers: { arch: architecture } }),
    ...(isWord(architecture) && { architecture }),
    ...(source && source.name !== name && { source }),
    ...(source && source.name === name && source.version !== version && { source }),
    licences: [],
    ...(Number.isSafeInteger(kilobytes) && kilobytes > 0 && { bytes: kilobytes * 1024 }),
    path,
  };
}

/**
 * `name` or `name (version)`. Without a version it is the binary's, less what a rebuild added: `+b1`
 * (https://www.debian.org/doc/debian-policy/ch-controlfields.html#source).
 */
export function sourceOf(field: string | undefined, version: string): InstalledPackage['source'] {
  const [name, inBrackets] = (field ?? '').split(/\s+/, 2);
  const own = version.replace(/\+b\d+$/, '');
  if (!isWord(name)) return undefined;
  return { name, version: inBrackets?.replace(/^\(|\)$/g, '') || own };
}

function notes(file: FileHeader, content: Uint8Array): PackageNote[] {
  const name = baseName(file.path.slice(0, -'/copyright'.length));
  const licences = copyrightLicences(textOf(content));
  return licences.length === 0 ? [] : [{ kind: 'deb', name, licences }];
}
