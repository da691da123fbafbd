import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readYaml, splitDocuments } from '../../src/kubernetes/read-yaml.ts';
import { at, entriesAt, type YamlNode } from '../../src/kubernetes/yaml-node.ts';

const read = (text: string) => readYaml({ path: 'a.yaml', text, encoding: 'utf-8' });

/** What a node means, as plain values. */
function plain(node: YamlNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'sequence':
      return node.items.map(plain);
    case 'map':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
  }
}

const values = (text: string) => read(text).documents.map(({ root }) => plain(root));

function* nodesIn(node: YamlNode): Generator<YamlNode> {
  yield node;
  if (node.kind === 'sequence') for (const item of node.items) yield* nodesIn(item);
  if (node.kind === 'map')
    for (const { key, value } of node.entries) {
      yield key;
      yield* nodesIn(value);
    }
}

describe('plain scalars are taken as Kubernetes takes them', () => {
  test.each<[string, unknown]>([
    ['yes', true],
    ['on', true],
    ['y', true],
    ['No', false],
    ['OFF', false],
    ['~', null],
    ['', null],
    ['"yes"', 'yes'],
    ["'8080'", '8080'],
    ['0644', 420],
    ['0o17', 15],
    ['0x1F', 31],
    ['-0b11', -3],
    ['1_000', 1000],
    ['089', 89],
    ['1e3', 1000],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['1.2.3', '1.2.3'],
    ['100m', '100m'],
    ['2024-01-01', '2024-01-01'],
    ['!!str 12', '12'],
    ['!!int "12"', 12],
    ['yesterday', 'yesterday'],
  ])('%s', (text, expected) => {
    expect(values(`a: ${text}`)).toEqual([{ a: expected }]);
  });
});

describe('places', () => {
  const text = `a: &x {b: "c\\n", q: [1,2 , {z: }] } # c
d:
  - *x
  - k: | # a | b
      foo
      bar

    'l' : >-
      x
  -
e:
f: !!str 5
`;
  const root = read(text).documents[0]?.root;
  const written = (...path: (string | number)[]) => {
    const node = at(root, ...path);
    return node && text.slice(node.range.start, node.range.end);
  };

  test.each<[(string | number)[], string]>([
    [['a'], '{b: "c\\n", q: [1,2 , {z: }] }'],
    [['a', 'b'], '"c\\n"'],
    [['a', 'q'], '[1,2 , {z: }]'],
    [['a', 'q', 2], '{z: }'],
    [['a', 'q', 2, 'z'], ''],
    [['d', 0], '{b: "c\\n", q: [1,2 , {z: }] }'],
    [['d', 1, 'k'], '| # a | b\n      foo\n      bar'],
    [['d', 1, 'l'], '>-\n      x'],
    [['d', 2], ''],
    [['e'], ''],
    [['f'], '5'],
  ])('%j', (path, expected) => {
    expect(written(...path)).toBe(expected);
  });

  test('a value that is not written stands behind its colon', () => {
    expect(at(root, 'e')?.range.start).toBe(text.indexOf('e:') + 2);
    expect(at(root, 'a', 'q', 2, 'z')?.range.start).toBe(text.indexOf('z:') + 2);
  });

  test('are of the whole file in each of its documents', () => {
    const stream = '# first\na: 1\n---\nb: 2\n...\n---\r\nc: three\r\n';
    const nodes = read(stream).documents.map(({ root }) => entriesAt(root)[0]?.value);
    expect(nodes.map((node) => node && stream.slice(node.range.start, node.range.end))).toEqual(['1', '2', 'three']);
  });
});

test.each([
  ['a: |\n  b\n', 'b\n'],
  ['a: |\n  b', 'b'],
  ['a: |+\n  b\n\n', 'b\n\n'],
  ['a: |-\n  b\n', 'b'],
  ['a: >\n  b\n  c\n', 'b c\n'],
])('a block scalar %j has the line ends that Kubernetes gives it', (text, expected) => {
  expect(values(text)).toEqual([{ a: expected }]);
});

describe('lines that are indented less than YAML wants are read as Kubernetes reads them', () => {
  test.each<[string, unknown]>([
    ['a: [\n  b,\n  c\n]\nd: e\n', { a: ['b', 'c'], d: 'e' }],
    ['x:\n  a: {\n  c: d, # why\n  # and\n  e: "f # g"\n}\n', { x: { a: { c: 'd', e: 'f # g' } } }],
    ['a: \'foo\nbar\'\nb: "c\nd"\n', { a: 'foo bar', b: 'c d' }],
    ['a: [ # first\nb, # second\n# third\nc ]\n', { a: ['b', 'c'] }],
    [
      "x:\n  - rule: 'it''s\n in a'\n    b: |\n      c: 'd\n    e: \"f\\\"\n g\"\n",
      { x: [{ rule: "it's  in a", b: "c: 'd\n", e: 'f"  g' }] },
    ],
    ['a: &x |\n  say: "hello\n  there\nb: "x\ny"\nc: z\n', { a: 'say: "hello\nthere\n', b: 'x y', c: 'z' }],
    ["x:\n  a: 'b\nc'\n  d: e'f\n  g: [\nh ]\n", { x: { a: 'b c', d: "e'f", g: ['h'] } }],
    ['x:\n  - \'a\n   b\n  c\'\n  - "d\\\n e"\n', { x: ['a b   c', 'd  e'] }],
  ])('%j', (text, expected) => {
    expect(read(text).problems).toEqual([]);
    expect(values(text)).toEqual([expected]);
  });

  test('with their places', () => {
    const text = 'a: [\n  b, # c\n]\nd: e\n';
    const root = read(text).documents[0]?.root;
    const place = (node: YamlNode | undefined) => node && text.slice(node.range.start, node.range.end);
    expect(place(at(root, 'a'))).toBe('[\n  b, # c\n]');
    expect(place(at(root, 'd'))).toBe('e');
  });
});

describe('anchors and merge keys', () => {
  test('an own key wins over a merged one, an earlier merge over a later', () => {
    expect(values('a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc:\n  <<: [*a, *b]\n  x: 9')).toMatchObject([
      { c: { x: 9, y: 2, z: 4 } },
    ]);
  });

  test.each([
    ['a: *gone', 'the alias *gone names no anchor'],
    ['a: &a [*a]', 'the alias *a stands inside of what it names'],
    ['a: {<<: 3}', 'what << merges is no map'],
    ['a: 1\nb: 2\na: 3', 'the key a is there twice; the last one was read'],
    ['? {a: b}\n: c', 'a key is a map or a list'],
    ['a:\n\t- b', 'this is no YAML: tab characters must not be used in indentation'],
  ])('%j is a problem', (text, message) => {
    expect(read(text).problems).toMatchObject([{ message, kind: 'invalid' }]);
  });

  test('of duplicates the last one counts', () => {
    expect(values('a: 1\nb: 2\na: 3')).toEqual([{ a: 3, b: 2 }]);
  });

  test('a bomb is refused with its place, and takes no time', () => {
    const levels = Array.from(
      { length: 30 },
      (_, i) => `l${i}: &l${i} [${Array(9).fill(i === 0 ? 'x' : `*l${i - 1}`)}]`,
    );
    const { documents, problems } = read(levels.join('\n'));
    expect(documents).toHaveLength(1);
    expect(problems).toMatchObject([{ kind: 'invalid', position: { line: 6 } }]);
    expect(problems[0]?.message).toContain('aliases expand to more than 500000 values');
  });
});

describe('documents', () => {
  test('one that cannot be read leaves the others', () => {
    const { documents, problems } = read('a: 1\n---\nb: [\n---\nc: 3\n');
    expect(documents.map(({ root }) => plain(root))).toEqual([{ a: 1 }, { c: 3 }]);
    expect(problems).toMatchObject([{ path: 'a.yaml', kind: 'invalid' }]);
  });

  test.each([
    ['x: {{ .Values.a }}', 'this document is a template (Helm, Go or Jinja) and no YAML before it is filled in'],
    [
      '{{- if .x }}\na: 1\n{{- end }}',
      'this document is a template (Helm, Go or Jinja) and no YAML before it is filled in',
    ],
    ['{% if x %}\na: 1', 'this document is a Jinja template and no YAML before it is filled in'],
    ['a: <% x %>: b\n', 'this document is a template (ERB or EJS) and no YAML before it is filled in'],
    ['${A}: ${B}: c', 'this document is a template with ${…} variables and no YAML before it is filled in'],
  ])('a template is named as one: %j', (text, message) => {
    expect(read(`${text}\n---\nb: 1\n`)).toMatchObject({ documents: [{}], problems: [{ kind: 'template', message }] });
  });

  test('a template that is good YAML is read', () => {
    expect(values('image: "{{ .Values.image }}"\nname: ${NAME}')).toEqual([
      { image: '{{ .Values.image }}', name: '${NAME}' },
    ]);
  });

  test.each<[string, string[]]>([
    ['', []],
    ['a', ['a']],
    ['---\na\n---\nb', ['---\na\n', '---\nb']],
    ['a\n--- b\n---', ['a\n', '--- b\n', '---']],
    ['a\n----\n---x', ['a\n----\n---x']],
    ['%YAML 1.1\n---\na\n---\nb', ['%YAML 1.1\n---\na\n', '---\nb']],
    ['a\r\n---\r\nb', ['a\r\n', '---\r\nb']],
  ])('%j is split at its markers', (text, expected) => {
    expect([...splitDocuments(text)].map(({ start, end }) => text.slice(start, end))).toEqual(expected);
  });
});

describe('any text', () => {
  const token = fc.constantFrom(
    ...[
      'a',
      'b: ',
      '- ',
      '? ',
      ': ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '\n',
      '\n  ',
      '\n---\n',
      '&x ',
      '*x',
      '!!str ',
      '|',
      '>-',
      '"',
    ],
    ...["'", '#', ' # ', '<<: ', '\t', '\r\n', '%', '...', '{{ ', ' }}', '0', '\\', '\u0000', '\uFEFF', '😀', ' '],
  );

  test('is read without an exception, with places inside of it', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join('')),
          fc.string(),
        ),
        (text) => {
          const { documents, problems } = read(text);
          for (const problem of problems) expect(problem.range.end).toBeLessThanOrEqual(text.length);
          for (const { root } of documents)
            for (const { range } of nodesIn(root)) {
              expect(range.start).toBeGreaterThanOrEqual(0);
              expect(range.end).toBeGreaterThanOrEqual(range.start);
              expect(range.end).toBeLessThanOrEqual(text.length);
            }
        },
      ),
      { numRuns: 3000 },
    );
  });

  const json = fc
    .json({ maxDepth: 4 })
    .filter((text) => !text.includes('__proto__'))
    .map((text): unknown => JSON.parse(text))
    .filter((value) => !JSON.stringify(value).includes('-0'));

  test('that is JSON means what it means as JSON', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(0, 2, '\t'), (value, indent) => {
        expect(values(JSON.stringify({ value }, undefined, indent))).toEqual([{ value }]);
      }),
    );
  });

  test('that is YAML means what it means to another reader', () => {
    fc.assert(
      fc.property(json, (value) => {
        // The other one writes such a key without quotes, which makes it a merge.
        fc.pre(!JSON.stringify(value).includes('"<<":'));
        expect(values(stringify({ value }, { version: '1.1' }))).toEqual([{ value }]);
      }),
    );
  });

  const long = 300_000;
  const filled = (piece: string) => piece.repeat(Math.ceil(long / piece.length));
  test.each([
    ['open brackets', filled('[')],
    ['open braces', filled('{')],
    ['nested lists', filled('- ')],
    ['empty documents', filled('---\n')],
    ['documents', filled('--- a\n')],
    ['an open quote', `"${filled('ab\\n')}`],
    ['one map', Array.from({ length: long / 10 }, (_, i) => `k${i}: v`).join('\n')],
    ['duplicate keys', filled('a: b\n')],
    ['anchors', filled('- &a x\n')],
    ['aliases', `- &a {b: c}\n${filled('- *a\n')}`],
    ['merges', `a: &a {${filled('b: c, ')}}\nb:\n${filled('  - <<: *a\n')}`],
    ['pairs in a list', `[${filled('a: b, ')}]`],
    ['anchors one in another', Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}&a${i}\n`).join('')],
    ['properties that are read twice', `${'- !a\n  '.repeat(60)}x`],
    ['explicit keys with anchors', `${'? &a '.repeat(100)}x`],
    ['lines that are indented too little', `a:\n  b: [\n${filled('c,\n')}]`],
    ['quoted lines that are indented too little', `a:\n${filled("  - b: 'c\n  d'\n")}`],
    ['lines that seem to hold values', `a: [\nb]\nc:\n${filled(`  - ${'- '.repeat(120)}a: | # |\n`)}`],
    ['comments', filled('# {{ x }}\n')],
    ['template marks', filled('{{ x }}\n')],
  ])('is read in linear time: %s', (_, text) => {
    const start = performance.now();
    read(text);
    expect(performance.now() - start).toBeLessThan(4000);
  });
});
