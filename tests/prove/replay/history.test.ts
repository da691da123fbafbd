import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TreeEntry, Trees } from '../../../src/prove/replay/git-trees.ts';
import { openHistory } from '../../../src/prove/replay/history.ts';
import { makeRepository } from './git-fixture.ts';

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});

function repository() {
  const made = makeRepository();
  undo.push(made.remove);
  return made;
}

function files(trees: Trees, tree: string, above = ''): (readonly [string, TreeEntry])[] {
  return trees
    .entries(tree)
    .flatMap((entry) =>
      entry.kind === 'directory'
        ? files(trees, entry.id, `${above}${entry.name}/`)
        : [[`${above}${entry.name}`, entry] as const],
    );
}

async function lastFiles(directory: string) {
  const history = await openHistory(directory, { most: 10 });
  try {
    const tree = history.commits.at(-1)?.tree ?? '';
    const found = files(history.trees, tree);
    const texts = await history.texts(found.map(([, { id }]) => id));
    return found.map(([name, { kind, id }]) => [name, kind, texts.get(id)?.slice(0, 12)]);
  } finally {
    history.close();
  }
}

const long = (last: string) => `${Array.from({ length: 2000 }, (_, at) => `line ${at}`).join('\n')}${last}`;

const expected = [
  ['bin/run', 'executable', '#!/bin/sh\n'],
  ['deep/er/file', 'file', 'line 0\nline '],
  ['link', 'symlink', 'deep/er'],
];

test('loose objects, packs with deltas and alternates give the same files', async () => {
  const made = repository();
  made.commit({ 'bin/run': { run: '#!/bin/sh\n' }, 'deep/er/file': long('1'), link: { link: 'deep/er' } });
  made.commit({ 'deep/er/file': long('2') });
  expect(await lastFiles(made.directory), 'loose').toEqual(expected);
  made.git('gc', '-q', '--aggressive', '--prune=now');
  expect(await lastFiles(made.directory), 'packed').toEqual(expected);
  const other = mkdtempSync(path.join(tmpdir(), 'plimsoll-clone-'));
  undo.push(() => rmSync(other, { recursive: true, force: true }));
  execFileSync('git', ['clone', '-q', '--shared', made.directory, other]);
  expect(await lastFiles(other), 'alternates').toEqual(expected);
});

test('commits are the first parents, oldest first; a merge is one commit', async () => {
  const made = repository();
  made.commit({ a: '1' }, 'one');
  made.git('checkout', '-q', '-b', 'side');
  made.commit({ b: '1' }, 'side');
  made.git('checkout', '-q', 'main');
  made.commit({ a: '2' }, 'two');
  made.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
  const subjects = async (everyParent: boolean) => {
    const history = await openHistory(made.directory, { most: 10, everyParent });
    history.close();
    return [history.whole, history.commits.map(({ subject }) => subject)];
  };
  expect(await subjects(false)).toEqual([true, ['one', 'two', 'merge']]);
  expect((await subjects(true))[1]).toContain('side');
});

test('a shallow clone says that it is one', async () => {
  const made = repository();
  for (const a of ['1', '2', '3']) made.commit({ a });
  const other = mkdtempSync(path.join(tmpdir(), 'plimsoll-clone-'));
  undo.push(() => rmSync(other, { recursive: true, force: true }));
  execFileSync('git', ['clone', '-q', '--depth=2', `file://${made.directory}`, other]);
  const history = await openHistory(other, { most: 10 });
  history.close();
  expect([history.commits.length, history.shallow]).toEqual([2, true]);
});

test('what is not there is said', async () => {
  const outside = mkdtempSync(path.join(tmpdir(), 'plimsoll-none-'));
  undo.push(() => rmSync(outside, { recursive: true, force: true }));
  await expect(openHistory(outside, { most: 1 })).rejects.toThrow('is not in a git repository');
  const made = repository();
  await expect(openHistory(made.directory, { most: 1 })).rejects.toThrow('has no commit yet');
  made.commit({ a: '1' });
  await expect(openHistory(made.directory, { most: 1, revision: 'v9' })).rejects.toThrow('no commit «v9»');
  await expect(openHistory(made.directory, { most: 1, revision: '--output=x' })).rejects.toThrow('no commit');
  const missing = made.git('rev-parse', 'HEAD^{tree}').trim();
  rmSync(path.join(made.directory, '.git/objects', missing.slice(0, 2), missing.slice(2)));
  await expect(openHistory(made.directory, { most: 1 })).rejects.toThrow('this clone is not whole');
});

test('a large blob is passed over, and what is asked for after it is read', async () => {
  const made = repository();
  writeFileSync(path.join(made.directory, 'large'), Buffer.alloc(9 << 20, 'x'));
  made.commit({ small: 'text', zero: 'a\0b' });
  const history = await openHistory(made.directory, { most: 1 });
  const ids = files(history.trees, history.commits[0]?.tree ?? '').map(([, { id }]) => id);
  const texts = await history.texts(ids);
  history.close();
  expect([...texts.values()]).toEqual(['text']);
});
