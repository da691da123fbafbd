import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:StageNameCasing'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'capital letters in a stage name',
  why: 'BuildKit keeps stage names in lower case, so FROM with the name as written looks for an image instead of the stage.',
  remedy: 'Write the name in lower case.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'StageNameCasing')) {
      const alias = hit.instruction.name === 'FROM' ? hit.instruction.alias : undefined;
      report({
        ...placeOf(hit, dockerfile, ` ${hit.subject}`),
        message: `The stage name '${hit.subject}' has capital letters.`,
        peers: peersOf(hit, peers),
        ...(alias && {
          fix: {
            title: 'Write the stage name in lower case',
            changes: {
              edits: [alias, ...uses(dockerfile, alias.value)].map(({ range }) => ({
                path: dockerfile.path,
                range,
                replacement: alias.value.toLowerCase(),
              })),
            },
            assumptions: [],
          },
        }),
      });
    }
  },
});

/** Where COPY takes files from the stage under the same spelling. */
function uses(dockerfile: Dockerfile, name: string): readonly Token[] {
  return dockerfile
    .instructionsNamed('COPY')
    .flatMap(({ instruction: { from } }) => (from?.value === name && from.raw === undefined ? [from] : []));
}
