import fc from 'fast-check';

const names = [
  'a',
  'b',
  'ab',
  'a-b',
  'src',
  'a.b',
  '.git',
  'é',
  '日本',
  'main.go',
  'x.go',
  'a b',
  '[x]',
  'a{2}',
  'A1',
  '😀',
  'node_modules',
];
const usual = [
  'a',
  'b',
  'ab',
  'a-b',
  'src',
  '.git',
  'x.go',
  'a.b',
  'é',
  '*',
  '**',
  '?',
  '/',
  '/',
  '/',
  '*.go',
  '.',
  '..',
  '[ab]',
  '[^a]',
  '[a-c]',
];
const odd = [
  ...[
    '\\',
    '\\*',
    '!',
    ' ',
    '[',
    ']',
    '{',
    '}',
    '|',
    '^',
    '$',
    '(',
    ')',
    '+',
    '-',
    '#',
    '\t',
    '[]a]',
    '[!a]',
    '\uFEFF',
    '\u00a0',
    '\u0085',
  ],
  ...[
    '\\d',
    '\\w',
    '\\Q',
    '\\E',
    '\\b',
    '\\B',
    '\\x61',
    '\\x{62}',
    '\\141',
    '\\0',
    '\\1',
    '\\pL',
    '\\PL',
    '\\p{Lu}',
    '\\p{^Han}',
    '\\C',
  ],
  ...[
    '[[:alpha:]]',
    '[[:^digit:]b]',
    '[\\d-z]',
    '[a-]',
    '[*]',
    '[?]',
    '[**]',
    '[a|b]',
    '[é-ü]',
    '[\\p{L}]',
    '\\A',
    '\\z',
    '\\a',
    '\\é',
  ],
  ...['{2}', '{1,2}', '{0}', '{0,}', '{,2}', '{01}', '😀'],
];

function joined(pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
}

const line = fc
  .tuple(fc.constantFrom('', '', '!'), fc.oneof(joined(usual), joined(usual), joined([...usual, ...odd])))
  .map((parts) => parts.join(''));

/** Text of an ignore file: mostly what people write, and much that nobody would. */
export const ignoreText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', '\uFEFF'),
    fc.array(line, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([mark, lines, end]) => mark + lines.map((text) => text + end).join(''));

/** Ignore files of plain patterns, which match something often. */
export const plainIgnoreText: fc.Arbitrary<string> = fc
  .array(
    fc
      .tuple(
        fc.constantFrom('', '', '!'),
        fc.array(fc.constantFrom('a', 'b', 'ab', 'a-b', 'src', '.git', 'x.go', '*', '**', '?', '*.go', '[ab]'), {
          minLength: 1,
          maxLength: 3,
        }),
      )
      .map(([mark, parts]) => mark + parts.join('/')),
    { minLength: 1, maxLength: 4 },
  )
  .map((lines) => lines.join('\n'));

/** A relative path of one to four names. */
export const contextPath: fc.Arbitrary<string> = fc
  .array(
    fc.tuple(fc.constantFrom(...names), fc.constantFrom('', '', '.go', 'b', '1')).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join('/'));
