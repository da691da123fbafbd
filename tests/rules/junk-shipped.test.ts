import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rule } from '../../src/rules/context/junk-copied.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import type { CaseFile } from './rule-page.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-junk-shipped-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const ship = ['FROM debian:13-slim', 'WORKDIR /app'];

test.each<[string, readonly string[], 'warning' | 'note']>([
  ['the stage itself', [], 'warning'],
  ['the whole directory', [...ship, 'COPY --from=build /app /app'], 'warning'],
  ['the whole directory by the number of the stage', [...ship, 'COPY --from=0 /app /srv'], 'warning'],
  ['everything', [...ship, 'COPY --from=build / /'], 'warning'],
  ['a path that a variable hides', ['ARG WHAT', ...ship, 'ARG WHAT', 'COPY --from=build $WHAT /app'], 'warning'],
  ['what lies in it', [...ship, 'COPY --from=build /app/logs/a.log /app/'], 'warning'],
  ['all of a directory', [...ship, 'COPY --from=build /app/* /app/'], 'warning'],
  ['a stage on it', ['FROM build AS tested', 'RUN true', ...ship, 'COPY --from=tested /app .'], 'warning'],
  ['two hops', ['FROM debian:13 AS x', 'COPY --from=build /app /x', ...ship, 'COPY --from=x /x .'], 'warning'],
  ['a mount', [...ship, 'RUN --mount=from=build,source=/app,target=/x cp -r /x /app'], 'warning'],
  ['another directory', [...ship, 'COPY --from=build /app/dist /app'], 'note'],
  ['another file', [...ship, 'COPY --from=build /app/server /srv/'], 'note'],
  ['a mount of another directory', [...ship, 'RUN --mount=from=build,source=/wheels,target=/x cp /x/* .'], 'note'],
  [
    'a stage that nothing takes from',
    ['FROM debian:13 AS x', 'COPY --from=build /app /x', ...ship, 'RUN true'],
    'note',
  ],
])('logs are told as shipped where an image may get them: %s', async (_title, rest, severity) => {
  const file = (name: string, text: string, size?: number): CaseFile => ({ path: name, text, size, mode: undefined });
  const build = ['FROM debian:13 AS build', 'WORKDIR /app', 'COPY . .', 'RUN make'];
  const directory = layOutFiles(scratch, [
    file('Dockerfile', `${[...build, ...rest].join('\n')}\n`),
    file('.dockerignore', '.git\n'),
    file('.gitignore', 'logs\n*.log\n'),
    file('Makefile', 'all:\n'),
    file('logs/a.log', '', 2_000_000),
  ]);
  const [finding] = await checkCase(directory, { id: 'context/junk-copied', area: 'context', definition: rule }, {});
  expect(finding?.severity).toBe(severity);
  expect(finding?.why.includes('does not ship')).toBe(severity === 'note');
});
