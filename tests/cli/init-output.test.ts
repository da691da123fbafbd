import { expect, test } from 'vitest';
import { initText } from '../../src/cli/init-output.ts';
import type { Finding } from '../../src/core/finding.ts';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { repositoryOf } from '../../src/init/repository.ts';

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
