import { describe, expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { repositoryOf } from '../../src/init/repository.ts';
import { asks, detectedIn, plansOf } from './plans-of.ts';

test('a package that says what others import of it is no program', () => {
  const lock = { 'package-lock.json': '{"lockfileVersion":3,"packages":{}}' };
  const library = {
    name: '@shop/api',
    main: './dist/api.umd.cjs',
    module: './dist/api.js',
    types: './dist/index.d.ts',
    files: ['dist'],
    scripts: { build: 'vite build' },
  };
  expect(plansOf({ 'package.json': JSON.stringify(library), ...lock, 'src/index.ts': 'export const a = 1;' })).toEqual(
    [],
  );
  const program = { name: 'shop', main: 'dist/server.js', scripts: { build: 'tsc' } };
  expect(plansOf({ 'package.json': JSON.stringify(program), ...lock })[0]?.run.command).toEqual([
    'node',
    'dist/server.js',
  ]);
});

test('Kotlin for browsers and machines is no program of Java', () => {
  const files = (set: string) => ({
    'build.gradle.kts': 'plugins { application }\n',
    [`src/${set}/kotlin/Main.kt`]: 'fun main() {\n  println("x")\n}\n',
  });
  expect(detectedIn(files('jsMain')).plans).toEqual([]);
  expect(detectedIn(files('nativeMain')).plans).toEqual([]);
  expect(detectedIn(files('jvmMain')).plans).toHaveLength(1);
});

test.each([
  ['pgsql', ['pdo_pgsql']],
  ['mysql', ['pdo_mysql']],
  ['sqlite', []],
])('an application of Laravel gets the driver of the database that its settings name: %s', (named, expected) => {
  const [plan] = plansOf({
    'composer.json': '{"require":{"php":"^8.3","laravel/framework":"^12.0"}}',
    'composer.lock': '{"packages":[]}',
    'public/index.php': '<?php',
    artisan: '<?php',
    '.env.example': `APP_NAME=Shop\nDB_CONNECTION=${named}\n`,
  });
  const extensions = ['pdo_pgsql', 'pdo_mysql'].filter((name) => JSON.stringify(plan).includes(name));
  expect(extensions).toEqual(expected);
});

test('files for browsers that an application of PHP has made by Node.js are asked about', () => {
  const files = {
    'composer.json': '{"require":{"php":"^8.3","laravel/framework":"^12.0"}}',
    'composer.lock': '{"packages":[]}',
    'public/index.php': '<?php',
    artisan: '<?php',
  };
  const built = { 'package.json': '{"private":true,"scripts":{"build":"vite build"}}' };
  const pattern = /script build .* makes files for browsers/;
  const php = (more: Readonly<Record<string, string>>) =>
    plansOf({ ...files, ...more }).find(({ language }) => language === 'PHP');
  expect(asks(php(built), pattern)).toBe(true);
  expect(asks(php({}), pattern)).toBe(false);
  expect(asks(php({ ...built, 'public/build/manifest.json': '{}' }), pattern)).toBe(false);
});

test('settings of Java that name a directory of the machine are asked about', () => {
  const files = (settings: string) => ({
    'pom.xml':
      '<project><artifactId>shop</artifactId><parent><artifactId>spring-boot-starter-parent</artifactId></parent><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId></plugin></plugins></build></project>',
    'src/main/java/Shop.java':
      'public class Shop { public static void main(String[] a) { Files.createDirectories(place); } }\n',
    'src/main/resources/application.properties': settings,
  });
  const pattern =
    /setting file\.upload-dir \(src\/main\/resources\/application\.properties:2\) names \/Users\/ada\/uploads/;
  const settings = 'server.servlet.context-path=/shop\nfile.upload-dir=/Users/ada/uploads\n';
  const [plan] = plansOf(files(settings));
  expect(asks(plan, pattern)).toBe(true);
  expect(plan?.questions).toHaveLength(1);
  expect(plan?.mayKeepData).toBe(true);
  expect(asks(plansOf(files(settings), { data: ['/Users/ada/uploads'] })[0], /setting/)).toBe(false);
  expect(asks(plansOf(files('server.servlet.context-path=/shop\nfile.upload-dir=/tmp/up\n'))[0], /setting/)).toBe(
    false,
  );
});

test('generators, wrappers of builds and views are no programs', () => {
  const main = 'package main\nfunc main() {}\n';
  const go = (other: string) => ({
    'go.mod': 'module shop\n\ngo 1.26\n',
    'plugins/vm/internal/types/types.go': main,
    [other]: main,
  });
  expect(plansOf(go('cmd/shop/main.go'))[0]?.run.command).toEqual(['/usr/local/bin/shop']);
  expect(
    plansOf({
      'pom.xml': '<project><artifactId>shop</artifactId></project>',
      '.mvn/wrapper/MavenWrapperDownloader.java':
        'public class MavenWrapperDownloader { public static void main(String[] a) { } }\n',
      'src/main/java/Shop.java': 'public class Shop { }\n',
    }),
  ).toEqual([]);
  expect(plansOf({ 'package.json': '{"name":"shop"}', 'views/index.html': '<p>' })).toEqual([]);
});

test.each([
  [{ start: ' ' }, /--start takes the command/],
  [{ version: 'x; rm -rf /' }, /--runtime-version takes a version/],
  [{ version: '' }, /--runtime-version takes a version/],
])('answers that are none are refused: %j', (choices, expected) => {
  expect(() => detectedIn({ 'index.html': '' }, choices)).toThrow(expected);
});

test('PHP of an open range is the newest where packages fit no release, and nothing is said of an end to come', () => {
  const lock = '{\n  "packages": [{\n    "require": {\n      "php": "^7.1"\n    }\n  }]\n}';
  const [plan] = plansOf({
    'composer.json': '{"require":{"php":">=8.2","slim/slim":"^4"}}',
    'composer.lock': lock,
    'public/index.php': '<?php',
  });
  const decision = plan?.decisions.find(({ topic }) => topic === 'version');
  expect(decision?.value).toBe('8.5');
  expect(decision?.evidence).not.toMatch(/security updates/);
});

test('a script that starts a file that nothing makes is no start', () => {
  const files = (scripts: object) => ({
    'package.json': JSON.stringify({ name: 'shop', scripts, dependencies: { express: '^5.1.0' } }),
    'lib/app.js': "require('express')().listen(3000)\n",
  });
  expect(detectedIn(files({ start: 'node server.js' })).plans).toEqual([]);
  expect(detectedIn(files({ start: 'node server.js' })).undecided[0]?.flag).toBe('--start');
  expect(plansOf(files({ start: 'node lib/app.js' }))).toHaveLength(1);
  expect(plansOf(files({ start: 'node dist/server.js', build: 'tsc' }))).toHaveLength(1);
});

test('routes that logs leave out and settings for tests are not those of the program', () => {
  const [plan] = plansOf({
    'package.json': '{"name":"shop","scripts":{"start":"node server.js"},"dependencies":{"express":"^5.1.0"}}',
    'server.js': "require('express')().listen(3000)\n",
    'instrumentation-node.js': "ignore((request) => request.path === '/health')\n",
  });
  expect(plan?.run.health).toBeUndefined();
  const [ruby] = plansOf({
    Gemfile: 'source "https://rubygems.org"\ngem "rails"\n',
    'Gemfile.lock': 'GEM\n  specs:\n    rails (8.0.0)\n',
    'config.ru': 'run App',
    'config/deploy.rb': 'set :branch, ENV["BRANCH"]\n',
    'config/environments/test.rb': 'x = ENV["DOMAIN"]\n',
    'config/environments/production.rb': 'x = ENV["SHOP"]\n',
  });
  expect(ruby?.variables.map(({ name }) => name)).toContain('SHOP');
  expect(ruby?.variables.map(({ name }) => name)).not.toContain('BRANCH');
  expect(ruby?.variables.map(({ name }) => name)).not.toContain('DOMAIN');
});

describe('A package of Node.js that makes a program of its own', () => {
  const manifest = (more: object) => JSON.stringify({ name: '@shop/mail', version: '1.0.0', ...more });
  const server = "import http from 'node:http';\nhttp.createServer(() => {}).listen(1080);\n";

  test.each([
    ['lib/bin.js', "--start 'node lib/bin.js …'"],
    [{ 'shop-mail': './bin/serve' }, "--start 'node bin/serve …'"],
    [{ 'shop-mail': './bin/control.sh' }, "--start './bin/control.sh …'"],
  ])('is asked for, where nothing else is found: bin %j', (bin, said) => {
    const { undecided } = detectedIn({ 'package.json': manifest({ bin }), 'src/server.ts': server });
    expect(undecided.map(({ directory, flag }) => [directory, flag])).toEqual([['', '--start']]);
    expect(undecided[0]?.undecided).toContain(said);
  });

  test('is that of a member of a workspace, too', () => {
    const { undecided } = detectedIn({
      'package.json': JSON.stringify({ name: 'shop', private: true, workspaces: ['packages/*'] }),
      'packages/cli/package.json': manifest({ bin: { mail: 'dist/mail.js' } }),
      'packages/core/package.json': JSON.stringify({ name: '@shop/core', module: 'dist/index.js' }),
      'packages/core/src/server.ts': server,
    });
    expect(undecided.map(({ directory }) => directory)).toContain('packages/cli');
  });

  test('is none where nothing opens a port, or an application is there beside it', () => {
    expect(detectedIn({ 'package.json': manifest({ bin: 'lib/bin.js' }), 'src/a.js': '' }).undecided).toEqual([]);
    const { plans, undecided } = detectedIn({
      'package.json': manifest({ bin: 'lib/bin.js' }),
      'web/package.json': JSON.stringify({ name: 'web', scripts: { start: 'node server.js' } }),
      'web/server.js': server,
    });
    expect([plans.map(({ directory }) => directory), undecided]).toEqual([['web'], []]);
  });
});

test('The application in a directory itself can be told from those below it', () => {
  const repository = repositoryOf(
    '/shop',
    ['package.json', 'server.js', 'web/package.json', 'web/server.js'],
    (file) => (file.endsWith('.json') ? '{"name":"shop","scripts":{"start":"node server.js"}}' : 'server.listen(3000)'),
  );
  const options = { detectors, choices: {}, today: '2026-11-26', existing: { dockerfiles: [], manifests: false } };
  const found = (within: string, here: boolean) =>
    detectApplications(repository, { ...options, within, here }).plans.map(({ directory }) => directory);
  expect(found('', false)).toEqual(['', 'web']);
  expect(found('', true)).toEqual(['']);
  expect(found('web', true)).toEqual(['web']);
});
