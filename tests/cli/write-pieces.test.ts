import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writePieces } from '../../src/cli/write-file.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-pieces-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('pieces are written one behind the other', () => {
  const file = path.join(scratch, 'whole');
  writePieces(file, ['a', 'b']);
  expect(readFileSync(file, 'utf8')).toBe('ab');
});

test('a file that cannot be opened is told with its name', () => {
  expect(() => writePieces(path.join(scratch, 'none', 'x'), ['a'])).toThrow('this file cannot be written');
});

test('what making a piece throws is not told as a fault of the file', () => {
  function* pieces() {
    yield 'a';
    throw new RangeError('a fault of the renderer');
  }
  expect(() => writePieces(path.join(scratch, 'half'), pieces())).toThrow(new RangeError('a fault of the renderer'));
});
