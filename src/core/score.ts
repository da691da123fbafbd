import { type Area, areas } from './area.ts';
import type { Finding } from './finding.ts';
import type { AreaScore, Score } from './report.ts';
import type { Severity } from './severity.ts';

/** The figures of the formula; docs/score.md explains each. */
export const scoreFigures = {
  /** What one finding weighs. */
  weight: { error: 15, warning: 4, note: 0.4 },
  /** The most that all notes of an area weigh together. */
  notesAtMost: 2,
  /** The load at which half of the score is left. */
  halfLoad: 20,
} as const;

/**
 * The score of every area and the load line, as docs/score.md defines them.
 *
 * @param findings All that hold in the project: those that a baseline or `--since` only keeps from being reported count too.
 * @param lookedAt The areas for which a rule ran on something. The others have no score.
 */
export function scoreOf(findings: readonly Pick<Finding, 'area' | 'severity'>[], lookedAt: ReadonlySet<Area>): Score {
  const counts = new Map<Area, Record<Severity, number>>();
  for (const area of areas) counts.set(area, { error: 0, warning: 0, note: 0 });
  for (const { area, severity } of findings) {
    const count = counts.get(area);
    if (count) count[severity] += 1;
  }
  const scored = [...counts].map(([area, count]): AreaScore => {
    const known = lookedAt.has(area) || count.error + count.warning + count.note > 0;
    return { area, findings: count, ...(known && { score: areaScore(count) }) };
  });
  const line = loadLine(scored);
  return { areas: scored, ...(line !== undefined && { loadLine: line }) };
}

/** The score of one area, 0 to 100. 100 means that nothing was found. */
export function areaScore(count: Readonly<Record<Severity, number>>): number {
  const { weight, notesAtMost, halfLoad } = scoreFigures;
  const notes = Math.min(notesAtMost, weight.note * count.note);
  const load = weight.error * count.error + weight.warning * count.warning + notes;
  return Math.round((100 * halfLoad) / (halfLoad + load));
}

/** The mean of the areas that have a score, rounded; undefined when none has. */
export function loadLine(scores: readonly Pick<AreaScore, 'score'>[]): number | undefined {
  const known = scores.flatMap(({ score }) => (score === undefined ? [] : [score]));
  if (known.length === 0) return undefined;
  return Math.round(known.reduce((sum, score) => sum + score, 0) / known.length);
}

/** The figures of the formula of some time. */
export interface ScoreFigures {
  readonly weight: Readonly<Record<Severity, number>>;
  readonly notesAtMost: number;
  readonly halfLoad: number;
}

/**
 * How an area's score came about, in one line: `57 = 100 × 20 / (20 + 15 × 1 + 4 × 0 + 0)`. Undefined when it has none.
 * @param figures those of when it was computed
 */
export function scoreDerivation(
  { score, findings }: AreaScore,
  figures: ScoreFigures = scoreFigures,
): string | undefined {
  if (score === undefined) return undefined;
  const { weight, notesAtMost, halfLoad } = figures;
  const notes = Number(Math.min(notesAtMost, weight.note * findings.note).toFixed(1));
  return `${score} = 100 × ${halfLoad} / (${halfLoad} + ${weight.error} × ${findings.error} + ${weight.warning} × ${findings.warning} + ${notes})`;
}

/** The formula of an area's score in one sentence, with the figures of the code. */
export function scoreFormula(): string {
  const { weight, notesAtMost, halfLoad } = scoreFigures;
  return `score = 100 × ${halfLoad} / (${halfLoad} + ${weight.error} × errors + ${weight.warning} × warnings + the smaller of ${notesAtMost} and ${weight.note} × notes)`;
}
