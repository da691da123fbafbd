import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = [
  'buildkit:FromPlatformFlagConstDisallowed',
  'hadolint:DL3029',
  'kics:using-platform-flag-with-from-command',
] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'FROM with a fixed platform',
  why: 'The stage is built for that platform only: on another it is emulated, and a build for several platforms ships the wrong one.',
  remedy: 'Leave the flag out, or use --platform=$BUILDPLATFORM in a stage that cross-compiles.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'FromPlatformFlagConstDisallowed'))
      report({
        ...placeOf(hit, dockerfile, '--platform'),
        message: `The stage is fixed to ${hit.subject}.`,
        peers: peersOf(hit, peers),
      });
  },
});
