import path from 'node:path';
import type { BrokenBudget } from '../core/budget-report.ts';
import type { UserError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { nameWithoutTag } from '../core/image-reference.ts';
import type { Report } from '../core/report.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isRecorded, storeFile } from './history-flags.ts';
import type { NotRecorded, Recorded, Recording } from './record-run.ts';

/** What `withHistory` takes beside the report. */
export interface HistoryRequest extends Pick<Recording, 'kind' | 'subject' | 'root' | 'images'> {
  readonly configuration: Recording['configuration'];
}

export interface ReportWithHistory {
  /** With a finding for each broken budget, and how the runs went. */
  readonly report: Report;
  readonly budgetsBroken: boolean;
  /** The exit code of a run that was to be recorded and was not. */
  readonly failed: UserError['exitCode'] | undefined;
}

/** Records a report where that is asked for, and puts into it what the history and the budgets say. Otherwise it is as it was, and nothing is loaded. */
export async function withHistory(
  report: Report,
  request: HistoryRequest,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<ReportWithHistory> {
  if (!isRecorded(parsed, request.configuration)) return { report, budgetsBroken: false, failed: undefined };
  const { recordInHistory } = await import('./record-run.ts');
  const file = storeFile(parsed, request.configuration.history, request.root, terminal.cwd);
  const outcome = await recordInHistory({
    ...request,
    file,
    version: terminal.version,
    cwd: terminal.cwd,
    environment: terminal.environment,
    report,
    evidence: [],
    showsTrend: isDrawn(parsed),
  });
  if ('refused' in outcome)
    return {
      report: withProblem(report, outcome, terminal.cwd),
      budgetsBroken: false,
      failed: outcome.refused.exitCode,
    };
  return { report: withTrend(report, outcome), budgetsBroken: outcome.broken.length > 0, failed: undefined };
}

/** Only the page draws it. */
function isDrawn(parsed: ParsedArguments): boolean {
  return (
    parsed.value('format') === 'html' ||
    parsed.has('html') ||
    parsed.values('also').some((each) => each.startsWith('html='))
  );
}

function withProblem(report: Report, { refused }: NotRecorded, cwd: string): Report {
  const { message, where, remedy } = refused;
  const place = path.isAbsolute(where) ? path.relative(cwd, where) || where : where;
  return {
    ...report,
    problems: [...report.problems, { path: place, message: `not recorded: ${message}`, remedy }],
  };
}

const docs = 'https://github.com/plimsoll-dev/plimsoll/blob/main/docs/history.md#budgets';

/** A broken budget is a finding like others, so that every format tells of it. It is not recorded itself, and the score does not count it. */
function withTrend(report: Report, { trend, broken }: Recorded): Report {
  const told = { ...report, ...(trend && { history: trend }) };
  if (broken.length === 0) return told;
  return {
    ...told,
    findings: [...broken.map(budgetFinding), ...report.findings],
    rules: [
      ...report.rules,
      {
        id: budgetRule,
        area: 'review',
        severity: 'error',
        summary: 'A budget of plimsoll.yaml is broken',
        docs,
        why,
        remedy,
      },
    ],
  };
}

/** What findings about broken budgets carry in place of a rule. */
const budgetRule = 'review/budget';

const why = 'A budget keeps a project from getting worse a little at a time, where no single change looks bad.';
const remedy =
  'Take back or mend what the named commit brought, or write an exception with a reason and an end into plimsoll.yaml.';

function budgetFinding({ place, message, places }: BrokenBudget): Finding {
  const at = place.lastIndexOf(':');
  const line = Number(place.slice(at + 1));
  const start = { line, column: 1 };
  // Of the files nothing is read again here: that there is a range says that the line counts.
  const range = { start: 0, end: 0 };
  return {
    rule: budgetRule,
    area: 'review',
    severity: 'error',
    message,
    why,
    remedy,
    locations: [
      { path: place.slice(0, at), start, end: start, range },
      ...places.map((each) => {
        const here = { line: each.line, column: 1 };
        return { path: each.path, start: here, end: here, range, note: each.note };
      }),
    ],
    peers: [],
  };
}

/** What an audit looks at: other rules and other images make another series. */
export function subjectOf(parsed: ParsedArguments, images: readonly string[]): string {
  const paths = parsed.positionals.map((each) =>
    path
      .normalize(each)
      .split(path.sep)
      .join('/')
      .replace(/(.)\/$/, '$1'),
  );
  return `${paths.length === 0 ? '.' : paths.join(' ')}${selection(parsed)}${images.map((image) => ` --image ${nameWithoutTag(image)}`).join('')}`;
}

/** The releases of an image are one series, each kind of machine for itself. */
export function imageSubject(name: string, parsed: ParsedArguments): string {
  const platform = parsed.value('platform');
  return `${nameWithoutTag(name)}${platform === undefined ? '' : ` --platform ${platform}`}${selection(parsed)}`;
}

/** `--rule` and `--skip` can be written in any order. */
function selection(parsed: ParsedArguments): string {
  return ['preset', 'rule', 'skip', 'area']
    .flatMap((name) => [...parsed.values(name)].sort().map((value) => ` --${name} ${value}`))
    .join('');
}
