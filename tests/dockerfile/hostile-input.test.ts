import { describe, expect, test } from 'vitest';
import { environmentAt } from '../../src/dockerfile/environment.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { printSyntax } from '../../src/dockerfile/print.ts';

/** Shapes that make a careless parser quadratic, exponential or run out of stack. */
const shapes: readonly (readonly [name: string, prefix: string, unit: string])[] = [
  ['one line', 'RUN ', 'a'],
  ['white space', '', ' '],
  ['carriage returns', '', '\r'],
  ['line ends', '', '\n'],
  ['white space before a continuation', 'RUN a', ' \t'],
  ['continuations', 'RUN a ', '\\\n'],
  ['continuations with words', 'RUN a ', 'x \\\n'],
  ['comments in a continuation', 'RUN a \\\n', '#\n'],
  ['empty lines in a continuation', 'RUN a \\\n', '\n'],
  ['escape characters', 'RUN ', '\\'],
  ['quotes', 'ENV a=', '"'],
  ['nested expansions', 'ENV a=', '${a:-'],
  ['expansions', 'ENV a=', '$a'],
  ['nested arrays', 'RUN ', '['],
  ['an array that is not closed', 'RUN [', '"a",'],
  ['flags', 'RUN ', '--a=b '],
  ['nested triggers', '', 'ONBUILD '],
  ['tabs in a here-document', 'RUN <<-E\n', '\t'],
  ['a directive of blanks', '# escape', ' '],
];

function seconds(prefix: string, unit: string, size: number): number {
  const text = prefix + unit.repeat(Math.ceil(size / unit.length));
  const started = performance.now();
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
  expect(printSyntax(dockerfile.syntax).length).toBe(text.length);
  const last = dockerfile.instructions.at(-1);
  if (last !== undefined) environmentAt(dockerfile, last).get('a');
  expect(dockerfile.stages.length).toBeLessThanOrEqual(1);
  return (performance.now() - started) / 1000;
}

describe('10 MB are read in seconds when they are', () => {
  test.each(shapes)('%s', (_, prefix, unit) => {
    expect(seconds(prefix, unit, 10_000_000)).toBeLessThan(25);
  });
});

/** Shapes that make many instructions, where 10 MB would take more memory than a test should. */
const manyInstructions: readonly (readonly [name: string, line: (index: number) => string])[] = [
  ['short unknown instructions', () => 'A\n'],
  ['here-documents that are not closed', () => 'RUN <<E\n'],
  ['here-documents that are not closed, each another', (index) => `RUN <<E${index}\n`],
  ['stages on stages', (index) => `FROM s${index} AS s${index + 1}\n`],
  ['variables that double themselves', () => 'ENV a=$a$a\n'],
  ['ARGs without value', () => 'ARG a\n'],
];

describe('time is linear for', () => {
  test.each(manyInstructions)('%s', (_, line) => {
    const timed = (count: number) => {
      const text = `ENV a=0123456789\n${Array.from({ length: count }, (__, index) => line(index)).join('')}`;
      const started = performance.now();
      const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
      const last = dockerfile.instructions.at(-1) ?? expect.unreachable();
      environmentAt(dockerfile, last).get('a');
      return performance.now() - started;
    };
    timed(20_000);
    // Eight times as many take less than 24 times as long: quadratic would be 64. The constant absorbs a busy machine.
    expect(timed(160_000)).toBeLessThan(24 * timed(20_000) + 2000);
  });
});
