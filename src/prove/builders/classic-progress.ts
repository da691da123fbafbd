import { bytesOf, type OnStep, type ProgressReader } from './progress.ts';
import { stepList } from './step-list.ts';

/** Of builders each step of which leaves an image. */
export interface ImageReader extends ProgressReader {
  /** Identifiers, which may be shortened, of the images that this build made, oldest first: not those of FROM, nor of steps from the cache. */
  made(): readonly string[];
}

/** Reads what Docker Engine's builder of before BuildKit prints: `Step 3/9 : RUN make`, ` ---> Using cache`, ` ---> 3ad3d4d43779`. */
export function classicProgress(
  onStep?: OnStep,
  onMade?: (id: string) => void,
  now: () => number = () => performance.now(),
): ImageReader {
  const steps = stepList(onStep, now);
  const made: string[] = [];
  let contextBytes: number | undefined;
  let error = '';
  return {
    line(text, isError = false) {
      // What a step prints is on the other one, both of its outputs.
      if (isError) {
        if (text.trim() !== '') error = text;
        return;
      }
      const [, total, instruction] = /^Step \d+\/(\d+) : (.*)$/s.exec(text) ?? [];
      if (instruction !== undefined) return steps.begin(text, instruction, Number(total));
      if (text === ' ---> Using cache') return steps.cached();
      const [, id] = /^ ---> ([0-9a-f]{12,64})$/.exec(text) ?? [];
      if (id !== undefined) {
        const step = steps.last();
        if (step && !step.cached && !/^FROM\s/i.test(step.instruction)) {
          made.push(id);
          onMade?.(id);
        }
        return steps.end();
      }
      const sent = /^Sending build context to Docker daemon\s+([0-9.]+[kKMGT]?B)/.exec(text);
      if (sent) contextBytes = bytesOf(sent[1] ?? '');
      else if (!/^ ---> |^Removing intermediate container |^Successfully (?:built|tagged) /.test(text))
        steps.printed(text);
    },
    made: () => made,
    result: () => steps.result(contextBytes, error),
  };
}
