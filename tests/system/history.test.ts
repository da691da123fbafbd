import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// The command line as it is installed, process by process, on a repository with commits of its own.
const cli = path.join(import.meta.dirname, '../../dist/cli/main.js');

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-loop-'));
  git('init', '-q', '-b', 'main');
  write('Dockerfile', 'FROM debian:12-slim\nUSER 1000\nCMD ["sleep", "1"]\n');
  write('plimsoll.yaml', 'failOn: never\nbudgets:\n  newFindings: warning\n  score: neverFalls\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (file: string, text: string) => writeFileSync(path.join(directory, file), text);
function git(...args: string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];
  return execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8' }).trim();
}
function commit(message: string): string {
  git('add', '-A');
  git('commit', '-q', '-m', message);
  return git('rev-parse', 'HEAD');
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: path.join(directory, '.git'), NO_COLOR: '1' };
}
function plimsoll(args: readonly string[], user?: number) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], {
    cwd: directory,
    encoding: 'utf8',
    env: user === undefined ? environment() : { ...environment(), HOME: '/nonexistent' },
    ...(user !== undefined && { uid: user, gid: user }),
  });
  return { code: status, stdout, stderr };
}

test('a run that is recorded keeps the compiled code of its bundle, and of what records it, for the next one', () => {
  const installed = path.join(directory, 'installed');
  cpSync(path.dirname(cli), installed, { recursive: true, filter: (file) => !file.endsWith('.code') });
  writeFileSync(path.join(installed, 'package.json'), '{"type":"commonjs"}');
  spawnSync(process.execPath, [path.join(installed, 'main.js'), 'audit', '--no-config', '--record'], {
    cwd: directory,
    env: environment(),
  });
  const codes = readdirSync(path.join(directory, '.git/.cache/plimsoll'));
  expect(codes).toEqual([expect.stringMatching(/\.code$/), expect.stringMatching(/\.code$/)]);
});

test('a run is recorded, listed and compared, and a broken budget names its commit and ends with 1', () => {
  commit('first');
  expect(plimsoll(['audit', '--record', '--format', 'plain'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('This is the first recorded run of «audit .» on main'),
  });
  git('checkout', '-q', '-b', 'feature');
  write('Dockerfile', 'FROM debian:12-slim\nRUN sudo apt-get install curl\nUSER 1000\nCMD ["sleep", "1"]\n');
  const bad = commit('bad').slice(0, 8);
  const broken = plimsoll(['audit', '--record', '--format', 'plain']);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toMatch(new RegExp(`^plimsoll.yaml:3:1: error review/budget: .*with commit ${bad}`, 'm'));
  expect(broken.stdout).toMatch(new RegExp(`^plimsoll.yaml:4:1: error review/budget: .*since commit ${bad}`, 'm'));
  expect(git('status', '--porcelain')).toBe('');

  expect(plimsoll(['history'])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/feature[\s\S]*main/),
  });
  expect(plimsoll(['history', '2'])).toMatchObject({ code: 0, stdout: expect.stringContaining('security/sudo') });
  const trend = plimsoll(['trend', '--all-branches']);
  expect(trend).toMatchObject({ code: 0, stderr: '' });
  expect(trend.stdout).toMatch(new RegExp(`Dockerfile:2 +security/sudo .*${bad}`));
  const review = plimsoll(['review']);
  expect(review).toMatchObject({ code: 0, stderr: '' });
  expect(review.stdout).toMatch(new RegExp(`security/sudo is new in 1 place, first with commit ${bad}`));

  write('Dockerfile', 'FROM debian:12-slim\nUSER 1000\nCMD ["sleep", "1"]\n');
  commit('mended');
  expect(plimsoll(['audit', '--record']).code).toBe(0);
}, 60_000);

test('a store that may only be read is read by history, trend and review, and nothing comes into its directory', () => {
  write('plimsoll.yaml', 'failOn: never\n');
  commit('first');
  for (const _ of [1, 2]) expect(plimsoll(['audit', '--record']).code).toBe(0);
  const place = path.join(directory, '.plimsoll');
  chmodSync(directory, 0o755);
  chmodSync(path.join(place, 'history.db'), 0o444);
  chmodSync(place, 0o555);
  // Root may write whatever the mode says.
  const user = process.getuid?.() === 0 ? 65_534 : undefined;
  const before = readdirSync(place);
  for (const [command, text] of [
    ['history', '2 runs'],
    ['trend', '2 runs'],
    ['review', 'against run 1'],
  ] as const)
    expect(
      plimsoll([command, '--project', path.basename(directory)].slice(0, command === 'review' ? 1 : 3), user),
    ).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(text),
    });
  expect(readdirSync(place)).toEqual(before);
  const file = path.join(place, 'history.db');
  chmodSync(file, 0o200);
  const unread = plimsoll(['history', '--project', path.basename(directory)], user);
  expect([unread.code, unread.stderr]).toEqual([3, expect.stringContaining('may not be read by this user')]);
  chmodSync(file, 0o444);
  const refused = plimsoll(['audit', '--record', '--format', 'plain'], user);
  expect([refused.code, refused.stdout]).toEqual([
    3,
    expect.stringContaining('not recorded: the history cannot be used'),
  ]);
  chmodSync(place, 0o755);
}, 60_000);

describe('a store that cannot be used', () => {
  beforeEach(() => {
    write('plimsoll.yaml', 'failOn: never\n');
    commit('first');
    plimsoll(['audit', '--record']);
  });
  const store = () => path.join(directory, '.plimsoll/history.db');

  test.each<[string, (content: Buffer) => Buffer, number, RegExp]>([
    ['is cut off', (content) => content.subarray(0, 6000), 3, /the history is damaged: .*\n.*--store FILE/],
    ['is none', () => Buffer.from('hello'), 2, /this file is no history of Plimsoll\n.*Nothing was written/],
    [
      'is of a later version',
      (content) => Buffer.concat([content.subarray(0, 60), Buffer.from([0, 0, 0, 99]), content.subarray(64)]),
      2,
      /written by a later Plimsoll: its version is 99[\s\S]*Nothing was written/,
    ],
  ])(
    '%s: each command says so and what to do, and leaves it as it is',
    (_, damage, code, message) => {
      const content = damage(readFileSync(store()));
      writeFileSync(store(), content);
      for (const command of ['history', 'trend', 'review']) {
        const result = plimsoll([command]);
        expect([command, result.code, result.stdout]).toEqual([command, code, '']);
        expect(result.stderr).toMatch(message);
        expect(result.stderr).not.toMatch(/ {4}at /);
      }
      const audit = plimsoll(['audit', '--record', '--format', 'plain']);
      expect(audit.code).toBe(code);
      expect(audit.stdout).toContain('not recorded: ');
      expect(readFileSync(store()).equals(content)).toBe(true);
    },
    60_000,
  );

  test('another process has it: it is waited for, and the run is recorded then', async () => {
    const owner = `${store()}.owner`;
    // Of a process that lives, as long as this one does.
    const holder = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], { stdio: 'ignore' });
    writeFileSync(
      owner,
      JSON.stringify({ pid: holder.pid, host: (await import('node:os')).hostname(), started: '', token: 'held' }),
    );
    setTimeout(() => holder.kill('SIGKILL'), 1500);
    const started = Date.now();
    const code = await new Promise((resolve) =>
      spawn(process.execPath, [cli, 'audit', '--record'], { cwd: directory, env: environment(), stdio: 'ignore' }).on(
        'close',
        resolve,
      ),
    );
    expect([code, Date.now() - started > 1400]).toEqual([0, true]);
    expect(plimsoll(['history']).stdout).toContain('2 runs');
  }, 60_000);
});
