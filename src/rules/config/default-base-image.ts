import { groupBy } from '../../core/group-by.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
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
    const hits = findBuildCheckHits(dockerfile, 'InvalidDefaultArgInFrom');
    for (const [hit, ...others] of groupBy(hits, ({ subject }) => causeOf(subject, dockerfile)).values()) {
      if (hit === undefined) continue;
      const { subject } = hit;
      const { at, also } = placeOf(hit, dockerfile, subject);
      const place = {
        at,
        also: [...also, ...others.map((other) => ({ range: placeOf(other, dockerfile, other.subject).at }))],
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

/** The arguments in a name that have no default; the name itself where none is behind it. */
function causeOf(subject: string, { globalArgs }: Dockerfile): string {
  const names = [...new Set([...subject.matchAll(/\$\{?(\w+)/g)].flatMap(([, name]) => name ?? []))];
  const given = new Set(
    globalArgs.flatMap(({ pairs }) => pairs.flatMap(({ key, value }) => (value?.value ? key.value : []))),
  );
  const missing = names.filter((name) => !given.has(name));
  return missing.length === 0 ? subject : `$${missing.sort().join(' $')}`;
}
