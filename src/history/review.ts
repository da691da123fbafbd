import type { BasesReport } from '../core/bases-report.ts';
import type { BrokenBudget, UncomparedBudget } from '../core/budget-report.ts';
import { addDays } from '../core/day.ts';
import type { Finding } from '../core/finding.ts';
import { fixClass } from '../core/fix.ts';
import { groupBy } from '../core/group-by.ts';
import type { HistoricRun } from '../core/history.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { Report } from '../core/report.ts';
import type { ReviewItem, ReviewReport } from '../core/review-report.ts';
import { compareSeverity } from '../core/severity.ts';
import type { TrendReport } from '../core/trend-report.ts';
import type { Budgets } from '../project/configuration.ts';
import { commandFor, courseCommand, findingsByRule, type ReviewWords } from './review-items.ts';
import { type ReviewedImage, worse } from './review-worse.ts';

export interface ReviewInputs {
  /** Of the project as it is now, with the evidence that holds for it. */
  readonly report: Report;
  /** Recorded ones, the oldest first, and what was found now as one more, the last. */
  readonly runs: readonly HistoricRun[];
  /** These, with those of the branch that is checked out: which of them made something worse. */
  readonly course: readonly HistoricRun[];
  /** Of these. */
  readonly trend: TrendReport;
  /** How many of them were recorded before. */
  readonly recorded: number;
  /** What to say where none is. */
  readonly noHistory: string;
  /** Of all series of the project that have any. */
  readonly images: readonly ReviewedImage[];
  readonly hasBudgets: boolean;
  readonly broken: readonly BrokenBudget[];
  readonly uncompared: readonly UncomparedBudget[];
  readonly bases: BasesReport;
  readonly budgets: Budgets | undefined;
  readonly today: string;
  /** Days from which on a finding is old, and within which something ends soon. */
  readonly days: number;
  /** The first day that is looked back to. */
  readonly since: string;
  readonly words: ReviewWords;
  /** `168 MB, 12 s each rebuild`. */
  readonly figures: (cost: { readonly bytes?: number; readonly seconds?: number }) => string;
}

/** Which budgets are broken, what got worse, what is old, what has ended and what ends soon, and which fixes are worth most, each with its command. */
export function reviewOf(inputs: ReviewInputs): ReviewReport {
  const { report, trend, recorded, today, days, words } = inputs;
  const noHistory = recorded === 0 ? inputs.noHistory : undefined;
  const ends = endingOf(inputs);
  return {
    project: report.name,
    today,
    against: recorded === 0 ? undefined : trend.against && { run: trend.against.run, at: trend.against.at },
    loadLine: report.score.loadLine,
    problems: report.problems,
    sections: [
      { id: 'budgets', title: 'Which budgets are broken', items: broken(inputs), missing: budgetsMissing(inputs) },
      {
        id: 'worse',
        title: 'What got worse',
        items: recorded === 0 ? [] : worse(inputs),
        missing: noHistory,
      },
      { id: 'old', title: 'What is old', items: recorded === 0 ? [] : old(trend, inputs), missing: noHistory },
      {
        id: 'ended',
        title: 'What has ended',
        items: ends.filter(({ isOver }) => isOver).map(({ item }) => item),
        missing: undefined,
      },
      {
        id: 'ending',
        title: `What ends within ${days} days`,
        items: ends.filter(({ isOver }) => !isOver).map(({ item }) => item),
        missing: `No registry was asked: «plimsoll bases${words.target}» tells which tags are newer.`,
      },
      { id: 'fixes', title: 'Which fixes are worth most', items: fixes(inputs), missing: undefined },
    ],
  };
}

function broken(inputs: ReviewInputs): ReviewItem[] {
  const { broken: all, words } = inputs;
  const compared = courseCommand(inputs, `plimsoll audit${words.target}${words.store} --record`);
  return all.map(({ budget, place, message, places }) => ({
    text: message,
    basis: budget === 'imageSize' ? 'measured' : 'recorded',
    places: [place, ...places.map(({ path, line }) => `${path}:${line}`)],
    command: budget === 'imageSize' ? `plimsoll bisect-size${words.target}` : compared,
  }));
}

function budgetsMissing({ hasBudgets, uncompared }: ReviewInputs): string | undefined {
  if (!hasBudgets) return 'plimsoll.yaml has no budgets.';
  return uncompared.map(({ message }) => message).join(' ') || undefined;
}

function old(trend: TrendReport, inputs: ReviewInputs): ReviewItem[] {
  const aged = trend.open.filter(({ ageDays }) => ageDays > inputs.days);
  return findingsByRule(aged, inputs, (rule, all) => {
    const oldest = Math.max(...all.map(({ ageDays }) => ageDays));
    return `${rule} is open in ${all.length} ${all.length === 1 ? 'place' : 'places'}, for up to ${oldest} days.`;
  });
}

interface Ending {
  readonly date: string;
  readonly isOver: boolean;
  readonly item: ReviewItem;
}

/** What has ended and what ends within the days, by date. */
function endingOf({ bases, budgets, today, days, words }: ReviewInputs): Ending[] {
  const last = addDays(today, days);
  const images = bases.images.flatMap(({ image, places, ending: ends, deprecated }) => {
    const where = places.map(({ path, line }) => (line === undefined ? path : `${path}:${line}`));
    return [
      ...ends
        .filter(({ date }) => date <= last)
        .map(({ product, date, days: left, source }) => ({
          date,
          isOver: left < 0,
          item: {
            text: `${product} in ${image} ${left < 0 ? `has had no security support since ${date}` : `has security support until ${date}`} (${source}, as of ${bases.datesKnownOn}).`,
            basis: 'known' as const,
            places: where,
            command: `plimsoll bases${words.target}`,
          },
        })),
      ...(deprecated === undefined
        ? []
        : [
            {
              date: today,
              isOver: true,
              item: {
                text: `${image} is given up: ${deprecated.reason}${deprecated.instead === undefined ? '' : `, ${deprecated.instead} is in its place`}.`,
                basis: 'known' as const,
                places: where,
                command: `plimsoll bases${words.target}`,
              },
            },
          ]),
    ];
  });
  const exceptions = (budgets?.exceptions ?? [])
    .filter(({ until }) => until <= last)
    .map(({ budget, until, reason, place }) => ({
      date: until,
      isOver: until < today,
      item: {
        text: `The exception to ${budget} ${until < today ? 'ended' : 'ends'} on ${until}: ${reason}.`,
        basis: 'known' as const,
        places: [place],
        command: `plimsoll audit${words.target}${words.store} --record`,
      },
    }));
  return [...images, ...exceptions].sort((a, b) => compareCodes(a.date, b.date));
}

/** Measured ones first, of those and of the estimated ones the most bytes, then the most seconds; then what has no figure, the worst first. */
function fixes({ report, words: { target }, figures }: ReviewInputs): ReviewItem[] {
  const proved = (report.proofs ?? []).flatMap(({ evidence, state }): Weighed[] => {
    const { before, after, subject, verdict, fixes: passed } = evidence;
    if (state !== 'before' || verdict !== 'proved' || after === undefined) return [];
    const seconds = before.rebuild && after.rebuild ? before.rebuild.seconds - after.rebuild.seconds : 0;
    const saved = { bytes: Math.max(0, before.bytes - after.bytes), seconds: Math.max(0, seconds) };
    return [
      {
        ...saved,
        item: {
          text: `${passed.length} ${passed.length === 1 ? 'fix' : 'fixes'} of ${subject.dockerfile}: ${figures(saved) || 'nothing'} less.`,
          basis: 'measured',
          places: passed.map(({ path, line }) => `${path}:${line}`),
          command: `plimsoll fix${target} --prove --write`,
        },
      },
    ];
  });
  // What a proof has measured together is not told once more by its parts.
  const rest = report.findings.filter(({ fix, proof }) => fix && fixClass(fix) && proof?.verdict === undefined);
  const groups = [...groupBy(rest, ({ rule, cost }) => `${rule}\0${cost?.basis ?? ''}`).values()].map(
    (all): Weighed => {
      const bytes = sum(all, 'bytes');
      const seconds = sum(all, 'seconds');
      const [first] = all;
      const basis = bytes + seconds > 0 ? (first?.cost?.basis ?? 'estimated') : 'not measured';
      const gain = figures({ ...(bytes > 0 && { bytes }), ...(seconds > 0 && { seconds }) });
      return {
        bytes,
        seconds,
        severity: first?.severity,
        item: {
          text: `${first?.rule ?? ''} in ${all.length} ${all.length === 1 ? 'place' : 'places'}: ${gain === '' ? (first?.message ?? '') : `${gain} less.`}`,
          basis,
          places: all.map(({ locations: [{ path, start }] }) => `${path}:${start.line}`),
          command: commandFor(first?.rule ?? '', all, target),
        },
      };
    },
  );
  return [...proved, ...groups].sort(worthMost).map(({ item }) => item);
}

interface Weighed {
  readonly bytes: number;
  readonly seconds: number;
  readonly severity?: Finding['severity'] | undefined;
  readonly item: ReviewItem;
}

const order: readonly ReviewItem['basis'][] = ['measured', 'estimated', 'not measured'];

function worthMost(a: Weighed, b: Weighed): number {
  return (
    order.indexOf(a.item.basis) - order.indexOf(b.item.basis) ||
    b.bytes - a.bytes ||
    b.seconds - a.seconds ||
    compareSeverity(a.severity ?? 'error', b.severity ?? 'error') ||
    b.item.places.length - a.item.places.length ||
    compareCodes(a.item.text, b.item.text)
  );
}

function sum(findings: readonly Finding[], figure: 'bytes' | 'seconds'): number {
  return findings.reduce((total, { cost }) => total + (cost?.[figure] ?? 0), 0);
}
