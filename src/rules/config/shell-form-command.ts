import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
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
  },
});
