import { displayWidth, wrap } from './display-width.ts';

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan' | 'green' | 'magenta';

/** A piece of a line. Its text is printable already; the style is only laid around it, never measured. */
export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export interface Page {
  readonly columns: number;
  readonly color: boolean;
}

/** SGR parameters to turn a style on and off (ECMA-48, 8.3.117). */
const codes: Record<Style, readonly [number, number]> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  yellow: [33, 39],
  cyan: [36, 39],
  green: [32, 39],
  magenta: [35, 39],
};

/** `left` at the margin and `right` at the other end; where both do not fit, `right` goes on a line of its own. */
export function row(left: readonly Span[], right: readonly Span[], page: Page): string[] {
  const rightWidth = widthOf(right);
  if (rightWidth === 0) return [paint(left, page)];
  const gap = page.columns - widthOf(left) - rightWidth;
  if (gap >= 2) return [paint([...left, { text: ' '.repeat(gap) }, ...right], page)];
  return [paint(left, page), ...rightAligned(right, page)];
}

export function rightAligned(spans: readonly Span[], page: Page): string[] {
  return [paint([{ text: ' '.repeat(Math.max(0, page.columns - widthOf(spans))) }, ...spans], page)];
}

/** Text behind a prefix, broken at the page's width and hanging below its first word; `tail` is right-aligned at its end. */
export function paragraph(prefix: readonly Span[], text: Span, tail: readonly Span[], page: Page): string[] {
  const indent = widthOf(prefix);
  const lines = wrap(text.text, Math.max(10, page.columns - indent));
  const styled = (line: string): Span => ({ ...text, text: line });
  return lines.flatMap((line, index) => {
    const lead = index === 0 ? prefix : [{ text: ' '.repeat(indent) }];
    return row([...lead, styled(line)], index === lines.length - 1 ? tail : [], page);
  });
}

/** Cells of equal width, as many on a line as fit. */
export function grid(cells: readonly (readonly Span[])[], page: Page): string[] {
  const cellWidth = Math.max(0, ...cells.map(widthOf)) + 3;
  const perLine = Math.max(1, Math.floor((page.columns + 3) / cellWidth));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine) {
    const line = cells.slice(at, at + perLine);
    const padded = line.flatMap((cell, index) =>
      index === line.length - 1 ? cell : [...cell, { text: ' '.repeat(cellWidth - widthOf(cell)) }],
    );
    lines.push(paint(padded, page));
  }
  return lines;
}

export function paint(spans: readonly Span[], page: Pick<Page, 'color'>): string {
  return spans.map((span) => styled(span, page.color)).join('');
}

export function widthOf(spans: readonly Span[]): number {
  return spans.reduce((width, { text }) => width + displayWidth(text), 0);
}

function styled({ text, style }: Span, color: boolean): string {
  if (!color || style === undefined || text === '') return text;
  const [on, off] = codes[style];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}
