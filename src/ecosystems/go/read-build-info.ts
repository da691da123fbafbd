import { byteSearch } from '../../core/byte-search.ts';
import { type Elf, readElf } from '../internal/elf.ts';
import { textOf } from '../internal/installed-text.ts';
import type { BuildInfo } from './build-info.ts';

/** https://github.com/golang/go/blob/master/src/debug/buildinfo/buildinfo.go */
export const buildInfoMagic = Buffer.from('\xff Go buildinf:', 'latin1');
export const findBuildInfo = byteSearch(buildInfoMagic);
export const alignment = 16;
const inlineStart = 32;
const inlineFlag = 2;
const bigEndianFlag = 1;

/** Go's tools have the mark in their own texts a few times; what has it more often is made up. */
export const maximumMarks = 1000;

/** Go's own programs have some hundred modules; one of 100,000 has less than this. */
export const maximumInfo = 8 * 1024 * 1024;

/** What Go wrote into a program, in the section that has its name or else the first data segment; undefined where it wrote nothing. */
export function readBuildInfo(content: Uint8Array): BuildInfo | undefined {
  const elf = readElf(content);
  const home = elf?.section('.go.buildinfo') ?? elf?.data[0];
  if (!elf || !home) return undefined;
  let marks = 0;
  for (let at = findBuildInfo(home); at !== -1 && marks < maximumMarks; at = findBuildInfo(home, at + 1)) {
    marks++;
    if (at % alignment !== 0) continue;
    const info =
      (home[at + 15] ?? 0) & inlineFlag ? inlineInfo(home.subarray(at)) : pointedInfo(elf, home.subarray(at));
    if (info) return info;
  }
  return undefined;
}

/** Since Go 1.18 both texts follow the header, each with its length before it. Undefined where they do not look like it. */
export function inlineInfo(bytes: Uint8Array): BuildInfo | undefined {
  const version = textAt(bytes, inlineStart);
  const modules = version && textAt(bytes, version.next);
  if (!version || !/^(?:go\d|devel)/.test(version.text)) return undefined;
  return { goVersion: version.text, modules: withoutMarks(modules?.bytes) };
}

function textAt(bytes: Uint8Array, from: number) {
  let [length, shift, at] = [0, 1, from];
  for (; at < bytes.length && shift < 2 ** 35; at++) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) * shift;
    shift *= 128;
    if (byte < 0x80) break;
  }
  const start = at + 1;
  if (length > maximumInfo || start + length > bytes.length) return undefined;
  const content = bytes.subarray(start, start + length);
  return { bytes: content, text: textOf(content.subarray(0, 200)), next: start + length };
}

/** Before Go 1.18 the header has the addresses of two strings, and each string is an address and a length. */
function pointedInfo(elf: Elf, header: Uint8Array): BuildInfo | undefined {
  const [width = 0, flags = 0] = [header[14], header[15]];
  if (width !== 4 && width !== 8) return undefined;
  const little = (flags & bigEndianFlag) === 0;
  const pointer = (bytes: Uint8Array | undefined, from: number): number => {
    if (!bytes || from + width > bytes.length) return 0;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return width === 8 ? Number(view.getBigUint64(from, little)) : view.getUint32(from, little);
  };
  const pointed = (from: number): Uint8Array | undefined => {
    const text = elf.at(pointer(header, from), 2 * width);
    const length = pointer(text, width);
    return length > maximumInfo ? undefined : elf.at(pointer(text, 0), length);
  };
  const version = textOf((pointed(16) ?? new Uint8Array()).subarray(0, 200));
  return /^(?:go\d|devel)/.test(version)
    ? { goVersion: version, modules: withoutMarks(pointed(16 + width)) }
    : undefined;
}

/** Sixteen bytes before and after the lines mark them. */
function withoutMarks(modules: Uint8Array | undefined): string {
  if (!modules || modules.length < 33 || modules[modules.length - 17] !== 0x0a) return '';
  return textOf(modules.subarray(16, -16));
}
