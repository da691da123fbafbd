import type { BuildStep } from '../build.ts';
import { addToTail, bytesOf, type OnStep, type ProgressReader } from './progress.ts';

interface Step {
  readonly name: string;
  readonly instruction: string;
  readonly stage: string;
  readonly begun: number;
  cached: boolean;
  seconds: number | undefined;
}

/** What is only of Docker Engine's own builder: every step of it leaves an image. */
export interface ClassicReader extends ProgressReader {
  /** Identifiers of the images that this build made, oldest first: not those of FROM, nor of steps from the cache. */
  made(): readonly string[];
}

/**
 * Reads what Docker Engine's builder of before BuildKit prints: `Step 3/9 : RUN make`, ` ---> Using cache`, ` ---> 3ad3d4d43779`. It carries out one step after
 * another and does not say how long one took: the time is that between two lines.
 */
export function classicProgress(onStep?: OnStep, now: () => number = () => performance.now()): ClassicReader {
  const steps: Step[] = [];
  const made: string[] = [];
  const tail: string[] = [];
  let contextBytes: number | undefined;
  let of: number | undefined;
  let error = '';
  let stages = 0;
  let stage = '';
  const end = () => {
    const step = steps.at(-1);
    if (step === undefined || step.seconds !== undefined) return;
    step.seconds = step.cached ? 0 : (now() - step.begun) / 1000;
    onStep?.(step, steps.length, of);
  };
  return {
    line(text) {
      const [, total, instruction] = /^Step \d+\/(\d+) : (.*)$/s.exec(text) ?? [];
      if (instruction !== undefined) {
        end();
        of = Number(total);
        tail.length = 0;
        if (/^FROM\s/i.test(instruction)) stage = stageName(instruction, stages++);
        steps.push({ name: text, instruction, stage, begun: now(), cached: false, seconds: undefined });
        onStep?.({ name: text, cached: false }, steps.length - 1, of);
        return;
      }
      const sent = /^Sending build context to Docker daemon\s+([0-9.]+[kKMGT]?B)/.exec(text);
      if (sent) contextBytes = bytesOf(sent[1] ?? '');
      const step = steps.at(-1);
      const [, id] = /^ ---> ([0-9a-f]{12,64})$/.exec(text) ?? [];
      if (text === ' ---> Using cache' && step) step.cached = true;
      else if (id !== undefined) {
        if (step && !step.cached && !/^FROM\s/i.test(step.instruction)) made.push(id);
        end();
      } else if (!/^ ---> |^Removing intermediate container |^Successfully (?:built|tagged) /.test(text) && !sent) {
        addToTail(tail, text);
        if (text.trim() !== '') error = text;
      }
    },
    made: () => made,
    result() {
      const several = new Set(steps.map((step) => step.stage)).size > 1;
      const all = steps.map((step) => stepOf(step, several));
      const isOpen = steps.at(-1)?.seconds === undefined;
      const last = isOpen ? all.at(-1) : undefined;
      // Its own last line is the builder's sentence.
      const printed = last ? tail.filter((line) => line !== error) : [];
      return { steps: all, contextBytes, last, failed: last, tail: printed, error };
    },
  };
}

/** As BuildKit calls one without a name: by its index. */
export function stageName(from: string, index: number): string {
  return /\sAS\s+(\S+)/i.exec(from)?.[1] ?? `stage-${index}`;
}

function stepOf({ name, instruction, stage, cached, seconds }: Step, several: boolean): BuildStep {
  return { name, instruction, stage: several ? stage : undefined, cached, seconds };
}
