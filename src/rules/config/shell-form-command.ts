import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { shellWordsAt } from '../../dockerfile/shell-dialect.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { execForm } from '../../repairs/exec-form.ts';

const peers = [
  'buildkit:JSONArgsRecommended',
  'hadolint:DL3025',
  'kics:not-using-json-in-cmd-and-entrypoint-arguments',
] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'CMD or ENTRYPOINT in the shell form',
  why: 'A shell then is the first process of the container; it need not pass signals on, so that stopping may take ten seconds and ends in a kill.',
  remedy: 'Write the command as a JSON array, with exec in a script where a shell is needed.',
  peers,
  check({ dockerfile, project }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'JSONArgsRecommended')) {
      const { instruction } = hit;
      const stage = dockerfile.stages.find(({ instructions }) => instructions.includes(instruction));
      const isStart = instruction.name === 'CMD' || instruction.name === 'ENTRYPOINT';
      const fix = stage && isStart ? execForm(project, dockerfile, stage, instruction) : undefined;
      report({
        ...placeOf(hit, dockerfile),
        message: `${hit.subject} runs through a shell.`,
        peers: peersOf(hit, peers),
        cause: `shell-form:${hit.line}`,
        ...(fix && { fix }),
      });
    }
    for (const { instruction, stage } of underDefaultShell(dockerfile)) {
      const fix = execForm(project, dockerfile, stage, instruction);
      report({
        at: instruction.keyword.range,
        message: `${instruction.name} runs through a shell.`,
        peers: peers.slice(1),
        cause: `shell-form:${instruction.line}`,
        ...(fix && { fix }),
      });
    }
  },
});

/** BuildKit leaves a file alone that has said which shell it wants; one that says the default has said nothing. */
function underDefaultShell({ instructionsNamed }: Dockerfile) {
  if (instructionsNamed('SHELL').length === 0) return [];
  return [...instructionsNamed('CMD'), ...instructionsNamed('ENTRYPOINT')].flatMap(({ instruction, stage }) =>
    stage?.instructions.includes(instruction) &&
    instruction.command.form === 'shell' &&
    shellWordsAt(stage, instruction)?.join(' ') === '/bin/sh -c'
      ? [{ instruction, stage }]
      : [],
  );
}
