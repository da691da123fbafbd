import type { Area } from './area.ts';
import type { RecordedFinding, RunSeries, RunSource } from './history.ts';
import type { Severity } from './severity.ts';

/** A point of a trend: one run. */
export interface TrendPoint extends RunSource {
  /** Its number in the store. */
  readonly run: number;
  readonly at: string;
  readonly tool: string;
  readonly loadLine: number | undefined;
  readonly findings: Readonly<Record<Severity, number>>;
  /** Against the run before: those that it has and that one had not, and the other way round. A rule that only one of them ran counts for neither. */
  readonly appeared: number;
  readonly disappeared: number;
  readonly bytes: number | undefined;
}

/** A finding over time. */
export interface TrackedFinding {
  readonly finding: RecordedFinding;
  /** Where it was seen first of all. */
  readonly first: RunReference;
  /** Where it was seen again after it had been fixed; the first where that never was. */
  readonly openSince: RunReference;
  /** The last run before that which looked for it, and did not find it; undefined where the series begins with it. */
  readonly before: RunReference | undefined;
  /** Whole days since `openSince`. */
  readonly ageDays: number;
  /** How often it came back. */
  readonly returned: number;
  /** No run before looked for it: its rule did not run in any, or its file could not be read. */
  readonly newRule: boolean;
  /** The first run without it, where it is fixed. */
  readonly fixed: RunReference | undefined;
  /** It was mended on the branch that is compared with, and all recorded runs of its own have it: they may never have had that, and no commit of them is the cause. */
  readonly isUnmended?: true;
}

export interface RunReference {
  readonly run: number;
  readonly at: string;
  readonly commit: string | undefined;
  /** See {@link RunSource.dirty}: what came with the run may be in no commit. */
  readonly dirty: boolean;
}

/** How a series of runs went (docs/history.md). */
export interface TrendReport extends RunSeries {
  /** Undefined: all of them. */
  readonly branch: string | undefined;
  /** `YYYY-MM-DD`: what is new, fixed and come back is so against the newest run of before that day, or the oldest of all. */
  readonly since: string;
  /** The run that it is held against; undefined where there is only one. */
  readonly against: RunReference | undefined;
  /** From the oldest run on. */
  readonly points: readonly TrendPoint[];
  /** The same order; undefined for a run in which nothing of the area was looked at. */
  readonly areas: readonly { readonly area: Area; readonly scores: readonly (number | undefined)[] }[];
  readonly images: readonly { readonly name: string; readonly bytes: readonly (number | undefined)[] }[];
  /** Of the newest run. The worst first, of those the oldest. */
  readonly open: readonly TrackedFinding[];
  /** Of these the ones that are new, and that were fixed once and are back. */
  readonly newOnes: readonly TrackedFinding[];
  readonly comeBack: readonly TrackedFinding[];
  readonly fixed: readonly TrackedFinding[];
  /** Of the newest run without its rules: nobody knows whether they are still there. */
  readonly notLookedFor: number;
}
