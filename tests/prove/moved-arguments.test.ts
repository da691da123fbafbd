import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { movedArguments } from '../../src/prove/moved-arguments.ts';

const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-moved-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

const file = { file: '/given' };

test.each<[string, string, Record<string, string>]>([
  ['an argument that is mounted now', 'RUN --mount=type=secret,id=TOKEN,required=true true', { TOKEN: 'inline' }],
  [
    'with other mounts, and twice',
    'RUN --mount=type=cache,id=A,target=/x --mount=id=B,type=secret a\nRUN --mount=type=secret,id=B b',
    { B: 'of the environment' },
  ],
  ['a secret that is given', 'RUN --mount=type=secret,id=GIVEN true', {}],
  ['a secret that is no argument', 'RUN --mount=type=secret,id=other true', {}],
  ['an argument without a value anywhere', 'RUN --mount=type=secret,id=NONE true', {}],
  ['a cache of the same name', 'RUN --mount=type=cache,id=TOKEN,target=/x true', {}],
])('%s', (_, text, expected) => {
  const given = new Map([
    ['TOKEN', 'inline'],
    ['A', 'a'],
    ['B', undefined],
    ['GIVEN', 'x'],
    ['NONE', undefined],
  ]);
  const secrets = [{ id: 'GIVEN', from: file }];
  const moved = movedArguments(text, { arguments: given, secrets }, { B: 'of the environment' }, top);
  const values = moved.map(({ id, from }) => [id, 'file' in from ? readFileSync(from.file, 'utf8') : undefined]);
  expect(Object.fromEntries(values)).toEqual(expected);
  for (const { from } of moved) if ('file' in from) expect(statSync(from.file).mode & 0o077).toBe(0);
});
