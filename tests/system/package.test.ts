import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { shippedCodeFile } from '../../src/cli/code-cache.ts';

/** What a stranger gets: the package as npm packs it, installed in an empty directory. */
let scratch = '';
let command = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-package-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', scratch], { stdio: 'pipe' });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(path.join(scratch, 'package.json'), '{"private":true}');
  execFileSync('npm', ['install', '--silent', '--offline', '--no-audit', `./plimsoll-${version}.tgz`], {
    cwd: scratch,
    stdio: 'pipe',
  });
  command = path.join(scratch, 'node_modules/.bin/plimsoll');
  cpSync('examples/shop-node', path.join(scratch, 'shop'), { recursive: true });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function compiledCode() {
  return path.join(scratch, 'node_modules/plimsoll/dist/cli', shippedCodeFile('plimsoll'));
}

function plimsoll(args: readonly string[], input?: string) {
  return spawnSync(command, args, { cwd: scratch, encoding: 'utf8', ...(input !== undefined && { input }) });
}

describe('the packed and installed package', () => {
  test('needs no other package', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(dependencies).toBeUndefined();
    expect(existsSync(path.join(scratch, 'node_modules/plimsoll/dist/THIRD-PARTY-LICENSES.txt'))).toBe(true);
  });

  test('says its version', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(plimsoll(['--version']).stdout).toBe(`${version}\n`);
  });

  test('audits an example and exits with 1', () => {
    const { status, stdout, stderr } = plimsoll(['audit', 'shop', '--json']);
    expect(stderr).toBe('');
    expect(status).toBe(1);
    expect(JSON.parse(stdout).findings.length).toBeGreaterThan(5);
  });

  test('reads a Dockerfile on standard input', () => {
    const { status, stdout } = plimsoll(['audit', '-', '--stdin-path', 'Dockerfile'], 'FROM debian:latest\n');
    expect(stdout).toContain('Dockerfile:1:6: warning cache/image-tag');
    expect(status).toBe(1);
  });

  test('explains a rule from the pages that it brings along', () => {
    const { status, stdout } = plimsoll(['explain', 'DL3007']);
    expect(status).toBe(0);
    expect(stdout).toContain('hadolint:DL3007');
  });

  test.skipIf(process.platform === 'win32')('a reader that goes away is no error, one that is slow gets all', () => {
    const bash = (script: string) => spawnSync('bash', ['-c', script, command], { encoding: 'utf8' });
    expect(bash('"$0" explain DL3007 | true').stderr).toBe('');
    expect(bash('"$0" rules --json | (sleep 0.3; cat)').stdout).toBe(plimsoll(['rules', '--json']).stdout);
  });

  test.each([
    ['spoilt', () => writeFileSync(compiledCode(), 'no code')],
    ['absent', () => rmSync(compiledCode())],
  ])('runs as well where its compiled code is %s, and compiles it once', (_, spoil) => {
    spoil();
    const cache = mkdtempSync(path.join(scratch, 'cache-'));
    const run = () =>
      spawnSync(command, ['rules'], { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: cache } });
    const first = run();
    expect(first.stderr).toBe('');
    expect(first.stdout).toContain('security/');
    const kept = readdirSync(path.join(cache, 'plimsoll'));
    expect(kept).toEqual([expect.stringMatching(/\.code$/)]);
    const [file = ''] = kept;
    const { ino } = statSync(path.join(cache, 'plimsoll', file));
    expect(run().stdout).toBe(first.stdout);
    expect(statSync(path.join(cache, 'plimsoll', file)).ino).toBe(ino);
  });

  test('threads take compiled code as well where the run is recorded', (context) => {
    if (availableParallelism() === 1) context.skip('one processor has no threads');
    const repository = path.join(scratch, 'many');
    for (let at = 0; at < 160; at++) {
      mkdirSync(path.join(repository, String(at)), { recursive: true });
      writeFileSync(path.join(repository, String(at), 'Dockerfile'), 'FROM debian:12\n');
    }
    const watch = path.join(scratch, 'watch.cjs');
    // Threads load it, too.
    writeFileSync(
      watch,
      `const vm = require('node:vm');
const { isMainThread } = require('node:worker_threads');
vm.Script = class extends vm.Script {
  constructor(...given) {
    super(...given);
    if (!isMainThread) require('node:fs').writeSync(2, 'thread: ' + this.cachedDataRejected + '\\n');
  }
};`,
    );
    const main = path.join(scratch, 'node_modules/plimsoll/dist/cli/main.js');
    const args = ['--require', watch, main, 'audit', repository, '--no-helm', '--record', '--fail-on', 'never'];
    const { status, stderr } = spawnSync(process.execPath, args, { cwd: scratch, encoding: 'utf8' });
    expect(status).toBe(0);
    const threads = stderr.split('\n').filter((line) => line.startsWith('thread: '));
    expect(new Set(threads)).toEqual(new Set(['thread: false']));
  });

  test.each<[string, string, (file: string) => void]>([
    ['missing', 'recording.js', (file) => rmSync(file)],
    ['cut off', 'recording.js', (file) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, 30_000))],
    ['missing', 'sqlite.js', (file) => rmSync(file)],
    ['missing', 'node-sqlite3-wasm.wasm', (file) => rmSync(file)],
  ])('a %s %s costs the recording alone', (_, name, spoil) => {
    const file = path.join(scratch, 'node_modules/plimsoll/dist/cli', name);
    const whole = readFileSync(file);
    const args = ['audit', 'shop', '--record', '--store', 'lost.db', '--format', 'plain'];
    try {
      spoil(file);
      const { status, stdout, stderr } = plimsoll(args);
      expect(stderr).toBe('');
      expect(status).toBe(3);
      expect(stdout.match(/^lost\.db:1:1: problem: not recorded: .*$/gm)).toHaveLength(1);
      expect(stdout).toContain('secrets/secret-in-build');
    } finally {
      writeFileSync(file, whole);
    }
  });

  test('damaged compiled code of what records costs nothing but time', () => {
    const file = path.join(scratch, 'node_modules/plimsoll/dist/cli', shippedCodeFile('recording'));
    const whole = readFileSync(file);
    const cache = mkdtempSync(path.join(scratch, 'cache-'));
    const args = ['audit', 'shop', '--record', '--store', 'kept.db', '--fail-on', 'never'];
    const record = () =>
      spawnSync(command, args, { cwd: scratch, encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: cache } });
    const damaged = (code: Buffer) => Buffer.from(code).fill(0xa5, 1000, 1016);
    try {
      writeFileSync(file, damaged(whole));
      expect(record()).toMatchObject({ status: 0, signal: null, stderr: '' });
      const [kept = ''] = readdirSync(path.join(cache, 'plimsoll'));
      const own = path.join(cache, 'plimsoll', kept);
      writeFileSync(own, damaged(readFileSync(own)));
      expect(record()).toMatchObject({ status: 0, signal: null, stderr: '' });
    } finally {
      writeFileSync(file, whole);
    }
  });

  test.each([
    [['audti'], 2, 'is «audit» meant?'],
    [['audit', 'no/such/place'], 2, 'no/such/place: there is no such file'],
    [['audit', '--frmat', 'json'], 2, 'is --format meant?'],
    [['explain', 'cache/no-such-rule-at-all'], 2, 'there is no rule'],
  ])('%j is refused with %i and says what to do', (args, status, message) => {
    const result = plimsoll(args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  test.each(['bash', 'zsh', 'fish'])('completion for %s names every command and flag', (shell) => {
    const { stdout } = plimsoll(['completion', shell]);
    for (const word of ['audit', 'explain', 'rules', 'fail-on']) expect(stdout).toContain(word);
  });

  test('the completion script is valid bash and completes', () => {
    const script = `${plimsoll(['completion', 'bash']).stdout}
COMP_WORDS=(plimsoll audit --fail-on e) COMP_CWORD=3; _plimsoll; echo "\${COMPREPLY[@]}"`;
    expect(spawnSync('bash', ['-c', script], { encoding: 'utf8' }).stdout.trim()).toBe('error');
  });
});
