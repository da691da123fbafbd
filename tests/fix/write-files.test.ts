import { execFileSync, spawn, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FileSystem } from '../../src/fix/internal/file-system.ts';
import { type FileToWrite, recoverWriting, writeFiles } from '../../src/fix/write-files.ts';
import { asOrdinaryUser } from '../context/as-ordinary-user.ts';

let root = '';
beforeEach(() => {
  root = fs.mkdtempSync(path.join(tmpdir(), 'plimsoll-write-'));
});
afterEach(() => {
  spawnSync('chmod', ['-R', 'u+rwx', root]);
  fs.rmSync(root, { recursive: true, force: true });
});

const place = (name: string) => path.join(root, name);
const read = (name: string) => fs.readFileSync(place(name), 'utf8');
const file = (name: string, before: string | undefined, after: string): FileToWrite => ({
  path: name,
  before: before === undefined ? undefined : Buffer.from(before),
  after: Buffer.from(after),
});
/** Writes the old texts and gives the files to write. */
function old(...names: string[]): FileToWrite[] {
  return names.map((name) => {
    fs.mkdirSync(path.dirname(place(name)), { recursive: true });
    fs.writeFileSync(place(name), `old ${name}`);
    return file(name, `old ${name}`, `new ${name}`);
  });
}
const everything = () => fs.readdirSync(root, { recursive: true }).map(String).sort();

/** A file system on which one call fails, or after which nothing more is done: as if the process had been killed. */
function failing(name: keyof FileSystem, at: number, code: string | 'killed'): FileSystem {
  let count = 0;
  let dead = false;
  return new Proxy(fs, {
    get(target, key) {
      const own = Reflect.get(target, key);
      if (typeof own !== 'function') return own;
      return (...parameters: unknown[]) => {
        if (dead) throw new Error('killed');
        if (key === name && ++count === at) {
          dead = code === 'killed';
          throw Object.assign(new Error(code), { code });
        }
        return Reflect.apply(own, target, parameters);
      };
    },
  });
}

describe('writing sets of files', () => {
  test('writes what is there and what is new, with directories', () => {
    const result = writeFiles(root, [[...old('a', 'b/c'), file('d/e/f', undefined, 'new d/e/f')]]);
    expect(result).toEqual({ written: ['a', 'b/c', 'd/e/f'], failures: [] });
    expect(['a', 'b/c', 'd/e/f'].map(read)).toEqual(['new a', 'new b/c', 'new d/e/f']);
    expect(everything()).toEqual(['a', 'b', 'b/c', 'd', 'd/e', 'd/e/f']);
  });

  test('a file that changed since it was read is left as it is, with all of its set and no other', () => {
    const [a, b, c] = old('a', 'b', 'c');
    fs.writeFileSync(place('b'), 'somebody else');
    const result = writeFiles(root, [[a, b].flatMap((each) => each ?? []), [c].flatMap((each) => each ?? [])]);
    expect(result.written).toEqual(['c']);
    expect(result.failures).toMatchObject([{ path: 'b', reason: expect.stringContaining('has changed') }]);
    expect([read('a'), read('b'), read('c')]).toEqual(['old a', 'somebody else', 'new c']);
  });

  test.each([
    ['a file that vanished', () => fs.rmSync(place('b')), 'not there any more'],
    ['a read-only file', () => fs.chmodSync(place('b'), 0o444), 'read-only'],
    [
      'a directory in its place',
      () => {
        fs.rmSync(place('b'));
        fs.mkdirSync(place('b'));
      },
      '',
    ],
  ])('%s is named and its set is left', (_, spoil, reason) => {
    const files = old('a', 'b');
    spoil();
    const result = writeFiles(root, [files]);
    expect(result.written).toEqual([]);
    expect(result.failures).toMatchObject([{ path: 'b', reason: expect.stringContaining(reason) }]);
    expect(read('a')).toBe('old a');
    expect(everything().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('a new file that is there by now is not overwritten', () => {
    fs.writeFileSync(place('n'), 'mine');
    const result = writeFiles(root, [[...old('a'), file('n', undefined, 'new n')]]);
    expect(result.failures).toMatchObject([{ path: 'n', reason: expect.stringContaining('exists already') }]);
    expect([read('a'), read('n')]).toEqual(['old a', 'mine']);
  });

  test('nothing is written through a link that leads out of the project', () => {
    const elsewhere = fs.mkdtempSync(path.join(tmpdir(), 'plimsoll-elsewhere-'));
    fs.symlinkSync(elsewhere, place('out'));
    const result = writeFiles(root, [[file('out/n', undefined, 'x')], [file('../n', undefined, 'x')]]);
    expect(result.written).toEqual([]);
    expect(result.failures).toHaveLength(2);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    fs.rmSync(elsewhere, { recursive: true });
  });

  const calls = ['openSync', 'writeSync', 'fsyncSync', 'fchmodSync', 'linkSync', 'renameSync'] as const;
  test.each(calls.flatMap((call) => [1, 2, 3, 4, 5, 6].map((at) => [call, at] as const)))(
    'a full disk at %s, time %d: all old or all new, no draft left',
    (call, at) => {
      const files = old('a', 'b/c', 'd');
      const { written, failures } = writeFiles(root, [files], failing(call, at, 'ENOSPC'));
      expect(new Set(['a', 'b/c', 'd'].map((name) => read(name).slice(0, 3))).size).toBe(1);
      expect(written.length === 0 ? failures.length > 0 : failures.length === 0).toBe(true);
      expect(read('a')).toBe(written.length > 0 ? 'new a' : 'old a');
      expect(everything()).toEqual(['a', 'b', 'b/c', 'd']);
    },
  );

  test.each(
    ['openSync', 'writeSync', 'fsyncSync', 'linkSync', 'renameSync', 'unlinkSync'].flatMap((call) =>
      [1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => [call, at] as const),
    ),
  )('killed at %s, time %d: each file is whole, and the next run makes the set whole', (call, at) => {
    const files = [...old('a', 'b/c', 'd'), file('n', undefined, 'new n')];
    try {
      // biome-ignore lint/suspicious/noExplicitAny: named in the table
      writeFiles(root, [files], failing(call as any, at, 'killed'));
    } catch {}
    for (const name of ['a', 'b/c', 'd']) expect(['old', 'new']).toContain(read(name).split(' ')[0]);
    recoverWriting(root);
    const states = ['a', 'b/c', 'd'].map((name) => read(name).slice(0, 3));
    states.push(fs.existsSync(place('n')) ? 'new' : 'old');
    expect(new Set(states).size, states.join()).toBe(1);
    expect(everything().filter((name) => name.includes('plimsoll'))).toEqual([]);
  });
});

describe('as an ordinary user', () => {
  test.runIf(process.getuid?.() === 0)('a directory that may not be written', async () => {
    const files = old('x/a', 'b');
    fs.chmodSync(place('x'), 0o555);
    fs.chmodSync(root, 0o777);
    for (const name of ['x/a', 'b']) fs.chmodSync(place(name), 0o666);
    const result = await asOrdinaryUser(async () => writeFiles(root, [files]));
    expect(result.written).toEqual([]);
    expect(result.failures).toMatchObject([{ path: 'x/a', reason: expect.stringContaining('permission denied') }]);
    expect([read('x/a'), read('b')]).toEqual(['old x/a', 'old b']);
  });
});

describe('a process of its own', () => {
  let script = '';
  let scratch = '';
  beforeAll(async () => {
    scratch = fs.mkdtempSync(path.join(tmpdir(), 'plimsoll-writer-'));
    script = path.join(scratch, 'writer.mjs');
    await build({
      stdin: {
        contents: `
          import { recoverWriting, writeFiles } from './src/fix/write-files.ts';
          import { readFileSync } from 'node:fs';
          const [root, count, size] = process.argv.slice(2);
          recoverWriting(root);
          const files = Array.from({ length: Number(count) }, (_, at) => {
            const before = readFileSync(root + '/f' + at);
            const next = before[0] === 97 ? 'b' : 'a';
            return { path: 'f' + at, before, after: Buffer.from(next.repeat(Number(size))) };
          });
          const { written, failures } = writeFiles(root, [files]);
          console.log(JSON.stringify({ written: written.length, failures }));
        `,
        resolveDir: path.join(import.meta.dirname, '../..'),
        loader: 'ts',
      },
      outfile: script,
      bundle: true,
      format: 'esm',
      platform: 'node',
    });
  });
  afterAll(() => fs.rmSync(scratch, { recursive: true, force: true }));

  const count = 12;
  const size = 4000;
  const fill = (letter: string) => {
    for (let at = 0; at < count; at++) fs.writeFileSync(place(`f${at}`), letter.repeat(size));
  };
  const letters = () =>
    Array.from({ length: count }, (_, at) => {
      const text = read(`f${at}`);
      expect(text).toBe(text.charAt(0).repeat(size));
      return text.charAt(0);
    });

  test('killed at any moment, no file is ever half, and the next run ends what it began', {
    timeout: 120_000,
  }, async () => {
    fill('a');
    let cutOff = 0;
    for (let round = 0; round < 25; round++) {
      const writer = spawn(process.execPath, [script, root, String(count), String(size)], { stdio: 'ignore' });
      const ended = new Promise((resolve) => writer.once('exit', resolve));
      const journal = place('.plimsoll-fix.journal');
      // From the moment at which the journal is there, a little later each time.
      for (let waited = 0; !fs.existsSync(journal) && waited < 2000 && writer.exitCode === null; waited++)
        await new Promise((resolve) => setTimeout(resolve, 1));
      await new Promise((resolve) => setTimeout(resolve, round));
      if (writer.kill('SIGKILL')) cutOff += 1;
      await ended;
      letters();
      recoverWriting(root);
      expect(new Set(letters()).size).toBe(1);
      expect(everything().filter((name) => name.includes('plimsoll'))).toEqual([]);
    }
    expect(cutOff).toBeGreaterThan(0);
  });

  test('a limit on the size of files (RLIMIT_FSIZE): every file stays as it was', () => {
    fill('a');
    const run = spawnSync(
      'sh',
      ['-c', `trap '' XFSZ; ulimit -f 2; exec ${process.execPath} ${script} ${root} ${count} ${size}`],
      {
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(run.stdout)).toMatchObject({ written: 0, failures: [{}] });
    expect(new Set(letters())).toEqual(new Set(['a']));
    expect(everything().filter((name) => name.includes('plimsoll'))).toEqual([]);
  });

  test.runIf(process.getuid?.() === 0)('a full disk: every file stays as it was', () => {
    const disk = place('disk');
    fs.mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', disk]);
    if (mounted.status !== 0) return;
    try {
      for (let at = 0; at < count; at++) fs.writeFileSync(path.join(disk, `f${at}`), 'a'.repeat(size));
      const output = execFileSync(process.execPath, [script, disk, String(count), '40000'], { encoding: 'utf8' });
      expect(JSON.parse(output)).toMatchObject({
        written: 0,
        failures: [{ path: expect.stringMatching(/^f\d+$/), reason: expect.stringContaining('the disk is full') }],
      });
      for (let at = 0; at < count; at++)
        expect(fs.readFileSync(path.join(disk, `f${at}`), 'utf8')).toBe('a'.repeat(size));
      expect(fs.readdirSync(disk)).toHaveLength(count);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});
