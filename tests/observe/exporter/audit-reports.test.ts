import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { auditFamilies } from '../../../src/observe/exporter/audit-families.ts';
import { auditFiles } from '../../../src/observe/exporter/audit-files.ts';
import { readAuditReport } from '../../../src/observe/exporter/audit-report.ts';
import { renderFamilies } from '../../../src/observe/exporter/metric-family.ts';

const plimsoll = {
  format: 'plimsoll-report',
  version: 1,
  name: 'shop',
  target: '.',
  summary: { safeFixes: 4 },
  score: {
    loadLine: 62,
    areas: [
      { area: 'size', score: 80 },
      { area: 'cache', score: null },
      { area: 'X"}', score: 1 },
    ],
  },
  findings: [
    { rule: 'size/lighter-base', severity: 'note' },
    { rule: 'size/lighter-base', severity: 'note' },
    { rule: 'security/non-root-user', severity: 'error' },
    { rule: 'no rule\n', severity: 'error' },
    { rule: 'size/lighter-base', severity: 'fatal' },
  ],
};

describe('a report', () => {
  it('of plimsoll: score, findings by rule, fixes; what has another form is left out', () => {
    expect(readAuditReport(plimsoll)).toEqual({
      scanner: 'plimsoll',
      target: 'shop',
      loadLine: 62,
      scores: [{ area: 'size', score: 80 }],
      findings: [
        { area: 'size', rule: 'size/lighter-base', severity: 'note', count: 2 },
        { area: 'security', rule: 'security/non-root-user', severity: 'error', count: 1 },
      ],
      safeFixes: 4,
      vulnerabilities: undefined,
    });
  });

  it.each([
    [
      'trivy',
      {
        SchemaVersion: 2,
        ArtifactName: 'shop/web:1.4',
        Results: [
          {
            Vulnerabilities: [
              { Severity: 'HIGH', FixedVersion: '1.2' },
              { Severity: 'HIGH', FixedVersion: '' },
              { Severity: 'ODD' },
            ],
          },
          { Target: 'package-lock.json' },
        ],
      },
    ],
    [
      'grype',
      {
        source: { type: 'image', target: { userInput: 'shop/web:1.4' } },
        matches: [
          { vulnerability: { severity: 'High', fix: { state: 'fixed' } } },
          { vulnerability: { severity: 'High', fix: { state: 'wont-fix' } } },
          { vulnerability: { severity: 'Odd' } },
        ],
      },
    ],
  ])('of %s: vulnerabilities by severity, and whether they have a fix', (scanner, value) => {
    const report = readAuditReport(value);
    expect(report).toMatchObject({ scanner, target: 'shop/web:1.4', loadLine: undefined });
    expect(report?.vulnerabilities?.filter(({ count }) => count > 0)).toEqual([
      { severity: 'high', fixable: true, count: 1 },
      { severity: 'high', fixable: false, count: 1 },
      { severity: 'unknown', fixable: false, count: 1 },
    ]);
    expect(report?.vulnerabilities).toContainEqual({ severity: 'critical', fixable: true, count: 0 });
  });

  it.each([[null], [[]], [{ format: 'plimsoll-report', version: 2 }], [{ matches: [] }], [{ time: 1 }]])(
    '%j is none',
    (value) => {
      expect(readAuditReport(value)).toBeUndefined();
    },
  );
});

describe('the files of reports', () => {
  function directory() {
    const made = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-audits-'));
    onTestFinished(() => rmSync(made, { recursive: true, force: true }));
    return made;
  }

  it('of each target the newest; as a ConfigMap is mounted, by links; others are named, and do not hide them', async () => {
    const at = directory();
    mkdirSync(path.join(at, '..2026'));
    writeFileSync(path.join(at, '..2026/new.json'), JSON.stringify(plimsoll));
    symlinkSync('..2026', path.join(at, '..data'));
    symlinkSync('..data/new.json', path.join(at, 'new.json'));
    writeFileSync(path.join(at, 'old.json'), JSON.stringify({ ...plimsoll, score: { loadLine: 1, areas: [] } }));
    utimesSync(path.join(at, 'old.json'), 1000, 1000);
    writeFileSync(path.join(at, 'broken.json'), '{');
    writeFileSync(path.join(at, 'notes.txt'), 'not read');
    const files = auditFiles([at]);
    await expect(files.read()).rejects.toThrow(/broken\.json/);
    expect(files.reports.map(({ report }) => report.loadLine)).toEqual([62]);
  });

  it('are read again when they change, and gone when they are gone', async () => {
    const file = path.join(directory(), 'a.json');
    writeFileSync(file, JSON.stringify(plimsoll));
    const files = auditFiles([file]);
    await files.read();
    const [before] = files.reports;
    await files.read();
    expect(files.reports[0]).toBe(before);
    writeFileSync(file, JSON.stringify({ ...plimsoll, name: 'renamed' }));
    await files.read();
    expect(files.reports.map(({ report }) => report.target)).toEqual(['renamed']);
    await expect(auditFiles([`${file}.not`]).read()).rejects.toThrow(/ENOENT/);
  });

  it('are not waited for in a named pipe, and are not quoted where they are no JSON', async () => {
    const at = directory();
    spawnSync('mkfifo', [path.join(at, 'pipe.json')]);
    writeFileSync(path.join(at, 'secret.json'), 'password=hunter2');
    const failure = await auditFiles([at])
      .read()
      .then(() => '', String);
    expect(failure).toMatch(/pipe\.json: is no file/);
    expect(failure).toMatch(/secret\.json: is no JSON/);
    expect(failure).not.toContain('password');
  });
});

it('a project without findings has zeros, a hostile name stays one label', async () => {
  const report = readAuditReport({ ...plimsoll, name: 'a"b\\c\nd\u202e', findings: [] });
  const text = await renderFamilies(auditFamilies(report ? [{ file: 'f', at: 5, report }] : []));
  const lines = text.split('\n').filter((line) => line.startsWith('plimsoll_audit_findings_all'));
  expect(lines).toEqual(
    ['error', 'warning', 'note'].map(
      (severity) => `plimsoll_audit_findings_all{target="a\\"b\\\\c\\\\nd\\\\u{202e}",severity="${severity}"} 0`,
    ),
  );
});
