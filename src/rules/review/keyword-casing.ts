import type { TextEdit } from '../../core/fix.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:ConsistentInstructionCasing'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'keywords in different case',
  why: 'Keywords in one case are told from arguments at a glance.',
  remedy: 'Write all keywords in one case; upper case is the convention.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'ConsistentInstructionCasing'))
      report({
        ...placeOf(hit, dockerfile),
        message: `'${hit.subject}' is not in the case of most keywords here: ${hit.meant}.`,
        peers: peersOf(hit, peers),
        fix: {
          title: 'Write the keyword in the case of the others',
          changes: { edits: edits(hit, dockerfile.path) },
          assumptions: [],
        },
      });
  },
});

/** AS goes with its FROM, so that the two do not differ afterwards. */
function edits({ instruction, meant = '' }: BuildCheckHit, path: string): readonly TextEdit[] {
  const keyword = { path, range: instruction.keyword.range, replacement: meant };
  const as = instruction.name === 'FROM' ? instruction.asKeyword : undefined;
  if (as === undefined) return [keyword];
  const cased = meant === meant.toUpperCase() ? as.value.toUpperCase() : as.value.toLowerCase();
  return cased === as.value ? [keyword] : [keyword, { path, range: as.range, replacement: cased }];
}
