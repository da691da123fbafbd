import { expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { removeWords } from '../../src/dockerfile/remove-words.ts';

/** What is left of a step whose words that begin with `-x` or `no` are taken out. */
function without(step: string): string | undefined {
  const text = `FROM busybox\n${step}\n`;
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  const words = dockerfile.commands.flatMap(({ command }) =>
    command.arguments.filter(({ value }) => /^(?:-x|no)/.test(value)),
  );
  const edits = removeWords(dockerfile, words)?.toReversed();
  return edits
    ?.reduce((left, { range, replacement }) => left.slice(0, range.start) + replacement + left.slice(range.end), text)
    .slice('FROM busybox\n'.length, -1);
}

test.each<[string, string | undefined]>([
  ['RUN tool -x no a', 'RUN tool a'],
  ['RUN tool \\\n    -x no \\\n    a', 'RUN tool \\\n    a'],
  ['RUN tool \\\n    -x no a', 'RUN tool \\\n    a'],
  ['RUN tool a \\\n    -x', undefined],
  // With the line goes the only blank between the words around it.
  ['RUN tool\\\n  -x \\\na', undefined],
  ['RUN tool\\\n  -x \\\n a', 'RUN tool\\\n a'],
  ['RUN tool \\\n  -x \\\na', 'RUN tool \\\na'],
])('words are taken out with their blanks: %j', (step, expected) => {
  expect(without(step)).toBe(expected);
});
