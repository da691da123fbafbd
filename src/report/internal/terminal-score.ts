import type { Score } from '../../core/report.ts';
import { grid, type Page, paragraph, rightAligned, type Span, type Style } from './terminal-lines.ts';

/** Five dots an area, the areas without a score named, the load line at the right. */
export function renderScore(score: Score, page: Page): string[] {
  const scored = score.areas.filter((area) => area.score !== undefined);
  const unscored = score.areas.filter((area) => area.score === undefined);
  const longest = Math.max(0, ...scored.map(({ area }) => area.length));
  const cells = scored.map(({ area, score: value = 0 }): Span[] => [
    { text: `${area.padEnd(longest)} ` },
    { text: dots(value), style: styleOf(value) },
  ]);
  return [
    ...grid(cells, page),
    ...(unscored.length === 0
      ? []
      : paragraph(
          [],
          { text: `nothing to look at for ${unscored.map(({ area }) => area).join(', ')}`, style: 'dim' },
          [],
          page,
        )),
    ...(score.loadLine === undefined
      ? []
      : rightAligned([{ text: `load line: ${score.loadLine} / 100`, style: 'bold' }], page)),
  ];
}

/** Twenty points a dot, rounded: `●●●○○` for 50 to 69. */
export function dots(score: number): string {
  const full = Math.min(5, Math.max(0, Math.round(score / 20)));
  return '●'.repeat(full) + '○'.repeat(5 - full);
}

function styleOf(score: number): Style {
  if (score >= 90) return 'green';
  return score >= 50 ? 'yellow' : 'red';
}
