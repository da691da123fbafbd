import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { shellWordsAt } from '../dockerfile/shell-dialect.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, stageChain } from './stage-facts.ts';

export type KnownShell = 'dash' | 'busybox' | 'bash';

/**
 * The shell that reads a RUN in shell form, where it is known: that of the SHELL in force, else the `/bin/sh` of the base image.
 * Undefined too where a step puts another program in the place of `/bin/sh`.
 */
export function shellAt(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): KnownShell | undefined {
  const program = shellWordsAt(stage, run)?.[0]?.replace(/^.*\//, '');
  if (program === 'dash' || program === 'bash') return program;
  if (program !== undefined && program !== 'sh' && program !== 'ash') return undefined;
  const { shell } = baseImageOf(stage);
  if (shell !== 'dash' && shell !== 'busybox' && shell !== 'bash') return undefined;
  return replacesShell(dockerfile, stage) ? undefined : shell;
}

function replacesShell(dockerfile: Dockerfile, stage: Stage): boolean {
  const chain = stageChain(stage);
  return dockerfile
    .commandsNamed('ln', 'mv', 'cp', 'rm', 'dpkg-reconfigure', 'dpkg-divert', 'update-alternatives')
    .some(
      ({ command, stage: of }) =>
        of !== undefined &&
        chain.includes(of) &&
        command.arguments.some(({ value }) => value === 'dash' || /^(?:\/usr)?\/bin\/(?:sh|dash)$/.test(value)),
    );
}
