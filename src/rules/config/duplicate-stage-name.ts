import type { PeerId } from '../../core/finding.ts';
import type { FromInstruction } from '../../dockerfile/instruction.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = [
  'buildkit:DuplicateStageName',
  'hadolint:DL3024',
  'trivy:DS012',
  'kics:same-alias-in-different-froms',
  'checkov:CKV_DOCKER_11',
] as const;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'two stages with one name',
  why: 'Every later use of the name means the last stage that has it, so one of the two is out of reach.',
  remedy: 'Give each stage a name of its own.',
  peers,
  check({ dockerfile }, { report }) {
    const hits = findBuildCheckHits(dockerfile, 'DuplicateStageName');
    if (hits.length === 0) return;
    const firstOf = new Map(dockerfile.stages.toReversed().map(({ name, from }) => [name, from]));
    for (const hit of hits) {
      const first = firstOf.get(hit.subject);
      const place = placeOf(hit, dockerfile, ` ${hit.subject}`);
      const second = hit.instruction.name === 'FROM' ? hit.instruction : undefined;
      report({
        at: place.at,
        also: [
          ...place.also,
          ...(first?.alias ? [{ range: first.alias.range, note: 'the first stage of that name' }] : []),
        ],
        message: `A stage named '${hit.subject}' is there already.`,
        peers: peersOf(hit, peersFor(first, second)),
      });
    }
  },
});

/** The others compare names as written, and Checkov sees names behind a lower-case `as` only. */
function peersFor(first: FromInstruction | undefined, second: FromInstruction | undefined): readonly PeerId[] {
  if (first?.alias?.value !== second?.alias?.value) return peers.slice(0, 1);
  return first?.asKeyword?.value === 'as' && second?.asKeyword?.value === 'as' ? peers : peers.slice(0, 4);
}
