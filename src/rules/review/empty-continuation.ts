import { findBuildCheckHits, peersOf } from '../../dockerfile/reference/build-checks.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers = ['buildkit:NoEmptyContinuation'] as const;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'empty line inside an instruction',
  why: 'Docker skips the line for now and has announced that it will become an error.',
  remedy: 'Remove the empty line, or the backslash before it if the instruction should end there.',
  peers,
  check({ dockerfile }, { report }) {
    const { path, lines, text } = dockerfile;
    for (const hit of findBuildCheckHits(dockerfile, 'NoEmptyContinuation')) {
      // BuildKit names the last line of the instruction.
      const start = lines.lineStart(hit.line);
      const lineEnd = text.indexOf('\n', start);
      const empty = hit.instruction.syntax.emptyContinuations;
      report({
        at: { start, end: lineEnd === -1 ? text.length : lineEnd },
        also: empty.map((range) => ({ range: { start: range.start, end: range.start }, note: 'the empty line' })),
        message: `${hit.instruction.keyword.value} goes on behind an empty line.`,
        peers: peersOf(hit, peers),
        fix: {
          title: 'Remove the empty lines',
          changes: { edits: empty.map((range) => ({ path, range, replacement: '' })) },
          assumptions: [],
        },
      });
    }
  },
});
