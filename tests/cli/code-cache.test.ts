import { chmodSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { codeCacheFile, readCodeCache, sealed, unsealed, writeCodeCache } from '../../src/cli/code-cache.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-code-'));
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the place of compiled code', () => {
  test('is of one build and one Node.js', () => {
    vi.stubEnv('XDG_CACHE_HOME', scratch);
    expect(codeCacheFile('0123')).toContain(`0123-${process.version}-`);
    expect(codeCacheFile('0123')).not.toBe(codeCacheFile('4567'));
  });

  test.skipIf(process.platform === 'win32').each([
    ['no directory for caches', { XDG_CACHE_HOME: '', HOME: '' }],
    ['a relative one', { XDG_CACHE_HOME: 'cache', HOME: '/root' }],
    ['a user who wants none', { XDG_CACHE_HOME: '/root/.cache', PLIMSOLL_CODE_CACHE: 'off' }],
  ])('is nowhere with %s', (_, environment) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    expect(codeCacheFile('0123')).toBeUndefined();
  });
});

describe('compiled code', () => {
  test('is read as it was written, and no draft is left', () => {
    const file = path.join(scratch, 'kept', 'a.code');
    writeCodeCache(file, Buffer.from('code'));
    expect(readCodeCache(file)?.toString()).toBe('code');
    expect(readdirSync(path.dirname(file))).toEqual(['a.code']);
  });

  test('of the ten newest builds is kept, and what else stands there', () => {
    vi.stubEnv('XDG_CACHE_HOME', path.join(scratch, 'pruned'));
    const builds = Array.from({ length: 13 }, (_, at) => `00000000000000${at + 10}`);
    const files = builds.map((build) => codeCacheFile(build) ?? '');
    const directory = path.dirname(files[0] ?? '');
    files.forEach((file, at) => {
      writeCodeCache(file, Buffer.from('code'));
      // As if it had been written minutes after the one before, the last one now.
      const minutes = Date.now() / 1000 - 60 * (files.length - at);
      utimesSync(file, minutes, minutes);
    });
    const others = ['notes.code', 'advisories'];
    for (const other of others) writeFileSync(path.join(directory, other), '');
    const last = codeCacheFile('00000000000000ff') ?? '';
    writeCodeCache(last, Buffer.from('code'));
    const names = [...files.slice(4), last].map((file) => path.basename(file));
    expect(readdirSync(directory).sort()).toEqual([...names, ...others].sort());
  });

  test('is not read from a file that everyone may write', () => {
    const file = path.join(scratch, 'open.code');
    writeFileSync(file, 'code');
    chmodSync(file, 0o666);
    expect(readCodeCache(file)).toBeUndefined();
  });

  test.each([
    ['whole', (bytes: Buffer) => bytes, 'code'],
    ['damaged', (bytes: Buffer) => bytes.fill(0, 1, 2), undefined],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1), undefined],
    ['of another half', (bytes: Buffer) => bytes.fill(0, bytes.length - 1), undefined],
    ['empty', () => Buffer.alloc(0), undefined],
  ])('that is sealed and %s is known as such', (_, change, expected) => {
    expect(unsealed(change(sealed(Buffer.from('code'))))?.toString()).toBe(expected);
  });

  test('is none where there is no file, and none is written where none can be', () => {
    expect(readCodeCache(path.join(scratch, 'absent.code'))).toBeUndefined();
    writeFileSync(path.join(scratch, 'file'), '');
    expect(() => writeCodeCache(path.join(scratch, 'file', 'a.code'), Buffer.from(''))).not.toThrow();
  });
});
