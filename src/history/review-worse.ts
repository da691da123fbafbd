import type { HistoricRun } from '../core/history.ts';
import type { ReviewItem } from '../core/review-report.ts';
import type { TrendReport } from '../core/trend-report.ts';
import { commitText } from './commit-text.ts';
import { fallenLine, firstOfTail, readsAsMuch } from './fallen-line.ts';
import type { ReviewInputs } from './review.ts';
import { courseCommand, findingsByRule, firstCommit } from './review-items.ts';

/** Growth of an image that is told: less is what each build may bring. */
const growthTold = 1.02;

/** What got worse between the run that is compared with and now: against the best in between, as what rose and fell again is worse than it was. */
export function worse(inputs: ReviewInputs): ReviewItem[] {
  const { trend, images, words, figures } = inputs;
  const period = periodOf(inputs.runs, inputs);
  const course = periodOf(inputs.course, inputs);
  return [
    ...fallenLoadLine(period, course, courseCommand(inputs, `plimsoll audit${words.target}`)),
    ...trend.areas.flatMap(({ area }) =>
      fallenArea(area, period, course, courseCommand(inputs, `plimsoll audit${words.target} --area ${area}`)),
    ),
    ...findingsByRule(
      trend.comeBack.filter(({ isUnmended }) => !isUnmended),
      inputs,
      (rule, all) => `${rule} came back ${times(all.length)}.`,
    ),
    ...findingsByRule(
      trend.comeBack.filter(({ isUnmended }) => isUnmended),
      inputs,
      (rule, all) =>
        `${rule} was mended on ${trend.branch ?? 'another branch'} and is on this branch ${times(all.length)}.`,
    ),
    ...findingsByRule(
      trend.newOnes.filter(({ newRule, returned }) => !newRule && returned === 0),
      inputs,
      (rule, all) =>
        `${rule} is new in ${all.length} ${all.length === 1 ? 'place' : 'places'}, first with ${firstCommit(all)}.`,
    ),
    ...images.flatMap((image) => grown(image, inputs.since, words.target, figures)),
  ];
}

/** The runs from the one that is compared with on. */
function periodOf(runs: readonly HistoricRun[], { trend }: ReviewInputs): readonly HistoricRun[] {
  const from = runs.findIndex(({ id }) => id === trend.against?.run);
  return from === -1 ? [] : runs.slice(from);
}

function fallenLoadLine(period: readonly HistoricRun[], course: readonly HistoricRun[], command: string): ReviewItem[] {
  const current = period.at(-1);
  const fallen = current && fallenLine(period, current, course);
  if (fallen === undefined) return [];
  const { was, now, by, since } = fallen;
  const rules = by === undefined ? '' : `, by the ${by} rules that ran then and now`;
  return [fell(`The load line fell from ${was} to ${now}${rules}`, since, command)];
}

/** Against runs that looked at the area with the rules of now. */
function fallenArea(
  area: string,
  period: readonly HistoricRun[],
  course: readonly HistoricRun[],
  command: string,
): ReviewItem[] {
  const rulesOf = ({ rules }: HistoricRun) =>
    [...rules]
      .filter((rule) => rule.startsWith(`${area}/`))
      .sort()
      .join();
  const scoreIn = ({ areas }: HistoricRun) => areas.find((each) => each.area === area)?.score;
  const current = period.at(-1);
  const now = current && scoreIn(current);
  if (current === undefined || now === undefined) return [];
  const rules = rulesOf(current);
  const isComparable = (run: HistoricRun) =>
    scoreIn(run) !== undefined && rulesOf(run) === rules && readsAsMuch(run, current);
  const was = Math.max(...period.filter(isComparable).map((run) => scoreIn(run) ?? 0));
  if (was <= now) return [];
  const since = firstOfTail(course.filter(isComparable), (run) => (scoreIn(run) ?? 0) < was) ?? current;
  return [fell(`The score of ${area} fell from ${was} to ${now}`, since, command)];
}

function fell(text: string, since: HistoricRun, command: string): ReviewItem {
  return {
    text: `${text}; it is below that since ${commitText(since)}.`,
    basis: 'recorded',
    places: [],
    command,
  };
}

/** An image of a series, run by run. */
export interface ReviewedImage {
  readonly name: string;
  readonly sizes: readonly { readonly at: string; readonly bytes: number }[];
}

/** Of the images of a trend those with sizes. */
export function reviewedImages({ images, points }: Pick<TrendReport, 'images' | 'points'>): ReviewedImage[] {
  return images.map(({ name, bytes }) => ({
    name,
    sizes: points.flatMap(({ at }, index) => {
      const size = bytes[index];
      return size === undefined ? [] : [{ at, bytes: size }];
    }),
  }));
}

/** From the newest size of before the period on, against the least. */
function grown(
  { name, sizes }: ReviewedImage,
  since: string,
  target: string,
  figures: ReviewInputs['figures'],
): ReviewItem[] {
  const from = sizes.findLastIndex(({ at }) => at.slice(0, 10) < since);
  const period = sizes.slice(Math.max(0, from));
  const is = period.at(-1)?.bytes;
  if (is === undefined) return [];
  const was = Math.min(...period.map(({ bytes }) => bytes));
  if (is <= was * growthTold) return [];
  return [
    {
      text: `The image ${name} grew from ${figures({ bytes: was })} to ${figures({ bytes: is })}.`,
      basis: 'measured',
      places: [],
      command: `plimsoll bisect-size${target}`,
    },
  ];
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
