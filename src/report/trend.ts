import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import { type Severity, severities } from '../core/severity.ts';
import type { RunReference, TrackedFinding, TrendReport } from '../core/trend-report.ts';
import { csv } from './internal/csv.ts';
import { sparkline } from './internal/sparkline.ts';
import { type Page, paint, paragraph, row, type Style } from './internal/terminal-lines.ts';
import { terminalTable } from './internal/terminal-table.ts';
import { bytesText, plural } from './internal/wording.ts';
import { joinBlocks, pageOf, type TerminalOptions } from './terminal.ts';

/** Goes up when a field is renamed, removed or means something else. */
export const trendVersion = 1;

interface Options extends Pick<TerminalOptions, 'columns' | 'color' | 'all'> {
  /** No blocks, but the first and the last figure: for a pipe. */
  readonly plain: boolean;
}

const shownAtMost = 10;

/** How the runs of a project went, for a terminal: lines of score and size, and what is new, fixed, back and old. */
export function renderTrend(trend: TrendReport, options: Options): string {
  const page = pageOf(options);
  return joinBlocks([
    head(trend, page),
    figures(trend, options, page),
    section(
      'new',
      trend.newOnes,
      'red',
      options.all,
      page,
      (each) => `${since(each)}${each.newRule ? ', no run before looked for it' : ''}`,
    ),
    section(
      'come back',
      trend.comeBack,
      'red',
      options.all,
      page,
      (each) => `${since(each)}, ${plural(each.returned, 'time')} so far`,
    ),
    section(
      'fixed',
      trend.fixed,
      'green',
      options.all,
      page,
      ({ fixed, first }) => `${fixed ? reference(fixed) : ''}, first seen ${first.at.slice(0, 10)}`,
    ),
    section('oldest', oldest(trend), 'yellow', options.all, page, ageText),
    summary(trend, page),
  ]);
}

function head({ project, kind, subject, branch, points, since: from, against }: TrendReport, page: Page): string[] {
  const last = points.at(-1);
  return [
    ...row(
      [
        { text: printable(project), style: 'bold' },
        { text: `   ${kind} ${printable(subject)}${branch === undefined ? '' : ` on ${printable(branch)}`}` },
      ],
      [{ text: plural(points.length, 'run'), style: 'dim' }],
      page,
    ),
    ...(last === undefined || against === undefined
      ? ['nothing to compare yet: a second run makes a trend']
      : [
          `run ${last.run} of ${last.at.slice(0, 10)}${uncommitted(last)} against run ${against.run} of ${against.at.slice(0, 10)}${uncommitted(against)} (since ${from})`,
        ]),
  ];
}

function uncommitted({ dirty }: { readonly dirty: boolean }): string {
  return dirty ? ' with uncommitted changes' : '';
}

function figures({ points, areas, images }: TrendReport, { plain }: Options, page: Page): string[] {
  const rows = [
    { name: 'load line', values: points.map(({ loadLine }) => loadLine), text: String },
    ...areas.map(({ area, scores }) => ({ name: `  ${area}`, values: scores, text: String })),
    ...severities.map((severity) => ({
      name: `${severity}s`,
      values: points.map(({ findings }) => findings[severity]),
      text: String,
    })),
    ...images.map(({ name, bytes }) => ({ name: `size ${name}`, values: bytes, text: bytesText })),
  ].filter(({ values }) => values.some((value) => value !== undefined));
  return terminalTable(
    [
      { title: '', flexible: true },
      { title: 'first', align: 'right' },
      ...(plain ? [] : [{ title: 'runs' }]),
      { title: 'now', align: 'right' },
      { title: 'change', align: 'right' },
    ],
    rows.map(({ name, values, text }) => {
      const [first, last] = [values.find((value) => value !== undefined), values.at(-1)];
      return [
        name,
        first === undefined ? '' : text(first),
        ...(plain ? [] : [sparkline(values, Math.max(8, Math.min(40, page.columns - 60)))]),
        last === undefined ? '–' : text(last),
        first === undefined || last === undefined ? '' : change(last - first, text),
      ];
    }),
    page,
  );
}

function change(difference: number, text: (value: number) => string): string {
  if (difference === 0) return '=';
  return `${difference > 0 ? '+' : '−'}${text(Math.abs(difference))}`;
}

function section(
  title: string,
  findings: readonly TrackedFinding[],
  style: Style,
  all: boolean,
  page: Page,
  say: (each: TrackedFinding) => string,
): string[] {
  if (findings.length === 0) return [];
  const shown = all ? findings : findings.slice(0, shownAtMost);
  const rest = findings.length - shown.length;
  return [
    paint([{ text: `${title} (${findings.length})`, style }], page),
    ...shown.flatMap((each) => {
      const { severity, path, line, rule } = each.finding;
      return row(
        [{ text: `  ${severity.padEnd(8)}${printable(path)}:${line}  ` }, { text: printable(rule), style: 'dim' }],
        [{ text: printable(say(each)), style: 'dim' }],
        page,
      );
    }),
    ...(rest > 0 ? [`  and ${rest} more: --all`] : []),
  ];
}

function oldest({ open }: TrendReport): TrackedFinding[] {
  return open.filter(({ ageDays }) => ageDays > 0).toSorted((a, b) => b.ageDays - a.ageDays);
}

function since({ openSince, before }: TrackedFinding): string {
  const after = before?.commit && before.commit !== openSince.commit ? `, after ${commitText(before)}` : '';
  return `${reference(openSince)}${after}`;
}

/** What is there since the first run that looked for it came with that commit or with one before. */
export function ageText({ ageDays, before }: TrackedFinding): string {
  return `${plural(ageDays, 'day')}${before === undefined ? ' or more' : ''}`;
}

function reference({ run, at, commit, dirty }: RunReference): string {
  return `${at.slice(0, 10)} ${commit === undefined ? `run ${run}` : commitText({ commit, dirty })}`;
}

/** What came with uncommitted changes may be in no commit. */
export function commitText({ commit, dirty }: Pick<RunReference, 'commit' | 'dirty'>): string {
  const short = commit?.slice(0, 8) ?? '';
  return dirty && short !== '' ? `uncommitted on ${short}` : short;
}

function summary({ open, newOnes, comeBack, fixed, notLookedFor }: TrendReport, page: Page): string[] {
  const unknown = notLookedFor === 0 ? '' : `; ${notLookedFor} of before were not looked for this time`;
  return paragraph(
    [],
    {
      text: `${open.length} open, ${newOnes.length} new, ${comeBack.length} come back, ${fixed.length} fixed${unknown}`,
      style: 'bold',
    },
    [],
    page,
  );
}

/** For programs: `schemas/trend.schema.json`. */
export function trendJson(trend: TrendReport): string {
  const whole = {
    format: 'plimsoll-trend',
    version: trendVersion,
    project: trend.project,
    kind: trend.kind,
    subject: trend.subject,
    branch: trend.branch ?? null,
    since: trend.since,
    against: referenceJson(trend.against),
    points: trend.points.map((point) => ({
      run: point.run,
      at: point.at,
      commit: point.commit ?? null,
      branch: point.branch ?? null,
      dirty: point.dirty,
      tool: point.tool,
      loadLine: point.loadLine ?? null,
      findings: point.findings,
      appeared: point.appeared,
      disappeared: point.disappeared,
      bytes: point.bytes ?? null,
    })),
    areas: trend.areas.map(({ area, scores }) => ({ area, scores: scores.map((score) => score ?? null) })),
    images: trend.images.map(({ name, bytes }) => ({ name, bytes: bytes.map((each) => each ?? null) })),
    open: trend.open.map(trackedJson),
    new: trend.newOnes.map(({ finding }) => finding.fingerprint),
    comeBack: trend.comeBack.map(({ finding }) => finding.fingerprint),
    fixed: trend.fixed.map(trackedJson),
    notLookedFor: trend.notLookedFor,
  };
  return jsonText(whole);
}

function trackedJson({ finding, first, openSince, before, ageDays, returned, newRule, fixed }: TrackedFinding) {
  const { fingerprint, rule, area, severity, path, line, message } = finding;
  return {
    ...{ fingerprint, rule, area, severity, path, line, message },
    first: referenceJson(first),
    openSince: referenceJson(openSince),
    before: referenceJson(before),
    ageDays,
    returned,
    newRule,
    fixed: referenceJson(fixed),
  };
}

function referenceJson(run: RunReference | undefined) {
  return run === undefined ? null : { run: run.run, at: run.at, commit: run.commit ?? null, dirty: run.dirty };
}

/** A line for each run. */
export function trendCsv({ points, areas, images }: TrendReport): string {
  const counts: readonly Severity[] = severities;
  return csv(
    [
      ...['run', 'at', 'commit', 'dirty', 'branch', 'tool', 'load_line'],
      ...counts.map((severity) => `${severity}s`),
      ...['appeared', 'disappeared'],
      ...areas.map(({ area }) => `score_${area}`),
      ...images.map(({ name }) => `bytes_${name}`),
    ],
    points.map((point, at) => [
      ...[point.run, point.at, point.commit, point.dirty, point.branch, point.tool, point.loadLine],
      ...counts.map((severity) => point.findings[severity]),
      ...[point.appeared, point.disappeared],
      ...areas.map(({ scores }) => scores[at]),
      ...images.map(({ bytes }) => bytes[at]),
    ]),
  );
}
