import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Where an entry's bytes lie in its archive. */
export interface TarEntry {
  readonly kind: 'file' | 'link';
  /** Of the content, from the start of the archive, unpacked. */
  readonly offset: number;
  readonly bytes: number;
  /** Path in the archive that a link names. */
  readonly target: string;
}

/** Reads an archive from front to back. */
export interface TarReader {
  /** The next bytes; fewer at the end of the archive. */
  read(bytes: number): Promise<Buffer>;
  /** False where the archive ends before. */
  skip(bytes: number): Promise<boolean>;
}

export interface TarIndex {
  readonly entries: ReadonlyMap<string, TarEntry>;
  /** Contents of small entries, where the reader was asked to keep them. */
  readonly contents: ReadonlyMap<string, Buffer>;
}

const blockBytes = 512;

/** An archive of an image has a few entries a layer. */
const maximumEntries = 100_000;

const maximumExtensionBytes = 1024 * 1024;

/** What tells how an image is put together must not be there twice: two readers would see two images. */
const singular = new Set(['manifest.json', 'index.json', 'oci-layout']);

/**
 * Notes where each file of a tar archive lies, without its content (POSIX ustar and pax, GNU's long names and large numbers:
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html). Paths that lead out of the archive are left out.
 * @param keep contents up to so many bytes, together up to `total`, are kept
 * @throws UserError where the archive is damaged, ends too early, or is larger than any archive of an image
 */
export async function indexTar(
  reader: TarReader,
  where: string,
  keep: { readonly each: number; readonly total: number } = { each: 0, total: 0 },
): Promise<TarIndex> {
  const entries = new Map<string, TarEntry>();
  const contents = new Map<string, Buffer>();
  let kept = 0;
  let at = 0;
  let count = 0;
  let extension: Extension = {};
  for (;;) {
    const header = await reader.read(blockBytes);
    if (header.length === 0) return { entries, contents };
    if (header.length < blockBytes) throw damaged('The archive ends in the middle of a header.', where);
    at += blockBytes;
    if (header.every((byte) => byte === 0)) return { entries, contents };
    if (++count > maximumEntries) throw damaged(`The archive has more than ${maximumEntries} entries.`, where);
    const { type, name, target, bytes: ownBytes } = readHeader(header, where);
    const isExtension = extensionTypes.has(type);
    const bytes = isExtension ? ownBytes : (extension.bytes ?? ownBytes);
    const padded = Math.ceil(bytes / blockBytes) * blockBytes;
    if (!Number.isSafeInteger(at + padded)) throw damaged('An entry of the archive is larger than any file.', where);
    const path = cleanPath(extension.path ?? name);
    const small = path !== undefined && bytes <= keep.each && kept + bytes <= keep.total && fileTypes.has(type);
    const read = small || isExtension ? boundedExtension(bytes, isExtension, where) : 0;
    const content = await reader.read(read);
    if (content.length < read || !(await reader.skip(padded - read)))
      throw damaged(`The archive ends in the middle of ${printable(path ?? 'an entry')}.`, where);
    if (isExtension) extension = { ...extension, ...readExtension(type, content) };
    else {
      if (path !== undefined && singular.has(path) && entries.has(path))
        throw damaged(`The archive has ${path} twice.`, where);
      if (path !== undefined && fileTypes.has(type)) entries.set(path, { kind: 'file', offset: at, bytes, target: '' });
      if (path !== undefined && (type === '1' || type === '2'))
        entries.set(path, {
          kind: 'link',
          offset: at,
          bytes: 0,
          target: linkTarget(path, type, extension.target ?? target),
        });
      if (path !== undefined && small) {
        contents.set(path, content);
        kept += content.length;
      }
      extension = {};
    }
    at += padded;
  }
}

interface Extension {
  readonly path?: string;
  readonly target?: string;
  readonly bytes?: number;
}

/** Regular files, as POSIX, old tars and contiguous ones write them. */
const fileTypes = new Set(['0', '\0', '7']);

const extensionTypes = new Set(['x', 'g', 'L', 'K']);

function readHeader(header: Buffer, where: string): { type: string; name: string; target: string; bytes: number } {
  if (numberIn(header.subarray(148, 156)) !== checksum(header))
    throw damaged('This is no tar archive, or it is damaged.', where);
  const type = String.fromCharCode(header[156] ?? 0);
  const prefix =
    header.toString('latin1', 257, 262) === 'ustar' && header[262] === 0 ? textIn(header.subarray(345, 500)) : '';
  const name = textIn(header.subarray(0, 100));
  const bytes = '12345'.includes(type) ? 0 : numberIn(header.subarray(124, 136));
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw damaged('An entry of the archive has no size.', where);
  return { type, name: prefix === '' ? name : `${prefix}/${name}`, target: textIn(header.subarray(157, 257)), bytes };
}

function checksum(header: Buffer): number {
  let sum = 8 * 0x20;
  for (const [index, byte] of header.entries()) if (index < 148 || index >= 156) sum += byte;
  return sum;
}

/** Octal, or GNU's base 256 where the first bit is set. */
function numberIn(field: Buffer): number {
  if (((field[0] ?? 0) & 0x80) === 0) {
    const text = textIn(field).trim();
    return text === '' ? 0 : /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
  }
  let value = (field[0] ?? 0) & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}

function textIn(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? field.length : end);
}

function boundedExtension(bytes: number, isExtension: boolean, where: string): number {
  if (isExtension && bytes > maximumExtensionBytes) throw damaged('A header of the archive is too long.', where);
  return bytes;
}

function readExtension(type: string, content: Buffer): Extension {
  if (type === 'L') return { path: textIn(content) };
  if (type === 'K') return { target: textIn(content) };
  return type === 'x' ? readPax(content) : {};
}

/** Records of «length keyword=value\n»; the length counts itself. */
function readPax(content: Buffer): Extension {
  let path: string | undefined;
  let target: string | undefined;
  let bytes: number | undefined;
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = space === -1 ? 0 : Number(content.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at) break;
    const record = content.toString('utf8', space + 1, at + length - 1);
    const equals = record.indexOf('=');
    const value = record.slice(equals + 1);
    const keyword = record.slice(0, equals);
    if (keyword === 'path') path = value;
    else if (keyword === 'linkpath') target = value;
    else if (keyword === 'size' && /^\d{1,16}$/.test(value)) bytes = Number(value);
    at += length;
  }
  return {
    ...(path !== undefined && { path }),
    ...(target !== undefined && { target }),
    ...(bytes !== undefined && { bytes }),
  };
}

/** Without `./`; undefined where it leads out. */
function cleanPath(name: string): string | undefined {
  const parts: string[] = [];
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '..') parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join('/');
}

/** A hard link names a path of the archive, a symbolic one a path from its own directory. */
function linkTarget(path: string, type: string, target: string): string {
  if (type === '1') return cleanPath(target) ?? '';
  if (target.startsWith('/')) return '';
  return cleanPath(`${path.slice(0, path.lastIndexOf('/') + 1)}${target}`) ?? '';
}

function damaged(message: string, where: string): UserError {
  return new UserError(message, {
    where: printable(where),
    remedy: 'Export the image again: docker save, skopeo copy.',
  });
}
