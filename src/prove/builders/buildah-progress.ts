import type { ImageReader } from './classic-progress.ts';
import type { OnStep } from './progress.ts';
import { stepList } from './step-list.ts';

/**
 * Reads what Buildah and `podman build` print: `[1/2] STEP 3/6: RUN make`, `STEP 3/6: …` where there is one stage, `--> Using cache 5d7caac4985…`, `--> 5d7caac4985`,
 * and errors as `Error: building at STEP "RUN make": …`.
 */
export function buildahProgress(
  onStep?: OnStep,
  onMade?: (id: string) => void,
  now: () => number = () => performance.now(),
): ImageReader {
  const steps = stepList(onStep, now);
  const made: string[] = [];
  const totals = new Map<string, number>();
  let error = '';
  return {
    line(text) {
      const [name, stage = '', total, instruction] =
        /^(?:\[(\d+\/\d+)\] )?STEP \d+(?:\/(\d+))?: (.*)$/s.exec(text) ?? [];
      if (name !== undefined && instruction !== undefined) {
        if (total !== undefined) totals.set(stage, Number(total));
        // Of stages that were not begun, nothing is known yet.
        const of = [...totals.values()].reduce((sum, each) => sum + each, 0);
        return steps.begin(name, instruction, of === 0 ? undefined : of);
      }
      if (/^--> Using cache [0-9a-f]+$/.test(text)) return steps.cached();
      // What the step printed last may have no line end.
      const [, id] = /--> ([0-9a-f]{10,64})$/.exec(text) ?? [];
      if (id !== undefined) {
        if (!steps.last()?.cached) {
          made.push(id);
          onMade?.(id);
        }
        return steps.end();
      }
      // The last step's image is made, and told of, behind this line.
      if (/^(?:\[\d+\/\d+\] )?COMMIT\b/.test(text)) return;
      if (/^error: /i.test(text)) error = text;
      if (!/^subprocess exited with status \d+$|^time="[^"]*" level=/.test(text)) steps.printed(text);
    },
    made: () => made,
    result: () => steps.result(undefined, error),
  };
}
