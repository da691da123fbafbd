import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readIgnoreFile } from '../../src/context/ignorefile.ts';
import { type IgnoreMatcher, ignoreMatcher } from '../../src/context/matcher.ts';

function matcherOf(text: string): IgnoreMatcher {
  return ignoreMatcher(readIgnoreFile(text).lines.map((line) => line.pattern));
}

/** Verdict of a walk that begins at the root. */
function verdictOfWalk(matcher: IgnoreMatcher, path: string): string {
  const parts = path.split('/');
  let parent: Uint8Array | undefined;
  for (let count = 1; count < parts.length; count++) {
    const match = new Uint8Array(matcher.patterns.length);
    matcher.verdictBelow(parts.slice(0, count).join('/'), parent, match);
    parent = match;
  }
  return matcher.verdictBelow(path, parent);
}

// Each line: patterns, paths that are ignored, paths that are kept. The verdicts are those of moby/patternmatcher 0.6.1.
const table: readonly (readonly [
  name: string,
  patterns: string,
  ignored: readonly string[],
  kept: readonly string[],
])[] = [
  ['a name is one at the root', 'a', ['a', 'a/b', 'a/b/c'], ['b/a', 'ab', 'A']],
  ['a star stops at a slash', '*.md', ['a.md', '.md'], ['a/b.md', 'a.mdx']],
  ['a star for a directory takes all below', 'a/*', ['a/b', 'a/b/c'], ['a', 'b']],
  ['a question mark is one character', 'a?', ['ab', 'aé', 'a😀', 'ab/c'], ['a', 'abc', 'a/b']],
  ['two stars go through directories', '**/a.go', ['a.go', 'b/a.go', 'b/c/a.go'], ['ba.go', 'a.go.b']],
  ['two stars without a slash are a suffix', '**a', ['a', 'ba', 'c/da', 'ba/x'], ['ab']],
  ['two stars at the end take what is below', 'a/**', ['a/b', 'a/b/c'], ['a', 'ab']],
  ['two stars at the end of a name are a prefix', 'a**', ['a', 'ab', 'ab/c'], ['b/a']],
  ['two stars in the middle', 'a/**/b', ['a/b', 'a/c/b', 'a/c/d/b'], ['b', 'ab', 'a/cb']],
  ['two stars alone take all', '**', ['a', 'a/b', '.c'], []],
  ['a star alone takes all', '*', ['a', 'a/b', '.c'], []],
  [
    'stars before and behind',
    '**/node_modules/**',
    ['node_modules/a', 'b/node_modules/c/d'],
    ['node_modules', 'b/node_modules_'],
  ],
  ['the last that matches decides', '*\n!a\na/b', ['b', 'a/b', 'a/b/c'], ['a', 'a/c']],
  ['an exception for a directory', 'a\n!a/b', ['a', 'a/c'], ['a/b', 'a/b/c']],
  ['an allow list', '*\n!src/**\n!package.json', ['a', 'src', 'lib/src'], ['src/a', 'src/a/b', 'package.json']],
  ['a class', '[a-c].txt', ['a.txt', 'c.txt'], ['d.txt', '[a-c].txt']],
  ['a negated class', '[^a-c].txt', ['d.txt'], ['a.txt']],
  ['an exclamation mark does not negate a class', '[!a].txt', ['a.txt', '!.txt'], ['b.txt']],
  ['a POSIX class', '[[:digit:]].txt', ['1.txt'], ['a.txt']],
  ['escapes', '\\*.txt\n\\!a\n\\#b', ['*.txt', '!a', '#b'], ['a.txt', 'a']],
  ['a dot and other signs are themselves', 'a.b*\n(a)*\n+*', ['a.b', 'a.bc', '(a)', '+a'], ['axb', 'a']],
  ['braces are no choice', '*.{js,ts}', ['a.{js,ts}'], ['a.js']],
  ['but a bar is one, against the documentation', 'a|b*', ['a', 'ax', 'bx', 'xb', 'b|b'], ['c']],
  ['and so is a count in braces', 'ba{2}*', ['baa', 'baax'], ['ba', 'ba{2}']],
  ['letters behind a backslash are classes of the expression', '\\d*', ['1', '1a'], ['a', 'd']],
  ['a caret is the beginning only in an expression', '^a*\n^b', ['ax', '^b'], ['^a', 'b']],
  ['names with spaces', 'a b', ['a b', 'a b/c'], ['a']],
  ['the context itself cannot be ignored', '.\n/\n./', [], ['a', '.a', 'a/b']],
  ['paths that lead out match nothing', '../a', [], ['a']],
  ['no pattern', '', [], ['a']],
];

describe('whether a path is ignored', () => {
  test.each(table)('%s: %j', (_, patterns, ignored, kept) => {
    const matcher = matcherOf(patterns);
    expect(ignored.filter((path) => matcher.verdict(path) !== 'ignored')).toEqual([]);
    expect(kept.filter((path) => matcher.verdict(path) !== 'kept')).toEqual([]);
  });

  test.each(table)('a walk decides alike: %s', (_, patterns, ignored, kept) => {
    const matcher = matcherOf(patterns);
    expect(ignored.filter((path) => verdictOfWalk(matcher, path) !== 'ignored')).toEqual([]);
    expect(kept.filter((path) => verdictOfWalk(matcher, path) !== 'kept')).toEqual([]);
  });

  test('a walk does not compare a later pattern with the directories above again', () => {
    const matcher = matcherOf('x\n!x/y\nx');
    expect([matcher.verdict('x/y'), verdictOfWalk(matcher, 'x/y')]).toEqual(['ignored', 'kept']);
    const taken = matcherOf('a/b\n!a');
    expect([taken.verdict('a/b'), verdictOfWalk(taken, 'a/b')]).toEqual(['kept', 'ignored']);
  });

  test('a broken pattern stops the build only when it is compared', () => {
    const matcher = matcherOf('a\na*[');
    expect([matcher.verdict('a'), matcher.verdict('b')]).toEqual(['ignored', 'refused']);
  });
});

describe('directories that need not be entered', () => {
  test.each([
    ['no exception', 'a', 'a', false],
    ['an exception below', 'a\n!a/b', 'a', true],
    ['an exception elsewhere', 'a\n!c/b', 'a', false],
    ['an exception with the same beginning', 'a\n!ab/c', 'a', false],
    ['an exception that ends in a star', 'a\n!a/b/*', 'a/b', true],
    ['an exception with wildcards may be anywhere', 'a\n!**/b', 'a', true],
  ])('%s', (_, patterns, directory, expected) => {
    expect(matcherOf(patterns).mayHoldException(directory)).toBe(expected);
  });
});

describe('hostile patterns', () => {
  test.each([
    ['many stars', '*a'.repeat(30)],
    ['many double stars', '**/a/'.repeat(100)],
    ['optional counts', 'a{0,1000}'.repeat(20)],
    ['stars in a row', '*?'.repeat(5000)],
  ])('%s take linear time', (_, pattern) => {
    const matcher = matcherOf(pattern);
    const started = performance.now();
    matcher.verdict(`${'a'.repeat(250)}/${'a'.repeat(250)}b`);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('nothing throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (patterns, path) => {
        expect(['kept', 'ignored', 'refused']).toContain(matcherOf(patterns).verdict(path));
      }),
    );
  });
});
