import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:DuplicateStageName'] as const;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'two stages with one name',
  why: 'Every later use of the name means the last stage that has it, so one of the two is out of reach.',
  remedy: 'Give each stage a name of its own.',
  peers,
  check({ dockerfile }, { report }) {
    const hits = findBuildCheckHits(dockerfile, 'DuplicateStageName');
    if (hits.length === 0) return;
    const firstOf = new Map(dockerfile.stages.toReversed().map(({ name, from }) => [name, from?.alias]));
    for (const hit of hits) {
      const first = firstOf.get(hit.subject);
      const place = placeOf(hit, dockerfile, ` ${hit.subject}`);
      report({
        at: place.at,
        also: [...place.also, ...(first ? [{ range: first.range, note: 'the first stage of that name' }] : [])],
        message: `A stage named '${hit.subject}' is there already.`,
        peers: peersOf(hit, peers),
      });
    }
  },
});
