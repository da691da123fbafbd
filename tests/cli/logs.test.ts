import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/logs.ts';
import { runCommand } from './run-command.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-logs-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const good = '{"time":"2026-11-27T10:00:00Z","level":"info","msg":"served"}\n';

describe('plimsoll logs check', () => {
  test('a clean log from standard input: exit 0', async () => {
    const run = await runCommand(command, directory, ['check'], { input: good });
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(run.stdout).toContain('standard input   plain output · 1 line');
    expect(run.stdout).toContain('Nothing in it breaks a parser.');
  });

  test('what breaks a parser: exit 1, worst first, with line and remedy', async () => {
    writeFileSync(path.join(directory, 'bad.log'), `${good}2026-11-27T10:00:00Z ERROR no\n    at run (/a.js:1:1)\n`);
    const run = await runCommand(command, directory, ['check', 'bad.log']);
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/error {4}multi-line \(line 2\)\n[\s\S]*→ [\s\S]*warning {2}mixed-formats/);
  });

  test('notes alone: exit 0', async () => {
    const run = await runCommand(command, directory, ['check', '-'], { input: good.replace('"info"', '30') });
    expect(run.stdout).toContain('level-number');
    expect(run.code).toBe(0);
  });

  test('JSON holds all that was found and no secret', async () => {
    const input = good.replace('served', 'key AKIAQWERTYUIOPASDFGH');
    const run = await runCommand(command, directory, ['check', '--json'], { input });
    expect(run.code).toBe(1);
    expect(JSON.parse(run.stdout)).toMatchObject({
      version: 1,
      source: 'standard input',
      lines: 1,
      findings: [{ kind: 'secret' }],
    });
    expect(run.stdout).not.toContain('AKIA');
  });

  test('names from the log do not reach the terminal as they are', async () => {
    const input = '{"time":"2026-11-27T10:00:00Z","level":"info","msg":"a","\\u001b[2Jx.y":"1"}\n';
    const run = await runCommand(command, directory, ['check'], { input });
    expect(run.stdout).toContain('\\x1b[2Jx.y');
    expect(run.stdout).not.toContain('\u001b');
  });

  test.each([
    [[], 'logs needs to be told what to do'],
    [['chek'], 'is «check» meant?'],
    [['check', 'a', 'b'], 'takes one file'],
    [['check', 'missing.log'], 'there is no such file'],
    [['check', '.'], 'this is a directory'],
    [['check', '--container', 'web', 'a'], '--container is for a pod'],
    [['check', '--pod', 'web'], '--pod takes NAMESPACE/POD'],
    [['check', '--pod', 'shop/../../x'], '--pod takes NAMESPACE/POD'],
    [['check', '--pod', 'shop/web', '--tail', '0'], '--tail takes a number'],
    [['check', '--pod', 'shop/web', 'a'], 'a pod or a file'],
  ])('%j is refused', async (args, message) => {
    await expect(runCommand(command, directory, args)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(message),
    });
  });

  test('a cluster that is not there: exit 3', async () => {
    const file = path.join(directory, 'kubeconfig');
    writeFileSync(
      file,
      'apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{name: a, cluster: {server: "http://127.0.0.1:9"}}]\ncontexts: [{name: a, context: {cluster: a, user: a}}]\nusers: [{name: a, user: {}}]\n',
    );
    await expect(
      runCommand(command, directory, ['check', '--pod', 'shop/web', '--kubeconfig', file]),
    ).rejects.toMatchObject({ exitCode: 3 });
  });
});
