import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DiscoveryOptions, discover } from '../../src/project/discover.ts';
import { asOrdinaryUser } from '../context/as-ordinary-user.ts';
import { makeTree, type Tree } from '../context/make-tree.ts';

const manifest = 'apiVersion: v1\nkind: Pod\n';

function discoverIn(tree: Tree, options?: DiscoveryOptions, directory = '') {
  return discover({ kind: 'directory', path: join(makeTree(tree), directory) }, options);
}

async function pathsIn(tree: Tree, options?: DiscoveryOptions, directory = ''): Promise<readonly string[]> {
  const { files } = await discoverIn(tree, options, directory);
  return files.map((file) => file.path);
}

describe('a repository', () => {
  test('its files with their kinds, in order', async () => {
    const found = await discoverIn({
      'web/Dockerfile': 1,
      'web/Dockerfile.j2': 1,
      'web/.dockerignore': 1,
      'web/package.json': 1,
      'web/src/main.ts': 1,
      'compose.yaml': 1,
      'deploy/web.yaml': manifest,
      'deploy/values.yaml': 'a: 1\n',
      'deploy/kustomization.yaml': 1,
      '.github/workflows/ci.yml': manifest,
      'README.md': 1,
    });
    expect(found.files).toEqual([
      { path: '.github/workflows/ci.yml', kind: 'ci', template: false },
      { path: 'compose.yaml', kind: 'compose', template: false },
      { path: 'deploy/kustomization.yaml', kind: 'kustomization', template: false },
      { path: 'deploy/web.yaml', kind: 'manifest', template: false },
      { path: 'web/.dockerignore', kind: 'ignore-file', template: false },
      { path: 'web/Dockerfile', kind: 'dockerfile', template: false },
      { path: 'web/Dockerfile.j2', kind: 'dockerfile', template: true },
    ]);
    expect(found.applicationFiles).toEqual(['web/package.json', 'web/src/main.ts']);
    expect(found.problems).toEqual([]);
  });

  test.each([
    [{ 'a.yaml.j2': manifest }, 'a.yaml.j2', ''],
    [{ 'a.yml.j2': manifest, 'b.yaml.tmpl': manifest }, 'a.yml.j2', '; nor was b.yaml.tmpl'],
    [
      {
        'a/compose.yml.erb': 'services:\n  web:\n',
        'b.yaml.j2': manifest,
        'c.yaml.j2': manifest,
        'd.yaml.j2': manifest,
        'e.yaml.j2': manifest,
      },
      'a/compose.yml.erb',
      '; nor were 4 more: b.yaml.j2, c.yaml.j2, d.yaml.j2 …',
    ],
  ])('templates of manifests are named once, and not read: %#', async (tree, path, others) => {
    const { files, problems } = await discoverIn({
      ...tree,
      'settings.yml.j2': 'a: {{ b }}\n',
      '.gitignore': 'x/',
      'x/a.yaml.j2': manifest,
    });
    expect(files).toEqual([]);
    expect(problems).toEqual([
      {
        path,
        message: `this template was not read, since what it becomes is not known${others}`,
        remedy: expect.stringContaining('exclude'),
        templates: Object.keys(tree).sort(),
      },
    ]);
  });

  test('a source file about Dockerfiles is a source', async () => {
    const found = await discoverIn({ 'dockerfile.go': 'package dockerfile\n', 'Dockerfile.py': 'FROM python\n' });
    expect(found.files.map(({ path }) => path)).toEqual(['Dockerfile.py']);
    expect(found.applicationFiles).toEqual(['dockerfile.go']);
  });

  test('the gems that Bundler puts into a repository are not entered', async () => {
    const tree = {
      Dockerfile: 1,
      'vendor/bundle/ruby/3.4.0/gems/rake-13/Dockerfile': 1,
      'vendor/engine/Dockerfile': 1,
    };
    expect(await pathsIn(tree)).toEqual(['Dockerfile', 'vendor/engine/Dockerfile']);
  });

  test('what a generator of pages has copied is not entered, unless it is named', async () => {
    const tree = { 'web/Dockerfile': 1, '_site/web/Dockerfile': 1 };
    expect(await pathsIn(tree)).toEqual(['web/Dockerfile']);
    expect(await pathsIn(tree, undefined, '_site')).toEqual(['web/Dockerfile']);
  });

  test.each([
    ['Go', 'vendor/modules.txt'],
    ['PHP', 'vendor/autoload.php'],
  ])('the packages of others that a repository of %s keeps are not entered', async (_language, mark) => {
    const tree = { Dockerfile: 1, [mark]: 1, 'vendor/github.com/a/b/Dockerfile': 1 };
    const found = await discoverIn(tree);
    expect(found.files.map(({ path }) => path)).toEqual(['Dockerfile']);
    expect(found.applicationFiles).toEqual([]);
  });

  test('a directory that is only called vendor is entered', async () => {
    const found = await discoverIn({ 'vendor/web/Dockerfile': 1 });
    expect(found.files.map(({ path }) => path)).toEqual(['vendor/web/Dockerfile']);
  });

  test('charts with all that belongs to them', async () => {
    const found = await discoverIn({
      'charts/web/Chart.yaml': 1,
      'charts/web/values.yaml': 1,
      'charts/web/templates/a.yaml': manifest,
      'charts/web/charts/db/Chart.yaml': 1,
      'charts/web/charts/db/templates/b.yaml': manifest,
      'charts/api/Chart.yaml': 1,
    });
    expect(found.files).toEqual([]);
    expect(found.charts).toEqual([
      { directory: 'charts/api', files: ['charts/api/Chart.yaml'] },
      {
        directory: 'charts/web',
        files: [
          'charts/web/Chart.yaml',
          'charts/web/charts/db/Chart.yaml',
          'charts/web/charts/db/templates/b.yaml',
          'charts/web/templates/a.yaml',
          'charts/web/values.yaml',
        ],
      },
    ]);
  });

  test('a chart at the root', async () => {
    const found = await discoverIn({ 'Chart.yaml': 1, 'templates/a.yaml': manifest, Dockerfile: 1 });
    expect(found.charts).toEqual([{ directory: '', files: ['Chart.yaml', 'templates/a.yaml'] }]);
    expect(found.files.map(({ path }) => path)).toEqual(['Dockerfile']);
  });

  test('other people’s files are left alone', async () => {
    const tree = { 'node_modules/a/Dockerfile': 1, '.git/Dockerfile': 1, '.venv/a/Dockerfile': 1, 'a/Dockerfile': 1 };
    expect(await pathsIn(tree)).toEqual(['a/Dockerfile']);
  });

  test('unless they are asked for', async () => {
    expect(await pathsIn({ 'node_modules/a/Dockerfile': 1 }, {}, 'node_modules')).toEqual(['a/Dockerfile']);
  });

  test('what is excluded is left out', async () => {
    const exclude = (path: string) => path === 'old/' || path === 'a/Dockerfile';
    expect(await pathsIn({ 'old/b/Dockerfile': 1, 'a/Dockerfile': 1, Dockerfile: 1 }, { exclude })).toEqual([
      'Dockerfile',
    ]);
  });
});

describe('what git ignores', () => {
  const tree: Tree = {
    '.git/info/exclude': 'private\n',
    '.gitignore': 'out/\n*.gen.yaml\n!keep.gen.yaml\n/Dockerfile.local\n',
    'out/Dockerfile': 1,
    'a/out/Dockerfile': 1,
    'a/x.gen.yaml': manifest,
    'a/keep.gen.yaml': manifest,
    'Dockerfile.local': 1,
    'a/Dockerfile.local': 1,
    'private/Dockerfile': 1,
    'b/.gitignore': 'Dockerfile\n!x.gen.yaml\n',
    'b/Dockerfile': 1,
    'b/c/Dockerfile': 1,
    'b/x.gen.yaml': manifest,
  };

  test('is left out, nested files and exceptions as git has them', async () => {
    expect(await pathsIn(tree)).toEqual(['a/Dockerfile.local', 'a/keep.gen.yaml', 'b/x.gen.yaml']);
  });

  test('is looked at when that is wanted', async () => {
    expect(await pathsIn(tree, { gitignore: false })).toContain('a/out/Dockerfile');
  });

  test('the rules above a directory hold in it', async () => {
    expect(await pathsIn(tree, {}, 'a')).toEqual(['Dockerfile.local', 'keep.gen.yaml']);
    expect(await pathsIn(tree, {}, 'b')).toEqual(['x.gen.yaml']);
  });

  test('but not when the directory itself is ignored and was asked for', async () => {
    expect(await pathsIn(tree, {}, 'a/out')).toEqual(['Dockerfile']);
    expect(await pathsIn(tree, {}, 'private')).toEqual(['Dockerfile']);
  });
});

describe('hostile directories', () => {
  test('links in a circle and links to directories are not followed', async () => {
    expect(await pathsIn({ 'a/Dockerfile': 1, 'a/up': '-> ..', loop: '-> loop', b: '-> a' })).toEqual(['a/Dockerfile']);
  });

  test('a link to a file counts once', async () => {
    expect(await pathsIn({ Dockerfile: '-> docker/Dockerfile', 'docker/Dockerfile': 1 })).toEqual([
      'docker/Dockerfile',
    ]);
    expect(await pathsIn({ Dockerfile: '-> docker/production', 'docker/production': 1 })).toEqual(['Dockerfile']);
    expect(await pathsIn({ Dockerfile: '-> nothing', Containerfile: '-> Containerfile' })).toEqual([]);
  });

  test('a link that leads out is named and not followed', async () => {
    const { files, problems } = await discoverIn({ 'x/Dockerfile': '-> /etc/passwd' });
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ path: 'x/Dockerfile' }]);
  });

  test('an unreadable directory is named, and all else found', async () => {
    const root = makeTree({ 'a/Dockerfile': 1, 'b/Dockerfile': 1 });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'a'), 0);
    const { files, problems } = await asOrdinaryUser(() => discover({ kind: 'directory', path: root }));
    chmodSync(join(root, 'a'), 0o700);
    expect(files.map(({ path }) => path)).toEqual(['b/Dockerfile']);
    expect(problems).toMatchObject([{ path: 'a' }]);
  });

  test('the directory that is asked for, unreadable, is a problem', async () => {
    const root = makeTree({ 'a/Dockerfile': 1 });
    chmodSync(root, 0o755);
    chmodSync(join(root, 'a'), 0);
    const { files, problems } = await asOrdinaryUser(() => discover({ kind: 'directory', path: join(root, 'a') }));
    chmodSync(join(root, 'a'), 0o700);
    expect(files).toEqual([]);
    expect(problems).toMatchObject([{ path: '.' }]);
  });

  test('a directory that is not there is a problem', async () => {
    const { problems } = await discover({ kind: 'directory', path: '/nowhere/at/all' });
    expect(problems).toMatchObject([{ path: '.' }]);
  });

  test.each<[string, DiscoveryOptions['limits']]>([
    ['entries', { entries: 3 }],
    ['depth', { depth: 1 }],
    ['source files', { applicationFiles: 1 }],
    ['files that are opened', { sniffed: 1 }],
  ])('a limit of %s is told once', async (_, limits) => {
    const tree = { 'a/a.yaml': manifest, 'a/b.yaml': manifest, 'a/c.go': 1, 'a/d.go': 1, 'b/c/d/Dockerfile': 1 };
    const { problems } = await discoverIn(tree, { limits: limits ?? {} });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.remedy).toContain('smaller directory');
  });

  test('any tree is walked', async () => {
    const name = fc.constantFrom(
      'Dockerfile',
      'a.yaml',
      'x.go',
      'Chart.yaml',
      '.gitignore',
      'a',
      'b',
      'templates',
      '\\',
      '!',
      '*',
    );
    const tree = fc.dictionary(
      fc
        .array(name, { minLength: 1, maxLength: 3 })
        .map((parts) => `d/${parts.map((part, at) => `${at}${part}`).join('/')}`),
      fc.oneof(fc.string(), fc.constant(manifest)),
      { maxKeys: 5 },
    );
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        const paths = Object.keys(files);
        const fits = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
        const found = await discoverIn(Object.fromEntries(fits.map((path) => [path, `x${files[path]}`])));
        expect(found.problems).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('files that are named', () => {
  test('are taken whatever they are called', async () => {
    const root = makeTree({
      'a/build': 'FROM alpine',
      'b.yml': manifest,
      'c.conf': 'services:\n',
      'd.yaml': 'a: 1',
      'e/Dockerfile': 1,
    });
    const paths = ['a/build', 'b.yml', 'c.conf', 'd.yaml', 'e', 'gone'].map((path) => join(root, path));
    const { files, problems } = await discover({ kind: 'paths', root, paths });
    expect(files.map(({ path, kind }) => [path, kind])).toEqual([
      ['a/build', 'dockerfile'],
      ['b.yml', 'manifest'],
      ['c.conf', 'compose'],
      ['d.yaml', 'manifest'],
      ['e/Dockerfile', 'dockerfile'],
    ]);
    expect(problems).toMatchObject([{ path: 'gone', message: 'there is no such file or directory' }]);
  });

  test('standard input has nothing to discover', async () => {
    const found = await discover({ kind: 'bytes', name: '-', bytes: new Uint8Array() });
    expect([found.files, found.problems]).toEqual([[], []]);
  });
});
