import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:ReservedStageName', 'hadolint:DL3063'] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'stage named scratch or context',
  why: 'Docker gives both names a meaning of their own, and a stage of that name takes it away or never gets it.',
  remedy: 'Choose another name.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'ReservedStageName'))
      report({
        ...placeOf(hit, dockerfile, ` ${hit.subject}`),
        message: `The stage is named '${hit.subject}', which means ${hit.subject === 'scratch' ? 'the empty image' : 'the build context'} to Docker.`,
        peers: peersOf(hit, peers),
      });
  },
});
