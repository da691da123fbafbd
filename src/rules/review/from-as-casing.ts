import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:FromAsCasing'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'FROM and AS in different case',
  why: 'Keywords in one case are told from names at a glance.',
  remedy: 'Write AS in the case of FROM.',
  peers,
  check({ dockerfile }, { report }) {
    const recased = new Set(
      findBuildCheckHits(dockerfile, 'ConsistentInstructionCasing').map((hit) => hit.instruction),
    );
    for (const hit of findBuildCheckHits(dockerfile, 'FromAsCasing')) {
      const as = hit.instruction.name === 'FROM' ? hit.instruction.asKeyword : undefined;
      report({
        ...placeOf(hit, dockerfile, ` ${hit.subject} `),
        message: `'${hit.subject}' is not in the case of '${hit.instruction.keyword.value}'.`,
        peers: peersOf(hit, peers),
        // Where FROM itself changes its case, that fix takes AS along.
        ...(as &&
          hit.meant !== undefined &&
          !recased.has(hit.instruction) && {
            fix: {
              title: 'Write AS in the case of FROM',
              changes: { edits: [{ path: dockerfile.path, range: as.range, replacement: hit.meant }] },
              assumptions: [],
            },
          }),
      });
    }
  },
});
