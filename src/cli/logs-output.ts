import { jsonText } from '../core/json-text.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import { printable } from '../core/printable.ts';
import type { Severity } from '../core/severity.ts';
import type { LogFinding, LogReport } from '../observe/log-check/log-report.ts';
import { percent } from '../observe/log-check/shape-findings.ts';

/** What was found, as a person reads it. */
export function logsText(report: LogReport, source: string, colored: boolean): string {
  const paint = painter(colored);
  if (report.lines === 0) return `${paint('bold', safe(source))}   no lines\n`;
  const blocks = [
    headline(report, source, paint),
    shape(report),
    ...report.findings.map((finding) => findingText(finding, paint)),
    verdict(report),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The same for programs: `schemas/logs.schema.json`. */
export function logsJson(report: LogReport, source: string): string {
  const findings = report.findings.map((finding) => ({ ...finding, message: maskTokens(finding.message) }));
  return jsonText({ format: 'plimsoll-logs', version: 1, source, ...report, findings });
}

type Paint = (style: 'bold' | 'dim' | Severity, text: string) => string;

const codes = { bold: 1, dim: 2, error: 31, warning: 33, note: 36 } as const;

function painter(colored: boolean): Paint {
  return (style, text) => (colored ? `\u001b[${codes[style]}m${text}\u001b[0m` : text);
}

function safe(text: string): string {
  return printable(maskTokens(text));
}

function headline({ lines, bytes, container }: LogReport, source: string, paint: Paint): string {
  const around = { cri: 'CRI log file', docker: 'Docker json-file', plain: 'plain output' }[container];
  return `${paint('bold', safe(source))}   ${around} · ${lines} ${lines === 1 ? 'line' : 'lines'} · ${sizeOf(bytes)}`;
}

function shape({ formats, lines, roles, times, fields, fieldsCut, structured }: LogReport): string {
  const rows: [string, string][] = [
    ['structured', percent(structured)],
    ['formats', formats.map(({ format, lines: count }) => `${format} ${percent(count / lines)}`).join(', ')],
  ];
  for (const role of ['timestamp', 'level', 'message', 'trace'] as const) {
    const uses = roles.filter((each) => each.role === role);
    if (uses.length > 0)
      rows.push([
        role,
        uses
          .slice(0, 4)
          .map(({ field, share }) => `${safe(field)} (${percent(share)})`)
          .join(', '),
      ]);
    else if (structured > 0) rows.push([role, role === 'trace' ? 'no id of traces or requests' : 'none']);
  }
  if (times.length > 0)
    rows.push([
      'times',
      times
        .slice(0, 4)
        .map(({ form }) => form)
        .join(', '),
    ]);
  if (fields > 0) rows.push(['fields', `${fields}${fieldsCut ? ' or more' : ''}`]);
  return rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`).join('\n');
}

function findingText({ kind, severity, message, remedy, lines }: LogFinding, paint: Paint): string {
  const places =
    lines.length === 0 ? '' : ` ${paint('dim', `(line ${lines.join(', ')}${lines.length === 3 ? ' …' : ''})`)}`;
  return [
    `${paint(severity, severity.padEnd(8))} ${paint('bold', kind)}${places}`,
    `  ${safe(message)}`,
    `  ${paint('dim', `→ ${safe(remedy)}`)}`,
  ].join('\n');
}

function verdict({ findings }: LogReport): string {
  if (findings.length === 0) return 'Nothing in it breaks a parser.';
  const counts = (['error', 'warning', 'note'] as const)
    .map((severity) => [findings.filter((each) => each.severity === severity).length, severity] as const)
    .filter(([count]) => count > 0)
    .map(([count, severity]) => `${count} ${severity}${count === 1 ? '' : 's'}`);
  return counts.join(', ');
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [amount, unit] = bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${amount < 10 ? amount.toFixed(1) : Math.round(amount)} ${unit}`;
}
