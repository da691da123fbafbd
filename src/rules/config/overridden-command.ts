import type { Fix } from '../../core/fix.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:MultipleInstructionsDisallowed'] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'CMD, ENTRYPOINT or HEALTHCHECK that a later one replaces',
  why: 'Only the last one of a stage counts: what stands here never runs.',
  remedy: 'Keep the one that is meant.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'MultipleInstructionsDisallowed')) {
      const fix = withoutIt(hit, dockerfile.path);
      report({
        ...placeOf(hit, dockerfile),
        message: `A later ${hit.subject} of the stage replaces this one.`,
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

/** Comments inside the instruction would go with it. */
function withoutIt({ instruction, subject }: BuildCheckHit, path: string): Fix | undefined {
  const { syntax, name } = instruction;
  if (name !== subject || syntax.innerComments.length > 0) return undefined;
  return {
    title: `Remove the ${subject} that has no effect`,
    changes: { edits: [{ path, range: syntax.range, replacement: '' }] },
    assumptions: [{ statement: `A later ${subject} of the same stage takes its place.`, state: 'holds' }],
  };
}
