import { appendFileSync } from 'node:fs';

/** One rebuild: what was told of it beforehand, and what the real tool or build then did. */
export interface ToldAndDone {
  /** Of the tool: `apt, real builds`. */
  readonly tool: string;
  readonly scenario: string;
  /** Packages with their versions, `+web 1.1`, `-web 1.0`. */
  readonly told: readonly string[];
  readonly done: readonly string[];
  /** Of the telling alone. */
  readonly seconds: number;
}

/** What is no more, and what is new, of two lists of packages with their versions. */
export function changesBetween(before: Iterable<string>, after: Iterable<string>): readonly string[] {
  const [old, now] = [new Set(before), new Set(after)];
  return [
    ...[...old].filter((each) => !now.has(each)).map((each) => `-${each}`),
    ...[...now].filter((each) => !old.has(each)).map((each) => `+${each}`),
  ].sort();
}

/** Notes it for `benchmarks/rebuild.mjs`, which names the file; nowhere where nobody asks. */
export function noteRebuild(rebuild: ToldAndDone): void {
  const file = process.env.PLIMSOLL_REBUILD_NOTES;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(rebuild)}\n`);
}
