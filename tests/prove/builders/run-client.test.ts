import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runClient } from '../../../src/prove/builders/run-client.ts';

const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-client-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const say = (text: string, logFile: string) =>
  runClient(
    {
      program: process.execPath,
      arguments: ['-e', `console.log(${JSON.stringify(text)})`],
      environment: process.env,
    },
    { signal: new AbortController().signal, timeoutSeconds: 60, logFile, mask: (line) => line, onLine: () => {} },
  );

test('a log is not written through a link that lies in its place', async () => {
  const victim = path.join(top, 'victim');
  const logFile = path.join(top, 'web-1-original.log');
  writeFileSync(victim, 'precious');
  symlinkSync(victim, logFile);
  expect(await say('built', logFile)).toMatchObject({ how: 'exit', code: 0 });
  expect(readFileSync(victim, 'utf8')).toBe('precious');
  expect(readFileSync(logFile, 'utf8')).toBe('built\n');
});

test('the log of an earlier run is replaced', async () => {
  const logFile = path.join(top, 'again.log');
  await say('a longer line', logFile);
  await say('b', logFile);
  expect(readFileSync(logFile, 'utf8')).toBe('b\n');
});
