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
  const { artifacts }: { artifacts: { purl: string; name: string; version: string; type: string }[] } =
    JSON.parse(output);
  return new Set(artifacts.map(({ purl, type, name, version }) => comparable(purl || `${type}/${name}@${version}`)));
}

/** Without qualifiers and case: what differs between two right spellings of one package. */
export function comparable(purl: string): string {
  const bare = decodeURIComponent(purl.replace(/[?#].*$/, ''))
    .toLowerCase()
    .replace(/^pkg:/, '');
  return bare.startsWith('pypi/') ? bare.replace(/[_.](?=[^@]*@)/g, '-') : bare;
}

/** What stands in one set only. */
export function difference(one: ReadonlySet<string>, other: ReadonlySet<string>): string[] {
  return [...one].filter((item) => !other.has(item)).sort();
}
