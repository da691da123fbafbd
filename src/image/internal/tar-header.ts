import type { FileKind } from '../image-analysis.ts';

/** What a header is, beside files: what the headers of `pax` and GNU tar say holds for the header behind them. */
export type TarType = FileKind | 'pax' | 'global' | 'long-name' | 'long-target' | 'sparse' | 'other';

/** The fields of one 512-byte header (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06). */
export interface TarHeader {
  readonly type: TarType;
  readonly name: Uint8Array;
  readonly target: Uint8Array;
  /** Bytes that follow in the archive. */
  readonly bytes: number;
  readonly mode: number;
  readonly user: number;
  readonly group: number;
}

/** A header that is none, or one with a number that no file has. */
export class TarError extends Error {}

export const blockBytes = 512;

/** As Go's archive/tar names them, with which container engines read layers (https://pkg.go.dev/archive/tar#pkg-constants). */
const types: ReadonlyMap<number, TarType> = new Map(
  Object.entries({
    '\0': 'file',
    '0': 'file',
    '7': 'file',
    '1': 'hardlink',
    '2': 'symlink',
    '3': 'device',
    '4': 'device',
    '5': 'directory',
    '6': 'fifo',
    S: 'sparse',
    x: 'pax',
    g: 'global',
    L: 'long-name',
    K: 'long-target',
  } satisfies Record<string, TarType>).map(([code, type]) => [code.charCodeAt(0), type]),
);

/** Those have no content, whatever size their header claims. */
const withoutContent: ReadonlySet<TarType> = new Set<TarType>(['hardlink', 'symlink', 'device', 'directory', 'fifo']);

/** True for a block of zeros, two of which end an archive. */
export function isZeroBlock(block: Uint8Array, at: number): boolean {
  for (let index = at; index < at + blockBytes; index++) if (block[index] !== 0) return false;
  return true;
}

/**
 * Reads the header at `at`.
 * @throws TarError where the checksum does not hold or a number is negative or beyond 2^53
 */
export function readTarHeader(block: Uint8Array, at: number): TarHeader {
  checkSum(block, at);
  const posix = isText(block, at + 257, 'ustar\0');
  const name = fieldOf(block, at, 100);
  const prefix = posix ? fieldOf(block, at + 345, 155) : undefined;
  const code = block[at + 156] ?? 0;
  const type = types.get(code) ?? 'other';
  // Archives of the seventh version have no other sign of a directory.
  const old = code === 0 && name.length > 0 && name[name.length - 1] === 0x2f;
  const known = old ? 'directory' : type;
  return {
    type: known,
    name: prefix && prefix.length > 0 ? joined(prefix, name) : name,
    target: fieldOf(block, at + 157, 100),
    bytes: withoutContent.has(known) ? 0 : numberAt(block, at + 124, 12, 'size'),
    mode: numberAt(block, at + 100, 8, 'mode') & 0o7777,
    user: numberAt(block, at + 108, 8, 'user'),
    group: numberAt(block, at + 116, 8, 'group'),
  };
}

/** True where content of this type is skipped whatever a PAX header says of its size. */
export function hasContent(type: TarType): boolean {
  return !withoutContent.has(type);
}

function checkSum(block: Uint8Array, at: number): void {
  let unsigned = 8 * 0x20;
  let signed = unsigned;
  for (let index = 0; index < blockBytes; index++) {
    if (index === 148) index = 156;
    const byte = block[at + index] ?? 0;
    unsigned += byte;
    // Some old writers added up signed bytes.
    signed += byte > 127 ? byte - 256 : byte;
  }
  const said = numberAt(block, at + 148, 8, 'checksum');
  if (said !== unsigned && said !== signed) throw new TarError('the checksum of a tar header does not hold');
}

/** Octal, ended by a space or NUL, or base-256 where the first bit is set (https://www.gnu.org/software/tar/manual/html_node/Extensions.html). */
export function numberAt(block: Uint8Array, at: number, length: number, what: string): number {
  const first = block[at] ?? 0;
  if ((first & 0x80) !== 0) return base256(block, at, length, what);
  let value = 0;
  let index = at;
  const end = at + length;
  while (index < end && (block[index] === 0x20 || block[index] === 0)) index++;
  for (; index < end; index++) {
    const byte = block[index] ?? 0;
    if (byte === 0 || byte === 0x20) break;
    if (byte < 0x30 || byte > 0x37) throw new TarError(`the ${what} in a tar header is no number`);
    value = value * 8 + (byte - 0x30);
  }
  return value;
}

function base256(block: Uint8Array, at: number, length: number, what: string): number {
  const first = block[at] ?? 0;
  if ((first & 0x40) !== 0) throw new TarError(`the ${what} in a tar header is negative`);
  let value = first & 0x3f;
  for (let index = at + 1; index < at + length; index++) value = value * 256 + (block[index] ?? 0);
  if (value > Number.MAX_SAFE_INTEGER) throw new TarError(`the ${what} in a tar header is beyond all measure`);
  return value;
}

function fieldOf(block: Uint8Array, at: number, length: number): Uint8Array {
  let end = at;
  while (end < at + length && block[end] !== 0) end++;
  return block.subarray(at, end);
}

function isText(block: Uint8Array, at: number, text: string): boolean {
  for (let index = 0; index < text.length; index++) if (block[at + index] !== text.charCodeAt(index)) return false;
  return true;
}

function joined(prefix: Uint8Array, name: Uint8Array): Uint8Array {
  const both = new Uint8Array(prefix.length + 1 + name.length);
  both.set(prefix);
  both[prefix.length] = 0x2f;
  both.set(name, prefix.length + 1);
  return both;
}
