import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { inCaseOf, insertLinesBefore } from '../dockerfile/edit-lines.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';

/**
 * Declares a build argument that an instruction uses, just before it: one that stands before the first FROM and that the stage does not
 * declare, or one whose value a label is to have, such as `BUILD_DATE`. What the base image sets under that name stays as it is.
 */
export function declareArgument(
  dockerfile: Dockerfile,
  stage: Stage | undefined,
  instruction: Instruction,
  name: string,
): Fix | undefined {
  if (stage === undefined || instruction === stage.from || !stage.instructions.includes(instruction)) return undefined;
  const isGlobal = dockerfile.globalArgs.some(({ pairs }) => pairs.some(({ key }) => key.value === name));
  if (!isGlobal && !(instruction.name === 'LABEL' && /^[A-Z][A-Z0-9_]+$/.test(name))) return undefined;
  // In the scope of a RUN that comes after it, each new value would make that one run again.
  const isBeforeRun = stage.instructions.some(
    (each) => each.name === 'RUN' && each.range.start > instruction.range.start,
  );
  if (!isGlobal && isBeforeRun) return undefined;
  return {
    title: `Declare ARG ${name} before it`,
    changes: { edits: [insertLinesBefore(dockerfile, instruction, [`${inCaseOf(instruction, 'ARG')} ${name}`])] },
    assumptions: [
      {
        statement: `${name} is a build argument.`,
        state: 'unknown',
        question: isGlobal
          ? `Is the ${name} that is declared before the first FROM meant here? It is empty today, and has its value from then on.`
          : `Is ${name} given with --build-arg when the image is built? Without ARG it has no effect.`,
      },
    ],
  };
}
