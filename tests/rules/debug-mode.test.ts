import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rule } from '../../src/rules/config/debug-mode.ts';
import { checkCase, layOutFiles } from './check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-debug-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

async function messages(command: string, scripts: Readonly<Record<string, string>> = {}): Promise<readonly string[]> {
  const texts = {
    Dockerfile: `FROM node:22-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ${command}\n`,
    'package.json': JSON.stringify({ scripts }),
  };
  const files = Object.entries(texts).map(([name, text]) => ({ path: name, text, size: undefined, mode: undefined }));
  const findings = await checkCase(
    layOutFiles(scratch, files),
    { id: 'config/debug-mode', area: 'config', definition: rule },
    {},
  );
  return findings.map(({ message }) => message);
}

describe('a script of package.json', () => {
  test.each([
    ['vite --port 8080', 'Vite'],
    ['vite --host 0.0.0.0 serve', 'Vite'],
    ['vite --port 8080 preview', undefined],
    ['vite --mode staging build', undefined],
    ['webpack --mode=development serve', 'webpack'],
    ['webpack --config webpack.dev.js serve', 'webpack'],
    ['webpack --config serve', undefined],
    ['cross-env NODE_ENV=development webpack serve', 'webpack'],
    ['cross-env NODE_ENV=production node server.js', undefined],
    ['tsc && nodemon dist/server.js', 'nodemon'],
    ['dotenv -e .env.local -- vite', 'Vite'],
    ['dotenv -e vite node server.js', undefined],
    ['dotenv vite', 'Vite'],
    ['until nc -z db 5432; do sleep 1; done; nodemon server.js', 'nodemon'],
    ['if [ "$NODE_ENV" = production ]; then node server.js; else nodemon server.js; fi', undefined],
    ['case $NODE_ENV in dev) nodemon server.js;; *) node server.js;; esac', undefined],
    ['test $NODE_ENV = production && node server.js || nodemon server.js', undefined],
    ['[ -n "$DEV" ] && nodemon server.js || node server.js', undefined],
    ['[ -z "$DEV" ] && exec node server.js; nodemon server.js', undefined],
    ['node prepare.js; [[ -n $DEV ]] && nodemon server.js', undefined],
    ['is-built || { nodemon server.js; }', undefined],
    ['[ -n "$DEV" ] && { nodemon server.js; }', undefined],
  ])('%s', async (script, server) => {
    const found = await messages('["npm", "start"]', { start: script });
    expect(found).toEqual(server === undefined ? [] : [expect.stringContaining(server)]);
  });
});

describe('a command', () => {
  test.each([
    ['["npx", "-y", "vite"]', true],
    ['["npx", "-p", "vite", "vite", "build"]', false],
    ['["npx", "-p", "vite", "node", "server.js"]', false],
    ['npx vite --mode staging build', false],
    ['["python", "-u", "manage.py", "runserver"]', true],
    ['["sh", "-c", "[ -n \\"$DEV\\" ] && nodemon server.js || node server.js"]', false],
    ['["sh", "-c", "node prepare.js && nodemon server.js"]', true],
    ['["npm", "run", "--silent", "dev"]', true],
    ['["pnpm", "--filter", "web", "dev"]', false],
    ['["npm", "--loglevel", "dev", "start"]', false],
  ])('%s', async (command, isFound) => {
    const found = await messages(command, { dev: 'nodemon server.js', web: 'nodemon web.js', start: 'node server.js' });
    expect(found).toHaveLength(isFound ? 1 : 0);
  });
});

test.each([
  ['npm run serve', 1],
  ['npm run build && npm run serve', 1],
  ['cd web && npm run serve', 0],
  ['npm run loop', 0],
  ['npm run build', 0],
])('a script that runs other scripts: %s', async (start, found) => {
  const scripts = { start, serve: 'vite', build: 'vite build', loop: 'npm run start' };
  expect(await messages('["npm", "start"]', scripts)).toHaveLength(found);
});

test.each([
  ['["npm"]', '["start"]', 1],
  ['["python", "manage.py"]', '["runserver", "0.0.0.0:8000"]', 1],
  ['["python", "manage.py"]', '["migrate"]', 0],
  // The shell's form takes no words from CMD.
  ['npm', '["start"]', 0],
  ['["nodemon"]', '["server.js"]', 1],
])('ENTRYPOINT %s with CMD %s', async (entrypoint, cmd, found) => {
  expect(await messages(`${cmd}\nENTRYPOINT ${entrypoint}`, { start: 'vite' })).toHaveLength(found);
});

test.each([
  ['a program of that name', 'RUN go install github.com/air-verse/air@v1.61.0', 1],
  ['a program of that name, without its version', 'RUN go install github.com/cosmtrek/air', 1],
  ['one that is built here', 'COPY . .\nRUN go build -o /usr/local/bin/air .', 0],
  ['one that is built here, in one word', 'COPY . .\nRUN go build -o=/usr/local/bin/air .', 0],
  ['one of the module', 'COPY . .\nRUN go install ./cmd/air', 0],
])(
  'what rebuilds when a source changes is known by its name, unless the file builds it: %s',
  async (_, steps, found) => {
    const text = `FROM golang:1.26\nWORKDIR /src\n${steps}\nCMD ["air"]\n`;
    const files = [{ path: 'Dockerfile', text, size: undefined, mode: undefined }];
    const findings = await checkCase(
      layOutFiles(scratch, files),
      { id: 'config/debug-mode', area: 'config', definition: rule },
      {},
    );
    expect(findings).toHaveLength(found);
  },
);
