import { describe, expect, test } from 'vitest';
import type { ContextUse } from '../../src/context/context-use.ts';
import { suggestIgnoreLines } from '../../src/context/generate.ts';
import { openContext } from '../../src/context/open-context.ts';
import { makeTree, type Tree } from './make-tree.ts';

function use(sources: readonly string[]): ContextUse {
  return { path: 'Dockerfile', range: { start: 0, end: 1 }, sources, excludes: [], parents: false, known: true };
}

const copyAll = use(['.']);
const key = '-----BEGIN RSA PRIVATE KEY-----\nmade up\n';

function open(tree: Tree, uses: readonly ContextUse[] = [copyAll], ignore?: string) {
  const ignoreFile =
    ignore === undefined ? undefined : ({ path: '.dockerignore', text: ignore, encoding: 'utf-8' } as const);
  return openContext({ root: makeTree(tree), directory: '', ignoreFile, uses });
}

function junkIn(tree: Tree, uses?: readonly ContextUse[]): readonly (readonly [kind: string, path: string])[] {
  return open(tree, uses).junk.map((found) => [found.kind.id, found.path] as const);
}

describe('junk in a context', () => {
  test.each<[string, Tree, string, string]>([
    ['git’s history', { '.git/objects/a': 9 }, 'version-control', '.git'],
    ['installed packages', { 'web/node_modules/a/b.js': 9 }, 'node-modules', 'web/node_modules'],
    ['a virtual environment', { 'env/pyvenv.cfg': 1, 'env/lib/x': 9 }, 'python-environment', 'env'],
    ['compiled Python', { 'a/__pycache__/x.pyc': 9 }, 'python-caches', 'a/__pycache__'],
    ['the output of Maven', { 'pom.xml': 1, 'target/a.jar': 9 }, 'java-build', 'target'],
    ['the output of Cargo', { 'x/Cargo.toml': 1, 'x/target/a': 9 }, 'java-build', 'x/target'],
    ['the output of .NET', { 'a.csproj': 1, 'obj/a': 9 }, 'dotnet-build', 'obj'],
    ['output that git ignores', { '.gitignore': 'dist/\n', 'dist/a.js': 9 }, 'build-output', 'dist'],
    [
      'packages that git ignores',
      { '.gitignore': '/vendor\n', 'composer.json': 1, 'vendor/a': 9 },
      'vendored-packages',
      'vendor',
    ],
    ['a coverage report', { 'coverage/lcov.info': 9 }, 'coverage', 'coverage'],
    ['a log', { 'logs/a.log': 9 }, 'logs', 'logs/a.log'],
    ['a dump', { 'heap.hprof': 9 }, 'dumps', 'heap.hprof'],
    ['a desktop’s file', { 'a/.DS_Store': 9 }, 'editor-files', 'a/.DS_Store'],
    ['Terraform’s providers', { 'infra/.terraform/x': 9 }, 'terraform', 'infra/.terraform'],
    ['an environment file', { '.env': 'A=1\nDB_PASSWORD=Zq8vK2pL9s\n' }, 'environment-file', '.env'],
    [
      'one that git ignores, whatever is in it',
      { '.gitignore': '.env', '.env': 'NAME=value\n' },
      'environment-file',
      '.env',
    ],
    [
      'a private environment file',
      { '.gitignore': '.env.production', '.env.production': 'A=1' },
      'environment-file-ignored-by-git',
      '.env.production',
    ],
    ['a private key', { 'deploy.pem': key }, 'private-key', 'deploy.pem'],
    ['a private key of OpenSSH', { id_ed25519: '-----BEGIN OPENSSH PRIVATE KEY-----\n' }, 'private-key', 'id_ed25519'],
    ['a key store', { 'release.p12': 9 }, 'key-store', 'release.p12'],
    ['a state of Terraform', { 'terraform.tfstate': '{}' }, 'terraform-state', 'terraform.tfstate'],
    ['a token for npm', { '.npmrc': '//registry.npmjs.org/:_authToken=made-up\n' }, 'package-token', '.npmrc'],
    ['a password for PyPI', { '.pypirc': '[pypi]\nusername = a\npassword = made-up\n' }, 'package-token', '.pypirc'],
    [
      'an index with a password',
      { 'pip.conf': '[global]\nindex-url = https://a:made-up@example.com/simple\n' },
      'package-token',
      'pip.conf',
    ],
    ['a login', { '.netrc': 'machine example.com login a password made-up\n' }, 'login-file', '.netrc'],
    [
      'a login of Docker',
      { '.docker/config.json': '{"auths":{"a":{"auth":"made-up"}}}' },
      'login-file',
      '.docker/config.json',
    ],
    [
      'keys of a cloud',
      { '.aws/credentials': '[default]\naws_secret_access_key = made-up\n' },
      'cloud-credentials',
      '.aws/credentials',
    ],
    [
      'a service account',
      { 'my-service-account.json': '{\n  "private_key": "-----BEGIN PRIVATE KEY-----\\n"\n}' },
      'cloud-credentials',
      'my-service-account.json',
    ],
    [
      'a login to a cluster',
      { '.kube/config': 'users:\n- user:\n    token: made-up\n' },
      'cluster-login',
      '.kube/config',
    ],
  ])('%s', (_, tree, kind, path) => {
    expect(junkIn(tree)).toContainEqual([kind, path]);
  });

  test.each<[string, Tree]>([
    [
      'templates of environment files',
      { '.env.example': 'A=1', '.env.sample': 'A=1', '.env.template': 'A=1', '.env.dist': 'A=1' },
    ],
    ['a committed environment file of public defaults', { '.env': 'NAME=value\nTOKEN_TTL=3600\n' }],
    ['an environment file without values', { '.env': '# nothing\nNAME=\n' }],
    ['a committed environment file of a front end', { '.env.production': 'VITE_API=https://example.com' }],
    ['certificates', { 'ca.pem': '-----BEGIN CERTIFICATE-----\n', 'server.crt': 'x' }],
    ['a key that is made for tests', { 'test/fixtures/server.key': key, 'src/testdata/id_rsa': key }],
    ['a file that only ends like a key', { 'public.key': 'ssh-rsa AAAA' }],
    ['settings of npm without a token', { '.npmrc': 'engine-strict=true\n//registry/:_authToken=${NPM_TOKEN}\n' }],
    [
      'directories that are sources',
      { 'package.json': 1, 'build/webpack.js': 1, 'dist/a.js': 1, 'target/a.c': 1, 'bin/run': 1, 'env/a.js': 1 },
    ],
    ['vendored sources that are committed', { 'go.mod': 1, 'vendor/modules.txt': 1, 'vendor/a/a.go': 1 }],
    ['a directory of coverage code', { 'coverage/coverage.ts': 1 }],
    ['trust stores', { 'truststore.jks': 9, 'android/debug.keystore': 9 }],
    ['a config.json of the application', { 'config.json': '{"auth":"x"}', 'src/config': 'token: x\n' }],
    ['what is ignored', { '.gitignore': 'x' }],
  ])('is not: %s', (_, tree) => {
    expect(junkIn(tree)).toEqual([]);
  });

  test('has a size, and is not looked for inside of junk', () => {
    const [found, ...others] = open({ 'node_modules/a/x.log': 5, 'node_modules/a/.env': 'A=1' }).junk;
    expect(found).toMatchObject({ path: 'node_modules', files: 2, bytes: 8 });
    expect(others).toEqual([]);
  });

  test('tells who copies it, and who names it', () => {
    const uses = [copyAll, use(['dist']), use(['src'])];
    const { junk } = open({ '.gitignore': 'dist', 'dist/a': 5, 'src/a.log': 1 }, uses);
    expect(junk.map(({ path, copiedBy, namedBy }) => [path, copiedBy, namedBy])).toEqual([
      ['dist', [uses[0]], [uses[1]]],
      ['src/a.log', [uses[0], uses[2]], []],
    ]);
  });

  test('that is ignored is not sent', () => {
    expect(open({ '.git/a': 5, 'a.log': 1 }, [copyAll], '.git\n*.log\n').junk).toEqual([]);
  });
});

describe('suggested lines', () => {
  const tree: Tree = {
    '.git/a': 500,
    'web/node_modules/a': 100,
    'a.log': 20,
    '.env': 'PASSWORD=Zq8vK2pL9s',
    'src/main.js': 1,
    Dockerfile: 1,
  };

  function suggest(
    files: Tree,
    uses: readonly ContextUse[] = [copyAll],
    ignore?: string,
    keep: readonly string[] = [],
  ) {
    return suggestIgnoreLines({ ...open(files, uses, ignore), keep });
  }

  test('come from what is there, secrets and size first come first', () => {
    expect(suggest(tree).text).toBe(
      [
        '# The history of version control',
        '.git',
        '',
        '# Installed Node.js packages',
        '**/node_modules',
        '',
        '# Log files',
        '**/*.log',
        '',
        '# An environment file with values',
        '**/.env',
        '',
        '# What the build reads itself',
        'Dockerfile',
        '.dockerignore',
        '',
      ].join('\n'),
    );
  });

  test('take away what they say', () => {
    expect(suggest(tree)).toMatchObject({ files: 5, bytes: 640 });
  });

  test('leave what an instruction names, and what is to be kept', () => {
    const { patterns } = suggest(tree, [copyAll, use(['web/node_modules/a'])], undefined, ['.git']);
    expect(patterns).toEqual(['**/*.log', '**/.env', 'Dockerfile', '.dockerignore']);
  });

  test('repeat nothing', () => {
    expect(suggest(tree, [copyAll], '.git\n**/node_modules\n').patterns).not.toContain('.git');
  });

  test('are none where nothing is found', () => {
    expect(suggest({ 'src/a.js': 1 })).toEqual({ text: '', patterns: [], files: 0, bytes: 0 });
  });
});
