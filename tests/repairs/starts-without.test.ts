import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixClass } from '../../src/core/fix.ts';
import { rule } from '../../src/rules/size/development-dependencies.ts';
import { checkCase, layOutFiles } from '../rules/check-case.ts';
import type { CaseFile } from '../rules/rule-page.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-starts-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function file(name: string, ...lines: readonly string[]): CaseFile {
  return { path: name, text: `${lines.join('\n')}\n`, size: undefined, mode: undefined };
}

interface Start {
  readonly scripts: Readonly<Record<string, string>>;
  readonly program?: string;
  readonly development?: string;
  readonly files?: readonly CaseFile[];
  readonly command?: readonly string[];
}

async function classOf({ scripts, program = 'next', development = 'sass', files = [], command }: Start) {
  const laid = layOutFiles(scratch, [
    file(
      'Dockerfile',
      'FROM node:22-slim',
      'WORKDIR /app',
      'COPY package.json package-lock.json ./',
      'RUN npm ci',
      'COPY . .',
      `CMD ${JSON.stringify(command ?? ['npm', 'start'])}`,
    ),
    file(
      'package.json',
      JSON.stringify({ scripts, dependencies: { [program]: '1.0.0' }, devDependencies: { [development]: '1.0.0' } }),
    ),
    file('package-lock.json', '{ "lockfileVersion": 3, "packages": {} }'),
    file('a.js', 'export const a = 1;'),
    ...files,
  ]);
  const [finding] = await checkCase(laid, { id: 'size/development-dependencies', area: 'size', definition: rule }, {});
  return finding?.fix && fixClass(finding.fix);
}

const started = { start: 'next start' };
const analyzer = '@next/bundle-analyzer';

test.each<[string, Start, 'safe' | 'review' | undefined]>([
  ['next start', { scripts: started }, 'safe'],
  ['next start with options', { scripts: { start: 'NODE_ENV=production next start -p 8080' } }, 'safe'],
  ['npx next start', { scripts: {}, command: ['npx', 'next', 'start'] }, 'safe'],
  ['yarn next start', { scripts: {}, command: ['yarn', 'next', 'start'] }, 'safe'],
  ['yarn run next start', { scripts: {}, command: ['yarn', 'run', 'next', 'start'] }, 'safe'],
  ['next', { scripts: { start: 'next' } }, 'review'],
  ['next dev', { scripts: { start: 'next dev' } }, 'review'],
  ['npx next dev', { scripts: {}, command: ['npx', 'next', 'dev'] }, 'review'],
  ['pnpm exec next build', { scripts: {}, command: ['pnpm', 'exec', 'next', 'build'] }, 'review'],
  ['next build before the start', { scripts: { start: 'next build && next start' } }, 'review'],
  ['next build in prestart', { scripts: { prestart: 'next build', ...started } }, 'review'],
  [
    'a configuration that imports a development dependency',
    { scripts: started, development: analyzer, files: [file('next.config.mjs', `import a from '${analyzer}';`)] },
    'review',
  ],
  [
    'a configuration that requires one',
    {
      scripts: started,
      development: analyzer,
      files: [file('next.config.js', `const a = require("${analyzer}")({});`)],
    },
    'review',
  ],
  [
    'a configuration that loads another file',
    { scripts: started, files: [file('next.config.js', "const a = require('./config/analyze.cjs');")] },
    'review',
  ],
  [
    'a configuration that loads what a variable names',
    { scripts: started, files: [file('next.config.js', 'const a = require(process.env.PLUGIN);')] },
    'review',
  ],
  [
    'a configuration in TypeScript',
    { scripts: started, files: [file('next.config.ts', 'export default {};')] },
    'review',
  ],
  [
    'a configuration that names none',
    {
      scripts: started,
      development: 'typescript',
      files: [file('next.config.mjs', "import path from 'node:path';", 'export default { typescript: {} };')],
    },
    'safe',
  ],
  [
    'a configuration that the build does not send',
    {
      scripts: started,
      development: analyzer,
      files: [file('next.config.mjs', `import a from '${analyzer}';`), file('.dockerignore', 'next.config.mjs')],
    },
    'safe',
  ],
  ['serve', { scripts: { start: 'serve -s build' }, program: 'serve' }, 'safe'],
  ...[
    'node-red -s settings.js',
    'verdaccio -c config.yaml',
    'n8n start',
    'json-server db.json',
    'local-web-server',
  ].map((start): [string, Start, 'review'] => [
    start,
    { scripts: { start }, program: start.split(' ')[0] ?? '' },
    'review',
  ]),
])('npm ci --omit=dev before %s', async (_title, start, expected) => {
  expect(await classOf(start)).toBe(expected);
});
