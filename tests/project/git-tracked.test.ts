import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tracksDirectory } from '../../src/project/git-tracked.ts';
import { loadProject } from '../../src/project/load-project.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'plimsoll-tracked-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function git(directory: string, ...words: readonly string[]): void {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...words], { cwd: directory });
}

function repository(name: string, files: Readonly<Record<string, string>>): string {
  const directory = path.join(root, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  git(directory, 'init', '-q');
  return directory;
}

describe('directories in which git tracks files', () => {
  test.each(['2', '3'])('by an index of version %s', (version) => {
    const directory = repository(`version-${version}`, {
      'build/a.js': 'a',
      'web/vendor/viewer/b.js': 'b',
      'rebuild-out/c.js': 'c',
      'src/d.js': 'd',
    });
    git(directory, 'add', '.');
    git(directory, 'update-index', '--index-version', version);
    // What is to be added later makes an index of version 3 one.
    if (version === '3') {
      writeFileSync(path.join(directory, 'later.js'), '');
      git(directory, 'add', '--intent-to-add', 'later.js');
    }
    const tracks = tracksDirectory(path.join(directory, 'web'));
    expect(['build', 'vendor', 'viewer', 'rebuild-out', 'src'].filter((name) => !tracks(name))).toEqual([]);
    expect(['out', 'dist', 'd.js', 'version-2'].filter(tracks)).toEqual([]);
  });

  test('of a linked worktree', () => {
    const directory = repository('with-worktree', { 'build/a.js': 'a' });
    git(directory, 'add', '.');
    git(directory, 'commit', '-q', '-m', 'first');
    git(directory, 'worktree', 'add', '-q', '../linked');
    expect(tracksDirectory(path.join(root, 'linked'))('build')).toBe(true);
  });

  test.each([
    ['no repository', undefined],
    ['an index that is none', 'nothing of the kind'],
    ['an index that ends too early', 'DIRC'],
  ])('%s: none', (_title, index) => {
    const directory = mkdtempSync(path.join(root, 'without-'));
    if (index !== undefined) {
      mkdirSync(path.join(directory, '.git'));
      writeFileSync(path.join(directory, '.git/index'), index);
    }
    expect(tracksDirectory(directory)('build')).toBe(false);
  });
});

test('vendored code below a name that git ignores is no build output where git tracks it', async () => {
  const files = {
    '.gitignore': 'build/\n',
    Dockerfile: 'FROM node:22-slim\nWORKDIR /app\nCOPY . .\nCMD ["node", "index.js"]\n',
    'static/viewer/build/viewer.js': 'view()',
    'index.js': '',
  };
  const junkOf = async (name: string, ...added: readonly string[]) => {
    const directory = repository(name, files);
    git(directory, 'add', '--force', ...added);
    const { builds } = await loadProject({ kind: 'directory', path: directory });
    return builds.flatMap(({ context }) => context?.junk.map(({ kind }) => kind.id) ?? []);
  };
  expect(await junkOf('tracked', '.')).not.toContain('build-output');
  expect(await junkOf('untracked', 'index.js')).toContain('build-output');
});
