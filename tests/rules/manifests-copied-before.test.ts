import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyEdits, fixClass } from '../../src/core/fix.ts';
import { rule } from '../../src/rules/cache/copy-manifests-first.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import type { CaseFile } from './rule-page.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-before-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, text: string): CaseFile {
  return { path: name, text: `${text}\n`, size: undefined, mode: undefined };
}

const top: readonly CaseFile[] = [
  file('package.json', '{ "name": "a" }'),
  file('package-lock.json', '{ "name": "a", "lockfileVersion": 3, "packages": {} }'),
  file('server.js', ''),
];

/** The lines that the fix makes of `FROM`, `WORKDIR /app` and the given ones, behind these two; undefined without a fix. */
async function fixed(files: readonly CaseFile[], lines: readonly string[]): Promise<readonly string[] | undefined> {
  const dockerfile = file(
    'Dockerfile',
    ['# syntax=docker/dockerfile:1.20', 'FROM node:22', 'WORKDIR /app', ...lines].join('\n'),
  );
  const findings = await checkCase(
    layOutFiles(scratch, [dockerfile, ...files]),
    { id: 'cache/copy-manifests-first', area: 'cache', definition: rule },
    {},
  );
  const edits = findings
    .flatMap(({ fix }) => (fix && fixClass(fix) !== undefined ? fix.changes.edits : []))
    .filter((edit) => edit.path === 'Dockerfile');
  return edits.length === 0 ? undefined : applyEdits(dockerfile.text, edits).trimEnd().split('\n').slice(3);
}

const both = 'COPY package.json package-lock.json ./';

describe('manifests that an earlier COPY brings are not copied again', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['COPY package*.json ./'], []],
    [['COPY package*.json ./', 'RUN npm config set fund false'], []],
    [['COPY package.json ./'], ['COPY package-lock.json ./']],
    [['COPY --exclude=package-lock.json package*.json ./'], [both]],
    [['COPY --parents package*.json ./'], [both]],
    [['COPY package*.json ./', 'RUN rm package-lock.json'], ['COPY package-lock.json ./']],
    [['COPY package*.json ./', 'RUN mv package-lock.json /tmp'], [both]],
    [['COPY package*.json ./', 'RUN npm version 2.0.0'], [both]],
  ])('%j', async (before, manifests) => {
    const lines = await fixed(top, [...before, 'COPY . .', 'RUN npm ci', 'CMD ["node", "server.js"]']);
    expect(lines).toEqual([...before, ...manifests, 'RUN npm ci', 'COPY . .', 'CMD ["node", "server.js"]']);
  });

  test('files that the context does not show, which may be there or not', async () => {
    const before = 'COPY pyproject.toml poetry.lock ./';
    expect(await fixed([], [before, 'COPY . .', 'RUN poetry install --no-root'])).toEqual([
      before,
      'RUN poetry install --no-root',
      'COPY . .',
    ]);
  });

  test.each(['*'.repeat(26), '*a'.repeat(200)])('a source of many stars is judged at once: %s', async (stars) => {
    const begin = performance.now();
    const lines = await fixed(top, [`COPY ${stars}x ./`, 'COPY . .', 'RUN npm ci']);
    expect(lines).toEqual([`COPY ${stars}x ./`, both, 'RUN npm ci', 'COPY . .']);
    expect(performance.now() - begin).toBeLessThan(5000);
  });
});

describe('a directory of the context is left whole', () => {
  const web = [file('web/package.json', '{ "name": "web" }'), file('web/pnpm-lock.yaml', "lockfileVersion: '6.0'")];

  test('where the install works in one below it that the context does not show', async () => {
    const files = ['package.json', 'server.js'].map((name) => file(`server/${name}`, '{}'));
    const steps = ['COPY server .', 'RUN npm ci'];
    expect(await fixed(files, steps)).toEqual(['COPY server/package.json ./', 'RUN npm ci', 'COPY server .']);
    expect(await fixed(files, ['COPY server .', 'RUN cd sub && npm ci'])).toBeUndefined();
  });

  test('where its manifests came to lie in another one', async () => {
    const files = [
      file('server/package.json', '{ "name": "a" }'),
      file('server/package-lock.json', '{}'),
      file('server/server.js', ''),
    ];
    expect(await fixed(files, ['COPY --parents server/*.json ./', 'COPY server .', 'RUN npm ci'])).toEqual([
      'COPY --parents server/*.json ./',
      'COPY server/package.json server/package-lock.json ./',
      'RUN npm ci',
      'COPY server .',
    ]);
  });

  test.each<[string, string, boolean]>([
    ['{ "name": "r" }', 'pnpm install --frozen-lockfile', true],
    ['{ "packageManager": "pnpm@8.15.0" }', 'pnpm install --frozen-lockfile', false],
    ['{ "packageManager": "yarn@4.1.0" }', 'yarn install --immutable', false],
    ['{ "packageManager": "npm@10.0.0" }', 'npm install', false],
    ['{ "devEngines": { "packageManager": { "name": "pnpm" } } }', 'pnpm install', false],
  ])('above a directory stands %s: %s', async (text, install, isMoved) => {
    const lines = await fixed([file('package.json', text), ...web], ['COPY . .', `RUN cd web && ${install}`]);
    expect(lines !== undefined).toBe(isMoved);
  });
});
