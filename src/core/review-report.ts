import type { ReadProblem } from './report.ts';

/** How sure a figure of a review is. `recorded`: the history has it. `known`: from data inside the package, or from a file. */
export type ReviewBasis = 'recorded' | 'measured' | 'estimated' | 'known' | 'not measured';

/** One thing to talk about. */
export interface ReviewItem {
  /** One sentence. */
  readonly text: string;
  readonly basis: ReviewBasis;
  /** Places, the first few. */
  readonly places: readonly string[];
  /** What to type next. */
  readonly command: string;
}

/** What a senior engineer would put on the table at the quarterly review (docs/review.md). */
export interface ReviewReport {
  readonly project: string;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** What is compared with: a day, and the run of before then; undefined where there is no history to compare with. */
  readonly against: { readonly run: number; readonly at: string } | undefined;
  /** Undefined where nothing has a score, and of a cluster that could not be read wholly. */
  readonly loadLine: number | undefined;
  /** What could not be read: nothing is known of what is there. */
  readonly problems: readonly ReadProblem[];
  readonly sections: readonly {
    readonly id: 'budgets' | 'worse' | 'old' | 'ended' | 'ending' | 'fixes';
    readonly title: string;
    /** What matters most first. */
    readonly items: readonly ReviewItem[];
    /** Why nothing can be said, or what is missing; undefined where all is known. */
    readonly missing: string | undefined;
  }[];
}
