import { isJsonObject, jsonObjectOf } from '../../core/json-object.ts';
import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord, maximumPackages, textOf } from '../internal/installed-text.ts';
import { parseJson } from '../internal/parse-json.ts';
import { declaredLicences } from '../licences.ts';
import { packageUrl } from '../purl.ts';

/** What Composer installed: a list (Composer 1) or `packages` of an object (Composer 2). */
export const composerCataloguer: Cataloguer = {
  name: 'composer',
  wants: (file) => (file.path.endsWith('/composer/installed.json') ? 'whole' : undefined),
  whole: (file, content) => {
    const value = parseJson(textOf(content));
    const list = Array.isArray(value) ? value : jsonObjectOf(value).packages;
    if (!Array.isArray(list)) return [];
    return list.slice(0, maximumPackages).flatMap((entry: unknown) => installed(file.path, entry) ?? []);
  },
};

function installed(path: string, entry: unknown): InstalledPackage | undefined {
  if (!isJsonObject(entry)) return undefined;
  const { name, version } = entry;
  if (!isWord(name) || !isWord(version)) return undefined;
  const slash = name.indexOf('/');
  return {
    kind: 'composer',
    name,
    version,
    purl: packageUrl({
      type: 'composer',
      namespace: slash === -1 ? undefined : name.slice(0, slash),
      name: name.slice(slash + 1),
      version,
    }),
    licences: declaredLicences(entry.license),
    path,
  };
}
