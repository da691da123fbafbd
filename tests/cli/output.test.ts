import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-output-'));
  writeFileSync(path.join(scratch, 'Dockerfile'), 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\n');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const main = path.resolve('dist/cli/main.js');

/** Runs it with its outputs, all or one of them, on a device that is always full. */
function runOnFull(args: readonly string[], ...descriptors: readonly (1 | 2)[]) {
  const full = openSync('/dev/full', 'w');
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      cwd: scratch,
      encoding: 'utf8',
      stdio: ['ignore', descriptors.includes(1) ? full : 'pipe', descriptors.includes(2) ? full : 'pipe'],
    });
    return { status, stdout, stderr };
  } finally {
    closeSync(full);
  }
}

const commands = [
  ['audit', '--json', '--fail-on', 'never'],
  ['audit', '--fail-on', 'never'],
  ['rules', '--json'],
  ['fix', '--diff'],
  ['fix'],
  ['explain', 'layers/package-cache-left'],
  ['completion', 'bash'],
  ['audit', '--help'],
  ['--help'],
  ['--version'],
];

test.skipIf(process.platform !== 'linux').each(commands.map((args) => [args.join(' '), args] as const))(
  'what «%s» cannot write is an error',
  (_, args) => {
    const { status, stderr } = runOnFull(args, 1);

    expect([status, stderr]).toEqual([3, 'plimsoll: standard output cannot be written (ENOSPC)\n']);
  },
);

test.skipIf(process.platform !== 'linux')('where errors cannot be told, the code alone tells of one', () => {
  expect(runOnFull(['audit'], 1, 2).status).toBe(3);
  expect(runOnFull(['nonsense'], 2).status).toBe(2);
  expect(runOnFull(['--version'], 2)).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d/) });
});

test.skipIf(process.platform === 'win32').each(['audit --json --fail-on never', 'rules --json', '--help', '--version'])(
  'a reader of «%s» that goes away is no error',
  (args) => {
    const { status, stderr } = spawnSync(
      'bash',
      ['-c', `{ sleep 0.5; "$0" "$1" ${args}; echo "code $?" >&2; } | true`, process.execPath, main],
      { cwd: scratch, encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, 'code 0\n']);
  },
);
