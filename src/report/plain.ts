import { printable } from '../core/printable.ts';
import type { Report } from '../core/report.ts';
import type { Position } from '../core/text.ts';
import { costText, countsText, inventoryParts, isWithoutImages, nothingToLookAt } from './internal/wording.ts';
import { fixProofText } from './proof-view.ts';

/**
 * Plain text for pipes and editors, one line each and nothing else: `path:line:column: severity rule: message`, and
 * `path:line:column: problem: message` for what could not be read, `notice` for templates. Empty for a clean report; {@link summaryLine} says
 * what was looked at.
 */
export function renderPlain(report: Report): string {
  const findings = report.findings.map((finding) => {
    const { path, start } = finding.locations[0];
    const cost = costText(finding.cost);
    const { proof } = finding;
    return `${place(path, start)}: ${finding.severity} ${finding.rule}: ${printable(finding.message)}${cost ? ` Costs ${cost}.` : ''}${proof ? ` Its fix: ${printable(fixProofText(proof))}.` : ''}\n`;
  });
  const problems = report.problems.map(
    ({ path, position, message, remedy, templates }) =>
      `${place(path, position)}: ${templates === undefined ? 'problem' : 'notice'}: ${printable(message)}${remedy === '' ? '' : ` (${printable(remedy)})`}\n`,
  );
  return [...findings, ...problems].join('');
}

/** One line: what was looked at and what was found. */
export function summaryLine(report: Report): string {
  const hint = isWithoutImages(report.inventory) ? ' (plimsoll init writes what a program of them lacks)' : '';
  const parts = inventoryParts(report.inventory);
  const found = parts[0] === nothingToLookAt && report.findings.length === 0 ? [] : [countsText(report.findings)];
  return `${[printable(report.name), parts.map(printable).join(', '), ...found].join(': ')}${hint}\n`;
}

function place(path: string, position: Position = { line: 1, column: 1 }): string {
  return `${printable(path)}:${position.line}:${position.column}`;
}
