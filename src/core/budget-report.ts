import type { RunReference } from './trend-report.ts';

/** What of a project is over its budget. */
export interface BrokenBudget {
  readonly budget: 'newFindings' | 'findingAge' | 'score' | 'imageSize';
  /** `plimsoll.yaml:12` */
  readonly place: string;
  /** One sentence, with the commit where one is known. */
  readonly message: string;
  /** The run that broke it, where the history tells. */
  readonly run: RunReference | undefined;
  /** Places in files, with what each has to do with it. */
  readonly places: readonly { readonly path: string; readonly line: number; readonly note: string }[];
}

/** What budgets could not be held against, so that it is not taken for kept. */
export interface UncomparedBudget {
  /** `plimsoll.yaml:12` */
  readonly place: string;
  /** One sentence or two. */
  readonly message: string;
}
