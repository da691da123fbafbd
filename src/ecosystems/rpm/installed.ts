import type { Cataloguer } from '../installed-package.ts';
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
    return found;
  },
};

function formatOf(path: string): ((content: Uint8Array) => Iterable<Uint8Array>) | undefined {
  const folder = folders.find((one) => path.startsWith(one));
  return folder === undefined ? undefined : formats.get(path.slice(folder.length));
}
