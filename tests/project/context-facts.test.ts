import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { openContext } from '../../src/context/open-context.ts';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { applyEdits } from '../../src/core/fix.ts';
import { ignoreChanges, sizeText } from '../../src/project/context-facts.ts';

const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-context-facts-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('sizes are written as Docker writes them', () => {
  test.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1000, '1 kB'],
    [1234, '1.2 kB'],
    [12_345, '12 kB'],
    [999_900, '1 MB'],
    [171_000_000, '171 MB'],
    [5_250_000_000, '5.3 GB'],
  ])('%d', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });
});

describe('lines are added to an ignore file', () => {
  test.each([
    ['a\n', 'a\n.git\n'],
    ['a', 'a\n.git\n'],
    ['a\r\nb', 'a\r\nb\r\n.git\r\n'],
    ['', '.git\n'],
  ])('%j', (before, after) => {
    const ignoreFile = decodeArtifact('.dockerignore', Buffer.from(before));
    const { edits } = ignoreChanges(openContext({ root, directory: '', ignoreFile, uses: [] }), '.git\n');
    expect(applyEdits(before, edits)).toBe(after);
  });

  test('a new file where there is none', () => {
    const context = openContext({ root, directory: 'web', ignoreFile: undefined, uses: [] });
    expect(ignoreChanges(context, '.git\n')).toEqual({
      edits: [],
      newFiles: [{ path: 'web/.dockerignore', text: '.git\n' }],
    });
  });
});

test('what git ignores is told by the files of the context and of those above it', () => {
  mkdirSync(path.join(root, 'web'));
  writeFileSync(path.join(root, '.gitignore'), 'web/version.json\n');
  writeFileSync(path.join(root, 'web/.gitignore'), 'dist/\n');
  const context = openContext({ root, directory: 'web', ignoreFile: undefined, uses: [] });
  expect(['version.json', 'dist/', 'server.js'].map((each) => context.isGitIgnored(each))).toEqual([true, true, false]);
});
