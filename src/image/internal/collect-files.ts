import type {
  Cataloguer,
  FileHeader,
  InstalledPackage,
  PackageNote,
  PackageStream,
} from '../../ecosystems/installed-package.ts';
import { type EntryKind, type EntryTable, type EntryTableBuilder, entryTableBuilder } from '../entry-table.ts';
import { type ContentNaming, contentNames, processKey } from './content-names.ts';
import { cleaned, decoded, type EntryPath, entryPath, maximumPathBytes } from './entry-path.ts';
import { type FileSecret, findFileSecrets, isReadInPart, maximumSecretBytes, mayHoldSecrets } from './file-secrets.ts';
import { type Notes, notes } from './notes.ts';
import { type OwnTexts, ownTexts, withoutSource } from './own-texts.ts';
import { keptText, keptTextBytes } from './system-files.ts';
import type { TarEntry, TarVisitor } from './tar-reader.ts';
import { mayNameTests, usedTests } from './used-tests.ts';

declare global {
  // Of ECMAScript 2024, which Node.js 20 has.
  interface ArrayBufferConstructor {
    new (byteLength: number, options: { readonly maxByteLength: number }): ArrayBuffer;
  }
  interface ArrayBuffer {
    resize(byteLength: number): void;
  }
}

export interface CollectOptions {
  readonly cataloguers: readonly Cataloguer[];
  readonly secrets: boolean;
  /** Under which contents are named (content-names.ts); default one of this process. */
  readonly contentKey?: Uint8Array | undefined;
  /** Entries of one layer. */
  readonly maximumEntries?: number;
  /** Bytes of all paths of one layer, without what each shares with the one before, and of all targets of links. */
  readonly maximumTextBytes?: number;
}

/** What was collected from the files of a layer. */
export interface CollectedFiles {
  readonly entries: EntryTable;
  readonly packages: readonly InstalledPackage[];
  /** With the file that each was read in. */
  readonly notes: readonly { readonly note: PackageNote; readonly path: string }[];
  readonly secrets: readonly FileSecret[];
  /** Contents of a few system files, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Directories of tests that code requires: see `usedTests`. */
  readonly usedTests: readonly string[];
  /** What is odd or was left out, without the layer's name: the same layer has several. */
  readonly gaps: readonly string[];
}

/** Large images have half a million files in all their layers. */
const defaultMaximumEntries = 1_000_000;
const defaultMaximumTextBytes = 64 * 2 ** 20;
/** What cataloguers get in one piece (installed-package.ts). */
const maximumWholeBytes = 64 * 2 ** 20;
/** Of the place for them, what stays from one file to the next. */
const heldBytes = 8 * 2 ** 20;
/** A list of packages of a whole distribution has a few. */
const largeBytes = 4 * 2 ** 20;
const maximumPackages = 200_000;
const maximumSecrets = 1_000;

const whiteoutPrefix = '.wh.';
const opaqueName = '.wh..wh..opq';

/** The file whose content is coming. */
interface OpenFile {
  readonly header: FileHeader;
  readonly whole: readonly Cataloguer[];
  readonly streams: readonly PackageStream[];
  /** How much of its start is wanted in one piece. */
  wanted: number;
  readonly kept: boolean;
  naming: ContentNaming | undefined;
  start: Uint8Array | undefined;
  received: number;
}

/** Takes the files of one layer after the other as they come and notes what is in them. */
export interface FileCollector extends TarVisitor {
  finish(): CollectedFiles;
  /** What follows is another layer; of the one before, whole or not, nothing is left. */
  restart(): void;
}

/** A layer has more than is kept of one. */
export class CollectError extends Error {}

/** What is noted of a layer, beside its entries. */
interface Noted {
  readonly odd: Notes;
  readonly packages: InstalledPackage[];
  /** Of the packages of large files. */
  readonly own: OwnTexts;
  readonly found: CollectedFiles['notes'][number][];
  readonly secrets: FileSecret[];
  readonly texts: Map<string, string>;
  readonly required: Set<string>;
}

function nothingNoted(): Noted {
  return { odd: notes(), packages: [], own: ownTexts(), found: [], secrets: [], texts: new Map(), required: new Set() };
}

/** One for all layers that a thread reads: V8 compiles functions for the collector that they are of, and would for each layer anew. */
export function fileCollector(options: CollectOptions): FileCollector {
  const table = entryTableBuilder();
  const starts = startKeeper();
  const names = contentNames(options.contentKey ?? processKey());
  const mostEntries = options.maximumEntries ?? defaultMaximumEntries;
  const mostText = options.maximumTextBytes ?? defaultMaximumTextBytes;
  let noted = nothingNoted();
  let open: OpenFile | undefined;

  function look(file: OpenFile, start: Uint8Array): void {
    const { header, kept } = file;
    const { odd, packages, found, secrets, texts, required } = noted;
    for (const cataloguer of file.whole) {
      const gap = cataloguer.gap?.(header, start);
      if (gap !== undefined) odd.add(gap, header.path);
      if (packages.length < maximumPackages) {
        const listed = cataloguer.whole?.(header, start) ?? [];
        append(packages, start.length > largeBytes ? withoutSource(listed, noted.own) : listed);
      }
      if (found.length < maximumPackages)
        append(found, cataloguer.notes?.(header, start).map((note) => ({ note, path: header.path })) ?? []);
    }
    if (options.secrets && isReadInPart(header.path, header.bytes, start))
      odd.add('a text that was looked at for secrets in its first 4 MiB only', header.path);
    if (options.secrets && secrets.length < maximumSecrets)
      append(secrets, findFileSecrets(header.path, start.subarray(0, maximumSecretBytes)));
    if (kept) texts.set(header.path, keptText(header.path, start));
    if (mayNameTests(header.path) && required.size < maximumPackages)
      for (const used of usedTests(header.path, start.subarray(0, maximumSecretBytes))) required.add(used);
  }

  function pushTo(streams: readonly PackageStream[], bytes: Uint8Array): void {
    for (const stream of streams) {
      stream.push(bytes);
      const known = stream.found?.() ?? [];
      if (noted.packages.length < maximumPackages) append(noted.packages, withoutSource(known, noted.own));
    }
  }

  function endStreams({ streams, header }: OpenFile): void {
    for (const stream of streams) {
      const known = stream.end();
      const isLarge = header.bytes > largeBytes;
      if (noted.packages.length < maximumPackages)
        append(noted.packages, isLarge ? withoutSource(known, noted.own) : known);
      const gap = stream.gap?.();
      if (gap !== undefined) noted.odd.add(gap, header.path);
    }
  }

  return {
    entry(entry) {
      open = undefined;
      const path = addEntry(table, noted.odd, entry);
      if (table.count > mostEntries)
        throw new CollectError(
          `the layer has more than ${mostEntries} files, directories and links: no more are read of one`,
        );
      if (table.textBytes() > mostText)
        throw new CollectError(`the names and targets of links in the layer have more than ${mostText} bytes`);
      if (entry.kind !== 'file' || path === undefined || entry.bytes === 0) return;
      open = openFile({ path: path.text, bytes: entry.bytes, mode: entry.mode }, options, noted.odd);
    },
    content(bytes) {
      if (open === undefined) return;
      const whole = open.received === 0 && bytes.length >= open.header.bytes;
      pushTo(open.streams, bytes);
      open.received += bytes.length;
      if (whole) {
        table.setName(names.of(bytes.subarray(0, open.header.bytes)));
        if (open.wanted > 0) look(open, bytes);
        return;
      }
      const first = open.received === bytes.length;
      if (first && open.whole.length === 0 && !open.kept && !mayHoldSecrets(open.header.path, bytes)) open.wanted = 0;
      open.naming ??= names.begin(open.header.bytes);
      open.naming.push(bytes);
      starts.keep(open, bytes);
    },
    contentEnd() {
      if (open?.naming) {
        table.setName(open.naming.end());
        if (open.start) look(open, open.start);
      }
      if (open) endStreams(open);
      open = undefined;
      starts.release(heldBytes);
    },
    finish() {
      starts.release(0);
      const { odd, packages, found, secrets, texts, required } = noted;
      if (packages.length >= maximumPackages) odd.add('more packages than are counted', String(maximumPackages));
      if (secrets.length >= maximumSecrets) odd.add('more secrets than are listed', String(maximumSecrets));
      return {
        entries: table.finish(),
        packages,
        notes: found,
        secrets,
        texts,
        usedTests: [...required],
        gaps: odd.list(),
      };
    },
    restart() {
      table.clear();
      noted = nothingNoted();
      open = undefined;
    },
  };
}

/** Without putting them all on the stack. */
function append<T>(to: T[], items: Iterable<T>): void {
  for (const item of items) to.push(item);
}

function openFile(header: FileHeader, options: CollectOptions, odd: Notes): OpenFile {
  const whole: Cataloguer[] = [];
  const streams: PackageStream[] = [];
  for (const cataloguer of options.cataloguers) {
    const wish = cataloguer.wants(header);
    if (wish === 'stream' && cataloguer.stream) streams.push(cataloguer.stream(header));
    else if (wish === 'whole' && header.bytes <= maximumWholeBytes) whole.push(cataloguer);
    else if (wish === 'whole') odd.add('too large to look for packages in', header.path);
  }
  const kept = keptTextBytes(header.path) >= header.bytes;
  const secretBytes = options.secrets || mayNameTests(header.path) ? Math.min(header.bytes, maximumSecretBytes) : 0;
  const wanted = whole.length > 0 || kept ? header.bytes : secretBytes;
  return { header, whole, streams, wanted, kept, naming: undefined, start: undefined, received: 0 };
}

/** Where the start of one file after the other is put. */
interface StartKeeper {
  keep(open: OpenFile, bytes: Uint8Array): void;
  /** What was kept is not asked for any more. */
  release(most: number): void;
}

/**
 * The place grows where it is, for what has come and not for what a header claims: places that are left behind would be memory until somebody
 * collects them.
 */
function startKeeper(): StartKeeper {
  const place = new ArrayBuffer(0, { maxByteLength: Math.max(maximumWholeBytes, maximumSecretBytes) });
  return {
    keep(open, bytes) {
      const at = open.received - bytes.length;
      const size = Math.min(open.wanted - at, bytes.length);
      if (size <= 0) return;
      if (place.byteLength < at + size) place.resize(at + size);
      open.start = new Uint8Array(place, 0, at + size);
      open.start.set(bytes.subarray(0, size), at);
    },
    release(most) {
      if (place.byteLength > most) place.resize(most);
    },
  };
}

/** Adds what an entry of an archive means to the table; undefined where it means nothing. */
function addEntry(table: EntryTableBuilder, odd: Notes, entry: TarEntry): EntryPath | undefined {
  const path = entryPath(entry.name);
  if (path.outside) odd.add('a name that leads out of the image, which engines refuse', decoded(entry.name));
  if (path.bytes.length > maximumPathBytes) {
    odd.add('a path longer than Linux takes', path.text);
    return undefined;
  }
  if (path.text === '') return undefined;
  if (entry.sparse) odd.add('a file with holes, counted as what is stored of it', path.text);
  const slash = path.text.lastIndexOf('/') + 1;
  if (path.text.startsWith(whiteoutPrefix, slash)) return addWhiteout(table, odd, path.text, slash);
  add(table, entry.kind, path, entry, targetOf(entry, odd, path));
  return path;
}

function add(
  table: EntryTableBuilder,
  kind: EntryKind,
  path: EntryPath,
  entry: TarEntry,
  target: Uint8Array | undefined,
) {
  table.add(kind, path.bytes, entry.bytes, entry.mode, entry.user, entry.group, target);
}

function targetOf(entry: TarEntry, odd: Notes, path: EntryPath): Uint8Array | undefined {
  if (entry.kind === 'symlink') return Buffer.from(decoded(entry.target.subarray(0, maximumPathBytes)));
  if (entry.kind !== 'hardlink') return undefined;
  const target = entryPath(entry.target);
  if (target.outside) odd.add('a hard link that leads out of the image, which engines refuse', path.text);
  return target.bytes.subarray(0, maximumPathBytes);
}

/**
 * `.wh.NAME` takes NAME away and `.wh..wh..opq` what lower layers hold in its directory. Other names with that start are notes of AUFS, which
 * engines skip; a name that is left empty, `.` or `..` would take away the directory itself or the one above.
 */
function addWhiteout(table: EntryTableBuilder, odd: Notes, path: string, slash: number): undefined {
  const name = path.slice(slash);
  const directory = path.slice(0, Math.max(slash - 1, 0));
  if (name === opaqueName) table.add('opaque', Buffer.from(directory), 0, 0, 0, 0);
  else if (!name.startsWith('.wh..wh.')) {
    const hidden = name.slice(whiteoutPrefix.length);
    if (hidden === '' || hidden === '.' || hidden === '..') odd.add('a whiteout that names no file', path);
    else table.add('whiteout', cleaned(`${directory}/${hidden}`).bytes, 0, 0, 0, 0);
  }
  return undefined;
}
