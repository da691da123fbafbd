import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord } from '../internal/installed-text.ts';
import { databaseStream } from '../internal/package-database.ts';
import { lines } from '../internal/stanzas.ts';
import { packageUrl } from '../purl.ts';

/** Where apk keeps its database: since apk-tools 3 below usr (https://gitlab.alpinelinux.org/alpine/apk-tools). */
const databases = new Set(['lib/apk/db/installed', 'usr/lib/apk/db/installed']);

/** apk's database (https://wiki.alpinelinux.org/wiki/Apk_spec#Install_DB). */
export const apkCataloguer: Cataloguer = {
  name: 'apk',
  wants: (file) => (databases.has(file.path) ? 'stream' : undefined),
  stream: (file) => databaseStream((text) => apks(file.path, text)),
};

function* apks(path: string, text: string): Generator<InstalledPackage> {
  for (const fields of entries(text)) {
    const apk = installedApk(path, fields);
    if (apk !== undefined) yield apk;
  }
}

/** What stands between empty lines. Letters have a case and a meaning each: the list of files that follows a package's own lines has letters of its own. */
function* entries(text: string): Generator<ReadonlyMap<string, string>> {
  let fields = new Map<string, string>();
  for (const line of lines(text)) {
    if (line === '') {
      yield fields;
      fields = new Map();
    } else if (line[1] === ':' && !fields.has(line[0] ?? '')) fields.set(line[0] ?? '', line.slice(2).trim());
  }
  yield fields;
}

function installedApk(path: string, fields: ReadonlyMap<string, string>): InstalledPackage | undefined {
  const [name, version] = [fields.get('P'), fields.get('V')];
  if (!isWord(name) || !isWord(version)) return undefined;
  const architecture = fields.get('A');
  const [origin, licence] = [fields.get('o'), fields.get('L')];
  const bytes = Number(fields.get('I'));
  return {
    kind: 'apk',
    name,
    version,
    purl: packageUrl({ type: 'apk', name, version, qualifiers: { arch: architecture } }),
    ...(isWord(architecture) && { architecture }),
    ...(isWord(origin) && origin !== name && { source: { name: origin, version } }),
    licences: isWord(licence) ? [licence] : [],
    ...(Number.isSafeInteger(bytes) && bytes > 0 && { bytes }),
    path,
  };
}
