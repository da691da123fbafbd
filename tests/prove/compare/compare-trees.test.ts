import { expect, test } from 'vitest';
import { compareTrees, type Declaration, mostDifferences } from '../../../src/prove/compare/compare-trees.ts';
import { type ShortTree, treeOf } from './trees.ts';

const below = (directory: string, ...aspects: Parameters<typeof setOf>): Declaration => ({
  by: `rule/${directory}`,
  covers: ({ path }) => (path.startsWith(directory) ? setOf(...aspects) : new Set()),
});

function setOf(...aspects: ('there' | 'content' | 'owner' | 'mode' | 'kind' | 'target')[]) {
  return new Set(aspects);
}

const cases: readonly {
  readonly name: string;
  readonly original: ShortTree;
  readonly again?: ShortTree;
  readonly repaired: ShortTree;
  readonly declared?: readonly Declaration[];
  /** `standing change path differs by`, in order. */
  readonly found: readonly string[];
}[] = [
  { name: 'equal trees do not differ', original: { a: 'x' }, again: { a: 'x' }, repaired: { a: 'x' }, found: [] },
  {
    name: 'a file that is gone, one that is new and one that is another are undeclared, the largest first',
    original: { gone: 'xx', same: 'x', other: 'a' },
    again: { gone: 'xx', same: 'x', other: 'a' },
    repaired: { same: 'x', other: 'b', 'new': 'xxx' },
    found: ['undeclared added new', 'undeclared removed gone', 'undeclared changed other content'],
  },
  {
    name: 'mode, owner, kind and link target are compared; the mode of a link is not',
    original: { mode: 'x 644', owner: 'x 644 0', kind: 'x', link: '-> a' },
    repaired: { mode: 'x 4755', owner: 'x 644 1000', 'kind/': '', link: '-> b' },
    found: [
      'undeclared changed kind kind,content,mode',
      'undeclared changed mode mode',
      'undeclared changed owner owner',
      'undeclared changed link target',
    ],
  },
  {
    name: 'which name of a file is the hard link is chance',
    original: { 'bin/perl': 'program', 'bin/perl5': '=> bin/perl' },
    repaired: { 'bin/perl': '=> bin/perl5', 'bin/perl5': 'program' },
    found: [],
  },
  {
    name: 'what two builds of the original do not have alike is noise',
    original: { 'cache.pyc': 'time1', random: 'x' },
    again: { 'cache.pyc': 'time2' },
    repaired: { 'cache.pyc': 'time3', random: 'y' },
    found: ['noise changed cache.pyc content', 'noise changed random content'],
  },
  {
    name: 'without a second build of the original nothing is noise',
    original: { 'cache.pyc': 'time1' },
    repaired: { 'cache.pyc': 'time3' },
    found: ['undeclared changed cache.pyc content'],
  },
  {
    name: 'noise in the content hides no other owner',
    original: { 'app.log': 'time1' },
    again: { 'app.log': 'time2' },
    repaired: { 'app.log': 'time3 644 1000' },
    found: ['undeclared changed app.log owner'],
  },
  {
    name: 'a file whose content is noise is not noise when it is gone',
    original: { 'app.log': 'time1' },
    again: { 'app.log': 'time2' },
    repaired: {},
    found: ['undeclared removed app.log'],
  },
  {
    name: 'a name that changes from build to build is noise, in its directory only',
    original: { 'logs/2026-11-27T10_00-debug-0.log': 'x', 'tmp/v8-compile-4f2a91c3': 'x' },
    again: { 'logs/2026-11-27T10_05-debug-0.log': 'x', 'tmp/v8-compile-77b1d0aa': 'x' },
    repaired: {
      'logs/2026-11-27T10_09-debug-0.log': 'x',
      'tmp/v8-compile-9c0e1f22': 'x',
      'app/v8-compile-9c0e1f22': 'x',
    },
    found: [
      'undeclared added app/v8-compile-9c0e1f22',
      'noise removed logs/2026-11-27T10_00-debug-0.log',
      'noise added logs/2026-11-27T10_09-debug-0.log',
      'noise removed tmp/v8-compile-4f2a91c3',
      'noise added tmp/v8-compile-9c0e1f22',
    ],
  },
  {
    name: 'what a fix declares is declared by it, each aspect by itself',
    original: { 'app/a': 'x', 'app/b': 'x', 'lists/x': 'x' },
    repaired: { 'app/a': 'x 644 1000', 'app/b': 'y 644 1000' },
    declared: [below('lists/', 'there'), below('app/', 'owner')],
    found: [
      'undeclared changed app/b content',
      'declared changed app/a owner rule/app/',
      'declared removed lists/x rule/lists/',
    ],
  },
  {
    name: 'several fixes may declare one difference together',
    original: { 'app/a': 'x' },
    repaired: { 'app/a': 'y 644 1000' },
    declared: [below('app/', 'owner'), below('app/a', 'content')],
    found: ['declared changed app/a content,owner rule/app/'],
  },
];

for (const { name, original, again, repaired, declared = [], found } of cases)
  test(name, () => {
    const comparison = compareTrees(
      { original: treeOf(original), again: again && treeOf(again), repaired: treeOf(repaired) },
      declared,
    );
    const lines = comparison.differences.map(({ standing, change, path, differs, by }) =>
      [standing, change, path, differs.join(','), by].filter(Boolean).join(' '),
    );
    expect(lines).toEqual(found);
    expect(comparison.undeclared).toBe(found.filter((line) => line.startsWith('undeclared')).length);
    expect(comparison.noise).toBe(found.filter((line) => line.startsWith('noise')).length);
  });

test('the list is bounded and says how many are left out; the counts are not', () => {
  const many = Object.fromEntries(Array.from({ length: mostDifferences + 7 }, (_, at) => [`f${at}`, 'x']));
  const comparison = compareTrees(
    { original: treeOf({ ...many, same: 'x' }), again: undefined, repaired: treeOf({ same: 'x' }) },
    [],
  );
  expect(comparison).toMatchObject({ same: 1, undeclared: mostDifferences + 7, omitted: 7 });
  expect(comparison.differences).toHaveLength(mostDifferences);
});

test('control characters in names are taken out', () => {
  const comparison = compareTrees(
    { original: treeOf({}), again: undefined, repaired: treeOf({ 'a\u001b[2J': 'x' }) },
    [],
  );
  expect(comparison.differences[0]?.path).toBe('a\\x1b[2J');
});
