import { textOf } from '../internal/installed-text.ts';
import { zipEntries } from '../internal/zip.ts';

const mostMetadataBytes = 2 * 2 ** 20;

/** What a wheel's `METADATA` requires; undefined where the bytes hold none. */
export function wheelRequirements(wheel: Uint8Array): string[] | undefined {
  for (const entry of zipEntries(wheel, (name) => /^[^/]+\.dist-info\/METADATA$/.test(name))) {
    const content = entry.read(mostMetadataBytes);
    if (content) return metadataRequirements(textOf(content));
  }
  return undefined;
}

/** https://packaging.python.org/en/latest/specifications/core-metadata/#requires-dist-multiple-use */
export function metadataRequirements(metadata: string): string[] {
  const [head = ''] = metadata.split(/\r?\n\r?\n/, 1);
  return head.split(/\r?\n/).flatMap((line) => {
    const text = /^Requires-Dist:(.*)$/i.exec(line)?.[1];
    return text === undefined ? [] : [text.trim()];
  });
}
