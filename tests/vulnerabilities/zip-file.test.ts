import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readZip } from '../../src/vulnerabilities/internal/zip-file.ts';
import { makeZip } from './make-zip.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-zip-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function entries(archive: Buffer): { readonly read: [string, string][]; readonly skipped: string[] } {
  const file = path.join(directory, 'archive.zip');
  writeFileSync(file, archive);
  const skipped: string[] = [];
  const read = [...readZip(file, (name) => skipped.push(name))].map(({ name, content }): [string, string] => [
    name,
    content.toString(),
  ]);
  return { read, skipped };
}

const files = { 'a.json': '{"a":1}', 'ä/b.json': 'x'.repeat(100_000), 'empty.json': '' };

/** The list's first entry begins here. */
function listOf(archive: Buffer): number {
  return archive.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
}

function written(archive: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(archive);
  changed.writeUInt32LE(value, at);
  return changed;
}

describe('a zip archive is read file by file', () => {
  test.each([false, true])('ZIP64: %s', (zip64) => {
    expect(entries(makeZip(files, { zip64 })).read).toEqual(Object.entries(files));
  });

  test('behind a comment, and with more files than a piece of the list holds', () => {
    const many = Object.fromEntries(
      Array.from({ length: 30_000 }, (_, at) => [`${'n'.repeat(30)}-${at}.json`, `${at}`]),
    );
    const archive = makeZip(many);
    archive.writeUInt16LE(5, archive.length - 2);
    expect(entries(Buffer.concat([archive, Buffer.from('hello')])).read).toHaveLength(30_000);
  });
});

describe('what is no archive, or harmful, is an error', () => {
  const archive = makeZip(files);
  const list = listOf(archive);
  test.each([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('hello '.repeat(100))],
    ['cut off', archive.subarray(0, archive.length - 5)],
    ['a list elsewhere', written(archive, archive.length - 6, 7)],
    ['a list beyond the end', written(archive, archive.length - 6, 0x7fffffff)],
    ['a file beyond the end', written(archive, list + 42, 0x7ffffff0)],
    ['a file that is not there', written(archive, list + 42, 3)],
    ['more packed bytes than there are', written(archive, list + 20, 0x7ffffff0)],
    ['a file that unpacks to more than it says', written(archive, list + 24, 2)],
  ])('%s', (_name, bytes) => {
    expect(() => entries(bytes)).toThrow(/no zip archive, or it is damaged/);
  });

  test('files that are too large or encrypted are skipped by name', () => {
    expect(entries(written(archive, list + 24, 0x7ffffff0)).skipped).toEqual(['a.json']);
    expect(entries(written(archive, list + 8, 0x00080001)).skipped).toEqual(['a.json']);
  });
});
