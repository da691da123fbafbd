/** Berkeley DB's hash access method, as far as rpm's `Packages` has it (https://github.com/berkeleydb/libdb, src/dbinc/db_page.h). */
const hashMagic = 0x061561;
const pageHeaderBytes = 26;
const pageTypes = { hashUnsorted: 2, overflow: 7, hash: 13 } as const;
const itemTypes = { keyData: 1, offPage: 3 } as const;
const pageSizes = { least: 512, most: 65_536 } as const;

/** A value longer than this is no header of a package. */
const maximumValue = 16 * 1024 * 1024;

interface Pages {
  readonly content: Uint8Array;
  readonly view: DataView;
  readonly little: boolean;
  readonly size: number;
  readonly count: number;
}

/** The values of all pairs, in the order of the pages. What does not hold together is left out. All pages together are read at most twice. */
export function* berkeleyValues(content: Uint8Array): Generator<Uint8Array> {
  const pages = openPages(content);
  if (!pages) return;
  const { view, size, little, count } = pages;
  // Each overflow page belongs to one value: a file whose values share pages is a made-up one, and ends here.
  let overflowLeft = count;
  for (let page = 1; page < count; page++) {
    const start = page * size;
    const type = view.getUint8(start + 25);
    if (type !== pageTypes.hash && type !== pageTypes.hashUnsorted) continue;
    const entries = Math.min(view.getUint16(start + 20, little), (size - pageHeaderBytes) >> 1);
    for (let index = 1; index < entries; index += 2) {
      const value = valueAt(pages, start, index, overflowLeft);
      if (!value) continue;
      overflowLeft -= value.overflowPages;
      if (value.bytes.length > 4) yield value.bytes;
    }
  }
}

function openPages(content: Uint8Array): Pages | undefined {
  if (content.length < pageSizes.least) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  // Written in the order of the machine that made it.
  const little = view.getUint32(12, true) === hashMagic;
  if (!little && view.getUint32(12, false) !== hashMagic) return undefined;
  const size = view.getUint32(20, little);
  if (size < pageSizes.least || size > pageSizes.most || (size & (size - 1)) !== 0) return undefined;
  return { content, view, little, size, count: Math.floor(content.length / size) };
}

/** Items grow from a page's end downwards: one ends where the one before it begins. */
function valueAt(
  pages: Pages,
  start: number,
  index: number,
  overflowLeft: number,
): { readonly bytes: Uint8Array; readonly overflowPages: number } | undefined {
  const { view, content, little, size } = pages;
  const offset = (at: number): number => view.getUint16(start + pageHeaderBytes + at * 2, little);
  const [from, to] = [offset(index), offset(index - 1)];
  if (from < pageHeaderBytes || from >= to || to > size) return undefined;
  const type = view.getUint8(start + from);
  if (type === itemTypes.keyData) return { bytes: content.subarray(start + from + 1, start + to), overflowPages: 0 };
  if (type !== itemTypes.offPage || to - from < 12) return undefined;
  return overflowValue(
    pages,
    view.getUint32(start + from + 4, little),
    view.getUint32(start + from + 8, little),
    overflowLeft,
  );
}

/** A value on a chain of pages of its own; on each, the free offset says how many bytes it holds. */
function overflowValue(pages: Pages, first: number, length: number, most: number) {
  const { view, content, little, size, count } = pages;
  if (length > maximumValue || length > content.length) return undefined;
  const parts: Uint8Array[] = [];
  let held = 0;
  for (let page = first; held < length; ) {
    const start = page * size;
    if (page === 0 || page >= count || parts.length >= most || view.getUint8(start + 25) !== pageTypes.overflow)
      return undefined;
    const here = Math.min(view.getUint16(start + 22, little), size - pageHeaderBytes, length - held);
    if (here === 0) return undefined;
    parts.push(content.subarray(start + pageHeaderBytes, start + pageHeaderBytes + here));
    held += here;
    page = view.getUint32(start + 16, little);
  }
  return { bytes: Buffer.concat(parts), overflowPages: parts.length };
}
