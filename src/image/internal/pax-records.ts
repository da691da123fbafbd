import { TarError } from './tar-header.ts';

/** What PAX records say of the file behind them; the rest of them is not needed. */
export interface PaxRecords {
  readonly name?: Uint8Array;
  readonly target?: Uint8Array;
  readonly bytes?: number;
  readonly user?: number;
  readonly group?: number;
  /** GNU's way to store a file with holes: what is in the archive is less than the file, and may begin with a map. */
  readonly sparse: boolean;
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Reads records `LENGTH KEY=VALUE\n` (https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_03).
 * The last one of a key wins.
 * @throws TarError where they are not of that form, or a number is none
 */
export function readPaxRecords(bytes: Uint8Array): PaxRecords {
  const found: Writable<PaxRecords> = { sparse: false };
  let at = 0;
  while (at < bytes.length) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 || space - at > 10 ? Number.NaN : decimal(bytes.subarray(at, space), 'a PAX record');
    const end = at + length;
    if (!(length > space - at + 2) || end > bytes.length || bytes[end - 1] !== 0x0a)
      throw new TarError('a PAX header holds no records');
    const equals = bytes.indexOf(0x3d, space);
    if (equals < 0 || equals >= end) throw new TarError('a PAX header holds no records');
    addRecord(found, asciiText(bytes.subarray(space + 1, equals)), bytes.subarray(equals + 1, end - 1));
    at = end;
  }
  return found;
}

function addRecord(found: Writable<PaxRecords>, key: string, value: Uint8Array): void {
  switch (key) {
    case 'path':
    case 'GNU.sparse.name':
      // With holes, `path` is a made-up name beside the real one, and stands before it or behind it.
      if (key === 'path' && found.sparse && found.name !== undefined) return;
      found.name = withoutNul(value);
      if (key !== 'path') found.sparse = true;
      return;
    case 'linkpath':
      found.target = withoutNul(value);
      return;
    case 'size':
      found.bytes = decimal(value, 'the size in a PAX header');
      return;
    case 'uid':
      found.user = decimal(value, 'the user in a PAX header');
      return;
    case 'gid':
      found.group = decimal(value, 'the group in a PAX header');
      return;
    default:
      if (key.startsWith('GNU.sparse.')) found.sparse = true;
  }
}

function withoutNul(value: Uint8Array): Uint8Array {
  if (value.includes(0)) throw new TarError('a name in a PAX header holds a NUL');
  return value;
}

function decimal(bytes: Uint8Array, what: string): number {
  const text = asciiText(bytes.subarray(0, 32));
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw new TarError(`${what} is no number that a file can have`);
  return value;
}

function asciiText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
