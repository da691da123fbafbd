import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rule } from '../../src/rules/cache/keep-to-lock-file.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import type { CaseFile } from './rule-page.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-lock-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, ...lines: readonly string[]): CaseFile {
  return { path: name, text: `${lines.join('\n')}\n`, size: undefined, mode: undefined };
}

async function titlesOf(...lines: readonly string[]): Promise<readonly (string | undefined)[]> {
  const files = [
    file('Dockerfile', 'FROM node:22', 'WORKDIR /app', ...lines),
    file('package.json', '{ "name": "a" }'),
    file('package-lock.json', '{ "name": "a", "lockfileVersion": 3, "packages": {} }'),
    file('yarn.lock', '# yarn lockfile v1'),
    file('tsconfig.json', '{}'),
    file('web/package.json', '{ "name": "web", "dependencies": { "ms": "2.1.3" } }'),
    file('web/index.js', ''),
    file('src/index.js', ''),
  ];
  const findings = await checkCase(
    layOutFiles(scratch, files),
    { id: 'cache/keep-to-lock-file', area: 'cache', definition: rule },
    {},
  );
  return findings.map(({ fix }) => fix?.title);
}

describe('npm ci is not put where the lock file may not lie beside the install', () => {
  test.each([
    [['RUN pushd web && npm install && popd']],
    [['ENV DIR=web', 'RUN cd $DIR && npm install']],
    [['ARG DIR=web', 'RUN cd $DIR && npm install']],
    [['RUN for d in */; do (cd "$d" && npm install); done']],
    [['RUN for d in web; do cd $d; npm install; done']],
    [['WORKDIR $X', 'RUN npm install']],
    [['RUN rm -rf node_modules package-lock.json && npm install']],
    [['RUN rm -rf node_modules package-lock.json', 'RUN npm install']],
    [['RUN rm -f *.json', 'RUN npm install']],
    [['RUN rm -rf /app', 'RUN npm install']],
    [['RUN find . -name "*-lock*" | xargs rm', 'RUN npm install']],
    [['RUN git clean -fdx && npm install']],
    [['RUN mv package-lock.json old.json && npm install']],
    [['RUN npm pkg set dependencies.x=1 && npm install']],
    [['RUN npm version 2.0.0', 'RUN npm install']],
    [['RUN npm install --no-package-lock ms@2.1.3', 'RUN npm install']],
    [['RUN sed -i s/a/b/ package.json && npm install']],
    [['RUN { echo "{}"; } > package.json && npm install']],
    [['RUN ["rm", "package-lock.json"]', 'RUN npm install']],
    [['RUN ./prepare.sh && npm install']],
    [['COPY web ./', 'RUN npm install']],
    [['COPY web/package.json ./', 'RUN npm install']],
    [['COPY tsconfig.json package.json', 'RUN npm install']],
    [['COPY --from=node:22 /opt ./', 'RUN npm install']],
    [['ADD https://example.test/package.json ./', 'RUN npm install']],
    [['RUN rm yarn.lock package-lock.json && yarn']],
  ])('%j', async (steps) => {
    expect(await titlesOf('COPY . .', ...steps)).toEqual([undefined]);
  });

  test('where the destination is not known', async () => {
    expect(await titlesOf('COPY package*.json $X', 'RUN npm install')).toEqual([undefined]);
  });
});

describe('npm ci is put where the steps before leave both files', () => {
  test.each([
    [['RUN npm install']],
    [['RUN rm -rf node_modules && npm install']],
    [['RUN rm -rf /tmp/x ./dist', 'RUN npm install']],
    [['RUN apt-get update > /dev/null && apt-get install -y git', 'RUN npm install']],
    [['RUN npm config set fund false && npm install -g npm@11', 'RUN npm install']],
    [['RUN chown -R node:node /app && corepack enable', 'USER node', 'RUN npm install']],
    [['COPY src ./', 'COPY tsconfig.json *.json ./', 'COPY web /app/web/', 'RUN npm install']],
    [['COPY --from=node:22 /opt /opt', 'RUN npm install']],
    [['RUN cd web && cd .. && npm install']],
    [['RUN bundle install && pip install -r requirements.txt', 'RUN npm install']],
  ])('%j', async (steps) => {
    expect(await titlesOf('COPY . .', ...steps)).toEqual(['Run npm ci']);
  });
});
