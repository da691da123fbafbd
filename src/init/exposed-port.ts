import { isPort } from '../core/port-number.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { lastInstruction } from '../project/stage-facts.ts';

/** The first port that a stage's last EXPOSE names as a number. */
export function exposedPort(dockerfile: Dockerfile, stage: Stage): number | undefined {
  const instruction = lastInstruction(stage, 'EXPOSE');
  if (instruction === undefined) return undefined;
  const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
  const port = Number(/\s(\d{1,5})(?:\/tcp)?\b/.exec(text)?.[1]);
  return isPort(port) ? port : undefined;
}
