import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rules } from '../../src/rules/generated.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-hostile-steps-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const installing = 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\n';
const many = 'apt-get '.repeat(60_000);
const archive = `${'a'.repeat(60)}.zip`;
const steps = (step: (at: number) => string) => Array.from({ length: 3000 }, (_, at) => step(at)).join(' && ');
const unpacking = `FROM debian:12\nWORKDIR /opt\nRUN wget https://example.com/${archive} && unzip ${archive}\n`;

test.each([
  ['a program of thousands of words', 'layers/package-cache-left', { Dockerfile: `${installing}CMD ${many}\n` }],
  [
    'a trigger of thousands of words',
    'layers/package-cache-left',
    { Dockerfile: `${installing}ONBUILD RUN ${many}\n` },
  ],
  [
    'a start script of thousands of words',
    'layers/package-cache-left',
    {
      Dockerfile: `${installing}COPY entry.sh /entry.sh\nENTRYPOINT ["/entry.sh"]\n`,
      'entry.sh': `#!/bin/sh\necho ${many}\n`,
    },
  ],
  [
    'an image of the project with a step of thousands of words',
    'layers/package-cache-left',
    { 'Dockerfile.base': installing, Dockerfile: `FROM base\nRUN ${many}\n` },
  ],
  ['a pattern of many stars', 'layers/archive-left-behind', { Dockerfile: `${unpacking}RUN rm ${'*a'.repeat(25)}b\n` }],
  [
    'a word of many variables',
    'layers/archive-left-behind',
    { Dockerfile: `${unpacking}RUN rm ${'${a}a'.repeat(25)}b\n` },
  ],
  [
    'a step of thousands of commands',
    'review/ignored-failure',
    { Dockerfile: `FROM debian:12\nRUN ${'npm install a && '.repeat(10_000)}npm install b; true\n` },
  ],
  [
    'a step that widens thousands of modes',
    'security/world-writable',
    { Dockerfile: `FROM debian:12\nRUN ${'chmod 777 /a && '.repeat(10_000)}true\n` },
  ],
  [
    'a step that unpacks thousands of archives',
    'layers/archive-left-behind',
    { Dockerfile: `FROM debian:12\nRUN ${steps((at) => `wget https://a.example/${at}.zip && unzip ${at}.zip`)}\n` },
  ],
  [
    'a step that unpacks and removes thousands of archives',
    'layers/archive-left-behind',
    {
      Dockerfile: `FROM debian:12\nRUN ${steps((at) => `wget https://a.example/${at}.zip && unzip ${at}.zip && rm ${at + 1}.zip`)}\n`,
    },
  ],
  [
    'a step that runs thousands of downloads',
    'security/piped-installer',
    { Dockerfile: `FROM php:8.2\nRUN ${steps(() => 'curl -sS https://getcomposer.org/installer | php')}\n` },
  ],
] satisfies [string, string, Record<string, string>][])('%s is dealt with in seconds', async (_, id, files) => {
  const rule = rules.find((each) => each.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  const directory = layOutFiles(
    scratch,
    Object.entries(files).map(([file, text]) => ({ path: file, text, size: undefined, mode: undefined })),
  );
  const start = performance.now();
  expect(await checkCase(directory, rule, {})).not.toEqual([]);
  expect(performance.now() - start).toBeLessThan(15_000);
});
