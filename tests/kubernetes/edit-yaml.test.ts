import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { applyEdits, type TextEdit } from '../../src/core/fix.ts';
import {
  addDocument,
  addItems,
  inOrder,
  type Place,
  removeItem,
  removeKey,
  replaceScalar,
  setKeys,
  type YamlRecord,
  type YamlValue,
} from '../../src/kubernetes/edit-yaml.ts';
import { readYaml } from '../../src/kubernetes/read-yaml.ts';
import { at, type YamlMap, type YamlNode, type YamlSequence } from '../../src/kubernetes/yaml-node.ts';

type Step = string | number;

function open(text: string) {
  const artifact = { path: 'a.yaml', text, encoding: 'utf-8' } as const;
  const { documents } = readYaml(artifact);
  const find = (path: readonly Step[], document = 0): YamlNode => {
    const node = at(documents[document]?.root, ...path);
    if (!node) throw new Error(`nothing at ${path.join('.')}`);
    return node;
  };
  const map = (path: readonly Step[], document = 0): YamlMap => {
    const node = find(path, document);
    if (node.kind !== 'map') throw new Error(`${path.join('.')} is no map`);
    return node;
  };
  const list = (path: readonly Step[], document = 0): YamlSequence => {
    const node = find(path, document);
    if (node.kind !== 'sequence') throw new Error(`${path.join('.')} is no list`);
    return node;
  };
  const apply = (edits: readonly TextEdit[] | undefined) => edits && applyEdits(text, inOrder(edits));
  return { artifact, find, map, list, apply };
}

function set(text: string, path: readonly Step[], record: YamlRecord, place?: Place): string | undefined {
  const { artifact, map, apply } = open(text);
  return apply(setKeys(artifact, map(path), record, place));
}

describe('a key is set', () => {
  test.each<[string, string, readonly Step[], YamlRecord, string | undefined]>([
    ['behind the last key', 'a: 1\nb: 2\n', [], { c: true }, 'a: 1\nb: 2\nc: true\n'],
    [
      'without quotes behind a line of a template, which is no JSON',
      '{{ if .a }}\n---\na: 1\n',
      [],
      { b: 2 },
      '{{ if .a }}\n---\na: 1\nb: 2\n',
    ],
    ['behind a comment in its line', 'a: 1 # one\n', [], { c: 'x' }, 'a: 1 # one\nc: x\n'],
    [
      'below a comment that belongs to the value before',
      'a:\n  b: 1\n  # c: 2\n# next\n',
      [],
      { d: 3 },
      'a:\n  b: 1\n  # c: 2\nd: 3\n# next\n',
    ],
    ['in a file without a last line end', 'a: 1', [], { b: 2 }, 'a: 1\nb: 2'],
    [
      'with the line ends of the file',
      'a: 1\r\nb:\r\n  c: 1\r\n',
      ['b'],
      { d: { e: 1 } },
      'a: 1\r\nb:\r\n  c: 1\r\n  d:\r\n    e: 1\r\n',
    ],
    [
      'in an item of a list',
      'l:\n- name: x\n  image: y\n- name: z\n',
      ['l', 0],
      { k: 1 },
      'l:\n- name: x\n  image: y\n  k: 1\n- name: z\n',
    ],
    ['with lists as the file has them', 'l:\n- a: 1\n', ['l', 0], { m: ['b'] }, 'l:\n- a: 1\n  m:\n  - b\n'],
    [
      'with lists indented as the file has them',
      'l:\n    - a: 1\n',
      ['l', 0],
      { m: ['b'] },
      'l:\n    - a: 1\n      m:\n          - b\n',
    ],
    [
      'in steps of four',
      'a:\n    b:\n        c: 1\n',
      ['a'],
      { d: { e: 1 } },
      'a:\n    b:\n        c: 1\n    d:\n        e: 1\n',
    ],
    [
      'deep in what is there',
      'a:\n  b:\n    c: 1\nz: 1\n',
      [],
      { a: { b: { d: 2 } } },
      'a:\n  b:\n    c: 1\n    d: 2\nz: 1\n',
    ],
    ['instead of an old value', 'a: 1 # why\nb: 2\n', [], { a: 2 }, 'a: 2 # why\nb: 2\n'],
    ['in the quotes of the old value', 'a: "x"\nb: \'y\'\n', [], { a: 'z', b: "it's" }, "a: \"z\"\nb: 'it''s'\n"],
    ['instead of an empty map', 'a: {} # later\nb: 1\n', [], { a: { c: 1 } }, 'a: # later\n  c: 1\nb: 1\n'],
    ['instead of nothing', 'a:\nb: 1\n', [], { a: { c: 1 } }, 'a:\n  c: 1\nb: 1\n'],
    ['instead of null', 'a: null\nb: ~\n', [], { a: { c: 1 }, b: 2 }, 'a:\n  c: 1\nb: 2\n'],
    ['in an empty map that is the whole', 'a: [{}]\n', ['a', 0], { c: 1 }, 'a: [{c: 1}]\n'],
    ['in flow style', 'a: {b: 1, c: [x]}\n', ['a'], { d: { e: 'f' } }, 'a: {b: 1, c: [x], d: {e: f}}\n'],
    ['before a last comma', 'a: {b: 1,}\n', ['a'], { d: 2 }, 'a: {b: 1, d: 2,}\n'],
    [
      'in JSON',
      '{\n  "a": {\n    "b": 1\n  }\n}\n',
      ['a'],
      { c: { d: ['x'] } },
      '{\n  "a": {\n    "b": 1,\n    "c": {\n      "d": [\n        "x"\n      ]\n    }\n  }\n}\n',
    ],
    ['in JSON of one line', '{"a":{"b":1}}', ['a'], { c: 'x' }, '{"a":{"b":1, "c": "x"}}'],
    [
      'in flow style over lines with a comment',
      'a: {\n  b: 1 # one\n}\n',
      ['a'],
      { c: 2 },
      'a: {\n  b: 1, # one\n  c: 2\n}\n',
    ],
    [
      'for the last time by itself beside a merge',
      'x: &x\n  a: 1\ny:\n  <<: *x\n',
      ['y'],
      { b: 2 },
      'x: &x\n  a: 1\ny:\n  <<: *x\n  b: 2\n',
    ],
    [
      'over what a merge gives',
      'x: &x\n  a: 1\ny:\n  <<: *x\n',
      ['y'],
      { a: 2 },
      'x: &x\n  a: 1\ny:\n  <<: *x\n  a: 2\n',
    ],
    ['not in what others share', 'x: &x\n  a: 1\ny: *x\n', ['y'], { b: 2 }, undefined],
    ['not where the anchor stands either', 'x: &x\n  a: 1\ny: *x\n', ['x'], { b: 2 }, undefined],
    ['not below a merge', 'x: &x\n  a: {b: 1}\ny:\n  <<: *x\n', ['y'], { a: { c: 2 } }, undefined],
    ['where an anchor has no users', 'x: &x\n  a: 1\n', ['x'], { b: 2 }, 'x: &x\n  a: 1\n  b: 2\n'],
    [
      'beside anchors, where a bracket stands below its key, which YAML does not want and all readers take',
      'x: &x {a: 1}\ny:\n  <<: *x\n  t:\n    [\n    1\n  ]\n  i: a\n',
      ['y'],
      { i: 'b' },
      'x: &x {a: 1}\ny:\n  <<: *x\n  t:\n    [\n    1\n  ]\n  i: b\n',
    ],
    ['instead of an alias', 'x: &x 1\ny: *x\n', [], { y: 2 }, 'x: &x 1\ny: 2\n'],
    [
      'behind a literal block',
      'a:\n  b: |\n    x\n    # y\nc: 1\n',
      ['a'],
      { d: 1 },
      'a:\n  b: |\n    x\n    # y\n  d: 1\nc: 1\n',
    ],
    ['not behind a block that keeps blank lines', 'a:\n  b: |+\n    x\n\n\nc: 1\n', ['a'], { d: 1 }, undefined],
    ['not behind a block that the file ends with', 'a:\n  b: |\n    x', ['a'], { d: 1 }, undefined],
    [
      'in quotes where it would be no text',
      'a: 1\n',
      [],
      { b: 'yes', c: '12', d: 'a: b', e: '128Mi', f: '/healthz', g: 'nginx:1.27', h: '1:30', i: '' },
      'a: 1\nb: "yes"\nc: "12"\nd: "a: b"\ne: 128Mi\nf: /healthz\ng: nginx:1.27\nh: "1:30"\ni: ""\n',
    ],
    ['nowhere where it is already', 'a:\n  b: 1\n', [], { a: { b: 1 } }, 'a:\n  b: 1\n'],
    ['with a byte order mark before', '\uFEFFa: 1\n', [], { b: 1 }, '\uFEFFa: 1\nb: 1\n'],
  ])('%s', (_, text, path, record, expected) => {
    expect(set(text, path, record)).toBe(expected);
  });

  test('behind a named key', () => {
    expect(set('a: 1\nb:\n  c: 1\nd: 1\n', [], { x: 1 }, { after: 'b' })).toBe('a: 1\nb:\n  c: 1\nx: 1\nd: 1\n');
  });

  test.each([
    ['above the comments of the first', 'a:\n  # c\n  b: 1\n', ['a'], 'a:\n  x: 1\n  # c\n  b: 1\n'],
    ['last in an item', 'l:\n- a: 1\n  b: 1\n', ['l', 0], 'l:\n- a: 1\n  b: 1\n  x: 1\n'],
  ])('first, %s', (_, text, path, expected) => {
    expect(set(text, path, { x: 1 }, 'first')).toBe(expected);
  });

  test('in the document that is meant', () => {
    const { artifact, map, apply } = open('a: 1\n---\nb: 1\n---\nc: 1\n');
    expect(apply(setKeys(artifact, map([], 1), { x: 1 }))).toBe('a: 1\n---\nb: 1\nx: 1\n---\nc: 1\n');
  });

  test('in a map and in the one around it, the inner first', () => {
    const { artifact, map, apply } = open('spec:\n  containers:\n  - name: a\n');
    const edits = [
      setKeys(artifact, map(['spec']), { z: 1 }),
      setKeys(artifact, map(['spec', 'containers', 0]), { k: 1 }),
    ];
    expect(apply(edits.flatMap((each) => each ?? []))).toBe('spec:\n  containers:\n  - name: a\n    k: 1\n  z: 1\n');
  });
});

describe('a key is removed', () => {
  test.each<[string, string, readonly Step[], readonly string[], string | undefined]>([
    ['with its line', 'a: 1\nb: 2\nc: 3\n', [], ['b'], 'a: 1\nc: 3\n'],
    ['and its comment stays', 'a: 1\nb: 2 # two\nc: 3\n', [], ['b'], 'a: 1\n# two\nc: 3\n'],
    ['with what is below it', 'a:\n  b:\n    - 1\nc: 3\n', [], ['a'], 'c: 3\n'],
    ['with the maps that it leaves empty', 'a:\n  b:\n    c: 1\nd: 1\n', [], ['a', 'b', 'c'], 'd: 1\n'],
    ['not with a comment inside', 'a:\n  # why\n  b: 1\nc: 3\n', [], ['a'], undefined],
    ['at the end of a file without a line end', 'a: 1\nb: 2', [], ['b'], 'a: 1'],
    ['as the first of an item', 'l:\n- a: 1\n  b: 2\n', ['l', 0], ['a'], 'l:\n- b: 2\n'],
    ['in flow style', 'a: {b: 1, c: 2}\n', ['a'], ['b'], 'a: {c: 2}\n'],
    ['as the last in flow style', 'a: {b: 1, c: 2}\n', ['a'], ['c'], 'a: {b: 1}\n'],
    ['not when others use its anchor', 'a: &x {b: 1}\nc: *x\n', [], ['a'], undefined],
    ['not as the only one', 'a: 1\n', [], ['a'], undefined],
    ['with the line ends of the file', 'a: 1\r\nb: 2\r\n', [], ['a'], 'b: 2\r\n'],
  ])('%s', (_, text, path, keys, expected) => {
    const { artifact, map, apply } = open(text);
    expect(apply(removeKey(artifact, map(path), keys))).toBe(expected);
  });
});

describe('a list is changed', () => {
  test.each<[string, string, readonly YamlValue[], string | undefined]>([
    ['in block style', 'a:\n- x # one\nb: 1\n', ['w'], 'a:\n- x # one\n- w\nb: 1\n'],
    ['with maps', 'a:\n  - x: 1\n', [{ x: 2, w: 3 }], 'a:\n  - x: 1\n  - x: 2\n    w: 3\n'],
    ['in flow style', 'a: [x]\n', ['w'], 'a: [x, w]\n'],
    ['from empty', 'a: []\n', ['w'], 'a: [w]\n'],
  ])('added to %s', (_, text, items, expected) => {
    const { artifact, list, apply } = open(text);
    expect(apply(addItems(artifact, list(['a']), items))).toBe(expected);
  });

  test.each([
    ['in block style', 'a:\n- x\n- y # two\n- z\n', 1, 'a:\n- x\n# two\n- z\n'],
    ['in flow style', 'a: [x, y]\n', 1, 'a: [x]\n'],
    ['not the only one', 'a: [x]\n', 0, undefined],
  ])('an item taken out %s', (_, text, index, expected) => {
    const { artifact, list, find, apply } = open(text);
    expect(apply(removeItem(artifact, list(['a']), find(['a', index])))).toBe(expected);
  });
});

test('a scalar is replaced where it is written', () => {
  const { artifact, find, apply } = open("a: 'x' # y\n");
  expect(apply(replaceScalar(artifact, find(['a']), 'z'))).toBe("a: 'z' # y\n");
});

test.each([
  ['behind the last one', 'a: 1\n', 'a: 1\n---\nb: 1\n'],
  ['with the line ends of the file', 'a: 1\r\n', 'a: 1\r\n---\r\nb: 1\r\n'],
  ['in a file without a last line end', 'a: 1', 'a: 1\n---\nb: 1\n'],
  ['behind a last marker', 'a: 1\n---\n', 'a: 1\n---\nb: 1\n'],
  ['not in JSON', '{"a": 1}', undefined],
])('a document is added %s', (_, text, expected) => {
  const { artifact, apply } = open(text);
  expect(apply(addDocument(artifact, 'b: 1\n'))).toBe(expected);
});

// --- any file, any edit ----------------------------------------------------------------------------------------------------

interface Drawn {
  readonly text: string;
  readonly value: YamlValue;
}

const keys = ['name', 'image', 'spec', 'env', 'x-y', 'port', 'on-call'];
const scalar = fc.oneof(
  fc.integer({ min: 0, max: 99 }),
  fc.boolean(),
  fc.constantFrom('web', 'a b', 'yes', '10', 'nginx:1.27', '128Mi', '# no comment', "it's", ''),
  fc.constant(null),
);
const tree: fc.Arbitrary<YamlValue> = fc.letrec<{ value: YamlValue; record: YamlRecord }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { arbitrary: scalar, weight: 3 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 1 },
    { arbitrary: tie('record'), weight: 3 },
  ),
  record: fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 4, noNullPrototype: true }),
})).record;

/** Writes a value in one of many styles: the dice say which. */
function write(value: YamlValue, dice: () => number, lineEnd: string): string {
  const step = 2 + 2 * (dice() % 2);
  const offset = dice() % 2 === 0 ? 0 : 2;
  let comments = 0;
  const behind = () => (dice() % 5 === 0 ? ` # c${comments++}` : '');
  const above = (indent: number) => (dice() % 6 === 0 ? [`${' '.repeat(indent)}# c${comments++}`] : []);
  const inline = (each: YamlValue): string => {
    if (Array.isArray(each)) return `[${each.map(inline).join(', ')}]`;
    if (typeof each === 'object' && each !== null)
      return `{${Object.entries(each)
        .map(([key, inner]) => `${key}: ${inline(inner ?? null)}`)
        .join(dice() % 2 ? ', ' : ' , ')}${dice() % 4 === 0 && Object.keys(each).length > 0 ? ',' : ''}}`;
    if (typeof each === 'string') return dice() % 2 || each.includes("'") ? JSON.stringify(each) : `'${each}'`;
    return String(each);
  };
  const block = (each: YamlValue, indent: number): string[] => {
    if (Array.isArray(each))
      return each.flatMap((item) => {
        if (isBlock(item) && dice() % 4 !== 0) {
          const [first = '', ...rest] = block(item, indent + 2).filter((line, at) => at > 0 || !/^ *#/.test(line));
          return [...above(indent), `${' '.repeat(indent)}- ${first.trimStart()}`, ...rest];
        }
        return [...above(indent), `${' '.repeat(indent)}- ${inline(item)}${behind()}`];
      });
    return Object.entries(each ?? {}).flatMap(([key, inner]) => {
      const prefix = [...above(indent), ...(dice() % 9 === 0 ? [''] : [])];
      if (inner === null && dice() % 2) return [...prefix, `${' '.repeat(indent)}${key}:${behind()}`];
      if (inner === undefined || !isBlock(inner) || dice() % 4 === 0)
        return [...prefix, `${' '.repeat(indent)}${key}: ${inline(inner ?? null)}${behind()}`];
      const below = Array.isArray(inner) ? indent + offset : indent + step;
      return [...prefix, `${' '.repeat(indent)}${key}:${behind()}`, ...block(inner, below), ...above(indent + step)];
    });
  };
  if (!isBlock(value)) return inline(value);
  const end = dice() % 5 === 0 ? '' : lineEnd;
  return block(value, 0).join(lineEnd) + end;
}

function isBlock(value: YamlValue): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

const drawn: fc.Arbitrary<Drawn> = fc
  .tuple(tree, fc.nat(), fc.boolean(), fc.nat(5))
  .map(([value, seed, isWindows, form]) => {
    const lineEnd = isWindows ? '\r\n' : '\n';
    let state = seed;
    const dice = () => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return state >> 16;
    };
    if (form === 0) return { value, text: JSON.stringify(value, undefined, 2).replaceAll('\n', lineEnd) };
    return { value, text: write(value, dice, lineEnd) };
  });

/** Paths of all maps, or lists, in a value. */
function pathsIn(
  value: YamlValue,
  wanted: (each: YamlValue) => boolean,
  path: readonly Step[] = [],
): (readonly Step[])[] {
  const own = wanted(value) ? [path] : [];
  if (Array.isArray(value)) return [...own, ...value.flatMap((each, index) => pathsIn(each, wanted, [...path, index]))];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([key, each]) => pathsIn(each ?? null, wanted, [...path, key]))];
}

function isMap(value: YamlValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A copy in which the value at a path is another one. */
function changed(value: YamlValue, path: readonly Step[], change: (found: YamlValue) => YamlValue): YamlValue {
  const [step, ...rest] = path;
  if (step === undefined) return change(value);
  if (Array.isArray(value)) return value.map((each, index) => (index === step ? changed(each, rest, change) : each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === step ? changed(each ?? null, rest, change) : (each ?? null),
    ]),
  );
}

function merged(value: YamlValue, record: YamlRecord): YamlValue {
  const result: Record<string, YamlValue> = {
    ...(typeof value === 'object' && !Array.isArray(value) ? (value as object) : {}),
  };
  for (const [key, each] of Object.entries(record)) {
    const known = result[key];
    result[key] =
      isMap(each ?? null) && isMap(known ?? null) && known !== undefined
        ? merged(known, each as YamlRecord)
        : (each ?? null);
  }
  return result;
}

function parsed(text: string): unknown {
  const [document] = parseAllDocuments(text, { version: '1.2' });
  if (document && 'errors' in document && document.errors.length > 0) throw document.errors[0];
  return document && 'toJS' in document ? document.toJS() : null;
}

function commentsOf(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\s)# c\d+(?=\r?$)/gm)].map(([comment]) => comment.trim()).sort();
}

let kept = 0;
let refused = 0;

function expectEdit(text: string, edits: readonly TextEdit[] | undefined, expected: YamlValue): void {
  if (!edits) {
    refused++;
    return;
  }
  kept++;
  const after = applyEdits(text, inOrder(edits));
  expect(parsed(after), `${text}\n=====\n${after}`).toEqual(expected);
  expect(commentsOf(after), after).toEqual(commentsOf(text));
}

describe('whatever the file looks like, it then says what it should and has all of its comments', () => {
  test('setting keys', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(drawn, fc.nat(100), tree, ({ text, value }, choice, record) => {
        fc.pre(isBlock(value));
        expect(parsed(text), text).toEqual(value);
        const paths = pathsIn(value, isMap);
        const path = paths[choice % paths.length] ?? [];
        const { artifact, map } = open(text);
        const edits = setKeys(artifact, map(path), record as YamlRecord);
        expectEdit(
          text,
          edits,
          changed(value, path, (each) => merged(each, record as YamlRecord)),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('removing keys', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(drawn, fc.nat(100), fc.nat(100), ({ text, value }, choice, which) => {
        const paths = pathsIn(value, (each) => isMap(each) && Object.keys(each ?? {}).length > 1);
        fc.pre(paths.length > 0);
        const path = paths[choice % paths.length] ?? [];
        const { artifact, map } = open(text);
        const names = map(path).entries.map(({ key }) => key.text);
        const name = names[which % names.length] ?? '';
        const edits = removeKey(artifact, map(path), [name]);
        const without = (each: YamlValue) =>
          Object.fromEntries(Object.entries(each ?? {}).filter(([key]) => key !== name)) as YamlValue;
        expectEdit(text, edits, changed(value, path, without));
      }),
      { numRuns: 500 },
    );
  });

  test('adding items', { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        drawn,
        fc.nat(100),
        fc.array(tree, { minLength: 1, maxLength: 2 }),
        ({ text, value }, choice, items) => {
          const paths = pathsIn(value, Array.isArray);
          fc.pre(paths.length > 0);
          const path = paths[choice % paths.length] ?? [];
          const { artifact, list } = open(text);
          const edits = addItems(artifact, list(path), items);
          expectEdit(
            text,
            edits,
            changed(value, path, (each) => [...(each as readonly YamlValue[]), ...items]),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  test('and few files are too odd to be edited', () => {
    expect(refused / (kept + refused)).toBeLessThan(0.1);
  });
});
