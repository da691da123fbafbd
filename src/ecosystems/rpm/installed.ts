import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { maximumPackages } from '../internal/installed-text.ts';
import { berkeleyValues } from './internal/berkeley-hash.ts';
import { rpmOfHeader } from './internal/header.ts';
import { ndbBlobs } from './internal/ndb.ts';
import { sqliteBlobs } from './internal/sqlite.ts';

/** Where rpm keeps its database: since Fedora 36 below usr (https://fedoraproject.org/wiki/Changes/RelocateRPMToUsr). */
const folders = ['var/lib/rpm/', 'usr/lib/sysimage/rpm/', 'usr/share/rpm/', 'usr/lib/rpm-db/'];

/** The three formats of rpm's database, each a way to its header blobs (https://rpm.org/docs/4.20.x/man/rpmdb.8.html). */
const formats: ReadonlyMap<string, (content: Uint8Array) => Iterable<Uint8Array>> = new Map([
  ['Packages', berkeleyValues],
  ['Packages.db', ndbBlobs],
  ['rpmdb.sqlite', sqliteBlobs],
]);

/** rpm's database in all its formats. */
export const rpmCataloguer: Cataloguer = {
  name: 'rpm',
  wants: ({ path }) => (formatOf(path) ? 'whole' : undefined),
  whole: ({ path }, content) => {
    const found = [];
    for (const blob of formatOf(path)?.(content) ?? []) {
      const rpm = rpmOfHeader(blob, path);
      if (rpm) found.push(rpm);
      if (found.length >= maximumPackages) break;
    }
    return withSourceEpochs(found);
  },
};

/**
 * The file of a source is named without its epoch, which is that of a package of the source's own version: `npm` 6 is built from `nodejs` 10, whose epoch
 * tells `nodejs` itself. Where none is installed, it is taken to be that of the package.
 */
function withSourceEpochs(packages: readonly InstalledPackage[]): InstalledPackage[] {
  const epochs = new Map<string, string>();
  for (const { name, version, source } of packages) {
    const { epoch, rest } = epochOf(version);
    if (source === undefined || source.version === rest) epochs.set(`${source?.name ?? name} ${rest}`, epoch);
  }
  return packages.map((one) => {
    if (one.source === undefined) return one;
    const { name, version } = one.source;
    const own = epochOf(one.version).epoch;
    const epoch = epochs.get(`${name} ${version}`) ?? own;
    return { ...one, source: { name, version: `${epoch === '' && own !== '' ? '0:' : epoch}${version}` } };
  });
}

function epochOf(version: string): { readonly epoch: string; readonly rest: string } {
  const epoch = /^\d+:/.exec(version)?.[0] ?? '';
  return { epoch, rest: version.slice(epoch.length) };
}

/** Header blobs of a file of rpm's database; none of any other file. */
export function rpmHeaders(path: string, content: Uint8Array): Iterable<Uint8Array> {
  return formatOf(path)?.(content) ?? [];
}

/** Whether a file is rpm's database. */
export function isRpmDatabase(path: string): boolean {
  return formatOf(path) !== undefined;
}

function formatOf(path: string): ((content: Uint8Array) => Iterable<Uint8Array>) | undefined {
  const folder = folders.find((one) => path.startsWith(one));
  return folder === undefined ? undefined : formats.get(path.slice(folder.length));
}
