import { describe, expect, test } from 'vitest';
import { writeDockerfile } from '../../src/init/writers/dockerfile.ts';
import { asks, detectedIn, plansOf } from './plans-of.ts';

const dockerfileOf = (files: Readonly<Record<string, string>>, choices = {}) => {
  const [plan] = plansOf(files, choices);
  return plan ? writeDockerfile(plan) : '';
};

describe('A variable of Go for the whole address', () => {
  const go = (text: string, more: Readonly<Record<string, string>> = {}) =>
    plansOf({
      'go.mod': 'module shop\n\ngo 1.26\n',
      'main.go': `package main\n\nimport ("net/http"; "os")\n\nfunc main() {\n\t${text}\n\thttp.ListenAndServe(address, nil)\n}\n`,
      ...more,
    })[0];

  test.each([
    ['SERVER_ADDRESS', ':9300', 9300],
    ['SHOP_ADDR', 'localhost:9300', 9300],
    ['HTTP_HOST_PORT', '0.0.0.0:80', 8080],
    ['REDIS_EXPORTER_WEB_LISTEN_ADDRESS', ':9300', 9300],
  ])('%s, of which an example file says %s, is set to all addresses', (name, value, port) => {
    const plan = go(`address := os.Getenv("${name}")`, { '.env.example': `${name}='${value}'\n` });
    expect(plan?.run.port).toBe(port);
    expect(plan?.run.environment[name]).toBe(`0.0.0.0:${port}`);
  });

  test.each([
    ['REDIS_ADDR', 'localhost:9300'],
    ['METRICS_LISTEN_ADDRESS', ':9300'],
    ['API_SERVER_ADDRESS', 'localhost:9300'],
    ['SERVER_ADDRESS', 'shop.example.com:9300'],
  ])('%s=%s is no address of its own', (name, value) => {
    const plan = go(`address := os.Getenv("${name}")`, { '.env.example': `${name}=${value}\n` });
    expect(plan?.run.environment).not.toHaveProperty(name);
  });
});

test('A file that an option of a Go program names by default lies in the image, where the repository has it', () => {
  const main = (option: string) =>
    `package main\n\nimport "net/http"\n\nvar file = ${option}\n\nfunc main() {\n\thttp.ListenAndServe(":9115", nil)\n}\n`;
  const files = (option: string) => ({
    'go.mod': 'module shop\n\ngo 1.26\n',
    'main.go': main(option),
    'shop.yml': 'a: 1\n',
  });
  for (const option of [
    'kingpin.Flag("config.file", "Its settings.").Default("shop.yml").String()',
    'flag.String("config", "./shop.yml", "its settings")',
  ])
    expect(dockerfileOf(files(option))).toContain('COPY shop.yml ./\n');
  expect(dockerfileOf(files('flag.String("config", "other.yml", "its settings")'))).not.toContain('.yml');
});

describe('Programs that installing a Python project makes', () => {
  const project = (more = '') =>
    `[build-system]\nrequires = ["setuptools"${more}]\n\n[project]\nname = "shop"\nversion = "1.0"\ndependencies = []\n\n[project.scripts]\nshop-serve = "shop.__main__:run"\n`;
  const server =
    'from http.server import HTTPServer\n\ndef serve():\n    HTTPServer(("", 5232), None).serve_forever()\n';
  const files = {
    'pyproject.toml': project(),
    'shop/__init__.py': '',
    'shop/server.py': server,
    'shop/__main__.py': 'from shop.server import serve\n\ndef run():\n    serve()\n',
  };

  test('are started where they serve as they are called', () => {
    const [plan] = plansOf(files);
    expect(plan?.run.command).toEqual(['shop-serve']);
    expect(asks(plan, /listens on all addresses/)).toBe(true);
  });

  test('are named where only a word behind them makes them serve', () => {
    const found = detectedIn({
      ...files,
      'shop/__main__.py': 'def run():\n    parser.add_subparsers()\n    serve()\n',
    });
    expect(found.plans).toEqual([]);
    expect(found.undecided.map(({ undecided }) => undecided).join()).toContain("--start 'shop-serve …'");
  });

  test('are asked of the project, not of its packages', () => {
    const found = detectedIn(
      { ...files, 'shop/app.py': 'a = 1\n', 'shop/manage.py': 'a = 1\n' },
      { start: 'shop-serve --port 5232' },
    );
    expect(found.plans.map(({ directory }) => directory)).toEqual(['']);
  });

  test('are no program of tools that serve nothing', () => {
    expect(detectedIn({ ...files, 'shop/server.py': '' })).toMatchObject({ plans: [], undecided: [] });
  });

  test('are installed where another file says what is needed', () => {
    const text = dockerfileOf({ ...files, 'requirements.txt': 'flask==3.1.3\n' }, { start: 'shop-serve --port 5232' });
    expect(text).toContain('RUN pip install --no-deps .\n');
    expect(dockerfileOf({ ...files, 'requirements.txt': 'flask==3.1.3\n' }, { start: 'python -m shop' })).not.toContain(
      '--no-deps',
    );
  });

  test.each([
    [', "setuptools-scm"', 'ARG SETUPTOOLS_SCM_PRETEND_VERSION=0.0.0\n'],
    [', "hatch-vcs"', 'ARG SETUPTOOLS_SCM_PRETEND_VERSION=0.0.0\n'],
    [', "pbr"', 'ARG PBR_VERSION=0.0.0\n'],
  ])('get a version where it is made from git: %s', (more, expected) => {
    const text = dockerfileOf({ ...files, 'pyproject.toml': project(more) });
    expect(text).toContain(expected);
    expect(text.indexOf(expected)).toBeLessThan(text.indexOf('pip install .'));
    expect(dockerfileOf(files)).not.toContain('ARG ');
  });
});

test.each([
  ['Flask-MySQLdb==2.0.0', 'default-libmysqlclient', 'libmariadb3'],
  ['psycopg[c]==3.2.3', 'FROM python:3.13 AS build', 'libpq5'],
  ['psycopg==3.2.3', 'FROM python:3.13-slim AS build', 'libpq5'],
  ['psycopg[binary]==3.2.3', 'FROM python:3.13-slim AS build', undefined],
])('%s gets the compiler and the libraries that it needs', (line, build, run) => {
  const text = dockerfileOf({
    'requirements.txt': `flask==3.1.3\n${line}\n`,
    'app.py': 'from flask import Flask\napp = Flask(__name__)\n',
  });
  expect(text).toContain(build.startsWith('FROM') ? build : 'FROM python:3.13 AS build');
  if (run === undefined) expect(text).not.toContain('apt-get');
  else expect(text).toMatch(new RegExp(`apt-get install .*\\b${run}\\b`));
});

describe('--runtime-version', () => {
  const node = {
    'package.json': '{"scripts":{"start":"node server.js"}}',
    'server.js': 'require("http").createServer().listen(3000)',
  };
  const python = { 'requirements.txt': 'flask\n', 'app.py': 'from flask import Flask\napp = Flask(__name__)\n' };
  const go = {
    'go.mod': 'module shop\n',
    'main.go': 'package main\nfunc main() { http.ListenAndServe(":8080", nil) }\n',
  };
  test.each([
    [node, '99'],
    [python, '24'],
    [python, '3.99'],
    [go, '1.99'],
  ])('names no release: %#', (files, version) => {
    expect(() => plansOf(files, { version })).toThrow(/--runtime-version: there is no/);
  });
  test.each([
    [node, '20'],
    [node, '24.3.0'],
    [node, '28'],
    [python, '3.9'],
    [python, '3.15'],
    [go, '1.27'],
    [go, '1.26.3'],
  ])('is taken where it may be one: %#', (files, version) => {
    expect(plansOf(files, { version })).toHaveLength(1);
  });
});

describe('A start script of several programs', () => {
  const start = (scripts: Readonly<Record<string, string>>) =>
    plansOf({
      'package.json': JSON.stringify({ scripts, dependencies: { express: '5.1.0', concurrently: '9.0.0' } }),
      'server.js': 'require("express")().listen(3000)',
    })[0];

  test.each([
    [{ start: 'concurrently "npm run server" "npm run css"', server: 'nodemon server.js', css: 'sass --watch a:b' }],
    [
      {
        start: 'concurrently -n api,css npm:server npm:css',
        server: 'node server.js',
        css: 'tailwindcss -i a -o b --watch',
      },
    ],
    [{ start: 'run-p server watch:css', server: 'node server.js', 'watch:css': 'sass a:b' }],
    [{ start: 'concurrently "node server.js" "tsc --watch"' }],
  ])('is the one that serves, where the others only watch: %j', (scripts) => {
    const plan = start(scripts);
    expect(plan?.run.command).toEqual(['node', 'server.js']);
    expect(asks(plan, /several programs/)).toBe(false);
  });

  test('is a question where more than one may serve', () => {
    const plan = start({ start: 'concurrently "node server.js" "node worker.js"' });
    expect(plan?.run.command[0]).toBe('node_modules/.bin/concurrently');
    expect(asks(plan, /several programs side by side/)).toBe(true);
  });
});

test('A port in a comment of several lines is not where the program listens', () => {
  const main = (before: string) =>
    `package main\n\nimport "net/http"\n\n${before}\nfunc main() {\n\thttp.ListenAndServe(address(), nil)\n}\n`;
  const portOf = (before: string) => plansOf({ 'go.mod': 'module shop\n', 'main.go': main(before) })[0]?.run.port;
  expect(portOf('/*\nport:9300\n*/\n')).toBe(8080);
  expect(portOf('/* A word. */\nvar port = 9300\n')).toBe(9300);
});

test.each([
  ["fs.writeFileSync('./static/' + name, text)", ['/tmp', '/app/static']],
  ['fs.writeFile(`./static/$' + '{name}`, text, done)', ['/tmp', '/app/static']],
  ["fs.readFileSync('./static/' + name)", ['/tmp']],
])('%s tells where a program of Node.js writes', (text, expected) => {
  const [plan] = plansOf({
    'package.json': '{"scripts":{"start":"node server.js"}}',
    'server.js': `const fs = require('fs');\n${text};\nrequire('http').createServer().listen(3000);\n`,
    'static/index.html': '',
  });
  expect(plan?.run.writable.map(({ path }) => path)).toEqual(expected);
});

test.each([
  ['os.makedirs("lists")', true],
  ['os.chdir(temporary)\nos.makedirs("lists")', false],
  ['os.chdir(os.path.dirname(__file__))\nos.makedirs("lists")', true],
])('%j makes a directory of its own: %s', (text, own) => {
  const [plan] = plansOf({
    'requirements.txt': 'flask==3.1.3\n',
    'app.py': `import os\nfrom flask import Flask\napp = Flask(__name__)\n${text}\n`,
  });
  expect(plan?.run.writable.some(({ path }) => path === '/app/lists')).toBe(own);
});
