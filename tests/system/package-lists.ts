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

/** A package and the file that it was found in. */
export interface FoundPackage {
  /** Its package URL, comparable. */
  readonly name: string;
  /** From the root, without a leading slash. */
  readonly path: string;
}

/** What syft tells of a package. */
export interface SyftPackage extends FoundPackage {
  /** Whether coordinates that Maven put into the archive tell it. */
  readonly pom: boolean;
  /** Of the manifest of OSGi, in lower case. */
  readonly symbolicName: string | undefined;
}

/** The packages that syft finds, one for every file that tells them. */
export function syftPackages(archive: string): SyftPackage[] {
  const output = execFileSync(syft, ['-q', '-o', 'json', `docker-archive:${archive}`], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, SYFT_CHECK_FOR_APP_UPDATE: 'false' },
  });
  const { artifacts }: { artifacts: SyftArtifact[] } = JSON.parse(output);
  return artifacts.flatMap((artifact) => {
    const main = artifact.metadata?.manifest?.main ?? [];
    const symbolic = main.find(({ key }) => key === 'Bundle-SymbolicName')?.value.split(';', 1)[0];
    return artifact.locations.map(({ path: place }) => ({
      name: nameOf(artifact),
      path: place.replace(/^\//, ''),
      pom: artifact.metadata?.pomProperties !== undefined,
      symbolicName: symbolic?.trim().toLowerCase(),
    }));
  });
}

interface SyftArtifact {
  readonly purl: string;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly locations: readonly { readonly path: string }[];
  readonly metadata?: {
    readonly pomProperties?: unknown;
    readonly manifest?: { readonly main?: readonly { readonly key: string; readonly value: string }[] };
  };
}

/** Where it does not know whose a package is, syft writes no package URL. */
function nameOf({ purl, type, name, version }: SyftArtifact): string {
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
  const { artifacts }: { artifacts: SyftArtifact[] } = JSON.parse(output);
  const found = new Map<string, Set<string>>();
  for (const artifact of artifacts)
    for (const { path: place } of artifact.locations) {
      const folder = place.split('/').find((segment) => segment !== '') ?? '';
      found.set(folder, (found.get(folder) ?? new Set()).add(nameOf(artifact)));
    }
  return found;
}
