/** A program as its file lies in memory (https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html). */
export interface Elf {
  /** A section's bytes by its name; undefined where there is none or it holds none. */
  section(name: string): Uint8Array | undefined;
  /** Segments that are loaded and written to, and not run. */
  readonly data: readonly Uint8Array[];
  /** The bytes that stand at an address when the program runs, as far as the file has them. */
  at(address: number, length: number): Uint8Array | undefined;
  readonly view: DataView;
  readonly little: boolean;
}

interface Segment {
  readonly offset: number;
  readonly address: number;
  readonly bytes: number;
  readonly flags: number;
}

const loaded = 1;
const flags = { execute: 1, write: 2 } as const;
const noBits = 8;
const maximumHeaders = 4096;

export function isElf(content: Uint8Array): boolean {
  return (
    content.length >= 64 && content[0] === 0x7f && content[1] === 0x45 && content[2] === 0x4c && content[3] === 0x46
  );
}

/** Reads the headers; undefined where the file is no ELF file. What they say beyond the file's end is left out. */
export function readElf(content: Uint8Array): Elf | undefined {
  if (!isElf(content)) return undefined;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const wide = content[4] === 2;
  const little = content[5] === 1;
  const reader = fieldReader(view, wide, little);
  const segments = readSegments(reader, wide);
  return {
    section: (name) => findSection(content, reader, wide, name),
    data: segments
      .filter((segment) => (segment.flags & (flags.execute | flags.write)) === flags.write)
      .map(({ offset, bytes }) => content.subarray(offset, offset + bytes)),
    at(address, length) {
      const home = segments.find((one) => address >= one.address && address - one.address + length <= one.bytes);
      const from = home && home.offset + address - home.address;
      return from === undefined || from + length > content.length ? undefined : content.subarray(from, from + length);
    },
    view,
    little,
  };
}

interface FieldReader {
  readonly half: (offset: number) => number;
  readonly word: (offset: number) => number;
  /** Of the machine's width. 0 beyond the file's end, as the others. */
  readonly native: (offset: number) => number;
}

function fieldReader(view: DataView, wide: boolean, little: boolean): FieldReader {
  const inside = (offset: number, bytes: number): boolean => offset >= 0 && offset + bytes <= view.byteLength;
  const word = (offset: number): number => (inside(offset, 4) ? view.getUint32(offset, little) : 0);
  return {
    half: (offset) => (inside(offset, 2) ? view.getUint16(offset, little) : 0),
    word,
    native: wide ? (offset) => (inside(offset, 8) ? Number(view.getBigUint64(offset, little)) : 0) : word,
  };
}

function readSegments({ half, word, native }: FieldReader, wide: boolean): Segment[] {
  const start = native(wide ? 32 : 28);
  const [bytes, count] = [half(wide ? 54 : 42), Math.min(half(wide ? 56 : 44), maximumHeaders)];
  const found: Segment[] = [];
  for (let index = 0; index < count; index++) {
    const at = start + index * bytes;
    if (word(at) !== loaded) continue;
    found.push({
      offset: native(at + (wide ? 8 : 4)),
      address: native(at + (wide ? 16 : 8)),
      bytes: native(at + (wide ? 32 : 16)),
      flags: word(at + (wide ? 4 : 24)),
    });
  }
  return found;
}

function findSection(
  content: Uint8Array,
  { half, word, native }: FieldReader,
  wide: boolean,
  name: string,
): Uint8Array | undefined {
  const start = native(wide ? 40 : 32);
  const [bytes, count] = [half(wide ? 58 : 46), Math.min(half(wide ? 60 : 48), maximumHeaders)];
  const header = (index: number) => {
    const at = start + index * bytes;
    return {
      name: word(at),
      type: word(at + 4),
      offset: native(at + (wide ? 24 : 16)),
      bytes: native(at + (wide ? 32 : 20)),
    };
  };
  const names = header(half(wide ? 62 : 50)).offset;
  const wanted = Buffer.from(`${name}\0`, 'latin1');
  for (let index = 0; index < count; index++) {
    const section = header(index);
    const from = names + section.name;
    if (section.type === noBits || !wanted.equals(content.subarray(from, from + wanted.length))) continue;
    return content.subarray(section.offset, section.offset + section.bytes);
  }
  return undefined;
}
