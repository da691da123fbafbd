import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertAfter, insertBefore } from '../dockerfile/edit.ts';
import type { ArgInstruction, EnvInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import { removeInstruction } from '../dockerfile/remove-command.ts';
import { scriptStart } from '../dockerfile/run-chain.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { frontendKnows, mayUse } from '../project/frontend.ts';
import type { Project } from '../project/project.ts';
import { userAt } from '../project/user-at.ts';
import { secretGivers } from './build-secret-givers.ts';

/**
 * A secret that ARG gives to steps, mounted into those steps instead: in their environment where the front end knows how, else read from
 * the file of the mount; where Compose builds the image, it gives the secret in the same fix. Undefined where something other than those steps
 * uses the argument, and where another file tells how the image is built: that would have to give the secret, too.
 */
export function mountSecret(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  argument: ArgInstruction,
  name: string,
  uses: readonly Instruction[],
): Fix | undefined {
  if (argument.pairs.length !== 1 || argument.pairs[0]?.value !== undefined) return undefined;
  const givers = secretGivers(project, dockerfile, name);
  if (givers === undefined) return undefined;
  const steps = uses.filter((each): each is RunInstruction => each.name === 'RUN');
  if (steps.length < uses.length || isUsedElsewhere(dockerfile, stage, argument, name, steps)) return undefined;
  const removal = removeInstruction(dockerfile, argument, steps[0]);
  const byVariable = mayUse(project, dockerfile, 'RUN --mount=type=secret,env') === 'holds';
  const edits = steps.map((step) =>
    byVariable ? mountVariable(dockerfile, step, name) : mountFile(dockerfile, stage, step, name),
  );
  const made = edits.flatMap((edit) => edit ?? []);
  if (removal === undefined || made.length < steps.length) return undefined;
  return {
    title: `Mount ${name} as a secret where it is used`,
    changes: { edits: [...removal, ...made, ...givers.edits] },
    assumptions: [
      frontendKnows(project, dockerfile, byVariable ? 'RUN --mount=type=secret,env' : 'RUN --mount'),
      ...givers.assumptions,
      ...(byVariable ? [] : readByRoot(dockerfile, stage, steps)),
    ],
  };
}

function readByRoot(dockerfile: Dockerfile, stage: Stage, steps: readonly RunInstruction[]): readonly Assumption[] {
  if (steps.every((step) => userAt(dockerfile, stage, step).isRoot === true)) return [];
  return [
    {
      statement: 'The steps run as root, which alone may read the file of the mount.',
      state: 'unknown',
      question:
        'Does the base image leave its steps to root? Another user may not read the file of the mount, and the build would stop.',
    },
  ];
}

/** Any other instruction of the stage, or of one that stands on it, that names it. */
function isUsedElsewhere(
  dockerfile: Dockerfile,
  stage: Stage,
  argument: ArgInstruction,
  name: string,
  steps: readonly Instruction[],
): boolean {
  const named = new RegExp(`(?<!\\w)${literalPattern(name)}(?!\\w)`);
  return dockerfile.stages
    .filter((each) => each === stage || each.base.kind === 'stage')
    .flatMap(({ instructions }) => instructions)
    .some(
      (each) =>
        each !== argument &&
        each.range.start > argument.range.start &&
        !steps.some((step) => step === each) &&
        named.test(dockerfile.text.slice(each.range.start, each.range.end)),
    );
}

function mountVariable(dockerfile: Dockerfile, step: RunInstruction, name: string): readonly TextEdit[] {
  return [insertAfter(dockerfile, step.keyword.range, ` --mount=type=secret,id=${name},env=${name},required=true`)];
}

/** Front ends before 1.10 mount a file only, which root alone may read; the shell of the step does. */
function mountFile(
  dockerfile: Dockerfile,
  stage: Stage,
  step: RunInstruction,
  name: string,
): readonly TextEdit[] | undefined {
  if (userAt(dockerfile, stage, step).isRoot === false) return undefined;
  const script = dockerfile.script(step);
  if (script === undefined || script.form !== 'shell' || step.heredocs.length > 0) return undefined;
  if (script.dialect !== 'posix' && script.dialect !== 'bash') return undefined;
  const start = scriptStart(dockerfile, step);
  if (start === undefined) return undefined;
  return [
    insertAfter(dockerfile, step.keyword.range, ` --mount=type=secret,id=${name},required=true`),
    insertBefore(dockerfile, { start, end: start }, `${name}="$(cat /run/secrets/${name})" && export ${name} && `),
  ];
}

/** The ENV that keeps a secret in the image taken out: the container is given it when it starts. */
export function dropVariable(dockerfile: Dockerfile, instruction: EnvInstruction, name: string): Fix | undefined {
  if (instruction.pairs.length !== 1) return undefined;
  const named = new RegExp(`(?<!\\w)${literalPattern(name)}(?!\\w)`);
  const user = dockerfile.instructions.find(
    (each) =>
      each.range.start > instruction.range.start &&
      ['RUN', 'ENV', 'COPY', 'ADD', 'WORKDIR', 'USER', 'ARG', 'VOLUME', 'EXPOSE', 'LABEL'].includes(each.name) &&
      named.test(dockerfile.text.slice(each.range.start, each.range.end)),
  );
  const removal = removeInstruction(dockerfile, instruction);
  if (user !== undefined || removal === undefined) return undefined;
  return {
    title: `Leave ${name} to the start of the container`,
    changes: { edits: removal },
    assumptions: [
      { statement: 'No later instruction names it.', state: 'holds' },
      {
        statement: `Every container is given ${name} when it starts.`,
        state: 'unknown',
        question: `Do all that run the image set ${name}, from a Secret of Kubernetes or the environment of Compose, and does no build step read it from its environment?`,
      },
    ],
  };
}
