import { groupBy } from '../../core/group-by.ts';
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
    // One ARG without a default is one cause, however many stages begin with it.
    const bySubject = groupBy(findBuildCheckHits(dockerfile, 'InvalidDefaultArgInFrom'), ({ subject }) => subject);
    for (const [subject, [hit, ...others]] of bySubject) {
      // A name without a variable that BuildKit refuses is found by review/build-refused.
      const isRefused =
        !subject.includes('$') &&
        dockerfile.rejections.some(({ range }) => dockerfile.lines.positionAt(range.start).line === hit?.line);
      if (hit !== undefined && !isRefused) {
        const { at, also } = placeOf(hit, dockerfile, subject);
        report({
          at,
          also: [...also, ...others.map((other) => ({ range: placeOf(other, dockerfile, subject).at }))],
          message: subject.includes('$')
            ? `'${subject}' is no valid image name without build arguments.`
            : `'${subject}' is no valid image name.`,
          ...(subject.includes('$') ? {} : { severity: 'error' as const }),
          peers: peersOf(hit, peers),
        });
      }
    }
  },
});
