import { expect, test } from 'vitest';
import { initText } from '../../src/cli/init-output.ts';
import type { Finding } from '../../src/core/finding.ts';

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
    findings,
  });
  expect(text).toBe(`  Dockerfile  written

  An audit finds in these files what only you can decide:
    note     Dockerfile:3  winston writes plain text. (maintenance/end-of-life-base)
  An audit finds in the application itself, which init does not change:
    note     src/log.js:3  winston writes plain text. (logging/unstructured-logs)
`);
});
