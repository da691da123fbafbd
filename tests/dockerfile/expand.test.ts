import { describe, expect, test } from 'vitest';
import { expandWord, removeQuotes } from '../../src/dockerfile/expand.ts';

const variables = new Map([
  ['name', 'value'],
  ['empty', ''],
  ['path', '/usr/lib/a.tar.gz'],
  ['two', ' two  words '],
  ['1', 'one'],
]);

const expand = (word: string) => expandWord(word, variables, { escape: '\\' });

describe('values', () => {
  test.each([
    ['no variable', 'plain', 'plain'],
    ['a name', 'a$name', 'avalue'],
    ['a name in braces', '${name}s', 'values'],
    ['not set', 'a${unset}$unset', 'a'],
    ['a number', '$1st', 'onest'],
    ['a lone dollar sign', '$ $', '$ $'],
    ['an escaped one', '\\$name', '$name'],
    ['single quotes', "'$name'", '$name'],
    ['double quotes', '"$name"', 'value'],
    ['an escape in double quotes', '"\\$name \\" \\a"', '$name " \\a'],
    ['a special parameter', 'a$@b', 'ab'],
    ['- with a value', '${name-x}', 'value'],
    ['- when empty', '${empty-x}', ''],
    ['- when not set', '${unset-x y}', 'x y'],
    [':- when empty', '${empty:-x}', 'x'],
    [':- nested', '${unset:-${empty:-${name}}}', 'value'],
    ['+ when set', '${empty+x}', 'x'],
    [':+ when empty', '${empty:+x}', ''],
    [':+ with a value', '${name:+x}', 'x'],
    ['? with a value', '${name?no}', 'value'],
    ['# shortest', '${path#*/}', 'usr/lib/a.tar.gz'],
    ['## longest', '${path##*/}', 'a.tar.gz'],
    ['% shortest', '${path%.*}', '/usr/lib/a.tar'],
    ['%% longest', '${path%%.*}', '/usr/lib/a'],
    ['a question mark in a pattern', '${name#?a}', 'lue'],
    ['an escaped star', '${name#\\*}', 'value'],
    ['/ first', '${path/l/L}', '/usr/Lib/a.tar.gz'],
    ['// all', '${path//a/A}', '/usr/lib/A.tAr.gz'],
    ['/ with an escaped slash', '${path/\\/usr/x}', 'x/lib/a.tar.gz'],
    ['/ with an empty replacement', '${path//.tar/}', '/usr/lib/a.gz'],
  ])('%s', (_, word, value) => expect(expand(word)).toMatchObject({ value, error: undefined }));

  test('the backtick escapes when it is in force', () =>
    expect(expandWord('`$name C:\\$name', variables, { escape: '`' }).value).toBe('$name C:\\value'));

  test('quotes can be without meaning', () =>
    expect(expandWord(`"$name'`, variables, { escape: '\\', quotes: false }).value).toBe(`"value'`));

  test('words are split outside of quotes, after the expansion', () =>
    expect(expand('a $two "$two" b\\ c').words).toEqual(['a', 'two', 'words', ' two  words ', 'b c']));
});

describe('errors', () => {
  test.each([
    ['a brace that is not closed', '${name', "closing '}'"],
    ['a default that is not closed', '${name:-x', "closing '}'"],
    ['an empty substitution', '${}', 'no name'],
    ['a colon without a name', '${:-x}', 'no name'],
    ['an unknown modifier', '${name,,}', "modifier ','"],
    ['an unknown modifier behind a colon', '${name:1}', "modifier ':1'"],
    ['a pattern behind a colon', '${name:#x}', "modifier ':#'"],
    ['a required variable', '${unset:?must be given}', 'must be given'],
    ['a required variable that is empty', '${empty:?}', 'empty must have a value'],
    ['a single quote that is not closed', "it's", 'single quote'],
    ['a double quote that is not closed', '"a', 'double quote'],
    ['a replacement that is not closed', '${name/a}', "closing '/'"],
    ['an escape in a pattern that means nothing', '${name#\\a}', 'escape'],
  ])('%s', (_, word, message) => {
    const { value, error } = expand(word);
    expect(error).toContain(message);
    expect(value).toBe(word);
  });

  test('values that double themselves are stopped', () => {
    const long = new Map([['a', 'x'.repeat(1_000_000)]]);
    expect(expandWord('$a$a$a', long, { escape: '\\' }).error).toMatch(/longer than/);
  });

  test('expansions that are nested without end are stopped', () =>
    expect(expand('${a:-'.repeat(100_000)).error).toMatch(/nested too deeply/));

  test('a pattern that would cost too much is refused', () => {
    const long = new Map([['a', 'a'.repeat(1_000_000)]]);
    expect(expandWord(`\${a#*${'a'.repeat(100_000)}b}`, long, { escape: '\\' }).error).toMatch(/too long/);
  });
});

describe('names', () => {
  test('used and not matched are told apart', () => {
    const { used, unmatched } = expand('$name ${unset:-$empty} $other');
    expect([[...used], [...unmatched]]).toEqual([
      ['name', 'empty'],
      ['unset', 'other'],
    ]);
  });
});

describe('variables without a known value', () => {
  const partly = new Map([
    ['known', 'k'],
    ['unknown', undefined],
  ]);
  const options = { escape: '\\', unset: 'default' } as const;

  test.each([
    ['stand as written', '$known-${unknown}', 'k-${unknown}', ['unknown']],
    ['with their modifiers', '${unknown:-x}', '${unknown:-x}', ['unknown']],
    ['not set: as written', 'a:$unset', 'a:$unset', ['unset']],
    ['not set: the default decides', 'a:${unset:-1}${unset+2}', 'a:1', []],
    ['not set: a pattern stands as written', '${unset#a}', '${unset#a}', ['unset']],
  ])('%s', (_, word, value, unknown) => {
    const expansion = expandWord(word, partly, options);
    expect([expansion.value, [...expansion.unknown]]).toEqual([value, unknown]);
  });
});

test.each([
  ['a', 'a'],
  [`"a b"'c'\\ d`, 'a bc d'],
  ['"$a ${b:-"c"}"', '$a ${b:-"c"}'],
  ['"a', '"a'],
])('%s without quotes is %s', (word, value) => expect(removeQuotes(word, '\\')).toBe(value));
