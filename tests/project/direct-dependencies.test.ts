import { describe, expect, test } from 'vitest';
import { npmCataloguer } from '../../src/ecosystems/npm/installed.ts';
import { pythonCataloguer } from '../../src/ecosystems/pip/installed.ts';
import { directDependencies } from '../../src/project/direct-dependencies.ts';
import { analysisFrom } from '../image/build-analysis.ts';

type Row = readonly [path: string, name: string, requires?: readonly string[]];

function broughtBy(name: string, kind: string, rows: readonly Row[], files: readonly object[] = []): readonly string[] {
  const packages = rows.map(([path, of, requires = []]) => ({ kind, path, name: of, version: '1.0.0', requires }));
  const { analysis } = analysisFrom(JSON.stringify({ steps: [{ packages, files }] }));
  const found = analysis.packages.find((each) => each.name === name);
  if (!found) throw new Error('none');
  return directDependencies(analysis)(found);
}

const npm = (folder: string, name: string, requires: readonly string[] = []): Row => [
  `${folder}/node_modules/${name}/package.json`,
  name,
  requires,
];
const pip = (name: string, requires: readonly string[] = []): Row => [
  `lib/site-packages/${name}.dist-info/METADATA`,
  name,
  requires,
];
const requested = (name: string) => ({ path: `lib/site-packages/${name}.dist-info/REQUESTED` });
const root = (...requires: readonly string[]): Row => ['app/package.json', 'app', requires];

describe('which direct dependency brings a package of npm', () => {
  test.each<[string, readonly Row[], readonly string[]]>([
    ['itself', [root('b'), npm('app', 'b')], ['b']],
    ['one over another', [root('a'), npm('app', 'a', ['x']), npm('app', 'x', ['b']), npm('app', 'b')], ['a']],
    ['two', [root('a', 'c'), npm('app', 'a', ['b']), npm('app', 'c', ['b']), npm('app', 'b')], ['a', 'c']],
    ['the one that it is nested in', [root('a'), npm('app', 'a', ['b']), npm('app/node_modules/a', 'b')], ['a']],
    ['a ring is left', [root('a'), npm('app', 'a', ['x']), npm('app', 'x', ['b']), npm('app', 'b', ['x'])], ['a']],
    ['nobody knows without the manifest', [npm('app', 'a', ['b']), npm('app', 'b')], []],
    ['nobody asks for it', [root('a'), npm('app', 'a'), npm('app', 'b')], []],
    ['another application', [root('a'), npm('app', 'a', ['b']), npm('other', 'b')], []],
    ['what is installed globally', [npm('usr/local/lib', 'npm'), npm('usr/local/lib/node_modules/npm', 'b')], ['npm']],
  ])('%s', (_, rows, expected) => {
    expect(broughtBy('b', 'npm', rows)).toEqual(expected);
  });

  test('the nearest counts: the one above goes to who asks there', () => {
    const rows = [
      root('a', 'c'),
      npm('app', 'a', ['b']),
      npm('app', 'c', ['b']),
      npm('app', 'b'),
      npm('app/node_modules/a', 'b'),
    ];
    expect(broughtBy('b', 'npm', rows)).toEqual(['c']);
  });

  test('the links of pnpm are followed', () => {
    const rows = [root('a'), npm('app/node_modules/.pnpm/a@1', 'a', ['b']), npm('app/node_modules/.pnpm/b@1', 'b')];
    const links = [
      { path: 'app/node_modules/a', kind: 'symlink', target: '.pnpm/a@1/node_modules/a' },
      { path: 'app/node_modules/.pnpm/a@1/node_modules/b', kind: 'symlink', target: '../../b@1/node_modules/b' },
    ];
    expect(broughtBy('b', 'npm', rows, links)).toEqual(['a']);
    expect(broughtBy('b', 'npm', rows)).toEqual([]);
  });
});

describe('which direct dependency brings a package of Python', () => {
  test.each<[string, readonly Row[], readonly object[], readonly string[]]>([
    ['itself', [pip('b')], [requested('b')], ['b']],
    ['one over another', [pip('a', ['X_y']), pip('x.y', ['B']), pip('b')], [requested('a')], ['a']],
    ['nobody knows', [pip('a', ['b']), pip('b')], [], []],
  ])('%s', (_, rows, files, expected) => {
    expect(broughtBy('b', 'pypi', rows, files)).toEqual(expected);
  });
});

const bytes = (text: string) => new TextEncoder().encode(text);

test.each([
  ['app/node_modules/a/package.json', ['b', 'c', 'd']],
  ['app/package.json', ['b', 'c', 'd', 'f']],
])('%s says what comes with it', (path, requires) => {
  const content = bytes(
    JSON.stringify({
      name: 'a',
      version: '1.0.0',
      dependencies: { b: '1' },
      optionalDependencies: { c: '1' },
      peerDependencies: { d: '1', e: '1' },
      peerDependenciesMeta: { e: { optional: true } },
      devDependencies: { f: '1' },
    }),
  );
  expect(npmCataloguer.whole?.({ path, bytes: content.length, mode: 0o644 }, content)).toMatchObject([{ requires }]);
});

test('metadata of Python says what comes with it under no condition', () => {
  const content = bytes(
    'Metadata-Version: 2.1\nName: a\nVersion: 1\nRequires-Dist: b (>=1)\nRequires-Dist: c>2\nRequires-Dist: d ; extra == "x"\n\nRequires-Dist: e\n',
  );
  const file = { path: 'lib/site-packages/a.dist-info/METADATA', bytes: content.length, mode: 0o644 };
  expect(pythonCataloguer.whole?.(file, content)).toMatchObject([{ requires: ['b', 'c'] }]);
});
