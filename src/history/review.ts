import type { BasesReport } from '../core/bases-report.ts';
import type { Finding } from '../core/finding.ts';
import { fixClass } from '../core/fix.ts';
import { groupBy } from '../core/group-by.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { Report } from '../core/report.ts';
import type { ReviewItem, ReviewReport } from '../core/review-report.ts';
import { compareSeverity } from '../core/severity.ts';
import type { TrackedFinding, TrendReport } from '../core/trend-report.ts';
import type { Budgets } from '../project/configuration.ts';

export interface ReviewInputs {
  /** Of the project as it is now, with the evidence that holds for it. */
  readonly report: Report;
  /** Undefined without a history. */
  readonly trend: TrendReport | undefined;
  readonly bases: BasesReport;
  readonly budgets: Budgets | undefined;
  readonly today: string;
  /** Days from which on a finding is old, and within which something ends soon. */
  readonly days: number;
  /** How what was reviewed is written behind a command: ` services/web`, or nothing. */
  readonly target: string;
  /** `168 MB, 12 s each rebuild`. */
  readonly figures: (cost: { readonly bytes?: number; readonly seconds?: number }) => string;
}

/** What got worse, what is old, what ends soon, and which fixes are worth most, each with its command. */
export function reviewOf(inputs: ReviewInputs): ReviewReport {
  const { report, trend, today, days } = inputs;
  const noHistory = trend === undefined ? 'There is no history: «plimsoll audit --record» begins one.' : undefined;
  return {
    project: report.name,
    today,
    against: trend?.against && { run: trend.against.run, at: trend.against.at },
    loadLine: report.score.loadLine,
    sections: [
      {
        id: 'worse',
        title: 'What got worse',
        items: trend === undefined ? [] : worse(trend, inputs),
        missing:
          noHistory ??
          (trend?.against === undefined ? 'The history has one run: there is nothing to compare.' : undefined),
      },
      { id: 'old', title: 'What is old', items: trend === undefined ? [] : old(trend, inputs), missing: noHistory },
      {
        id: 'ending',
        title: `What ends within ${days} days`,
        items: ending(inputs),
        missing: 'No registry was asked: «plimsoll bases» tells which tags are newer.',
      },
      { id: 'fixes', title: 'Which fixes are worth most', items: fixes(inputs), missing: undefined },
    ],
  };
}

function worse(trend: TrendReport, inputs: ReviewInputs): ReviewItem[] {
  const at = trend.points.findIndex(({ run }) => run === trend.against?.run);
  const fell = (name: string, values: readonly (number | undefined)[]): ReviewItem[] => {
    const [was, is] = [values[at], values.at(-1)];
    if (was === undefined || is === undefined || is >= was) return [];
    return [{ text: `${name} fell from ${was} to ${is}.`, basis: 'recorded', places: [], command: 'plimsoll trend' }];
  };
  return [
    ...fell(
      'The load line',
      trend.points.map(({ loadLine }) => loadLine),
    ),
    ...trend.areas.flatMap(({ area, scores }) => fell(`The score of ${area}`, scores)),
    ...byRule(trend.comeBack, inputs, (rule, all) => `${rule} came back ${times(all.length)}.`),
    ...byRule(
      trend.newOnes.filter(({ newRule, returned }) => !newRule && returned === 0),
      inputs,
      (rule, all) =>
        `${rule} is new in ${all.length} ${all.length === 1 ? 'place' : 'places'}, first with ${commitText(all)}.`,
    ),
    ...trend.images.flatMap(({ name, bytes }): ReviewItem[] => {
      const known = bytes.slice(Math.max(0, at)).filter((size) => size !== undefined);
      const [was, is] = [known[0], known.at(-1)];
      if (was === undefined || is === undefined || is <= was * 1.02) return [];
      return [
        {
          text: `The image ${name} grew from ${inputs.figures({ bytes: was })} to ${inputs.figures({ bytes: is })}.`,
          basis: 'measured',
          places: [],
          command: `plimsoll bisect-size${inputs.target}`,
        },
      ];
    }),
  ];
}

function old(trend: TrendReport, inputs: ReviewInputs): ReviewItem[] {
  const aged = trend.open.filter(({ ageDays }) => ageDays > inputs.days);
  return byRule(aged, inputs, (rule, all) => {
    const oldest = Math.max(...all.map(({ ageDays }) => ageDays));
    return `${rule} is open in ${all.length} ${all.length === 1 ? 'place' : 'places'}, for up to ${oldest} days.`;
  });
}

/** The worst severity first, of those the most places. */
function byRule(
  findings: readonly TrackedFinding[],
  { report, target }: ReviewInputs,
  say: (rule: string, all: readonly TrackedFinding[]) => string,
): ReviewItem[] {
  return [...groupBy(findings, ({ finding }) => finding.rule)]
    .sort(
      ([one, a], [other, b]) =>
        compareSeverity(a[0]?.finding.severity ?? 'note', b[0]?.finding.severity ?? 'note') ||
        b.length - a.length ||
        compareCodes(one, other),
    )
    .map(([rule, all]) => ({
      text: say(rule, all),
      basis: 'recorded',
      places: all.map(({ finding: { path, line } }) => `${path}:${line}`),
      command: commandFor(
        rule,
        report.findings.filter((finding) => finding.rule === rule),
        target,
      ),
    }));
}

function ending({ bases, budgets, today, days }: ReviewInputs): ReviewItem[] {
  const last = new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10);
  const images = bases.images.flatMap(({ image, places, ending: ends, deprecated }) => {
    const where = places.map(({ path, line }) => (line === undefined ? path : `${path}:${line}`));
    return [
      ...ends
        .filter(({ date }) => date <= last)
        .map(({ product, date, days: left, source }) => ({
          date,
          item: {
            text: `${product} in ${image} ${left < 0 ? `has had no security support since ${date}` : `has security support until ${date}`} (${source}, as of ${bases.datesKnownOn}).`,
            basis: 'known' as const,
            places: where,
            command: 'plimsoll bases',
          },
        })),
      ...(deprecated === undefined
        ? []
        : [
            {
              date: today,
              item: {
                text: `${image} is given up: ${deprecated.reason}${deprecated.instead === undefined ? '' : `, ${deprecated.instead} is in its place`}.`,
                basis: 'known' as const,
                places: where,
                command: 'plimsoll bases',
              },
            },
          ]),
    ];
  });
  const exceptions = (budgets?.exceptions ?? [])
    .filter(({ until }) => until <= last)
    .map(({ budget, until, reason, place }) => ({
      date: until,
      item: {
        text: `The exception to ${budget} ${until < today ? 'ended' : 'ends'} on ${until}: ${reason}.`,
        basis: 'known' as const,
        places: [place],
        command: 'plimsoll audit --record',
      },
    }));
  return [...images, ...exceptions].sort((a, b) => compareCodes(a.date, b.date)).map(({ item }) => item);
}

/** Measured ones first, of those and of the estimated ones the most bytes, then the most seconds; then what has no figure, the worst first. */
function fixes({ report, target, figures }: ReviewInputs): ReviewItem[] {
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

function commandFor(rule: string, findings: readonly Finding[], target: string): string {
  const kinds = findings.map(({ fix }) => fix && fixClass(fix));
  if (kinds.includes('safe')) return `plimsoll fix${target} --rule ${rule}`;
  return kinds.includes('review') ? `plimsoll fix${target} --review --rule ${rule}` : `plimsoll explain ${rule}`;
}

function commitText(findings: readonly TrackedFinding[]): string {
  const [first] = [...findings].sort((a, b) => compareCodes(a.openSince.at, b.openSince.at));
  const { commit, at = '', dirty } = first?.openSince ?? {};
  if (commit === undefined) return `the run of ${at.slice(0, 10)}`;
  return `${dirty ? 'uncommitted changes on' : 'commit'} ${commit.slice(0, 10)}`;
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`;
}
