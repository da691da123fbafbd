import type { CommandLine } from '../../core/command-line.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { setsOtherUser } from '../../project/other-user.ts';
import { buildsOf, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { finalUser, imageInstructions, stageChain } from '../../project/stage-facts.ts';
import { startedWords } from '../../project/started-commands.ts';
import { withRunAsNonRoot } from '../../repairs/run-as-non-root.ts';
import { runAsUser } from '../../repairs/run-as-user.ts';

/** More users than that no image creates that a person wrote. */
const maximalUsers = 20;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A user is created and the container runs as root',
  why: 'The user was made so that the program need not be root, and nothing switches to it.',
  remedy: 'End the stage with USER and that user, and give it the files that it writes.',
  peers: ['tally:user-created-but-never-used'],
  check({ dockerfile, project }, { report }) {
    const creating = dockerfile.commandsNamed('useradd', 'adduser').slice(0, maximalUsers);
    if (creating.length === 0) return;
    for (const stage of shippedStages(project, dockerfile)) {
      const { instruction, isRoot } = finalUser(dockerfile, stage);
      // Then the user is one for Compose or Kubernetes to name.
      if (buildsOf(project, dockerfile).some((build) => build.stage === stage && build.runBy.some(setsOtherUser)))
        continue;
      if (isRoot !== true || !startsProgram(stage)) continue;
      const chain = new Set(stageChain(stage));
      const place = instruction ?? stage.from;
      for (const placed of creating) {
        if (placed.stage === undefined || !chain.has(placed.stage)) continue;
        const name = createdUser(placed.command);
        if (name === undefined || isNamedElsewhere(dockerfile, stage, placed.instruction, name)) continue;
        const ofImage = runAsUser(project, dockerfile, stage);
        const fix = ofImage && withRunAsNonRoot(project, dockerfile, stage, ofImage);
        report({
          at: placed.command.range,
          message: `The user ${name} is created here, and the container runs as root.`,
          ...(place && { cause: `runs as root: ${place.line}` }),
          ...(fix && { fix }),
        });
        break;
      }
    }
  },
});

/** An entry point of its own may be what switches: only a program that is named here is known to stay root. */
function startsProgram(stage: Stage): boolean {
  const text = startedWords(stage).join(' ');
  return (
    text !== '' && !/\.sh\b|entrypoint|gosu|su-exec|setpriv|runuser|sudo|supervisord|s6|\binit\b|\bsu\b/.test(text)
  );
}

/** The last word of `useradd`; the first operand of `adduser`, which as two operands adds to a group. */
function createdUser({ name, arguments: words }: CommandLine): string | undefined {
  const last = words.at(-1);
  if (last === undefined || !last.literal || last.value.startsWith('-')) return undefined;
  const operandsOnly = words.every(({ value }) => !value.startsWith('-'));
  if (name === 'adduser' && operandsOnly && words.length === 2) return undefined;
  return /^[a-z_][\w.-]*\$?$/i.test(last.value) ? last.value : undefined;
}

/** Whoever names the user again (chown, su, a configuration that a step writes) has a use for it. */
function isNamedElsewhere(dockerfile: Dockerfile, stage: Stage, creating: Instruction, name: string): boolean {
  const named = new RegExp(`(?:^|[^\\w-])${name.replace(/[.$]/g, '\\$&')}(?:$|[^\\w-])`);
  return imageInstructions(stage).some((instruction) => {
    if (instruction.name === 'ENV' || instruction.name === 'LABEL') return false;
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    if (instruction !== creating) return named.test(text) && usesName(text);
    return /\b(?:chown|chgrp|install|su|sudo|gosu|sudoers|passwd|chpasswd|setfacl)\b/.test(text);
  });
}

function usesName(text: string): boolean {
  return /^\s*(?:RUN|COPY|ADD|USER|CMD|ENTRYPOINT)/i.test(text);
}
