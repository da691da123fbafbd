import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import type { Advisory } from './advisory.ts';
import { writeDetails } from './internal/read-details.ts';
import {
  checksum,
  cveNumber,
  exploitEntryBytes,
  hashOf,
  indexEntryBytes,
  magic,
  packageKey,
  type Section,
  storeFileName,
  writeRecord,
} from './internal/store-format.ts';
import type { StoreInformation, StoreSource } from './store-information.ts';

/** Takes advisories one by one; memory holds the index, the exploits and a 64th of the packages' records. */
export interface StoreWriter {
  add(advisory: Advisory): void;
  /** EPSS of a CVE, 0 to 1. */
  addEpss(cve: string, epss: number): void;
  /** A CVE of CISA's catalogue. */
  addKnownExploited(cve: string): void;
  /** Writes the rest and puts the file where {@link openStore} looks, in place of the one there. */
  finish(facts: {
    readonly sources: readonly StoreSource[];
    readonly withdrawn: number;
    readonly left: number;
    readonly damaged: number;
  }): StoreInformation;
  /** Removes what was written, where it is not to be finished. */
  abandon(): void;
}

const partitions = 64;
/** Blocks that most packages have stay readable at once: inflating takes longer than reading them. */
const deflatedFrom = 8 * 1024;

export function writeStore(directory: string, now: () => Date = () => new Date()): StoreWriter {
  mkdirSync(directory, { recursive: true });
  const file = path.join(directory, storeFileName);
  const draft = `${file}.${process.pid}`;
  const output = countingFile(draft);
  const parts = Array.from({ length: partitions }, (_, at) => bufferedFile(`${draft}.part${at}`));
  const ecosystems = new Map<string, number>();
  const exploits = new Map<string, { epss: number; known: boolean }>();
  let advisories = 0;
  const exploit = (cve: string) => {
    const entry = exploits.get(cve) ?? { epss: -1, known: false };
    exploits.set(cve, entry);
    return entry;
  };
  output.write(magic);
  return {
    add(advisory) {
      if (advisory.affected.length === 0) return;
      const details = output.block(writeDetails(advisory));
      advisories++;
      for (const name of new Set(advisory.affected.map(({ ecosystem }) => ecosystem)))
        ecosystems.set(name, (ecosystems.get(name) ?? 0) + 1);
      for (const affected of advisory.affected) {
        const key = packageKey(affected.ecosystem, affected.name);
        const [high, low] = hashOf(key);
        const line = JSON.stringify([high, low, key, writeRecord({ ...affected, id: advisory.id, details })]);
        parts[high >>> 26]?.write(`${line}\n`);
      }
    },
    addEpss(cve, epss) {
      if (cveNumber(cve) !== undefined && epss >= 0 && epss <= 1) exploit(cve).epss = epss;
    },
    addKnownExploited(cve) {
      if (cveNumber(cve) !== undefined) exploit(cve).known = true;
    },
    finish({ sources, withdrawn, left, damaged }) {
      const index: Buffer[] = [];
      for (const part of parts) index.push(writePackages(part.readAll(), output));
      const exploitSection = output.raw(exploitTable(exploits));
      const indexContent = Buffer.concat(index);
      const indexSection = output.raw(indexContent);
      const information: StoreInformation = {
        built: now().toISOString(),
        advisories,
        packages: indexContent.length / indexEntryBytes,
        ecosystems: [...ecosystems]
          .map(([name, count]) => ({ name, advisories: count }))
          .sort((a, b) => (a.name < b.name ? -1 : 1)),
        sources,
        withdrawn,
        left,
        damaged,
        epss: [...exploits.values()].filter(({ epss }) => epss >= 0).length,
        knownExploited: [...exploits.values()].filter(({ known }) => known).length,
      };
      const informationSection = output.block(JSON.stringify(information));
      output.finish([exploitSection, indexSection, informationSection], indexContent);
      renameSync(draft, file);
      for (const part of parts) part.remove();
      return information;
    },
    abandon() {
      output.close();
      for (const part of parts) part.remove();
      rmSync(draft, { force: true });
    },
  };
}

/** Writes the blocks of one partition's packages, by hash; gives their entries of the index. */
function writePackages(lines: string, output: CountingFile): Buffer {
  const records = new Map<string, { high: number; low: number; records: Set<string> }>();
  for (const line of lines.split('\n')) {
    if (line === '') continue;
    const [high, low, key, record]: [number, number, string, string] = JSON.parse(line);
    const entry = records.get(key) ?? { high, low, records: new Set() };
    entry.records.add(record);
    records.set(key, entry);
  }
  const sorted = [...records].sort(([, a], [, b]) => a.high - b.high || a.low - b.low);
  const index = Buffer.alloc(sorted.length * indexEntryBytes);
  sorted.forEach(([key, entry], at) => {
    const { offset, length } = output.block(`[${[JSON.stringify(key), ...entry.records].join(',')}]`);
    const start = at * indexEntryBytes;
    index.writeUInt32BE(entry.high, start);
    index.writeUInt32BE(entry.low, start + 4);
    index.writeUIntBE(offset, start + 8, 6);
    index.writeUInt32BE(length, start + 14);
  });
  return index;
}

function exploitTable(exploits: ReadonlyMap<string, { readonly epss: number; readonly known: boolean }>): Buffer {
  const sorted = [...exploits]
    .flatMap(([cve, entry]) => {
      const number = cveNumber(cve);
      return number === undefined ? [] : [{ number, entry }];
    })
    .sort(({ number: a }, { number: b }) => a[0] - b[0] || a[1] - b[1]);
  const table = Buffer.alloc(sorted.length * exploitEntryBytes);
  sorted.forEach(({ number: [year, serial], entry }, at) => {
    const start = at * exploitEntryBytes;
    table.writeUInt16BE(year, start);
    table.writeUInt32BE(serial, start + 2);
    table.writeFloatBE(entry.epss, start + 6);
    table[start + 10] = entry.known ? 1 : 0;
  });
  return table;
}

interface CountingFile {
  write(content: Uint8Array): void;
  /** As it is. */
  raw(content: Uint8Array): Section;
  /** With its checksum before it, deflated where that pays. */
  block(text: string): Section;
  /** The footer, and all of it on the disk. */
  finish(sections: readonly Section[], index: Uint8Array): void;
  close(): void;
}

function countingFile(file: string): CountingFile {
  const descriptor = openSync(file, 'w', 0o644);
  const hash = createHash('sha256');
  let offset = 0;
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  const flush = () => {
    if (waitingBytes > 0) writeAll(descriptor, Buffer.concat(waiting));
    waiting = [];
    waitingBytes = 0;
  };
  const write = (content: Uint8Array) => {
    hash.update(content);
    waiting.push(content);
    waitingBytes += content.length;
    offset += content.length;
    if (waitingBytes > 1024 * 1024) flush();
  };
  const raw = (content: Uint8Array): Section => {
    write(content);
    return { offset: offset - content.length, length: content.length };
  };
  return {
    write,
    raw,
    block(text) {
      const plain = Buffer.from(text);
      const deflated = plain.length > deflatedFrom;
      const body = Buffer.concat([Buffer.from([deflated ? 1 : 0]), deflated ? deflateRawSync(plain) : plain]);
      const sum = Buffer.alloc(4);
      sum.writeUInt32BE(checksum(body), 0);
      return raw(Buffer.concat([sum, body]));
    },
    finish(sections, index) {
      const fileSum = hash.digest();
      const places = Buffer.alloc(sections.length * 12);
      sections.forEach((section, at) => {
        places.writeUIntBE(section.offset, at * 12, 6);
        places.writeUIntBE(section.length, at * 12 + 6, 6);
      });
      waiting.push(places, createHash('sha256').update(index).digest(), fileSum, magic);
      waitingBytes += 1;
      flush();
      fsyncSync(descriptor);
      closeSync(descriptor);
    },
    close: () => closeSync(descriptor),
  };
}

interface BufferedFile {
  write(line: string): void;
  readAll(): string;
  remove(): void;
}

/** Lines on disk, without a file as long as they are few. */
function bufferedFile(file: string): BufferedFile {
  let waiting: string[] = [];
  let waitingLength = 0;
  let descriptor: number | undefined;
  return {
    write(line) {
      waiting.push(line);
      waitingLength += line.length;
      if (waitingLength < 256 * 1024) return;
      descriptor ??= openSync(file, 'w', 0o600);
      writeAll(descriptor, Buffer.from(waiting.join('')));
      waiting = [];
      waitingLength = 0;
    },
    readAll: () => (descriptor === undefined ? '' : readFileSync(file, 'utf8')) + waiting.join(''),
    remove() {
      if (descriptor === undefined) return;
      closeSync(descriptor);
      rmSync(file, { force: true });
    },
  };
}

function writeAll(descriptor: number, content: Uint8Array): void {
  for (let at = 0; at < content.length; ) at += writeSync(descriptor, content, at);
}
