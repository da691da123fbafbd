import type { HistoricRun, RecordedFinding, RunRecord } from '../../src/core/history.ts';

export const rules = ['cache/a', 'security/b', 'size/c'];

/** `error cache/a Dockerfile:3 text`: the text stands for the line's. */
export function found(written: string): RecordedFinding {
  const [severity, rule = '', place = '', text = ''] = written.split(' ');
  if (severity !== 'error' && severity !== 'warning' && severity !== 'note') throw new Error(written);
  const [path = '', line = ''] = place.split(':');
  return {
    fingerprint: `${rule}|${path}|${text}:1`,
    lineFingerprint: `${rule}|${text}`,
    rule,
    area: rule.startsWith('cache') ? 'cache' : 'security',
    severity,
    path,
    line: Number(line),
    message: `${rule} is there`,
  };
}

/** A run on day `at` of January 2026, with its number for a commit. */
export function run(at: number, findings: readonly string[], more: Partial<HistoricRun> = {}): HistoricRun {
  const list = findings.map(found);
  const count = (severity: string) => list.filter((each) => each.severity === severity).length;
  return {
    id: at,
    at: `2026-01-${String(at).padStart(2, '0')}T12:00:00.000Z`,
    commit: String(at).repeat(40).slice(0, 40),
    branch: 'main',
    dirty: false,
    tool: '0.1.0',
    loadLine: 60,
    findings: { error: count('error'), warning: count('warning'), note: count('note') },
    bytes: undefined,
    areas: [],
    rules: new Set(rules),
    unread: [],
    found: list,
    images: [],
    ...more,
  };
}

export function record(at: string, findings: readonly string[], more: Partial<RunRecord> = {}): RunRecord {
  return {
    project: 'example.com/shop',
    kind: 'audit',
    subject: '.',
    at,
    commit: 'c'.repeat(40),
    branch: 'main',
    dirty: false,
    tool: '0.1.0',
    rules,
    unread: [],
    score: {
      loadLine: 57,
      areas: [{ area: 'cache', score: 57, findings: { error: 1, warning: 0, note: 0 } }],
    },
    findings: findings.map(found),
    images: [],
    evidence: [],
    ...more,
  };
}
