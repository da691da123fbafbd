import { groupBy } from '../../core/group-by.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { isPlaceholderImage, refusedBase } from '../../project/placeholder-image.ts';
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
      if (hit === undefined) continue;
      const { at, also } = placeOf(hit, dockerfile, subject);
      const place = {
        at,
        also: [...also, ...others.map((other) => ({ range: placeOf(other, dockerfile, subject).at }))],
        peers: peersOf(hit, peers),
      };
      if (subject.includes('$'))
        report({ ...place, message: `'${subject}' is no valid image name without build arguments.` });
      else
        report({
          ...place,
          message: `'${subject}' is no valid image name.`,
          severity: isPlaceholderImage(subject) ? 'note' : 'error',
          cause: refusedBase(hit.line),
        });
    }
  },
});
