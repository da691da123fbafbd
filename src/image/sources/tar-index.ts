import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { type PaxRecords, readPaxRecords } from '../internal/pax-records.ts';
import {
  blockBytes,
  hasContent,
  isZeroBlock,
  readTarHeader,
  TarError,
  type TarHeader,
  type TarType,
} from '../internal/tar-header.ts';

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
  const index: IndexMaking = { entries: new Map(), contents: new Map(), kept: 0 };
  let count = 0;
  let extension: PaxRecords = { sparse: false };
  for (let at = blockBytes; ; at += blockBytes) {
    const block = await reader.read(blockBytes);
    if (block.length === 0) return index;
    if (block.length < blockBytes) throw damaged('The archive ends in the middle of a header.', where);
    if (isZeroBlock(block, 0)) return index;
    if (++count > maximumEntries) throw damaged(`The archive has more than ${maximumEntries} entries.`, where);
    const header = asUserErrors(where, () => readTarHeader(block, 0));
    const isHeader = isExtension(header.type);
    const bytes = bytesOf(header, extension, where);
    const padded = Math.ceil(bytes / blockBytes) * blockBytes;
    if (!Number.isSafeInteger(at + padded)) throw damaged('An entry of the archive is larger than any file.', where);
    const path = cleanPath(textOf(extension.name ?? header.name));
    const entry = isHeader || path === undefined ? undefined : entryOf(header, extension, path, at, bytes);
    const isSmall = entry?.kind === 'file' && bytes <= keep.each && index.kept + bytes <= keep.total;
    const isRead = isSmall || isHeader;
    const content = await reader.read(isRead ? bytes : 0);
    if ((isRead && content.length < bytes) || !(await reader.skip(padded - content.length)))
      throw damaged(`The archive ends in the middle of ${printable(path ?? 'an entry')}.`, where);
    if (isHeader) extension = asUserErrors(where, () => extended(extension, header.type, content));
    else {
      if (path !== undefined) note(index, path, entry, isSmall ? content : undefined, where);
      extension = { sparse: false };
    }
    at += padded;
  }
}

/** Of what follows the header. */
function bytesOf({ type, bytes }: TarHeader, extension: PaxRecords, where: string): number {
  if (!isExtension(type)) return hasContent(type) ? (extension.bytes ?? bytes) : bytes;
  if (bytes > maximumExtensionBytes) throw damaged('A header of the archive is too long.', where);
  return bytes;
}

interface IndexMaking {
  readonly entries: Map<string, TarEntry>;
  readonly contents: Map<string, Buffer>;
  /** Bytes of the contents. */
  kept: number;
}

/** Notes one entry, and its content where that is kept; the last one of a name counts. */
function note(
  index: IndexMaking,
  path: string,
  entry: TarEntry | undefined,
  content: Buffer | undefined,
  where: string,
): void {
  const { entries, contents } = index;
  if (singular.has(path) && entries.has(path)) throw damaged(`The archive has ${path} twice.`, where);
  if (entry === undefined) return;
  entries.set(path, entry);
  contents.delete(path);
  if (content === undefined) return;
  contents.set(path, content);
  index.kept += content.length;
}

function isExtension(type: TarType): boolean {
  return type === 'pax' || type === 'global' || type === 'long-name' || type === 'long-target';
}

function extended(extension: PaxRecords, type: TarType, content: Buffer): PaxRecords {
  if (type === 'pax') return { ...extension, ...readPaxRecords(content) };
  if (type === 'global') return extension;
  const end = content.indexOf(0);
  const text = content.subarray(0, end === -1 ? content.length : end);
  return type === 'long-name' ? { ...extension, name: text } : { ...extension, target: text };
}

/** Undefined for a directory, a device and a file with holes, whose bytes are not there as they are. */
function entryOf(
  { type, target }: TarHeader,
  extension: PaxRecords,
  path: string,
  offset: number,
  bytes: number,
): TarEntry | undefined {
  if (type === 'file' && !extension.sparse) return { kind: 'file', offset, bytes, target: '' };
  if (type !== 'symlink' && type !== 'hardlink') return undefined;
  return { kind: 'link', offset, bytes: 0, target: linkTarget(path, type, textOf(extension.target ?? target)) };
}

function asUserErrors<Result>(where: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof TarError) throw damaged(`This is no tar archive, or it is damaged: ${error.message}.`, where);
    throw error;
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
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
function linkTarget(path: string, type: 'symlink' | 'hardlink', target: string): string {
  if (type === 'hardlink') return cleanPath(target) ?? '';
  if (target.startsWith('/')) return '';
  return cleanPath(`${path.slice(0, path.lastIndexOf('/') + 1)}${target}`) ?? '';
}

function damaged(message: string, where: string): UserError {
  return new UserError(message, {
    where: printable(where),
    remedy: 'Export the image again: docker save, skopeo copy.',
  });
}
