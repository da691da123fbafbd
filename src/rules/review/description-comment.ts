import { checksDescriptions, findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:InvalidDefinitionDescription'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Most comments before ARG and FROM are no descriptions and do not mean to be; the check is experimental in BuildKit too.',
  summary: 'comment that is no description of what follows',
  why: 'Buildx lists a stage or argument with the comment before it only when that comment begins with its name.',
  remedy: 'Begin the comment with the name, or put an empty comment line between the two.',
  peers,
  check({ dockerfile }, { report }) {
    const isOn = checksDescriptions(dockerfile);
    for (const hit of findBuildCheckHits(dockerfile, 'InvalidDefinitionDescription'))
      report({
        ...placeOf(hit, dockerfile),
        message: `The comment before this ${hit.instruction.name} does not begin with '${hit.subject}'.`,
        // BuildKit reports it only where the file asks for the experimental check.
        peers: isOn ? peersOf(hit, peers) : [],
      });
  },
});
