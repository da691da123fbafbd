import type { Finding } from '../core/finding.ts';
import type { ReadProblem, Report, SuppressedFinding } from '../core/report.ts';
import { atLeast, type Severity } from '../core/severity.ts';
import { xml } from './internal/escape.ts';
import { costText } from './internal/wording.ts';

export interface JunitOptions {
  /** Findings of this severity or worse are failures; the others are passed tests with their message as output. Default `warning`. */
  readonly failFrom?: Severity;
}

interface TestCase {
  readonly path: string;
  readonly outcome: 'failure' | 'error' | 'skipped' | 'passed';
  readonly text: string;
}

/**
 * JUnit XML as CI systems read it: one test suite a file, one test case a finding. What could not be read is an error, a
 * suppressed finding is skipped, and so are templates that something else makes manifests of; a clean report is one passed test.
 */
export function renderJunit(report: Report, { failFrom = 'warning' }: JunitOptions = {}): string {
  const cases = [
    ...report.findings.map((finding) => findingCase(finding, failFrom)),
    ...report.suppressed.map(suppressedCase),
    ...report.problems.map(problemCase),
  ];
  if (cases.length === 0)
    cases.push({ path: report.name, outcome: 'passed', text: testCase('audit', report.name, 1, '') });
  const suites = [...groupByPath(cases)].map(([path, grouped]) =>
    [`  <testsuite name="${xml(path)}" ${counts(grouped)}>`, ...grouped.map(({ text }) => text), '  </testsuite>'].join(
      '\n',
    ),
  );
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="plimsoll" ${counts(cases)} time="${report.seconds.toFixed(3)}">`,
    ...suites,
    '</testsuites>',
    '',
  ].join('\n');
}

function findingCase(finding: Finding, failFrom: Severity): TestCase {
  const { path, start } = finding.locations[0];
  const cost = costText(finding.cost);
  const body = [
    finding.why,
    finding.remedy,
    ...(cost ? [`Costs ${cost}.`] : []),
    `${path}:${start.line}:${start.column}`,
  ]
    .map(xml)
    .join('\n');
  const fails = atLeast(finding.severity, failFrom);
  const content = fails
    ? `<failure type="${finding.severity}" message="${xml(finding.message)}">${body}</failure>`
    : `<system-out>${xml(finding.message)}\n${body}</system-out>`;
  return {
    path,
    outcome: fails ? 'failure' : 'passed',
    text: testCase(`${finding.rule} line ${start.line}`, path, start.line, content),
  };
}

function suppressedCase({ finding, by, reason }: SuppressedFinding): TestCase {
  const { path, start } = finding.locations[0];
  const content = `<skipped message="${xml(`${by}: ${reason ?? finding.message}`)}"/>`;
  return { path, outcome: 'skipped', text: testCase(`${finding.rule} line ${start.line}`, path, start.line, content) };
}

function problemCase({ path, position, message, remedy, templates }: ReadProblem): TestCase {
  if (templates !== undefined) {
    const content = `<skipped message="${xml(message)}">${[remedy, ...templates].map(xml).join('\n')}</skipped>`;
    return { path, outcome: 'skipped', text: testCase('read', path, 1, content) };
  }
  const content = `<error type="not-read" message="${xml(message)}">${xml(remedy)}</error>`;
  return { path, outcome: 'error', text: testCase('read', path, position?.line ?? 1, content) };
}

function testCase(name: string, path: string, line: number, content: string): string {
  const open = `    <testcase name="${xml(name)}" classname="${xml(path)}" file="${xml(path)}" line="${line}"`;
  return content === '' ? `${open}/>` : `${open}>${content}</testcase>`;
}

function counts(cases: readonly TestCase[]): string {
  const count = (outcome: TestCase['outcome']) => cases.filter((one) => one.outcome === outcome).length;
  return `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}"`;
}

function groupByPath(cases: readonly TestCase[]): Map<string, TestCase[]> {
  const groups = new Map<string, TestCase[]>();
  for (const one of cases) {
    const group = groups.get(one.path);
    if (group) group.push(one);
    else groups.set(one.path, [one]);
  }
  return groups;
}
