import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { cataloguers } from '../../../src/ecosystems/cataloguers.ts';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.ts';

/** What all cataloguers find in one file: `whole` ones get it in one piece, `stream` ones in pieces of this many bytes. */
export function catalogue(
  file: string,
  content: string | Uint8Array,
  options: { mode?: number; piece?: number } = {},
): InstalledPackage[] {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const header = { path: file, bytes: bytes.length, mode: options.mode ?? 0o755 };
  return cataloguers.flatMap((cataloguer) => {
    const how = cataloguer.wants(header);
    if (how === 'whole') return [...(cataloguer.whole?.(header, bytes) ?? [])];
    if (how !== 'stream') return [];
    const stream = cataloguer.stream?.(header);
    const piece = options.piece ?? 4096;
    const found: InstalledPackage[] = [];
    for (let at = 0; at < bytes.length; at += piece) {
      stream?.push(bytes.subarray(at, at + piece));
      for (const one of stream?.found?.() ?? []) found.push(one);
    }
    return [...found, ...(stream?.end() ?? [])];
  });
}

export function urls(packages: readonly InstalledPackage[]): string[] {
  return packages.map(({ purl }) => purl);
}

/** A file of fixtures/, unpacked. */
export function fixture(name: string): Buffer {
  return gunzipSync(readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), 'fixtures', `${name}.gz`)));
}
