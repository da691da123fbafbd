/** One header of an archive and what follows it. */
export interface TarFile {
  /** Text, or bytes that are none. */
  readonly name: string | Uint8Array;
  /** Default `0` for a file, `5` where the name ends with a slash. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  readonly user?: number;
  readonly group?: number;
  /** The bytes of the field, where it is not the content's size in octal. */
  readonly size?: string | Uint8Array;
  readonly prefix?: string;
  /** Default ustar; `gnu` is `ustar  `. */
  readonly format?: 'gnu' | 'v7';
  /** Written over the header before its checksum is made, by offset. */
  readonly patch?: Readonly<Record<number, string | Uint8Array>>;
  readonly checksum?: string;
}

const encoder = new TextEncoder();
const bytesOf = (text: string | Uint8Array): Uint8Array => (typeof text === 'string' ? encoder.encode(text) : text);

/** Headers and contents, padded, ended by two blocks of zeros. */
export function tarOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat([...files.flatMap(blocksOf), Buffer.alloc(1024)]);
}

/** The same without an end. */
export function tarPartOf(files: readonly TarFile[]): Buffer {
  return Buffer.concat(files.flatMap(blocksOf));
}

function blocksOf(file: TarFile): Uint8Array[] {
  const content = bytesOf(file.content ?? '');
  return [header(file, content.length), content, Buffer.alloc((512 - (content.length % 512)) % 512)];
}

function header(file: TarFile, bytes: number): Buffer {
  const block = Buffer.alloc(512);
  const name = bytesOf(file.name);
  block.set(name.subarray(0, 100), 0);
  const directory = typeof file.name === 'string' && file.name.endsWith('/');
  block.write(octal(file.mode ?? (directory ? 0o755 : 0o644), 7), 100);
  block.write(octal(file.user ?? 0, 7), 108);
  block.write(octal(file.group ?? 0, 7), 116);
  block.set(bytesOf(file.size ?? octal(bytes, 11)), 124);
  block.write(octal(0, 11), 136);
  block.write(file.type ?? (directory ? '5' : '0'), 156, 'latin1');
  block.set(bytesOf(file.target ?? '').subarray(0, 100), 157);
  if (file.format === 'gnu') block.write('ustar  \0', 257, 'latin1');
  else if (file.format !== 'v7') block.write('ustar\u000000', 257, 'latin1');
  if (file.prefix !== undefined) block.write(file.prefix, 345);
  for (const [at, text] of Object.entries(file.patch ?? {})) block.set(bytesOf(text), Number(at));
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(file.checksum ?? `${octal(sum, 6)}\0 `, 148, 'latin1');
  return block;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

/** A PAX header with these records, and the file behind it. */
export function withPax(records: Readonly<Record<string, string>>, file: TarFile): TarFile[] {
  const content = Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('');
  return [{ name: 'PaxHeaders/file', type: 'x', content }, file];
}

export function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + 1;
  while (String(length).length + rest !== length) length = String(length).length + rest;
  return `${length} ${key}=${value}\n`;
}
