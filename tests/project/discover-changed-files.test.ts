import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { changedFiles } from '../../src/project/changed-files.ts';
import { makeTree } from '../context/make-tree.ts';

function git(root: string, ...args: string[]): void {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com', '-c', 'commit.gpgsign=false'];
  execFileSync('git', [...identity, ...args], { cwd: root, stdio: 'pipe' });
}

function repository(): string {
  const root = makeTree({ 'a/Dockerfile': '1', 'b/Dockerfile': '1', gone: '1', '.gitignore': 'ignored\n' });
  git(root, 'init', '-q', '-b', 'main');
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'one');
  return root;
}

describe('what has changed since a revision', () => {
  test('committed, changed and new files, without deleted and ignored ones', async () => {
    const root = repository();
    writeFileSync(join(root, 'a/Dockerfile'), '2');
    git(root, 'commit', '-q', '-a', '-m', 'two');
    writeFileSync(join(root, 'b/Dockerfile'), '2');
    rmSync(join(root, 'gone'));
    for (const name of ['new “file”\n', 'ignored']) writeFileSync(join(root, name), '1');
    expect([...(await changedFiles(root, 'HEAD~1'))].sort()).toEqual(['a/Dockerfile', 'b/Dockerfile', 'new “file”\n']);
    expect([...(await changedFiles(root, 'HEAD'))].sort()).toEqual(['b/Dockerfile', 'new “file”\n']);
  });

  test('paths are relative to the directory, and only those below it', async () => {
    const root = repository();
    writeFileSync(join(root, 'a/Dockerfile'), '2');
    writeFileSync(join(root, 'b/Dockerfile'), '2');
    mkdirSync(join(root, 'a/c'));
    writeFileSync(join(root, 'a/c/x'), '2');
    expect([...(await changedFiles(join(root, 'a'), 'main'))].sort()).toEqual(['Dockerfile', 'c/x']);
  });

  test('what only the other branch changed does not count', async () => {
    const root = repository();
    git(root, 'switch', '-q', '-c', 'feature');
    writeFileSync(join(root, 'a/Dockerfile'), '2');
    git(root, 'commit', '-q', '-a', '-m', 'feature');
    git(root, 'switch', '-q', 'main');
    writeFileSync(join(root, 'b/Dockerfile'), '2');
    git(root, 'commit', '-q', '-a', '-m', 'main');
    git(root, 'switch', '-q', 'feature');
    expect([...(await changedFiles(root, 'main'))]).toEqual(['a/Dockerfile']);
  });

  test.each(['nothing', '--output=x', 'HEAD~99', ''])('the revision %j is refused', async (revision) => {
    await expect(changedFiles(repository(), revision)).rejects.toMatchObject({ name: 'UserError', exitCode: 2 });
  });

  test('a directory in no repository is refused', async () => {
    await expect(changedFiles(makeTree({ a: 1 }), 'HEAD')).rejects.toThrow('is not in a git repository');
  });
});
