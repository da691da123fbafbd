import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { removeInstruction } from '../../dockerfile/remove-command.ts';
import { dockerfileRule } from '../../project/rule.ts';

const own = 'buildkit:MultipleInstructionsDisallowed' as const;

/** By instruction. */
const peers = {
  CMD: [own, 'hadolint:DL4003', 'trivy:DS016', 'kics:multiple-cmd-instructions-listed'],
  ENTRYPOINT: [own, 'hadolint:DL4004', 'trivy:DS007', 'kics:multiple-entrypoint-instructions-listed'],
  HEALTHCHECK: [own, 'hadolint:DL3012', 'trivy:DS023'],
} as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'CMD, ENTRYPOINT or HEALTHCHECK that a later one replaces',
  why: 'Only the last one of a stage counts: what stands here never runs.',
  remedy: 'Keep the one that is meant.',
  peers: [...new Set([...peers.CMD, ...peers.ENTRYPOINT, ...peers.HEALTHCHECK])],
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'MultipleInstructionsDisallowed')) {
      const fix = withoutIt(hit, dockerfile);
      report({
        ...placeOf(hit, dockerfile),
        message: `A later ${hit.subject} of the stage replaces this one.`,
        peers: peersOf(hit, peersFor(hit.subject)),
        ...(fix && { fix }),
      });
    }
  },
});

function peersFor(keyword: string): readonly PeerId[] {
  return keyword === 'CMD' || keyword === 'ENTRYPOINT' || keyword === 'HEALTHCHECK' ? peers[keyword] : [own];
}

/** Comments inside the instruction would go with it. */
function withoutIt({ instruction, subject }: BuildCheckHit, dockerfile: Dockerfile): Fix | undefined {
  const edits = instruction.name === subject ? removeInstruction(dockerfile, instruction) : undefined;
  return (
    edits && {
      title: `Remove the ${subject} that has no effect`,
      changes: { edits },
      assumptions: [{ statement: `A later ${subject} of the same stage takes its place.`, state: 'holds' }],
    }
  );
}
