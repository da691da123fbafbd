import type { Finding } from '../core/finding.ts';
import { printable } from '../core/printable.ts';
import type { ReadProblem, Report } from '../core/report.ts';
import type { Severity } from '../core/severity.ts';
import { costText } from './internal/wording.ts';
import { summaryLine } from './plain.ts';

type Command = 'error' | 'warning' | 'notice';

const commands: Record<Severity, Command> = { error: 'error', warning: 'warning', note: 'notice' };

/** GitHub shows at most ten annotations of each kind for a step and drops the rest. */
const shownOfEach = 10;

/**
 * Workflow commands that GitHub Actions turns into annotations
 * (https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions): the ten worst of each kind. The others
 * follow as plain lines, so that the log has all of them. Nothing from a file can become a command of its own.
 */
export function renderGithub(report: Report): string {
  const used: Record<Command, number> = { error: 0, warning: 0, notice: 0 };
  const annotations: string[] = [];
  const others: string[] = [];
  const put = (command: Command, annotation: string, plain: string) => {
    used[command] += 1;
    if (used[command] <= shownOfEach) annotations.push(annotation);
    else others.push(plain);
  };
  for (const problem of report.problems) put(problemCommand(problem), problemAnnotation(problem), problemLine(problem));
  for (const finding of report.findings) put(commands[finding.severity], annotation(finding), plainLine(finding));
  const more =
    others.length === 0
      ? []
      : [`${others.length} more, which GitHub would not show as annotations:`, ...others.map(inert)];
  return [...annotations, ...more, inert(`plimsoll ${summaryLine(report).trimEnd()}`), ''].join('\n');
}

function annotation(finding: Finding): string {
  const { path, start, end, range } = finding.locations[0];
  const columns = range && start.line === end.line ? `,col=${start.column},endColumn=${end.column}` : '';
  const lines = range ? `,line=${start.line},endLine=${end.line}${columns}` : ',line=1';
  const cost = costText(finding.cost);
  const message = [finding.message, ...(cost ? [`Costs ${cost}.`] : []), finding.remedy].map(printable).join('\n');
  return `::${commands[finding.severity]} file=${property(path)}${lines},title=${property(finding.rule)}::${data(message)}`;
}

/** With templates nothing is wrong. */
function problemCommand({ templates }: ReadProblem): Command {
  return templates === undefined ? 'warning' : 'notice';
}

function problemAnnotation(problem: ReadProblem): string {
  const { path, position, message, remedy } = problem;
  const text = [message, remedy].map(printable).join('\n');
  return `::${problemCommand(problem)} file=${property(path)},line=${position?.line ?? 1},title=not read::${data(text)}`;
}

function plainLine(finding: Finding): string {
  const { path, start } = finding.locations[0];
  return `${finding.severity} ${path}:${start.line}:${start.column} ${finding.rule}: ${finding.message}`;
}

function problemLine({ path, position, message, templates }: ReadProblem): string {
  return `${templates === undefined ? 'problem' : 'notice'} ${path}:${position?.line ?? 1}: ${message}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** In a property, what separates properties is encoded too. */
function property(text: string): string {
  return data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** A line that the runner takes for no command, neither `::name::` at its beginning nor the older `##[name]` anywhere, which nothing printable has. */
function inert(line: string): string {
  return printable(line).replace(/^\s*::/, ': :');
}
