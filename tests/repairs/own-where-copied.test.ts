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

/** The file as the fix of its last finding leaves it; `same` without one. */
async function fixedLast(steps: string): Promise<string> {
  const text = `FROM node:24-slim\nENV HERE=/app/server THERE=/srv\n${steps}\nCMD ["node", "server/main.js"]\n`;
  const directory = layOutFiles(scratch, [{ path: 'Dockerfile', text, size: undefined, mode: undefined }]);
  const named = { id: 'layers/no-chown-after-copy', area: 'layers', definition: rule } as const;
  const edits = (await checkCase(directory, named, {})).at(-1)?.fix?.changes.edits;
  return edits ? applyEdits(text, edits) : 'same';
}

test.each([
  ['of one of them', 'RUN chown node /app/big.bin'],
  ['of all', 'RUN chown -R node /app || true'],
  ['of the group', 'RUN chgrp -R node /app'],
  ['of the directory above', 'RUN chown -R node /app/..'],
  ['of the directory itself', 'RUN chown node /app'],
  ['by a pattern', 'RUN chown node /app/*.bin'],
  ['by a pattern of the directory', 'RUN chown -R node /ap*'],
  ['by a variable that is known', 'RUN chown node $HERE'],
  ['by one that is not', 'RUN chown node "$X"'],
  ['by one of the shell', 'RUN HERE=/srv; chown node $HERE'],
  ['in a loop', 'RUN for each in /app/*; do chown node "$each"; done'],
  ['by a relative path', 'WORKDIR /app\nRUN chown node big.bin'],
  ['behind cd', 'RUN cd /app && chown node big.bin'],
  ['by find', 'RUN find /app -exec chown node {} +'],
  ['by xargs', 'RUN find /app | xargs chown node'],
  ['by a shell', "RUN sh -c 'chown node /app/big.bin'"],
  ['by a script named for it', 'RUN fix-permissions .'],
  ['by a script', 'RUN /setup /app'],
  ['by a script and a variable', 'RUN /setup $HERE'],
  ['in a function', 'RUN own() { chown node "$1"; }; own /app'],
  ['of what they may do', 'RUN setcap cap_net_bind_service=+ep /app/server'],
  ['of the user that runs them', 'RUN chmod u+s /app/server'],
  ['of what the name means', 'RUN usermod -u 1000 games'],
  ['in the same step', 'RUN chown node /app/big.bin && true'],
])('an owner that a step between sets %s stays the earlier one', async (_, step) => {
  const joined = step.endsWith('&& true') ? step.replace('true', 'chown -R games:games /app') : step;
  const steps = joined === step ? `${step}\nRUN chown -R games:games /app` : joined;
  expect(await fixedLast(`COPY src /app/\n${steps}`)).not.toContain('--chown=games');
});

test('two modes of one step do not become one', async () => {
  const fixed = await fixedLast('COPY src /app/\nRUN chmod -R a+rX /app && chmod -R 700 /app');
  expect(fixed).toBe('same');
  const both = await fixedLast('COPY src /app/\nRUN chmod -R 755 /app && chmod -R 700 /app');
  expect(both.match(/--chmod/g)?.length ?? 0).toBeLessThan(2);
});

test.each([
  ['elsewhere', 'RUN mkdir /data && chown node /data'],
  ['elsewhere by a variable', 'RUN chown node $THERE'],
  ['elsewhere by find', 'RUN find /srv -exec chown node {} +'],
  ['of a mode', 'RUN chmod +x /app/server && find /app -type d -exec chmod 755 {} +'],
  ['before they are copied', 'USER root'],
  ['to the same', 'RUN chown games:games /app/server'],
])('an owner is set where they are copied though a step between changes one %s', async (_, step) => {
  expect(await fixedLast(`COPY src /app/\n${step}\nRUN chown -R games:games /app`)).toContain('--chown=games:games');
});

test('of hundreds of steps between it is not known whether one changes the owner', async () => {
  const step = 'RUN chown games:games /app/server\n';
  const steps = (count: number) => `COPY src /app/\n${step.repeat(count)}RUN chown -R games:games /app`;
  expect(await fixedLast(steps(400))).toContain('--chown=games');
  expect(await fixedLast(steps(600))).toBe('same');
});
