import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { namedSecret } from '../../project/named-secret.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:SecretsUsedInArgOrEnv', 'hadolint:DL3064', 'trivy:DS031'] as const;

/** hadolint goes by other parts of names than BuildKit. */
const hadolintNames =
  /api_key|client_key|password|private|secret|token|username|^(?:application_key|aws_access_key_id)$/i;

export const rule = dockerfileRule({
  severity: 'warning',
  preset: 'all',
  offBecause:
    'A variable is no secret because its name holds KEY or TOKEN: on expert-written files every finding is wrong. Values are looked at by other rules.',
  summary: 'ARG or ENV with the name of a secret',
  why: 'Values of ENV and ARG stand in the image or its history, readable for everyone who can pull it.',
  remedy: 'Use RUN --mount=type=secret for the build, and the environment of the container at run time.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'SecretsUsedInArgOrEnv')) {
      const isFinal = dockerfile.final?.instructions.includes(hit.instruction) ?? false;
      report({
        ...placeOf(hit, dockerfile, hit.subject),
        message: `${hit.instruction.name} ${hit.subject} is named like a secret.`,
        peers: peersOf(
          hit,
          peers.filter((peer) =>
            peer === 'trivy:DS031' ? isFinal : peer !== 'hadolint:DL3064' || hadolintNames.test(hit.subject),
          ),
        ),
        cause: namedSecret(hit.subject),
      });
    }
  },
});
