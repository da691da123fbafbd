import { findBuildCheckHits, peersOf, placeOf, variableForms } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:UndefinedArgInFrom'] as const;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'FROM uses a variable that no ARG before the first FROM declares',
  why: 'The variable is empty whatever --build-arg says, so that the image has another name than meant.',
  remedy: 'Declare it with ARG before the first FROM.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'UndefinedArgInFrom')) {
      const hint = hit.meant === undefined ? '' : ` Perhaps $${hit.meant} is meant.`;
      report({
        ...placeOf(hit, dockerfile, ...variableForms(hit.subject)),
        message: `No ARG before the first FROM declares $${hit.subject}.${hint}`,
        peers: peersOf(hit, peers),
      });
    }
  },
});
