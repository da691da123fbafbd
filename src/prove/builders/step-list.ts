import type { BuildStep } from '../build.ts';
import { addToTail, type OnStep, type ProgressResult } from './progress.ts';

interface Step {
  readonly name: string;
  readonly instruction: string;
  readonly stage: string;
  readonly begun: number;
  cached: boolean;
  seconds: number | undefined;
}

/** Steps of a builder that carries out one after another and does not say how long one took: its time is that between two lines. */
export interface StepList {
  /** @param of how many there are in all, as far as is known */
  begin(name: string, instruction: string, of: number | undefined): void;
  /** The step that is under way comes from the cache. */
  cached(): void;
  end(): void;
  /** What the step printed, or the builder. */
  printed(line: string): void;
  /** The step that is under way, or the last one. */
  last(): { readonly instruction: string; readonly cached: boolean } | undefined;
  result(contextBytes: number | undefined, error: string): ProgressResult;
}

export function stepList(onStep: OnStep, now: () => number): StepList {
  const steps: Step[] = [];
  const tail: string[] = [];
  let total: number | undefined;
  let stages = 0;
  let stage = '';
  const end = () => {
    const step = steps.at(-1);
    if (step === undefined || step.seconds !== undefined) return;
    step.seconds = step.cached ? 0 : (now() - step.begun) / 1000;
    onStep?.({ name: step.name, cached: step.cached }, steps.length, total);
  };
  return {
    begin(name, instruction, of) {
      end();
      total = of;
      tail.length = 0;
      if (/^FROM\s/i.test(instruction)) stage = stageName(instruction, stages++);
      steps.push({ name, instruction, stage, begun: now(), cached: false, seconds: undefined });
      onStep?.({ name, cached: false }, steps.length - 1, of);
    },
    cached() {
      const step = steps.at(-1);
      if (step) step.cached = true;
    },
    end,
    printed: (line) => addToTail(tail, line),
    last: () => steps.at(-1),
    result(contextBytes, error) {
      const several = new Set(steps.map((step) => step.stage)).size > 1;
      const all = steps.map((step) => stepOf(step, several));
      const last = steps.at(-1)?.seconds === undefined ? all.at(-1) : undefined;
      // The builder's own sentence may be among what was printed.
      return { steps: all, contextBytes, last, failed: last, tail: tail.filter((line) => line !== error), error };
    },
  };
}

/** As BuildKit calls one without a name: by its index. */
function stageName(from: string, index: number): string {
  return /\sAS\s+(\S+)/i.exec(from)?.[1] ?? `stage-${index}`;
}

function stepOf({ name, instruction, stage, cached, seconds }: Step, several: boolean): BuildStep {
  return { name, instruction, stage: several ? stage : undefined, cached, seconds };
}
