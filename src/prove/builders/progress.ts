import type { BuildOptions, BuildStep } from '../build.ts';

/** What a builder's output tells. */
export interface ProgressResult {
  readonly steps: readonly BuildStep[];
  readonly contextBytes: number | undefined;
  /** The step that was under way last, where the build did not get to its end. */
  readonly last: BuildStep | undefined;
  /** The step that the builder says failed; undefined where it names none. */
  readonly failed: BuildStep | undefined;
  /** The last lines that the failed or last step printed, oldest first. */
  readonly tail: readonly string[];
  /** The builder's last word: its own sentence of an error. Empty where it said none. */
  readonly error: string;
}

/** Reads a builder's output line by line. */
export interface ProgressReader {
  /** @param isError whether it was printed to the client's standard error */
  line(text: string, isError?: boolean): void;
  result(): ProgressResult;
}

export type OnStep = BuildOptions['onStep'];

/** How much of a step's output is kept to tell of it. */
export const tailLines = 20;

export function addToTail(tail: string[], line: string): void {
  if (line.trim() === '') return;
  tail.push(line);
  if (tail.length > tailLines) tail.shift();
}

const units = new Map([
  ['', 1],
  ['k', 1e3],
  ['m', 1e6],
  ['g', 1e9],
  ['t', 1e12],
]);

/** `1.2MB`, as builders print it, in bytes: decimal units (https://pkg.go.dev/github.com/docker/go-units#HumanSize). */
export function bytesOf(text: string): number | undefined {
  const [, digits, unit = ''] = /^([0-9.]+)([kKMGT]?)B$/.exec(text) ?? [];
  const factor = units.get(unit.toLowerCase());
  return digits === undefined || factor === undefined ? undefined : Math.round(Number(digits) * factor);
}
