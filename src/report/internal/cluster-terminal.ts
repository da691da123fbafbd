import { printable } from '../../core/printable.ts';
import type { ClusterInventory } from '../../core/report.ts';
import { clusterSentences, imageCells, imageColumns } from './cluster-rows.ts';
import { displayWidth, truncate } from './display-width.ts';
import { type Page, paint, paragraph } from './terminal-lines.ts';

const shownAtMost = 15;

/** The images of a cluster as a table, and what was looked at. */
export function clusterBlock(cluster: ClusterInventory | undefined, all: boolean, page: Page): string[] {
  if (!cluster) return [];
  const images = all ? cluster.images : cluster.images.slice(0, shownAtMost);
  const more = cluster.images.length - images.length;
  return [
    ...clusterSentences(cluster).flatMap((text) => paragraph([], { text: printable(text) }, [], page)),
    ...(images.length > 0 ? ['', ...table([[...imageColumns], ...images.map(imageCells)], page)] : []),
    ...(more > 0 ? [paint([{ text: `and ${more} more images`, style: 'dim' }], page)] : []),
  ];
}

/** Columns that do not fit are left out from the right; the first gives way before that. */
function table(rows: readonly (readonly string[])[], page: Page): string[] {
  const cells = rows.map((row) => row.map(printable));
  const widths = imageColumns.map((_, at) => Math.max(...cells.map((row) => displayWidth(row[at] ?? ''))));
  let count = widths.length;
  const others = () => widths.slice(1, count).reduce((sum, width) => sum + width + 2, 0);
  while (count > 1 && page.columns - others() < 20) count--;
  const first = Math.min(widths[0] ?? 0, page.columns - others());
  return cells.map((row, line) => {
    const name = truncate(row[0] ?? '', first);
    const texts = row
      .slice(1, count)
      .map((cell, at) => ' '.repeat(2 + (widths[at + 1] ?? 0) - displayWidth(cell)) + cell);
    const text = name + ' '.repeat(first - displayWidth(name)) + texts.join('');
    return paint([line === 0 ? { text, style: 'dim' } : { text }], page);
  });
}
