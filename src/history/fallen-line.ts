import type { HistoricRun } from '../core/history.ts';
import { loadLine, scoreOf } from '../core/score.ts';

/** A load line that is lower than it was. */
export interface FallenLine {
  readonly was: number;
  readonly now: number;
  /** How many rules both runs ran, where they did not run the same ones; undefined where they did. */
  readonly by: number | undefined;
  /** The first run of those that have been below since. */
  readonly since: HistoricRun;
}

/**
 * The best load line of the runs before the newest that is above its own; undefined where none is. Where a run had other rules, both are scored anew by the rules
 * that both ran, over the areas that both looked at: a rule that was turned off makes no score better. Runs that could not read what this one read are no measure.
 * @param course the runs among which the one is looked for that made it fall, the newest last
 */
export function fallenLine(
  runs: readonly HistoricRun[],
  current: HistoricRun,
  course: readonly HistoricRun[] = runs,
): FallenLine | undefined {
  const higher = runs.slice(0, -1).flatMap((run) => {
    if (!readsAsMuch(run, current)) return [];
    const { line, rules, isSame } = compared(run, current);
    const [was, now] = [line(run), line(current)];
    return was !== undefined && now !== undefined && now < was ? [{ was, now, line, rules, isSame }] : [];
  });
  const [best] = higher.sort((a, b) => b.was - a.was || Number(b.isSame) - Number(a.isSame));
  if (best === undefined) return undefined;
  const { was, now, line, rules, isSame } = best;
  // A run between the two that did not run these rules says nothing.
  const comparable = course.filter(
    (run) =>
      readsAsMuch(run, current) &&
      (isSame ? areSame(run.rules, rules) : [...rules].every((rule) => run.rules.has(rule))),
  );
  const since = firstOfTail(comparable, (run) => (line(run) ?? was) < was) ?? current;
  return { was, now, by: isSame ? undefined : rules.size, since };
}

/** Whether a run read all that another one read. What it did not read had no findings, and made its score better than it was. */
export function readsAsMuch({ unread }: HistoricRun, other: HistoricRun): boolean {
  return unread.every((each) => other.unread.includes(each));
}

/** The first of the runs at the end that are all so. */
export function firstOfTail(
  runs: readonly HistoricRun[],
  isSo: (run: HistoricRun) => boolean,
): HistoricRun | undefined {
  return runs[runs.findLastIndex((run) => !isSo(run)) + 1];
}

/** How two runs are compared: by which rules, and what the load line of a run is by these. */
function compared(one: HistoricRun, other: HistoricRun) {
  const rules = shared(one.rules, other.rules);
  if (areSame(one.rules, other.rules))
    return { rules, isSame: true, line: ({ loadLine: whole }: HistoricRun) => whole };
  const scored = (run: HistoricRun) =>
    new Set(run.areas.flatMap(({ area, score }) => (score === undefined ? [] : [area])));
  const areas = new Set(
    [...shared(scored(one), scored(other))].filter((area) => [...rules].some((rule) => rule.startsWith(`${area}/`))),
  );
  const line = ({ found }: HistoricRun) =>
    loadLine(
      scoreOf(
        found.filter(({ rule, area }) => rules.has(rule) && areas.has(area)),
        areas,
      ).areas,
    );
  return { rules, isSame: false, line };
}

function shared<Item>(one: ReadonlySet<Item>, other: ReadonlySet<Item>): ReadonlySet<Item> {
  return new Set([...one].filter((each) => other.has(each)));
}

function areSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one === other || (one.size === other.size && [...one].every((rule) => other.has(rule)));
}
