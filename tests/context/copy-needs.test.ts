import { describe, expect, test } from 'vitest';
import { type ContextUse, copiedPlaces } from '../../src/context/context-use.ts';
import { contextNeeds } from '../../src/context/copy-needs.ts';
import { readIgnoreFile } from '../../src/context/ignorefile.ts';
import { indexListing } from '../../src/context/listing-index.ts';
import { walkContext } from '../../src/context/walk.ts';
import { makeTree, type Tree } from './make-tree.ts';

function use(sources: readonly string[], more: Partial<ContextUse> = {}): ContextUse {
  return {
    path: 'Dockerfile',
    range: { start: 0, end: 1 },
    sources,
    excludes: [],
    parents: false,
    known: true,
    ...more,
  };
}

const tree: Tree = {
  'package.json': 10,
  'package-lock.json': 20,
  'README.md': 40,
  'src/main.js': 100,
  'src/lib/a.js': 200,
  'src/lib/a.test.js': 300,
  'docs/guide.md': 400,
  'docs/pictures/a.png': 5000,
  current: '-> src/lib',
  Dockerfile: 7,
  '.dockerignore': 3,
};

function copied(one: ContextUse, files: Tree = tree): readonly string[] {
  const index = indexListing(walkContext(makeTree(files), readIgnoreFile('')));
  const places = copiedPlaces(index, one);
  return index.entries
    .filter((entry, place) => places[place] === 1 && entry.kind !== 'directory')
    .map(({ path }) => path);
}

describe('what an instruction copies', () => {
  const sources = ['src/lib/a.js', 'src/lib/a.test.js', 'src/main.js'];
  test.each<[string, ContextUse, readonly string[]]>([
    ['a file', use(['package.json']), ['package.json']],
    ['a directory', use(['src']), sources],
    ['a directory, written otherwise', use(['./src/../src/']), sources],
    ['an absolute path is one of the context', use(['/src']), sources],
    ['paths cannot lead out', use(['../../src']), sources],
    ['a wildcard', use(['package*.json']), ['package-lock.json', 'package.json']],
    ['a wildcard takes the directories that it matches', use(['s*']), sources],
    ['a wildcard stops at a slash', use(['src/*.js']), ['src/main.js']],
    ['two stars are one', use(['src/**/a.js']), ['src/lib/a.js']],
    ['a class', use(['[PR]*.md', 'pac[a-k]age.json']), ['README.md', 'package.json']],
    ['a link is followed', use(['current']), ['src/lib/a.js', 'src/lib/a.test.js']],
    ['a path through a link', use(['current/a.js']), ['src/lib/a.js']],
    ['what is excluded is left out', use(['src'], { excludes: ['**/*.test.js'] }), ['src/lib/a.js', 'src/main.js']],
    ['excludes are seen from the source', use(['src'], { excludes: ['lib', 'src/main.js'] }), ['src/main.js']],
    ['a file that is named is copied all the same', use(['README.md'], { excludes: ['*.md'] }), ['README.md']],
    ['--parents takes the patterns of an ignore file', use(['src/**/*.js'], { parents: true }), sources],
    ['--parents below a pivot', use(['./src/./lib'], { parents: true }), ['src/lib/a.js', 'src/lib/a.test.js']],
    ['addresses are nothing of the context', use(['https://example.com/a', 'git@github.com:a/b.git']), []],
    ['what is not there', use(['nothing', 'src/*.py']), []],
  ])('%s', (_, one, expected) => {
    expect(copied(one)).toEqual(expected);
  });

  test('the whole context', () => {
    expect(copied(use(['.']))).toHaveLength(Object.keys(tree).length);
    expect(copied(use(['.'], { excludes: ['docs', '*.md'] }))).not.toContain('docs/guide.md');
  });

  test('links in a circle end', () => {
    expect(copied(use(['a/x', 'a']), { a: '-> b', b: '-> a' })).toEqual([]);
  });
});

function needs(uses: readonly ContextUse[], ignore = '', files: Tree = tree) {
  const listing = walkContext(makeTree(files), readIgnoreFile(ignore));
  return contextNeeds(listing, indexListing(listing), uses);
}

describe('what a context is needed for', () => {
  test('the classic builder sends all, BuildKit what is named', () => {
    const found = needs([use(['package*.json']), use(['src'], { excludes: ['**/*.test.js'] })]);
    expect(found.sent).toEqual({ files: 11, bytes: 6080 });
    expect(found.requested).toEqual({ files: 5, bytes: 630 });
    expect(found.needed).toEqual({ files: 4, bytes: 330 });
  });

  test('what is for nothing: whole directories, the largest first, without what the build reads itself', () => {
    const found = needs([use(['package*.json']), use(['src'], { excludes: ['**/*.test.js'] })]);
    expect(found.unneeded).toEqual([
      { path: 'docs', kind: 'directory', files: 2, bytes: 5400 },
      { path: 'src/lib/a.test.js', kind: 'file', files: 1, bytes: 300 },
      { path: 'README.md', kind: 'file', files: 1, bytes: 40 },
      { path: 'current', kind: 'symlink', files: 1, bytes: 0 },
    ]);
  });

  test('a copy of the whole context needs all of it', () => {
    const whole = use(['.']);
    const found = needs([use(['package.json']), whole]);
    expect(found.unneeded).toEqual([]);
    expect(found.requested).toEqual(found.sent);
    expect(found.whole).toEqual([whole]);
  });

  test('a source that is not known may be anything', () => {
    const found = needs([use(['$SOURCE'], { known: false })]);
    expect(found).toMatchObject({ known: false, unneeded: [], missing: [] });
    expect(found.needed).toEqual(found.sent);
  });

  test('without a use nothing is asked for', () => {
    const found = needs([]);
    expect([found.requested, found.needed]).toEqual([
      { files: 0, bytes: 0 },
      { files: 0, bytes: 0 },
    ]);
  });

  test('sources that are missing, and whether the ignore file is why', () => {
    const found = needs([use(['docs/guide.md', 'gone.txt', '*.py', 'src'])], 'docs\n');
    expect(found.missing.map(({ source, ignored }) => [source, ignored])).toEqual([
      ['docs/guide.md', true],
      ['gone.txt', false],
    ]);
  });

  test('an allow list that fits leaves nothing over', () => {
    const found = needs([use(['package.json']), use(['src'])], '*\n!package.json\n!src');
    expect([found.sent, found.unneeded]).toEqual([{ files: 4, bytes: 610 }, []]);
  });
});
