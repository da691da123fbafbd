import type { Fix } from '../../core/fix.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = [
  'buildkit:MaintainerDeprecated',
  'hadolint:DL4000',
  'trivy:DS022',
  'checkov:CKV_DOCKER_6',
  'kics:maintainer-instruction-being-used',
] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'MAINTAINER instead of a label',
  why: 'MAINTAINER is deprecated: what reads images looks for the author in a label.',
  remedy: 'Use LABEL org.opencontainers.image.authors.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'MaintainerDeprecated')) {
      const fix = labelInstead(hit, dockerfile.path, dockerfile.syntax.escape);
      report({
        ...placeOf(hit, dockerfile),
        message: 'MAINTAINER is deprecated.',
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

function labelInstead({ instruction }: BuildCheckHit, path: string, escapeCharacter: string): Fix | undefined {
  const { syntax, flags } = instruction;
  const name = syntax.rest.text;
  const isOneLine = syntax.startLine === syntax.endLine;
  if (instruction.name !== 'MAINTAINER' || name === '' || !isOneLine || flags.length > 0) return undefined;
  const unquoted = /^"[^"]*"$|^'[^']*'$/.test(name) ? name.slice(1, -1) : name;
  const escaped = unquoted.replace(/["$\\`]/g, (character) =>
    character === '"' || character === '$' || character === escapeCharacter ? escapeCharacter + character : character,
  );
  const label = instruction.keyword.value === 'maintainer' ? 'label' : 'LABEL';
  const replacement = `${label} org.opencontainers.image.authors="${escaped}"`;
  return {
    title: 'Name the author in a label',
    changes: { edits: [{ path, range: instruction.range, replacement }] },
    assumptions: [
      {
        statement: 'Nothing reads the Author field of the image.',
        state: 'unknown',
        question: 'Does anything read the Author field of the image instead of its labels?',
      },
    ],
  };
}
