import { printable } from '../../core/printable.ts';
import { displayWidth, truncate } from './display-width.ts';
import { type Page, paint, type Style } from './terminal-lines.ts';

/** A column of a table. One of them may give way where the page is narrow. */
export interface Column {
  readonly title: string;
  readonly align?: 'right';
  /** Takes the room that is left, and is cut. */
  readonly flexible?: boolean;
  readonly style?: Style;
}

/** A table no wider than the page. What stands in the cells is made printable. */
export function terminalTable(columns: readonly Column[], rows: readonly (readonly string[])[], page: Page): string[] {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable));
  const widths = columns.map((_, at) => cells.reduce((most, row) => Math.max(most, displayWidth(row[at] ?? '')), 0));
  const fixed = columns.reduce((sum, { flexible }, at) => sum + (flexible ? 0 : (widths[at] ?? 0)), 0);
  const room = Math.max(16, page.columns - fixed - 2 * (columns.length - 1));
  return cells.map((row, line) => {
    const spans = columns.flatMap((column, at) => {
      const width = column.flexible ? Math.min(room, widths[at] ?? 0) : (widths[at] ?? 0);
      const text = column.flexible ? truncate(row[at] ?? '', width) : (row[at] ?? '');
      const space = ' '.repeat(Math.max(0, width - displayWidth(text)));
      const padded = column.align === 'right' ? space + text : text + space;
      const style: Style | undefined = line === 0 ? 'dim' : column.style;
      return [...(at === 0 ? [] : [{ text: '  ' }]), style === undefined ? { text: padded } : { text: padded, style }];
    });
    return paint(spans, page).trimEnd();
  });
}
