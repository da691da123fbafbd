import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { rule } from '../../src/rules/logging/configured-log-file.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-log-streams-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test.each([
  ['line feeds', '\n', '\n'],
  ['line feeds, the last line without', '\n', ''],
  ['carriage returns', '\r\n', '\r\n'],
  ['carriage returns, the last line without', '\r\n', ''],
])('a setting of supervisord is put in with the line ends of the file: %s', async (_title, eol, end) => {
  const head = ['[supervisord]', 'nodaemon=true', '[program:web]', 'command=/app/web'];
  const text = [...head, 'stdout_logfile=/var/log/web.log'].join(eol) + end;
  const directory = layOutFiles(scratch, [
    {
      path: 'Dockerfile',
      text: 'FROM debian:13\nCOPY s.conf /etc/supervisord.conf\n',
      size: undefined,
      mode: undefined,
    },
    { path: 's.conf', text, size: undefined, mode: undefined },
  ]);
  const definition = { id: 'logging/configured-log-file', area: 'logging', definition: rule } as const;
  const [finding] = await checkCase(directory, definition, {});
  const edits = finding?.fix?.changes.edits.filter((edit) => edit.path === 's.conf') ?? [];
  const expected = [...head, 'stdout_logfile=/dev/stdout', 'stdout_logfile_maxbytes=0'].join(eol) + end;
  expect(applyEdits(text, edits)).toBe(expected);
});
