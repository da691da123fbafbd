import { severities } from '../../core/severity.ts';
import type { TrendReport } from '../../core/trend-report.ts';
import { type Markup, markup } from './markup.ts';
import { bytesText } from './wording.ts';

/** Of one figure. */
const drawing = { width: 220, height: 64, margin: 6 } as const;

interface Multiple {
  readonly title: string;
  readonly values: readonly (number | undefined)[];
  /** The scale's ends; undefined: those of the values, from 0 on. */
  readonly most: number | undefined;
  readonly text: (value: number) => string;
}

/** Score, findings and sizes of all runs as small figures of one size side by side, each with its first and its last value. */
export function trendMultiples(trend: TrendReport): Markup {
  const { points, areas, images } = trend;
  if (points.length < 2) return markup`<p>Nothing to compare yet: a second run makes a trend.</p>`;
  const all: Multiple[] = [
    { title: 'load line', values: points.map(({ loadLine }) => loadLine), most: 100, text: String },
    ...severities.map((severity) => ({
      title: `${severity}s`,
      values: points.map(({ findings }) => findings[severity]),
      most: undefined,
      text: String,
    })),
    ...images.map(({ name, bytes }) => ({ title: `size of ${name}`, values: bytes, most: undefined, text: bytesText })),
    ...areas.map(({ area, scores }) => ({ title: area, values: scores, most: 100, text: String })),
  ];
  const drawn = all.filter(({ values }) => values.some((value) => value !== undefined));
  return markup`<ul class="multiples">${drawn.map((each) => multiple(each, points))}</ul>`;
}

function multiple({ title, values, most, text }: Multiple, points: TrendReport['points']): Markup {
  const known = values.flatMap((value, at) => (value === undefined ? [] : [{ value, at }]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return markup``;
  const { width, height, margin } = drawing;
  const top = most ?? Math.max(1, ...known.map(({ value }) => value));
  const x = (at: number) => round(margin + (at * (width - 2 * margin)) / Math.max(1, values.length - 1));
  const y = (value: number) => round(height - margin - (value * (height - 2 * margin)) / top);
  const line = known.map(({ value, at }) => `${x(at)},${y(value)}`).join(' ');
  const day = (at: number) => points[at]?.at.slice(0, 10) ?? '';
  const sentence = `${title}: ${text(first.value)} on ${day(first.at)}, ${text(last.value)} on ${day(last.at)}`;
  return markup`<li><figure><figcaption><span>${title}</span> <span>${text(first.value)} → <b>${text(last.value)}</b></span></figcaption>
<svg role="img" aria-label="${sentence}" viewBox="0 0 ${width} ${height}" width="100%" height="${height}" preserveAspectRatio="none"><line class="tick" x1="0" x2="${width}" y1="${height - margin}" y2="${height - margin}"/><polyline class="course" points="${line}"/></svg></figure></li>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
