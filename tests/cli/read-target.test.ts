import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Terminal } from '../../src/cli/command.ts';
import { readTarget } from '../../src/cli/read-target.ts';
import { asOrdinaryUser } from '../context/as-ordinary-user.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(path.join(tmpdir(), 'plimsoll-target-'));
  chmodSync(cwd, 0o755);
  for (const name of ['open', 'closed']) mkdirSync(path.join(cwd, name));
  chmodSync(path.join(cwd, 'closed'), 0o000);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function targetOf(...positionals: readonly string[]) {
  const stream = { isTTY: false, columns: undefined, write: () => undefined };
  const terminal: Terminal = {
    version: '',
    cwd,
    environment: {},
    stdin: process.stdin,
    stdout: stream,
    stderr: stream,
  };
  return asOrdinaryUser(() => readTarget(positionals, undefined, terminal));
}

test('the only directory that is named is refused where it may not be read: nothing found would be taken for clean', async () => {
  await expect(targetOf('closed')).rejects.toMatchObject({
    message: 'this directory cannot be read (EACCES)',
    where: 'closed',
    exitCode: 2,
  });
  expect((await targetOf('open')).kind).toBe('directory');
});

test('of several it is a problem of the report, and the others are looked at', async () => {
  expect((await targetOf('open', 'closed')).kind).toBe('paths');
});
