import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openContext } from '../../src/context/open-context.ts';
import { contextDigest } from '../../src/prove/context-digest.ts';

const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-context-digest-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const ignoreFile = { path: 'web/.dockerignore', text: 'logs\n.dockerignore\n', encoding: 'utf-8' } as const;

function digest(files: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const context = openContext({ root, directory: 'web', ignoreFile: ignoreFile, uses: [] });
  const bytes = new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)]));
  return contextDigest(root, context, bytes, never);
}

test('the digest of a context is of what is sent, and of nothing else', async () => {
  const file = (name: string) => path.join(root, 'web', name);
  mkdirSync(file('logs'), { recursive: true });
  writeFileSync(file('main.js'), 'one');
  writeFileSync(file('logs/today'), 'one');
  writeFileSync(file('.dockerignore'), ignoreFile.text);
  symlinkSync('main.js', file('link'));
  const first = await digest();
  expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);

  writeFileSync(file('logs/today'), 'two');
  writeFileSync(path.join(root, 'beside'), 'two');
  utimesSync(file('main.js'), 1, 1);
  expect(await digest()).toBe(first);

  const others = [
    await digest({ 'web/main.js': 'two' }),
    await digest({ 'web/new.js': '' }),
    await digest({ 'web/.dockerignore': '.dockerignore\n' }),
  ];
  chmodSync(file('main.js'), 0o755);
  others.push(await digest());
  rmSync(file('link'));
  symlinkSync('other.js', file('link'));
  others.push(await digest());
  expect(new Set([first, ...others]).size).toBe(6);
  expect(await digest({ 'web/logs/new': 'x', 'api/main.js': 'x' })).toBe(others.at(-1));
});

test('a context of which a directory cannot be walked to its end has none', async () => {
  const aborted = AbortSignal.abort(new Error('enough'));
  const context = openContext({ root, directory: 'web', ignoreFile: undefined, uses: [] });
  await expect(contextDigest(root, context, new Map(), aborted)).rejects.toThrow('enough');
  const absent = openContext({ root, directory: 'absent', ignoreFile: undefined, uses: [] });
  expect(await contextDigest(root, absent, new Map(), never)).toBeUndefined();
});
