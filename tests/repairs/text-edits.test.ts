import { describe, expect, test } from 'vitest';
import { behindBracket, type LineComment } from '../../src/repairs/text-edits.ts';

describe('the bracket that closes another', () => {
  const cases: readonly [name: string, text: string, comment: LineComment, call: string | undefined][] = [
    ['nested', 'f(a, [b, {c: (d)}]) + g()', '//', '(a, [b, {c: (d)}])'],
    ['brackets in strings', `f(")", ')', \`)\`) x`, '//', `(")", ')', \`)\`)`],
    ['an escaped quote', String.raw`f("\")") x`, '//', String.raw`("\")")`],
    ['an apostrophe in a comment', "f(a, // don't )\n  b) it's", '//', "(a, // don't )\n  b)"],
    ['a comment within a line', "f(a /* isn't ) */, b) c", '//', "(a /* isn't ) */, b)"],
    ['an address in a string', 'f("http://a/b") c', '//', '("http://a/b")'],
    ['an apostrophe in a comment of Python', "f(a,  # isn't )\n  b) x", '#', "(a,  # isn't )\n  b)"],
    ['a division in Python', 'f(a // b) x', '#', '(a // b)'],
    ['three quotes', 'f("""it\'s\n)""") x', '#', '("""it\'s\n)""")'],
    ['a string that does not end in its line', 'f("a\n) "', '//', undefined],
    ['none', 'f(a', '//', undefined],
  ];
  test.each(cases)('%s', (_, text, comment, call) => {
    const open = text.indexOf('(');
    const end = behindBracket(text, open, comment);
    expect(end === undefined ? undefined : text.slice(open, end)).toBe(call);
  });
});
