import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expandWord } from '../../src/dockerfile/expand.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { brokenDockerfile, mutatedDockerfile } from '../dockerfile/arbitrary-dockerfile.ts';
import { comparable, toNode } from '../dockerfile/buildkit-node.ts';

/** Always the same, so that a failure is a change of the code. Any other must do as well: try some after a change. */
const seed = 1874;

const missing = spawnSync('go', ['version']).status !== 0;

describe('BuildKit’s own parser', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-parsetree-'));
  const program = path.join(directory, 'parsetree');

  beforeAll(() => {
    if (missing && process.env.CI === 'true') throw new Error('go is missing: https://go.dev/doc/install');
    if (!missing) execFileSync('go', ['build', '-o', program, './parsetree'], { cwd: 'tests/oracles', stdio: 'pipe' });
  });
  beforeEach((context) => {
    if (missing) context.skip('go is missing: https://go.dev/doc/install');
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  /** One answer for each question. */
  function ask(mode: 'tree' | 'expand', questions: readonly unknown[]) {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join('');
    // Go's scanner remarks on stderr that it sees a NUL character.
    const output = execFileSync(program, [mode], {
      input,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    return output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  test('reads generated Dockerfiles as Plimsoll does', () => {
    const texts = fc.sample(fc.oneof(brokenDockerfile, mutatedDockerfile), { numRuns: 6000, seed });
    let compared = 0;
    for (const [index, answer] of ask('tree', texts).entries()) {
      const text = texts[index] ?? '';
      // BuildKit reads flags byte by byte and garbles what is beyond ASCII in them; Go replaces half surrogates.
      if (answer.error !== undefined || /--.*[^\0-\x7f]|\p{Surrogate}/su.test(text)) continue;
      const dockerfile = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });
      expect({ text, escape: dockerfile.syntax.escape, nodes: dockerfile.instructions.map(toNode) }).toEqual({
        text,
        escape: answer.escape,
        nodes: answer.nodes.map((node: Parameters<typeof comparable>[0]) => comparable(node)),
      });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(1000);
  });

  const variables = {
    a: 'value',
    empty: '',
    path: '/usr/lib/x.tar.gz',
    unit: 'aé😀b aé',
    two: ' two  words ',
    aa: 'aaaa',
  };
  const name = fc.constantFrom(...Object.keys(variables), 'unset');
  const piece = fc.constantFrom(
    '*',
    '?',
    'a',
    'e',
    '/',
    '\\/',
    'usr',
    'é',
    '😀',
    ' ',
    '.',
    '\\*',
    'x',
    '*.',
    '"',
    "'",
    '$a',
    '<<',
    '\t',
  );
  const pieces = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));
  const operator = fc.constantFrom('#', '##', '%', '%%', '/', '//', ':-', '-', '+', ':+', '?', ':?', ':', '^', '');
  const substitution = fc.oneof(
    name.map((each) => `$${each}`),
    fc
      .tuple(name, operator, pieces, pieces)
      .map(([each, sign, first, second]) =>
        sign.startsWith('/') ? `\${${each}${sign}${first}/${second}}` : `\${${each}${sign}${first}}`,
      ),
  );
  const word = fc.array(fc.oneof(substitution, piece), { maxLength: 5 }).map((parts) => parts.join(''));
  const escapes = fc.constantFrom('\\' as const, '`' as const);

  /** What BuildKit surely did not mean: an escape at a pattern's end escapes its beginning, `$` in `//` names a group. */
  const isOddity = (each: string) => /%[^}]*\\\}/.test(each) || /\/\/.*['"`\\].*\$/.test(each);

  test('expands generated words as Plimsoll does', () => {
    const questions = fc
      .sample(fc.record({ word, escape: escapes, variables: fc.constant(variables) }), { numRuns: 12_000, seed })
      .filter(({ word: each }) => !isOddity(each));
    let compared = 0;
    for (const [index, answer] of ask('expand', questions).entries()) {
      const question = questions[index] ?? expect.unreachable();
      const result = expandWord(question.word, new Map(Object.entries(variables)), { escape: question.escape });
      expect([question.word, result.error !== undefined]).toEqual([question.word, answer.error !== undefined]);
      if (answer.error !== undefined) continue;
      const { value, words, used, unmatched } = result;
      const ours = { value, words, used: [...used].sort(), unmatched: [...unmatched].sort() };
      expect({ word: question.word, ...ours }).toEqual({ word: question.word, ...answer });
      compared += 1;
    }
    expect(compared).toBeGreaterThan(3000);
  });
});
