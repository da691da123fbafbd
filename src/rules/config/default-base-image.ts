import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:InvalidDefaultArgInFrom'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'base image without a valid name unless a build argument is given',
  why: 'A plain docker build fails, and so does every tool that reads the file without knowing the arguments.',
  remedy: 'Give the ARG a default that makes the name valid.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'InvalidDefaultArgInFrom'))
      report({
        ...placeOf(hit, dockerfile, hit.subject),
        message: hit.subject.includes('$')
          ? `'${hit.subject}' is no valid image name without build arguments.`
          : `'${hit.subject}' is no valid image name.`,
        ...(hit.subject.includes('$') ? {} : { severity: 'error' as const }),
        peers: peersOf(hit, peers),
        cause: `base-image:${hit.line}`,
      });
  },
});
