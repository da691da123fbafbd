import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { copyTree, type TreeCopy } from '../../src/prove/context-copy.ts';
import { ownerName } from '../../src/prove/owner.ts';

let base: string;
let root: string;
const copies: TreeCopy[] = [];
const old = new Date('2020-01-02T03:04:05Z');

beforeEach(() => {
  base = mkdtempSync(path.join(tmpdir(), 'context-copy-'));
  root = path.join(base, 'project');
  mkdirSync(path.join(root, 'src'), { recursive: true });
  writeFileSync(path.join(root, 'Dockerfile'), 'FROM busybox\n');
  writeFileSync(path.join(root, 'src/run.sh'), 'echo 1\n', { mode: 0o750 });
  utimesSync(path.join(root, 'src/run.sh'), old, old);
});

afterEach(() => {
  for (const copy of copies.splice(0)) copy.remove();
  rmSync(base, { recursive: true, force: true });
});

async function copyOf(...args: Parameters<typeof copyTree>): Promise<string> {
  const copy = await copyTree(...args);
  copies.push(copy);
  return copy.directory;
}

test('what is not replaced is the same, with its mode and time, and takes no room where links can be made', async () => {
  symlinkSync('run.sh', path.join(root, 'src/latest'));
  symlinkSync('../nowhere', path.join(root, 'dangling'));
  mkdirSync(path.join(root, 'empty'), { mode: 0o711 });
  utimesSync(path.join(root, 'empty'), old, old);
  const copy = await copyOf(root, new Map());
  const run = statSync(path.join(copy, 'src/run.sh'));
  expect(run.mode & 0o7777).toBe(0o750);
  expect(run.mtime).toEqual(old);
  expect(readFileSync(path.join(copy, 'src/run.sh'), 'utf8')).toBe('echo 1\n');
  expect(copies[0]).toMatchObject({ unreadable: [] });
  expect((copies[0]?.linked ?? 0) + (copies[0]?.copied ?? 0)).toBe(2);
  expect([readlinkSync(path.join(copy, 'src/latest')), readlinkSync(path.join(copy, 'dangling'))]).toEqual([
    'run.sh',
    '../nowhere',
  ]);
  const empty = statSync(path.join(copy, 'empty'));
  expect([empty.mode & 0o7777, empty.mtime]).toEqual([0o711, old]);
});

test('a replaced file has the new text, the old mode and a new time, and the original stays as it was', async () => {
  const copy = await copyOf(
    root,
    new Map([
      ['src/run.sh', 'echo 2\n'],
      ['.dockerignore', '*.log\n'],
      ['deploy/new/pod.yaml', 'kind: Pod\n'],
    ]),
  );
  const run = statSync(path.join(copy, 'src/run.sh'));
  expect(run.mode & 0o7777).toBe(0o750);
  expect(run.mtime > old).toBe(true);
  expect(readFileSync(path.join(copy, 'src/run.sh'), 'utf8')).toBe('echo 2\n');
  expect(readFileSync(path.join(copy, '.dockerignore'), 'utf8')).toBe('*.log\n');
  expect(readFileSync(path.join(copy, 'deploy/new/pod.yaml'), 'utf8')).toBe('kind: Pod\n');
  expect(readFileSync(path.join(root, 'src/run.sh'), 'utf8')).toBe('echo 1\n');
  expect(statSync(path.join(root, 'src/run.sh')).mtime).toEqual(old);
  expect(readdirSync(root).sort()).toEqual(['Dockerfile', 'src']);
});

test('null takes a file out of the copy alone', async () => {
  const copy = await copyOf(root, new Map([['src/run.sh', null]]));
  expect(existsSync(path.join(copy, 'src/run.sh'))).toBe(false);
  expect(existsSync(path.join(root, 'src/run.sh'))).toBe(true);
});

test('omitted directories are left out', async () => {
  mkdirSync(path.join(root, 'node_modules/left'), { recursive: true });
  const copy = await copyOf(root, new Map(), { omit: (name, isDirectory) => isDirectory && name === 'node_modules' });
  expect(readdirSync(copy).sort()).toEqual(['Dockerfile', 'src']);
});

test('a replaced path through a link in the tree is replaced where the link leads', async () => {
  symlinkSync('src', path.join(root, 'current'));
  symlinkSync('src/run.sh', path.join(root, 'start'));
  const copy = await copyOf(root, new Map([['current/run.sh', 'echo 3\n']]));
  expect(lstatSync(path.join(copy, 'current')).isSymbolicLink()).toBe(true);
  expect(readFileSync(path.join(copy, 'src/run.sh'), 'utf8')).toBe('echo 3\n');
  const other = await copyOf(root, new Map([['start', 'echo 4\n']]));
  expect(readFileSync(path.join(other, 'src/run.sh'), 'utf8')).toBe('echo 4\n');
});

test('a file that is a link to the outside is replaced in its place', async () => {
  writeFileSync(path.join(base, 'shared'), 'FROM shared\n');
  rmSync(path.join(root, 'Dockerfile'));
  symlinkSync('../shared', path.join(root, 'Dockerfile'));
  const copy = await copyOf(root, new Map([['Dockerfile', 'FROM other\n']]));
  expect(lstatSync(path.join(copy, 'Dockerfile')).isFile()).toBe(true);
  expect(readFileSync(path.join(base, 'shared'), 'utf8')).toBe('FROM shared\n');
});

test.each(['../other', '/etc/passwd', 'src/../../other', '', 'out/file'])(
  'what is outside is not replaced: «%s»',
  async (name) => {
    mkdirSync(path.join(base, 'outside'));
    symlinkSync('../outside', path.join(root, 'out'));
    await expect(copyTree(root, new Map([[name, 'x']]))).rejects.toThrow(/is not in the directory/);
    expect(readdirSync(path.join(base, 'outside'))).toEqual([]);
  },
);

test('a file that others may not be linked to is no less the same: it is copied over devices', async () => {
  const memory = '/dev/shm';
  if (!existsSync(memory) || statSync(memory).dev === statSync(base).dev) return;
  const there = mkdtempSync(path.join(memory, 'context-copy-'));
  try {
    writeFileSync(path.join(there, 'run.sh'), 'echo 1\n', { mode: 0o750 });
    utimesSync(path.join(there, 'run.sh'), old, old);
    const copy = await copyOf(there, new Map());
    const run = statSync(path.join(copy, 'run.sh'));
    expect([run.mode & 0o7777, run.mtime]).toEqual([0o750, old]);
    expect(copies[0]).toMatchObject({ linked: 0, copied: 1 });
  } finally {
    rmSync(there, { recursive: true, force: true });
  }
});

test('removing takes directories with it that may not be written', async () => {
  mkdirSync(path.join(root, 'vendor'));
  writeFileSync(path.join(root, 'vendor/file'), 'x');
  chmodSync(path.join(root, 'vendor'), 0o555);
  const copy = await copyTree(root, new Map([['vendor/file', 'y']]));
  expect(readFileSync(path.join(copy.directory, 'vendor/file'), 'utf8')).toBe('y');
  expect(statSync(path.join(copy.directory, 'vendor')).mode & 0o7777).toBe(0o555);
  copy.remove();
  expect(existsSync(path.dirname(copy.directory))).toBe(false);
  expect(readFileSync(path.join(root, 'vendor/file'), 'utf8')).toBe('x');
});

test('an interrupted copy leaves nothing', async () => {
  for (let at = 0; at < 600; at++) writeFileSync(path.join(root, `src/${at}`), '');
  const signal = AbortSignal.abort(new Error('interrupted'));
  await expect(copyTree(root, new Map(), { signal })).rejects.toThrow('interrupted');
  expect(readdirSync(tmpdir()).filter((name) => name.includes(ownerName()))).toEqual([]);
});
