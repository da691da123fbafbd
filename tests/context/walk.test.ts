import { chmodSync, linkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readIgnoreFile } from '../../src/context/ignorefile.ts';
import { largestDirectories, largestFiles, topLevelShares } from '../../src/context/measure.ts';
import { walkContext } from '../../src/context/walk.ts';
import { asOrdinaryUser } from './as-ordinary-user.ts';
import { makeTree, type Tree } from './make-tree.ts';

function walk(tree: Tree, ignore = '', limit?: number) {
  const limits = limit === undefined ? undefined : { entries: limit };
  return walkContext(makeTree(tree), readIgnoreFile(ignore), limits);
}

function pathsOf(entries: readonly { readonly path: string }[]): readonly string[] {
  return entries.map((entry) => entry.path);
}

describe('what a build sends', () => {
  test('all files with their sizes, directories before what is in them, names in order', () => {
    const listing = walk({ 'b/c': 3, 'b-c': 1, a: 2, 'b/a': 4 });
    expect(listing.entries.map(({ path, kind, size }) => [path, kind, size])).toEqual([
      ['a', 'file', 2],
      ['b', 'directory', 0],
      ['b/a', 'file', 4],
      ['b/c', 'file', 3],
      ['b-c', 'file', 1],
    ]);
    expect([listing.files, listing.bytes]).toEqual([4, 10]);
  });

  test('ignored directories are named once and not entered', () => {
    const listing = walk({ 'src/a': 1, 'node_modules/x/y': 9, 'src/a.log': 9 }, 'node_modules\n**/*.log');
    expect(pathsOf(listing.entries)).toEqual(['src', 'src/a']);
    expect(listing.excluded).toEqual([
      { path: 'node_modules', kind: 'directory' },
      { path: 'src/a.log', kind: 'file' },
    ]);
  });

  test('an exception below an ignored directory is found', () => {
    const listing = walk({ 'a/b/c': 5, 'a/d': 1 }, 'a\n!a/b/c');
    expect(pathsOf(listing.entries)).toEqual(['a/b/c']);
    expect(listing.bytes).toBe(5);
  });

  test('links are sent as links, wherever they lead', () => {
    const listing = walk({ 'a/loop': '-> ..', out: '-> /etc', gone: '-> nothing', file: 1 });
    expect(listing.entries.map(({ path, kind, size, target }) => [path, kind, size, target])).toEqual([
      ['a', 'directory', 0, undefined],
      ['a/loop', 'symlink', 0, '..'],
      ['file', 'file', 1, undefined],
      ['gone', 'symlink', 0, 'nothing'],
      ['out', 'symlink', 0, '/etc'],
    ]);
  });

  test('the second name of a file sends nothing', () => {
    const root = makeTree({ a: 7 });
    linkSync(join(root, 'a'), join(root, 'b'));
    expect(walkContext(root, readIgnoreFile('')).bytes).toBe(7);
  });

  test('each pattern tells how often it changed something', () => {
    const listing = walk(
      { 'a.log': 1, 'b.log': 1, 'node_modules/a.log': 1 },
      '*.log\nnode_modules\n*.tmp\n!b.log\na.*',
    );
    expect(listing.effects).toEqual([2, 1, 0, 1, 0]);
  });

  test('a broken pattern stops the build at the first path that is compared with it', () => {
    expect(walk({ a: 1, b: 1 }, 'a\na*[').refused).toEqual(['b']);
  });
});

describe('bounds', () => {
  test('a walk stops at its limit and says so', () => {
    const listing = walk({ a: 1, b: 1, c: 1, 'd/e': 1 }, '', 3);
    expect(pathsOf(listing.entries)).toEqual(['a', 'b', 'c']);
    expect(listing.stoppedAt).toBe(3);
  });

  test('a walk that ends at its limit was not stopped', () => {
    expect(walk({ a: 1, b: 1, 'd/e': 1 }, '', 4).stoppedAt).toBeUndefined();
  });

  test('a directory that is not there is a result', () => {
    const listing = walkContext('/nowhere/at/all', readIgnoreFile(''));
    expect(listing.unreadable).toEqual([{ path: '', code: 'ENOENT', ignored: false }]);
    expect(listing.entries).toEqual([]);
  });

  test('an unreadable directory is named, with whether it is ignored', () => {
    const root = makeTree({ 'a/x': 1, 'b/x': 1, c: 1 });
    chmodSync(root, 0o755);
    for (const name of ['a', 'b']) chmodSync(join(root, name), 0);
    const listing = asOrdinaryUser(() => walkContext(root, readIgnoreFile('b\n!b/x')));
    for (const name of ['a', 'b']) chmodSync(join(root, name), 0o700);
    expect(listing.unreadable).toEqual([
      { path: 'a', code: 'EACCES', ignored: false },
      { path: 'b', code: 'EACCES', ignored: true },
    ]);
    expect(pathsOf(listing.entries)).toEqual(['a', 'c']);
  });
});

describe('where the bytes are', () => {
  const listing = walk.bind(undefined, { 'a/b/c': 50, 'a/d': 1, e: 20, 'f/g': 5 });

  test('by the first part of the path', () => {
    expect(topLevelShares(listing())).toEqual([
      { path: 'a', kind: 'directory', files: 2, bytes: 51 },
      { path: 'e', kind: 'file', files: 1, bytes: 20 },
      { path: 'f', kind: 'directory', files: 1, bytes: 5 },
    ]);
  });

  test('the largest files and directories', () => {
    expect(pathsOf(largestFiles(listing(), 2))).toEqual(['a/b/c', 'e']);
    expect(largestDirectories(listing(), 2).map(({ path, bytes }) => [path, bytes])).toEqual([
      ['a', 51],
      ['a/b', 50],
    ]);
  });
});
