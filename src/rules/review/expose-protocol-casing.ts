import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:ExposeProtoCasing'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'capital letters in the protocol of EXPOSE',
  why: 'The image holds the protocol in lower case, so that a search for what is written here does not find it.',
  remedy: 'Write the protocol in lower case.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'ExposeProtoCasing')) {
      const { instruction, subject } = hit;
      const port = instruction.name === 'EXPOSE' && instruction.ports.find(({ value }) => value === subject);
      report({
        ...placeOf(hit, dockerfile, subject),
        message: `The protocol of '${subject}' has capital letters.`,
        peers: peersOf(hit, peers),
        ...(port && {
          fix: {
            title: 'Write the protocol in lower case',
            changes: { edits: [{ path: dockerfile.path, range: port.range, replacement: subject.toLowerCase() }] },
            assumptions: [],
          },
        }),
      });
    }
  },
});
