import { expect, it } from 'vitest';
import type { BaseStatus, BasesReport } from '../../src/core/bases-report.ts';
import { renderBases, renderBasesPlain } from '../../src/report/bases.ts';

const ended: BaseStatus = {
  image: 'node:18-slim',
  tag: '18-slim',
  digest: undefined,
  places: [{ path: 'Dockerfile', line: 1, column: 6, kind: 'FROM', ignores: [] }],
  next: [
    { line: '22', tag: '22-slim', ends: '2027-04-30' },
    { line: '24', tag: '24-slim', ends: '2028-04-30' },
  ],
  moved: [],
  ending: [{ product: 'Node.js 18', date: '2025-04-30', days: -577, severity: 'error', source: 'https://a.example/b' }],
  unknown: [],
  severity: 'error',
};

function report(images: readonly BaseStatus[]): BasesReport {
  return {
    tool: { name: 'plimsoll', version: '0' },
    target: '.',
    name: 'shop',
    today: '2026-11-28',
    datesKnownOn: '2026-11-24',
    images,
    unresolved: [],
    problems: [],
    requests: {},
    offline: false,
    seconds: 0,
  };
}

it('names the next tracks beside an end of support', () => {
  expect(renderBasesPlain(report([ended]))).toBe(
    'Dockerfile:1:6: error bases/ending: node:18-slim: support for Node.js 18 ended on 2025-04-30, 577 days ago (https://a.example/b); next tracks: 22-slim, 24-slim.\n',
  );
  expect(renderBases(report([ended]), { columns: 140, color: false, all: false })).toMatch(
    /next tracks +named in\n.* 22-slim, 24-slim +Dockerfile:1/,
  );
});

it('names them once where something newer is told, too, and no column where there are none', () => {
  const newer = { ...ended, newer: { tag: '18.20-slim' } };
  expect(renderBasesPlain(report([newer])).match(/next tracks/g)).toHaveLength(1);
  const offline = { ...ended, next: [] };
  expect(renderBases(report([offline]), { columns: 140, color: false, all: false })).not.toContain('next tracks');
});
