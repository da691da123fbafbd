import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { findBuildCheckHits, peersOf, placeOf } from '../../dockerfile/reference/build-checks.ts';
import type { BuildCheckHit } from '../../dockerfile/reference/outcome.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:RedundantTargetPlatform', 'hadolint:DL3065'] as const;

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'FROM names the platform that it has anyway',
  why: 'FROM takes the image for the platform that is built for unless it is told otherwise.',
  remedy: 'Remove --platform=$TARGETPLATFORM.',
  peers,
  check({ dockerfile }, { report }) {
    for (const hit of findBuildCheckHits(dockerfile, 'RedundantTargetPlatform')) {
      const fix = withoutPlatform(hit, dockerfile);
      report({
        ...placeOf(hit, dockerfile, '--platform'),
        message: `--platform=${hit.subject} says what is so without it.`,
        peers: peersOf(hit, peers),
        ...(fix && { fix }),
      });
    }
  },
});

function withoutPlatform({ instruction }: BuildCheckHit, { path, text }: Dockerfile): Fix | undefined {
  const flag = instruction.flags.find(({ name }) => name === 'platform');
  if (flag === undefined) return undefined;
  const blanks = /[ \t]*/y;
  blanks.lastIndex = flag.range.end;
  const end = flag.range.end + (blanks.exec(text)?.[0].length ?? 0);
  return {
    title: 'Remove the flag',
    changes: { edits: [{ path, range: { start: flag.range.start, end }, replacement: '' }] },
    assumptions: [],
  };
}
