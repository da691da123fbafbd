import { withoutCommands } from '../../core/printable.ts';

type Cell = string | number | boolean | undefined;

/**
 * Rows as RFC 4180 has them, with a line of names first. A text that a spreadsheet would take for a formula has an apostrophe before it
 * (https://owasp.org/www-community/attacks/CSV_Injection), and a command to what reads a pipeline's log is none.
 */
export function csv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [names, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const inert = withoutCommands(value);
  const text = /^[=+\-@\t\r]/.test(inert) ? `'${inert}` : inert;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
