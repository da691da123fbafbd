import type { Fix } from '../../core/fix.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:ExposeInvalidFormat'] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'EXPOSE with an address or a port of the host',
  why: 'EXPOSE cannot publish a port: Docker ignores what stands before the last colon and will refuse it in a later release.',
  remedy: "Name the container's port only, and publish it with docker run --publish.",
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'ExposeInvalidFormat')) {
      const fix = containerPortOnly(hit, dockerfile.path);
      report({
        ...placeOf(hit, dockerfile, hit.subject),
        message: `'${hit.subject}' names the host; EXPOSE only knows the container's port.`,
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

function containerPortOnly({ instruction, subject }: BuildCheckHit, path: string): Fix | undefined {
  const port = instruction.name === 'EXPOSE' ? instruction.ports.find(({ value }) => value === subject) : undefined;
  if (port === undefined) return undefined;
  const replacement = subject.slice(subject.lastIndexOf(':') + 1);
  return {
    title: "Keep the container's port",
    changes: { edits: [{ path, range: port.range, replacement }] },
    assumptions: [],
  };
}
