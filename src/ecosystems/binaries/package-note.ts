import { parseJsonObject } from '../../core/json-object.ts';
import type { Cataloguer, FileHeader, InstalledPackage, PackageKind } from '../installed-package.ts';
import { type Elf, isElf, readElf } from '../internal/elf.ts';
import { textOf } from '../internal/installed-text.ts';
import { packageUrl } from '../purl.ts';

/** `FDO`, by which freedesktop.org signs its notes, and the type of this one. */
const owner = 'FDO\0';
const noteType = 0xcafe1a7e;
const headerBytes = 12;
/** Real ones have some hundred bytes. */
const maximumNote = 64 * 1024;
const smallest = 256;
/** What cataloguers get in one piece (installed-package.ts); distributions have few programs that are larger, and none is a gap for that. */
const largest = 64 * 1024 * 1024;

const kinds: readonly PackageKind[] = ['deb', 'rpm', 'apk'];

/**
 * Distributions link into programs and libraries which package they are of (https://systemd.io/ELF_PACKAGE_METADATA/): Debian and Fedora the name of the source
 * and its version. That tells what a file is that was copied without its package database; where a database has it, `completePackages` leaves it out.
 */
export const packageNoteCataloguer: Cataloguer = {
  name: 'package notes',
  wants: (file) => (mayHaveNote(file) ? 'whole' : undefined),
  whole: ({ path }, content) => {
    const note = isElf(content) ? noteIn(readElf(content)) : undefined;
    const found = note === undefined ? undefined : packageOf(note, path);
    return found ? [found] : [];
  },
};

function mayHaveNote({ path, bytes, mode }: FileHeader): boolean {
  return (
    bytes >= smallest && bytes <= largest && ((mode & 0o111) !== 0 || path.includes('.so', path.lastIndexOf('/') + 1))
  );
}

function noteIn(elf: Elf | undefined): string | undefined {
  const section = elf?.section('.note.package');
  if (elf === undefined || section === undefined || section.length < headerBytes) return undefined;
  const view = new DataView(section.buffer, section.byteOffset, section.length);
  const [ownerBytes, bytes, type] = [0, 4, 8].map((at) => view.getUint32(at, elf.little));
  const start = headerBytes + owner.length;
  if (type !== noteType || ownerBytes !== owner.length || bytes === undefined || bytes > maximumNote) return undefined;
  if (textOf(section.subarray(headerBytes, start)) !== owner || start + bytes > section.length) return undefined;
  return textOf(section.subarray(start, start + bytes)).replace(/\0+$/, '');
}

function packageOf(note: string, path: string): InstalledPackage | undefined {
  const { type, name, version, architecture, os } = parseJsonObject(note) ?? {};
  const kind = kinds.find((each) => each === type);
  if (kind === undefined || !isWord(name) || !isWord(version)) return undefined;
  const arch = isWord(architecture) ? { architecture } : {};
  return {
    kind,
    name,
    version,
    purl: packageUrl({ type: kind, name, version }),
    ...arch,
    licences: [],
    path,
    noted: isWord(os) ? { system: os } : {},
  };
}

function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.+~:^-]{1,200}$/.test(value);
}
