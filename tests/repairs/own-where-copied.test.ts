import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { applyEdits } from '../../src/core/fix.ts';
import { rule } from '../../src/rules/layers/no-chown-after-copy.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-own-where-copied-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The file as the fix leaves it; undefined without a fix. */
async function fixed(steps: string): Promise<string | undefined> {
  const text = `FROM node:24-slim\nWORKDIR /app\n${steps}\nCMD ["node", "server/main.js"]\n`;
  const directory = layOutFiles(scratch, [{ path: 'Dockerfile', text, size: undefined, mode: undefined }]);
  const named = { id: 'layers/no-chown-after-copy', area: 'layers', definition: rule } as const;
  const findings = await checkCase(directory, named, {});
  expect(findings).toHaveLength(1);
  const edits = findings[0]?.fix?.changes.edits;
  return edits && applyEdits(text, edits);
}

const chown = 'chown -R node:node /app';

test.each([
  ['in a condition', `RUN if [ -n "$X" ]; then mkdir tmp; fi; ${chown}`],
  ['in a case', `RUN case "$X" in x) mkdir -p logs;; esac\nRUN ${chown}`],
  ['behind a test', `RUN test -d /opt && mkdir tmp; ${chown}`],
  ['where a test fails', `RUN test -d /srv/tmp || mkdir tmp\nRUN ${chown}`],
  ['behind an exit', `RUN test -d /opt && exit 0; mkdir tmp\nRUN ${chown}`],
  ['and removed', `RUN mkdir data\nRUN rmdir data && ${chown}`],
  ['and removed with all in it', `RUN mkdir data\nRUN rm -rf data && ${chown}`],
  ['and removed in the same step', `RUN mkdir -p build && rm -rf ../app/build && ${chown}`],
  ['and removed by a pattern', `RUN mkdir -p build && rm -rf ./buil* && ${chown}`],
  ['and removed by a variable', `RUN mkdir -p build && rm -rf "$X" && ${chown}`],
  ['and removed by find', `RUN mkdir -p a/b && find . -name b -exec rm -r {} + && ${chown}`],
  ['and moved', `RUN mkdir data && mv data /srv && ${chown}`],
])('a directory that may not be there is not named: made %s', async (_, steps) => {
  expect(await fixed(`COPY server server\n${steps}`)).toBeUndefined();
});

test('a directory above what was copied is not named once it was removed', async () => {
  expect(await fixed(`COPY lib /app/lib/x/\nCOPY server server\nRUN rm -rf /app/lib && ${chown}`)).toBeUndefined();
});

test.each([
  ['plainly', `RUN mkdir data && ${chown}; ls`],
  ['behind what ends the step', `RUN test -d /opt && mkdir data && ${chown}`],
  ['anew', `RUN rm -rf data && mkdir data && ${chown}`],
  ['beside what is removed', `RUN mkdir data && rm -rf /var/tmp/* data-old && ${chown}`],
])('a directory that is there is named: made %s', async (_, steps) => {
  expect(await fixed(`COPY server server\n${steps}`)).toContain('chown node:node /app /app/data');
});
