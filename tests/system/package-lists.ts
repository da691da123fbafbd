import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
import { openImage } from '../../src/image/sources/open-image.ts';

const syft = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin/syft');

export const syftIsMissing = !existsSync(syft);

/** What Plimsoll finds in an archive of `docker save`. */
export async function analyse(archive: string): Promise<ImageAnalysis> {
  const image = await openImage(`docker-archive:${archive}`, { environment: process.env });
  try {
    return await analyseImage(image, { cataloguers, secrets: false });
  } finally {
    await image.close();
  }
}

/** The package URLs that syft finds, comparable. */
export function syftPackages(archive: string): Set<string> {
  const output = execFileSync(syft, ['-q', '-o', 'json', `docker-archive:${archive}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' },
  });
  const { artifacts }: { artifacts: SyftPackage[] } = JSON.parse(output);
  return new Set(artifacts.map(nameOf));
}

interface SyftPackage {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
}

/** Where it does not know whose a package is, syft writes no package URL. */
function nameOf({ purl, type, name, version }: SyftPackage): string {
  return comparable(purl || `${type}/${name}@${version}`);
}

/** Without qualifiers, case and a version that is none: what differs between two right spellings of one package. */
export function comparable(purl: string): string {
  const bare = decodeURIComponent(purl.replace(/[?#].*$/, ''))
    .toLowerCase()
    .replace(/^pkg:|@\(devel\)$/g, '');
  return bare.startsWith('pypi/') ? bare.replace(/[_.](?=[^@]*@)/g, '-') : bare;
}

/** What stands in one set only. */
export function difference(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((item) => !other.has(item)).sort();
}

/** The package URLs that syft finds below each folder of a directory, comparable. */
export function syftPackagesByFolder(directory: string): Map<string, Set<string>> {
  const output = execFileSync(syft, ['-q', '-o', 'json', `dir:${directory}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' },
  });
  const { artifacts }: { artifacts: (SyftPackage & { locations: { path: string }[] })[] } = JSON.parse(output);
  const found = new Map<string, Set<string>>();
  for (const artifact of artifacts)
    for (const { path: place } of artifact.locations) {
      const folder = place.split('/').find((segment) => segment !== '') ?? '';
      found.set(folder, (found.get(folder) ?? new Set()).add(nameOf(artifact)));
    }
  return found;
}
