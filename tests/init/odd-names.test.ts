import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { initText } from '../../src/cli/init-output.ts';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { plannedFiles } from '../../src/init/files.ts';
import { openRepository, type Repository, repositoryOf } from '../../src/init/repository.ts';

function written(repository: Repository) {
  const existing = { dockerfiles: [], manifests: false };
  const options = { detectors, choices: {}, today: '2026-11-26', within: '', existing };
  const detected = detectApplications(repository, options);
  const changes = plannedFiles(repository, detected.plans, { force: false, manifests: true });
  const shown = initText(detected, changes, {
    written: false,
    colored: false,
    directory: '',
    command: 'plimsoll init',
    findings: [],
  });
  return { texts: changes.map(({ text }) => text).join(''), shown };
}

/** An application in Node.js that writes, reads a variable and is asked about in a file of this name. */
const upload = (name: string) => ({
  'package.json': '{ "name": "shop", "scripts": { "start": "node index.js" } }',
  'index.js': 'require("http").createServer().listen(3000);\n',
  [name]: 'fs.writeFileSync("uploads/a.txt", x); process.env.GREETING; process.env.API_TOKEN;\n',
});

const go = (name: string) => ({
  'go.mod': 'module example.com/shop\n\ngo 1.26\n',
  'main.go': 'package main\n\nfunc main() {\n\thttp.ListenAndServe(address(), nil)\n}\n',
  [name]: 'package cmd\n\nfunc write() {\n\tos.WriteFile("data/a.txt", x, 0o644)\n\tos.Getenv("GREETING")\n}\n',
});

const cases: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'a line end in Node.js': upload('src\nUSER root\nRUN id\n#/up.js'),
  'a line end in Go': go('cmd\nUSER root\nRUN id\n#.go'),
  'a carriage return': upload('src\rUSER root\rRUN id/up.js'),
  'a line separator': upload('src\u2028USER root\u2028RUN id/up.js'),
  'escapes of a terminal': upload('s\u001b[31mRED\u001b]0;title\u0007/up.js'),
};

describe.each(Object.keys(cases))('a file name with %s', (name) => {
  const files = cases[name] ?? {};

  test('is one line wherever it is named', () => {
    const { texts, shown } = written(repositoryOf('/shop', Object.keys(files), (file) => files[file]));
    expect(texts).toContain('FROM ');
    expect(texts + shown).toMatch(/\\n|\\r|\\x1b|\\u\{2028\}/);
    expect(texts + shown).not.toMatch(/^\s*(?:USER root|RUN id)/m);
    expect(texts + shown).not.toMatch(/[^\n\P{Cc}]|[\p{Zl}\p{Zp}]/u);
  });
});

describe('a repository', () => {
  let root = '';
  beforeEach(() => {
    root = mkdtempSync(path.join(tmpdir(), 'plimsoll-names-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  test.runIf(process.platform !== 'win32')('has no files whose names hold controls', () => {
    for (const directory of ['src\nUSER root', 'plain é']) mkdirSync(path.join(root, directory));
    for (const file of ['src\nUSER root/a.js', 'plain é/b.js', 'c\u001b.js']) writeFileSync(path.join(root, file), '');
    expect(openRepository(root).files).toEqual(['plain é/b.js']);
  });
});

test('values that would end their line do not', () => {
  const files = {
    'package.json': JSON.stringify({
      name: 'shop',
      version: '1\nUSER root',
      engines: { node: '>=22\nUSER root' },
      scripts: { start: 'node index.js\nUSER root', 'build\nUSER root': 'x' },
    }),
    'index.js': 'require("http").createServer().listen(3000);\n',
  };
  const { texts, shown } = written(repositoryOf('/shop', Object.keys(files), (file) => Reflect.get(files, file)));
  expect(texts + shown).not.toMatch(/^\s*USER root/m);
});
