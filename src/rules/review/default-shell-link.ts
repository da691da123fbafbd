import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { inCaseOf } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: '/bin/sh is replaced to get another shell',
  why: 'Every script of the distribution that counts on its own sh now runs in another shell, and the next update of that package puts the link back.',
  remedy: 'Put SHELL ["/bin/bash", "-c"] before the steps that need it.',
  peers: ['hadolint:DL4005', 'kics:changing-default-shell-using-run-command'],
  check({ dockerfile }, { report }) {
    for (const { command, instruction, stage } of dockerfile.commandsNamed('ln')) {
      const words = command.arguments.map(({ value }) => value).filter((word) => !word.startsWith('-'));
      if (words.length >= 2 && words.at(-1) === '/bin/sh')
        report({
          at: command.range,
          message: `/bin/sh is made to be ${words[0]}.`,
          ...(stage?.instructions.includes(instruction) && shellInstead(dockerfile, instruction, words[0] ?? '')),
        });
    }
  },
});

/** The RUN does nothing but replace the link: then SHELL takes its place. */
function shellInstead(
  dockerfile: Dockerfile,
  instruction: Instruction,
  shell: string,
): { readonly fix: Fix } | undefined {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const isAlone = commands.every(
    ({ name, arguments: words, place }) =>
      place.pipeline === undefined &&
      (name === 'ln' || name === 'rm' || name === 'mv') &&
      words.at(-1)?.value.startsWith('/bin/sh'),
  );
  const program = /^(?:\/bin\/|\/usr\/bin\/)?(bash|zsh|ksh)$/.exec(shell)?.[1];
  if (!isAlone || program === undefined || instruction.syntax.innerComments.length > 0 || instruction.flags.length > 0)
    return undefined;
  const path = shell.startsWith('/') ? shell : `/bin/${program}`;
  return {
    fix: {
      title: `Set SHELL to ${path}`,
      changes: {
        edits: [replace(dockerfile, instruction.range, `${inCaseOf(instruction, 'SHELL')} ["${path}", "-c"]`)],
      },
      assumptions: [
        {
          statement: 'Only the steps of this file count on the link.',
          state: 'unknown',
          question: `Does a script that runs later as #!/bin/sh, or a program that calls sh, count on ${program}? It gets the sh of the distribution again.`,
        },
      ],
    },
  };
}
