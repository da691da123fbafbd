import type { BrokenBudget } from '../core/budget-report.ts';
import type { HistoricRun } from '../core/history.ts';
import { atLeast, severities } from '../core/severity.ts';
import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import type { BudgetException, Budgets, PlacedNumber } from '../project/configuration.ts';
import { pathMatcher } from '../project/path-matcher.ts';
import { commitText, shortCommit } from './commit-text.ts';
import { fallenLine, firstOfTail } from './fallen-line.ts';
import { firstFew } from './first-few.ts';
import { referenceTo } from './track.ts';

export interface Judged {
  readonly budgets: Budgets;
  /** What an image may have, and the Dockerfile or name that the budget is for. */
  sizeOf(image: HistoricRun['images'][number]): { readonly key: string; readonly limit: PlacedNumber } | undefined;
  /** The runs that count, the oldest first, the run that is judged last. */
  readonly runs: readonly HistoricRun[];
  /** These, with those of the run's own branch before it: which of them broke a budget first. */
  readonly course: readonly HistoricRun[];
  /** Of the runs that count. */
  readonly trend: TrendReport;
  /** `YYYY-MM-DD` */
  readonly today: string;
}

/** A budget that is over, and only because its exception has ended or not at all is told so. */
interface Exceptions {
  /** The exception that holds today, if there is one. */
  holds(budget: BudgetException['budget'], path: string, rule?: string): boolean;
  /** What to say of one that ended. */
  ended(budget: BudgetException['budget'], path: string, rule?: string): string;
}

/** The budgets that the newest run breaks, each with the commit that broke it. A budget that needs runs before this one is kept by the first. */
export function judgeBudgets(judged: Judged): BrokenBudget[] {
  const exceptions = exceptionsOf(judged.budgets.exceptions, judged.today);
  return [
    ...newFindings(judged, exceptions),
    ...oldFindings(judged, exceptions),
    ...fallenScore(judged, exceptions),
    ...largeImages(judged, exceptions),
  ];
}

function exceptionsOf(exceptions: readonly BudgetException[], today: string): Exceptions {
  const known = exceptions.map((exception) => ({
    exception,
    matches: exception.path === undefined ? () => true : pathMatcher([exception.path]),
  }));
  const matching = (budget: BudgetException['budget'], path: string, rule: string | undefined) =>
    known.filter(
      ({ exception, matches }) =>
        exception.budget === budget && (exception.rule === undefined || isOf(exception.rule, rule)) && matches(path),
    );
  return {
    holds: (budget, path, rule) => matching(budget, path, rule).some(({ exception }) => exception.until >= today),
    ended: (budget, path, rule) => {
      const [last] = matching(budget, path, rule)
        .map(({ exception }) => exception)
        .sort((a, b) => (a.until < b.until ? 1 : -1));
      return last === undefined ? '' : `; its exception ended on ${last.until} (${last.reason})`;
    },
  };
}

function isOf(pattern: string, rule: string | undefined): boolean {
  return rule !== undefined && (rule === pattern || (pattern.endsWith('/*') && rule.startsWith(pattern.slice(0, -1))));
}

/** A finding that came after the first run stays new until it is fixed: to record it once more does not make it an old one. */
function newFindings({ budgets, trend, runs }: Judged, exceptions: Exceptions): BrokenBudget[] {
  const budget = budgets.newFindings;
  const [first] = runs;
  if (budget === undefined || first === undefined) return [];
  const { severity, since, place } = budget;
  const isNew = ({ openSince, newRule, returned, finding }: TrackedFinding) =>
    openSince.run !== first.id &&
    // What no run before looked for may have been there.
    !(newRule && returned === 0) &&
    (since === undefined || openSince.at.slice(0, 10) >= since) &&
    atLeast(finding.severity, severity);
  const found = trend.open.filter(
    (each) => isNew(each) && !exceptions.holds('newFindings', each.finding.path, each.finding.rule),
  );
  if (found.length === 0) return [];
  const from = since === undefined ? 'the first recorded run' : since;
  return [
    {
      budget: 'newFindings',
      place,
      message: `${count(found.length, 'finding')} of severity ${severity} or worse ${found.length === 1 ? 'is' : 'are'} new since ${from}: ${listed(found, exceptions, 'newFindings', (each) => cameWith(each))}.`,
      run: found[0]?.openSince,
      places: found.map((each) => placeOf(each, `new ${cameWith(each)}`)),
    },
  ];
}

function oldFindings({ budgets, trend }: Judged, exceptions: Exceptions): BrokenBudget[] {
  return severities.flatMap((severity): BrokenBudget[] => {
    const limit = budgets.findingAge.get(severity);
    if (limit === undefined) return [];
    const found = trend.open.filter(
      ({ finding, ageDays }) =>
        finding.severity === severity &&
        ageDays > limit.value &&
        !exceptions.holds('findingAge', finding.path, finding.rule),
    );
    if (found.length === 0) return [];
    const age = (each: TrackedFinding) => `${each.ageDays} days, ${cameWith(each)}`;
    return [
      {
        budget: 'findingAge',
        place: limit.place,
        message: `${count(found.length, 'finding')} of severity ${severity} ${found.length === 1 ? 'is' : 'are'} open for more than ${limit.value} days: ${listed(found, exceptions, 'findingAge', age)}.`,
        run: found[0]?.openSince,
        places: found.map((each) => placeOf(each, `open for ${each.ageDays} days, ${cameWith(each)}`)),
      },
    ];
  });
}

/** Runs of other rules are no measure: to look for more is not to get worse. */
function fallenScore({ budgets, runs, course }: Judged, exceptions: Exceptions): BrokenBudget[] {
  const budget = budgets.score;
  const current = runs.at(-1);
  const score = current?.loadLine;
  if (budget === undefined || current === undefined || score === undefined || exceptions.holds('score', '')) return [];
  const ended = exceptions.ended('score', '');
  const broken: BrokenBudget[] = [];
  const add = (message: string, run: HistoricRun) =>
    broken.push({
      budget: 'score',
      place: budget.place,
      message: `${message}${ended}.`,
      run: referenceTo(run),
      places: [],
    });
  const { atLeast: least } = budget;
  if (least !== undefined && score < least) {
    const since = firstOfTail(course, ({ loadLine }) => loadLine !== undefined && loadLine < least) ?? current;
    add(
      `The load line is ${score} and has to be ${least} at least; it is below that since ${commitText(since)}`,
      since,
    );
  }
  const fallen = budget.neverFalls ? fallenLine(runs, current, course) : undefined;
  if (fallen !== undefined) {
    const { was, now, by, since } = fallen;
    const rules = by === undefined ? '' : `, by the ${by} rules that ran then and now`;
    add(`The load line fell from ${was} to ${now}${rules}; it is below ${was} since ${commitText(since)}`, since);
  }
  return broken;
}

function largeImages({ sizeOf, runs, course }: Judged, exceptions: Exceptions): BrokenBudget[] {
  return (runs.at(-1)?.images ?? []).flatMap((image): BrokenBudget[] => {
    const budget = sizeOf(image);
    if (budget === undefined || image.bytes <= budget.limit.value) return [];
    const { key, limit } = budget;
    if (exceptions.holds('imageSize', key)) return [];
    const sizeIn = ({ images }: HistoricRun) => images.find((each) => sizeOf(each)?.key === key)?.bytes;
    const withImage = course.filter((run) => sizeIn(run) !== undefined);
    const since = firstOfTail(withImage, (run) => (sizeIn(run) ?? 0) > limit.value);
    return [
      {
        budget: 'imageSize',
        place: limit.place,
        message: `The image ${image.name} has ${megabytes(image.bytes)} and may have ${megabytes(limit.value)}${since ? `; it is over that since ${commitText(since)}` : ''}${exceptions.ended('imageSize', key)}.`,
        run: since && referenceTo(since),
        places: [],
      },
    ];
  });
}

function listed(
  found: readonly TrackedFinding[],
  exceptions: Exceptions,
  budget: BudgetException['budget'],
  say: (each: TrackedFinding) => string,
): string {
  return firstFew(
    found.map((each) => {
      const { rule, path, line } = each.finding;
      return `${rule} at ${path}:${line} (${say(each)}${exceptions.ended(budget, path, rule)})`;
    }),
  );
}

function cameWith({ openSince, before, returned, isUnmended }: TrackedFinding): string {
  if (isUnmended) return `on this branch since its first recorded run, of ${commitText(openSince)}`;
  // What the first run has that looked for it may be older than its commit.
  if (before === undefined) return `with ${commitText(openSince)} or before`;
  const after =
    before.commit !== undefined && before.commit !== openSince.commit ? `, after ${shortCommit(before.commit)}` : '';
  return `${returned > 0 ? 'back ' : ''}with ${commitText(openSince)}${after}`;
}

function placeOf({ finding: { path, line } }: TrackedFinding, note: string): BrokenBudget['places'][number] {
  return { path, line, note };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function megabytes(bytes: number): string {
  return `${Number((bytes / 1e6).toFixed(1))} MB`;
}
