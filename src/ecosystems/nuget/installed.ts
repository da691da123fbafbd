import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord, maximumPackages, textOf } from '../internal/installed-text.ts';
import { packageUrl } from '../purl.ts';

/**
 * What a .NET program or the runtime itself was published with
 * (https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md). The program's own projects are no packages.
 */
export const nugetCataloguer: Cataloguer = {
  name: 'nuget',
  wants: (file) => (file.path.endsWith('.deps.json') ? 'whole' : undefined),
  whole: (file, content) =>
    Object.entries(jsonObjectOf(parseJsonObject(textOf(content))?.libraries))
      .slice(0, maximumPackages)
      .flatMap(([key, library]) => installed(file.path, key, jsonObjectOf(library).type) ?? []),
};

function installed(path: string, key: string, type: unknown): InstalledPackage | undefined {
  const slash = key.lastIndexOf('/');
  const name = key.slice(0, Math.max(slash, 0));
  const version = key.slice(slash + 1);
  // `runtimepack` is the runtime that a self-contained program brings with it.
  if ((type !== 'package' && type !== 'runtimepack') || !isWord(name) || !isWord(version)) return undefined;
  return {
    kind: 'nuget',
    name: type === 'runtimepack' && name.startsWith('runtimepack.') ? name.slice('runtimepack.'.length) : name,
    version,
    purl: packageUrl({ type: 'nuget', name: name.replace(/^runtimepack\./, ''), version }),
    licences: [],
    path,
  };
}
