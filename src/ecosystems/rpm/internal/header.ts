import type { InstalledPackage } from '../../installed-package.ts';
import { isWord, textOf } from '../../internal/installed-text.ts';
import { isLicenceName } from '../../licences.ts';
import { packageUrl } from '../../purl.ts';

/** https://rpm.org/docs/4.20.x/manual/tags.html */
const tags = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  size: 1009,
  license: 1014,
  arch: 1022,
  sourceRpm: 1044,
  longSize: 5009,
} as const;

const types = { int32: 4, int64: 5, string: 6, stringArray: 8, i18nString: 9 } as const;
const entryBytes = 16;

/** A header has some hundred entries; this bounds what a made-up one can cost. */
const maximumEntries = 65_536;

/**
 * The package that a header blob describes: two counts, an index of 16 bytes an entry, the data, all big-endian
 * (https://rpm.org/docs/4.20.x/manual/format_header.html). Undefined where it is none. What keys rpm trusts is in the database as gpg-pubkey: no package.
 */
export function rpmOfHeader(blob: Uint8Array, path: string): InstalledPackage | undefined {
  const field = fieldsOf(blob);
  const [name, version, release] = [field(tags.name), field(tags.version), field(tags.release)];
  if (!isWord(name) || !isWord(version) || !isWord(release) || name === 'gpg-pubkey') return undefined;
  const [epoch, architecture, licence] = [field(tags.epoch), field(tags.arch), field(tags.license)];
  const bytes = field(tags.longSize) ?? field(tags.size);
  const full = `${version}-${release}`;
  const source = sourceOf(field(tags.sourceRpm));
  return {
    kind: 'rpm',
    name,
    version: typeof epoch === 'number' ? `${epoch}:${full}` : full,
    purl: packageUrl({
      type: 'rpm',
      name,
      version: full,
      qualifiers: {
        arch: isWord(architecture) ? architecture : undefined,
        epoch: typeof epoch === 'number' && epoch > 0 ? `${epoch}` : undefined,
      },
    }),
    ...(isWord(architecture) && { architecture }),
    ...(source && (source.name !== name || source.version !== full) && { source }),
    licences: typeof licence === 'string' && isLicenceName(licence) ? [licence] : [],
    ...(typeof bytes === 'number' && bytes > 0 && { bytes }),
    path,
  };
}

/** Name, version and release of `bash-5.1.8-6.el9.src.rpm`. */
function sourceOf(file: string | number | undefined): InstalledPackage['source'] {
  const parts = /^(.{1,300})-([^-]{1,300})-([^-]{1,300})\.(?:no)?src\.rpm$/.exec(String(file ?? '').slice(0, 1000));
  const [, name, version, release] = parts ?? [];
  return name === undefined ? undefined : { name, version: `${version}-${release}` };
}

type HeaderEntries = (
  tag: number,
) => { readonly type: number; readonly from: number; readonly count: number } | undefined;

/** Where the values of a header's tags lie. */
function entriesOf(blob: Uint8Array): HeaderEntries {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (blob.length < 8) return () => undefined;
  const entries = view.getUint32(0);
  const dataStart = 8 + entries * entryBytes;
  if (entries > maximumEntries || dataStart > blob.length) return () => undefined;
  const places = new Map<number, number>();
  for (let index = 0; index < entries; index++) {
    const at = 8 + index * entryBytes;
    if (!places.has(view.getUint32(at))) places.set(view.getUint32(at), at);
  }
  return (tag) => {
    const at = places.get(tag);
    if (at === undefined) return undefined;
    return { type: view.getUint32(at + 4), from: dataStart + view.getUint32(at + 8), count: view.getUint32(at + 12) };
  };
}

/** Reads single values by tag. */
function fieldsOf(blob: Uint8Array): (tag: number) => string | number | undefined {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const entry = entriesOf(blob);
  return (tag) => {
    const { type, from } = entry(tag) ?? {};
    if (from === undefined) return undefined;
    if (type === types.int32) return from + 4 <= blob.length ? view.getUint32(from) : undefined;
    if (type === types.int64) return from + 8 <= blob.length ? Number(view.getBigUint64(from)) : undefined;
    if (type !== types.string && type !== types.i18nString) return undefined;
    const end = blob.indexOf(0, from);
    return from < blob.length && end !== -1 ? textOf(blob.subarray(from, Math.min(end, from + 1000))) : undefined;
  };
}

/** Lists of values by tag, in their order; those that the blob does not hold whole are shorter. */
export function headerLists(blob: Uint8Array): {
  texts(tag: number): string[];
  numbers(tag: number): number[];
} {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const entry = entriesOf(blob);
  return {
    texts(tag) {
      const found = entry(tag);
      if (found === undefined || (found.type !== types.stringArray && found.type !== types.string)) return [];
      const texts: string[] = [];
      for (let at = found.from; texts.length < found.count; ) {
        const end = at < blob.length ? blob.indexOf(0, at) : -1;
        if (end === -1) break;
        texts.push(textOf(blob.subarray(at, end)));
        at = end + 1;
      }
      return texts;
    },
    numbers(tag) {
      const found = entry(tag);
      if (found?.type !== types.int32) return [];
      const count = Math.min(found.count, Math.floor((blob.length - found.from) / 4));
      return Array.from({ length: Math.max(0, count) }, (_, at) => view.getUint32(found.from + at * 4));
    },
  };
}
