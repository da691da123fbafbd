import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboardOf, labelVariable } from '../dashboard.ts';
import { bars, figure, lines, rows, type Threshold } from '../panels.ts';
import { noneIsRight } from './common.ts';

const some = 'target=~"$target"';

/** As the terminal and the HTML report colour it (docs/score.md). */
const scores: readonly Threshold[] = [
  { from: 50, color: 'yellow', why: 'half of the score is lost where an area has a few warnings.' },
  { from: 80, color: 'green', why: 'notes at most, or a warning.' },
];

/** Score, findings and known vulnerabilities over time: from the reports that plimsoll exporter reads. */
export function auditsDashboard(): Dashboard {
  return dashboardOf({
    uid: 'plimsoll-audits',
    title: 'Plimsoll / Audits',
    about:
      'Score, findings and known vulnerabilities of the last audits over time. Needs plimsoll exporter with reports (--audits).',
    // Audits come with commits, or once a night.
    from: 'now-30d',
    variables: [labelVariable('target', 'Project or image', 'plimsoll_audit_report_timestamp_seconds', { all: true })],
    rows: [
      { title: 'Now', panels: now() },
      { title: 'Score', panels: score() },
      { title: 'Findings', panels: findings() },
      { title: 'Known vulnerabilities', panels: vulnerabilities() },
    ],
  });
}

function now() {
  return [
    figure({
      title: 'Load line',
      about: 'The lowest score of the chosen projects, 0 to 100.',
      unit: 'short',
      span: 6,
      max: 100,
      base: 'red',
      thresholds: scores,
      queries: [{ expr: `min(plimsoll_audit_load_line{${some}})`, legend: 'load line' }],
    }),
    figure({
      title: 'Errors',
      about: 'Findings of severity error.',
      unit: 'short',
      span: 6,
      thresholds: noneIsRight,
      queries: [{ expr: `sum(plimsoll_audit_findings_all{${some}, severity="error"})`, legend: 'errors' }],
    }),
    figure({
      title: 'Repaired without a question',
      about: 'Findings that «plimsoll fix --write» repairs.',
      unit: 'short',
      span: 6,
      queries: [{ expr: `sum(plimsoll_audit_safe_fixes{${some}})`, legend: 'fixes' }],
    }),
    figure({
      title: 'Oldest report',
      about: 'How long ago the oldest of the chosen reports was written.',
      unit: 's',
      span: 6,
      thresholds: [
        { from: 8 * 86_400, color: 'yellow', why: 'a weekly audit has been missed.' },
        { from: 31 * 86_400, color: 'red', why: 'what it says is no longer what runs.' },
      ],
      queries: [{ expr: `time() - min(plimsoll_audit_report_timestamp_seconds{${some}})`, legend: 'age' }],
    }),
  ];
}

function score() {
  return [
    lines({
      title: 'Load line over time',
      about: 'The score over all areas.',
      unit: 'short',
      span: 12,
      max: 100,
      queries: [{ expr: `max by (target) (plimsoll_audit_load_line{${some}})`, legend: '{{target}}' }],
    }),
    bars({
      title: 'Score by area',
      about: 'The lowest of the chosen projects in each area.',
      unit: 'short',
      span: 12,
      max: 100,
      base: 'red',
      thresholds: scores,
      queries: [{ expr: `sort(min by (area) (plimsoll_audit_score{${some}}))`, legend: '{{area}}' }],
    }),
    lines({
      title: 'Score by area over time',
      about: 'The lowest of the chosen projects in each area.',
      unit: 'short',
      span: 24,
      max: 100,
      queries: [{ expr: `min by (area) (plimsoll_audit_score{${some}})`, legend: '{{area}}' }],
    }),
  ];
}

function findings() {
  return [
    lines(
      {
        title: 'Findings by severity',
        about: 'Of all chosen projects together.',
        unit: 'short',
        span: 12,
        queries: [{ expr: `sum by (severity) (plimsoll_audit_findings_all{${some}})`, legend: '{{severity}}' }],
      },
      { stacked: true },
    ),
    rows(
      {
        title: 'Findings by rule',
        about: '«plimsoll explain RULE» says what it is about.',
        unit: 'short',
        span: 12,
        queries: [{ expr: `sum by (target, rule, severity) (plimsoll_audit_findings{${some}})`, legend: '' }],
      },
      { target: 'Project', rule: 'Rule', severity: 'Severity', Value: 'Findings' },
    ),
  ];
}

function vulnerabilities() {
  return [
    lines(
      {
        title: 'By severity',
        about: 'Of all chosen images together, as the scanner that reported last says.',
        unit: 'short',
        span: 12,
        queries: [{ expr: `sum by (severity) (plimsoll_audit_vulnerabilities{${some}})`, legend: '{{severity}}' }],
      },
      { stacked: true },
    ),
    lines({
      title: 'Critical and high ones that have a fix',
      about: 'To build the image again with newer packages mends these.',
      unit: 'short',
      span: 12,
      thresholds: noneIsRight,
      queries: [
        {
          expr: `sum by (target) (plimsoll_audit_vulnerabilities{${some}, severity=~"critical|high", fixable="true"})`,
          legend: '{{target}}',
        },
      ],
    }),
  ];
}
