import { expect, test } from 'vitest';
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
