import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { command } from '../../src/cli/commands/init.ts';
import { initText } from '../../src/cli/init-output.ts';
import type { Finding } from '../../src/core/finding.ts';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { repositoryOf } from '../../src/init/repository.ts';
import { runCommand } from './run-command.ts';

const start = { line: 3, column: 1 };
const finding = (path: string, rule: string): Finding => ({
  rule,
  area: 'logging',
  severity: 'note',
  message: 'winston writes plain text.',
  why: '',
  remedy: '',
  locations: [{ path, start, end: start }],
  peers: [],
});

test('what an audit finds in the application is told apart from what it finds in what was written', () => {
  const changes = [{ path: 'Dockerfile', action: 'create', text: 'FROM scratch\n' }] as const;
  const findings = [
    finding('src/log.js', 'logging/unstructured-logs'),
    finding('Dockerfile', 'maintenance/end-of-life-base'),
  ];
  const text = initText({ plans: [], undecided: [] }, changes, {
    written: true,
    colored: false,
    directory: '',
    command: 'plimsoll init',
    findings,
  });
  expect(text).toBe(`  Dockerfile  written

  An audit finds in these files what only you can decide:
    note     Dockerfile:3  winston writes plain text. (maintenance/end-of-life-base)
  An audit finds in the application itself, which init does not change:
    note     src/log.js:3  winston writes plain text. (logging/unstructured-logs)
`);
});

test('questions stand behind the decisions, with what was assumed and the flag that answers them', () => {
  const repository = repositoryOf('/shop', ['go.mod', 'main.go'], (file) =>
    file === 'go.mod'
      ? 'module example.com/shop\n\ngo 1.26\n'
      : 'package main\n\nfunc main() {\n\thttp.ListenAndServe(address(), nil)\n}\n',
  );
  const detected = detectApplications(repository, {
    detectors,
    choices: {},
    today: '2026-11-26',
    within: '',
    existing: { dockerfiles: [], manifests: false },
  });
  const options = { written: false, colored: false, directory: '', command: 'plimsoll init', findings: [] };
  expect(initText(detected, [], options).split('\n').slice(-4, -1)).toEqual([
    '  ? Which port does the program listen on (main.go:4)? Assumed: 8080. --port answers it.',
    '',
    '  Nothing is written.   plimsoll init   writes it',
  ]);
});

test('the command for the one in the directory itself says so, where others lie below', () => {
  const undecided = ['', 'web'].map((directory) => ({
    directory,
    language: 'Go',
    undecided: 'the module has several programs: ./a, ./b.',
    flag: '--start',
  }));
  const options = { written: true, colored: false, directory: '', command: 'plimsoll init', findings: [] };
  const text = initText({ plans: [], undecided }, [], options);
  expect(text).toContain('plimsoll init . --here --start …');
  expect(text).toContain('plimsoll init web --start …');
});

test('an application that cannot be decided is named with the command that decides it', () => {
  const undecided = [
    { directory: 'api', language: 'Go', undecided: 'the module has several programs: ./a, ./b.', flag: '--start' },
  ];
  const options = { written: true, colored: false, directory: '', command: 'plimsoll init', findings: [] };
  expect(initText({ plans: [], undecided }, [], options)).toBe(`api   Go
  ? the module has several programs: ./a, ./b.
    plimsoll init api --start …
`);
});

test.each([
  ['', 'api', 'api'],
  ['', '', '.'],
  ['two', '', 'two'],
  ['two', 'a $(touch HACK)', "'two/a $(touch HACK)'"],
  ['../two', 'api', '../two/api'],
  ['..', '', '..'],
  ['', '-n', './-n'],
  ['', 'a\u001b[31m', "'a\\x1b[31m'"],
])(
  'from where one stands, with the root at «%s», «%s» is typed as it is for a shell',
  (directory, application, typed) => {
    const undecided = [{ directory: application, language: 'Go', undecided: 'which?', flag: '--start' }];
    const options = { written: true, colored: false, directory, command: 'plimsoll init', findings: [] };
    const text = initText({ plans: [], undecided }, [], options);
    expect(text).toContain(`    plimsoll init ${typed} --start …\n`);
    expect(text).not.toContain('\u001b');
  },
);

function scratch(...applications: readonly string[]): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const each of applications) {
    mkdirSync(path.join(directory, each), { recursive: true });
    writeFileSync(path.join(directory, each, 'package.json'), '{"name": "a", "scripts": {"start": "node a.js"}}');
    writeFileSync(path.join(directory, each, 'a.js'), "require('http').createServer().listen(3000);\n");
  }
  return directory;
}

test('an answer for one of several names the first, from where one stands and as a shell takes it', async () => {
  const cwd = scratch('two/a $(touch HACK)', 'two/b');
  await expect(runCommand(command, cwd, ['two', '--port', '80'])).rejects.toMatchObject({
    message: expect.stringContaining('there are 2: a $(touch HACK), b'),
    remedy: "Name one: plimsoll init 'two/a $(touch HACK)' --port …",
  });
});

test('--json and --diff are refused together', async () => {
  await expect(runCommand(command, scratch('.'), ['--json', '--diff'])).rejects.toThrow(
    '--json and --diff cannot be asked for together',
  );
});
