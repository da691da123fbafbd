import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';

let scratch = '';
beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-exit-'));
  await build({
    entryPoints: ['src/cli/exit.ts'],
    outfile: path.join(scratch, 'exit.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
  });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * A process that ends as a command does. `natural` is told where Node.js found nothing left to do by itself.
 * @param readAfter milliseconds after which its output is read: what a process that has ended by then left in the pipe is gone
 */
async function ended(command: string, readAfter = 0) {
  const file = path.join(scratch, 'command.cjs');
  const told = "process.on('beforeExit', () => require('node:fs').writeSync(2, 'natural'));";
  writeFileSync(
    file,
    `${told}\nconst { exit } = require('./exit.cjs');\nexit((async () => {${command}})(), () => {});\n`,
  );
  const child = spawn(process.execPath, [file], { cwd: scratch });
  const parts: Buffer[] = [];
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const read = () => child.stdout.on('data', (part: Buffer) => parts.push(part));
  if (readAfter === 0) read();
  else setTimeout(read, readAfter);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, errors, bytes: Buffer.concat(parts).length };
}

test('a command that has nothing left to do ends at once, with its code', async () => {
  expect(await ended("process.stdout.write('x'); return 3;")).toEqual({ code: 3, errors: '', bytes: 1 });
});

test('output that is not taken yet is waited for', async () => {
  const { code, bytes } = await ended("process.stdout.write('x'.repeat(3_000_000)); return 1;", 300);
  expect([code, bytes]).toEqual([1, 3_000_000]);
});

test.each([
  ['a file', "require('node:fs').writeFile('late', 'x', () => {}); return 0;"],
  ['a timer', "setTimeout(() => require('node:fs').writeFileSync('late', 'x'), 50); return 0;"],
  ['another process', "require('node:child_process').spawn('sh', ['-c', 'sleep 0.1; echo >late']); return 0;"],
  [
    'a chain of promises',
    "(async () => { for (let n = 0; n < 50; n++) await n; require('node:fs').writeFileSync('late', 'x'); })(); return 0;",
  ],
])('%s that is still under way is waited for', async (_, command) => {
  rmSync(path.join(scratch, 'late'), { force: true });
  const { code } = await ended(command);
  expect([code, existsSync(path.join(scratch, 'late'))]).toEqual([0, true]);
});
