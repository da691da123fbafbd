import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-kept-'));
  // As it is installed for a Node.js that the package has no compiled code for.
  cpSync('dist', path.join(scratch, 'dist'), { recursive: true, filter: (file) => !file.endsWith('.code') });
  mkdirSync(path.join(scratch, 'app'));
  writeFileSync(path.join(scratch, 'app', 'Dockerfile'), 'FROM scratch\nCMD ["/app"]\n');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const caches = () => path.join(scratch, 'cache');
const codeFiles = () => {
  const directory = path.join(caches(), 'plimsoll');
  return readdirSync(directory)
    .filter((name) => name.endsWith('.code'))
    .map((name) => path.join(directory, name));
};

function run(...args: readonly string[]): string {
  return execFileSync(process.execPath, [path.join(scratch, 'dist/cli/main.js'), ...args], {
    cwd: path.join(scratch, 'app'),
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: scratch, XDG_CACHE_HOME: caches() },
  });
}

test('a bundle without compiled code keeps its own behind the run, and takes it in the next', () => {
  const first = run('audit', '.', '--fail-on', 'never');
  const [file = '', ...others] = codeFiles();
  expect(others).toEqual([]);
  const { mtimeMs, size } = statSync(file);
  expect(size).toBeGreaterThan(100_000);
  expect(run('audit', '.', '--fail-on', 'never')).toBe(first);
  // What V8 had refused would have been written anew.
  expect(statSync(file).mtimeMs).toBe(mtimeMs);
});

test.each([0.1, 0.3, 0.6, 0.9])('what is damaged at %f of it ends no run, and is written anew', (at) => {
  const first = run('audit', '.', '--fail-on', 'never');
  const [file = ''] = codeFiles();
  const whole = readFileSync(file);
  const damaged = Buffer.from(whole);
  const start = Math.floor(whole.length * at);
  for (let place = start; place < start + 64; place++) damaged[place] = 255 - (damaged[place] ?? 0);
  writeFileSync(file, damaged);
  expect(run('audit', '.', '--fail-on', 'never')).toBe(first);
  const anew = readFileSync(file);
  expect(anew.equals(damaged)).toBe(false);
  expect(anew.subarray(0, anew.length / 2).equals(anew.subarray(anew.length / 2))).toBe(true);
});

test('so does the part that records, and what is damaged of it is written anew', () => {
  const record = () => run('audit', '.', '--fail-on', 'never', '--record', '--store', path.join(scratch, 'history.db'));
  const before = codeFiles();
  record();
  const [file = '', ...others] = codeFiles().filter((each) => !before.includes(each));
  expect(others).toEqual([]);
  const whole = readFileSync(file);
  record();
  expect(readFileSync(file).equals(whole)).toBe(true);
  writeFileSync(file, Buffer.from(whole).fill(0, 100, 200));
  record();
  expect(readFileSync(file).subarray(100, 200).equals(Buffer.alloc(100))).toBe(false);
});
