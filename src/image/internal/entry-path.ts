/** Linux takes no longer path (PATH_MAX). */
export const maximumPathBytes = 4096;

/** A name of an archive as a path from the image's root. */
export interface EntryPath {
  /** UTF-8, without slashes at its ends; empty for the root. */
  readonly bytes: Uint8Array;
  readonly text: string;
  /** It climbs above the root, where no engine follows. */
  readonly outside: boolean;
}

const plain = /^(?!\.{0,2}\/)(?!.*\/\.{0,2}(?:\/|$))(?!\.{1,2}$)/s;

/** Reads a name as engines do, lexically: `./a//b/../c` is `a/c`. What is not UTF-8 is kept as `\xNN`. */
export function entryPath(name: Uint8Array): EntryPath {
  let end = name.length;
  while (end > 0 && name[end - 1] === 0x2f) end--;
  let start = 0;
  if (name[0] === 0x2e && name[1] === 0x2f) start = 2;
  while (start < end && name[start] === 0x2f) start++;
  const bytes = name.subarray(start, end);
  const text = decoded(bytes);
  if (plain.test(text) && !text.includes('\\x')) return { bytes, text, outside: false };
  return cleaned(text);
}

/** The same for text. */
export function cleaned(text: string): EntryPath {
  const parts: string[] = [];
  let outside = false;
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) outside = true;
  }
  const path = parts.join('/');
  return { bytes: Buffer.from(path), text: path, outside };
}

/** UTF-8, else with what is none of it as `\xNN`. */
export function decoded(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const text = buffer.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(buffer)) return text;
  return buffer.toString('latin1').replace(/[\x80-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16)}`);
}
