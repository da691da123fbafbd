import type { Cataloguer, InstalledPackage } from '../installed-package.ts';
import { isWord, textOf } from '../internal/installed-text.ts';
import { fieldOf, type Stanza, stanzas } from '../internal/stanzas.ts';
import { isLicenceName } from '../licences.ts';
import { packageUrl } from '../purl.ts';

/** The fields stand before the description; a header longer than this has none. */
const maximumHeader = 1024 * 1024;

/**
 * Metadata of installed distributions (https://packaging.python.org/en/latest/specifications/core-metadata/): `*.dist-info/METADATA`, and as
 * setuptools kept it before, `*.egg-info` (a file, or a directory with PKG-INFO) and `*.egg/EGG-INFO/PKG-INFO`.
 */
export const pythonCataloguer: Cataloguer = {
  name: 'python',
  wants: (file) => (isMetadata(file.path) ? 'whole' : undefined),
  whole: (file, content) => {
    const [header] = stanzas(textOf(content.subarray(0, maximumHeader)));
    const found = header && installed(file.path, header);
    return found ? [found] : [];
  },
};

function isMetadata(path: string): boolean {
  return (
    path.endsWith('.dist-info/METADATA') ||
    path.endsWith('.egg-info/PKG-INFO') ||
    path.endsWith('.egg-info') ||
    path.endsWith('.egg/EGG-INFO/PKG-INFO')
  );
}

function installed(path: string, header: Stanza): InstalledPackage | undefined {
  const [name, version] = [fieldOf(header, 'name'), fieldOf(header, 'version')];
  if (!isWord(name) || !isWord(version)) return undefined;
  const requires = requiredNames(header);
  return {
    ...(requires.length > 0 && { requires }),
    kind: 'pypi',
    name,
    version,
    purl: packageUrl({ type: 'pypi', name, version }),
    licences: licences(header),
    path,
  };
}

/** Without those that hold under a condition: whether it held is not known (https://packaging.python.org/en/latest/specifications/dependency-specifiers/). */
function requiredNames(header: Stanza): string[] {
  const names = header.flatMap(([field, value]) =>
    field.toLowerCase() === 'requires-dist' && !value.includes(';')
      ? (/^[a-z0-9][a-z0-9._-]{0,200}/i.exec(value)?.[0] ?? [])
      : [],
  );
  return [...new Set(names)].slice(0, 300);
}

function licences(header: Stanza): string[] {
  const [expression, named] = [fieldOf(header, 'license-expression'), fieldOf(header, 'license')];
  if (expression && isLicenceName(expression)) return [expression];
  if (named && isLicenceName(named)) return [named];
  const classifiers = header.filter(([field, value]) => field === 'Classifier' && value.startsWith('License ::'));
  const last = classifiers.map(([, value]) => value.slice(value.lastIndexOf('::') + 2).trim());
  return last.filter((name) => name !== 'OSI Approved' && isLicenceName(name)).slice(0, 100);
}
