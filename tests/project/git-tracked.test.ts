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

function repository(name: string, files: Readonly<Record<string, string>>, hash = 'sha1'): string {
  const directory = path.join(root, name);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), text);
  }
  git(directory, 'init', '-q', `--object-format=${hash}`);
  return directory;
}

describe('directories in which git tracks files', () => {
  test.each([
    ['2', 'sha1'],
    ['3', 'sha1'],
    ['4', 'sha1'],
    ['4', 'sha256'],
  ])('by an index of version %s of a repository of %s', (version, hash) => {
    const directory = repository(
      `version-${version}-${hash}`,
      {
        'build/a.js': 'a',
        'web/vendor/viewer/b.js': 'b',
        'rebuild-out/c.js': 'c',
        // Of the second name an index of version 4 has what begins with the slash.
        'pkg.js': 'p',
        'pkg/p.js': 'p',
        'src/d.js': 'd',
        'src/deep/e.js': 'e',
        [`src/deep/${'long/'.repeat(60)}f.js`]: 'f',
        'tööls/g.js': 'g',
      },
      hash,
    );
    git(directory, 'add', '.');
    git(directory, 'update-index', '--index-version', version);
    // What is to be added later makes an index of version 3 one, and has more flags in version 4.
    if (version !== '2') {
      writeFileSync(path.join(directory, 'later.js'), '');
      git(directory, 'add', '--intent-to-add', 'later.js');
    }
    const tracks = tracksDirectory(path.join(directory, 'web'));
    expect(
      ['build', 'vendor', 'viewer', 'rebuild-out', 'web', 'pkg', 'src', 'deep', 'long', 'tööls'].filter(
        (name) => !tracks(name),
      ),
    ).toEqual([]);
    expect(['out', 'dist', 'd.js', 'f.js', 'later.js', 'sr', 'version-2-sha1'].filter(tracks)).toEqual([]);
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
    ['an index of version 4 that ends too early', 'DIRC\0\0\0\x04\0\0\0\x01build/'],
    ['an index of a version that is not known', 'DIRC\0\0\0\x05\0\0\0\x01build/'],
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
