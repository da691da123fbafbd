import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../../src/dockerfile/parse-dockerfile.ts';
import { readPackageCommand } from '../../../src/ecosystems/package-command.ts';
import { choosesAnew } from '../../../src/maintain/rebuild/chosen-anew.ts';
import { withItsGo } from '../../../src/maintain/rebuild/go-step.ts';
import type { SystemFiles } from '../../../src/maintain/rebuild/system-files.ts';

type Files = Readonly<Record<string, string>>;

const filesOf = (files: Files): SystemFiles => ({
  contents: new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])),
  texts: new Map(),
});

function commandOf(line: string) {
  const { commands } = parseDockerfile({ path: 'Dockerfile', text: `FROM x\nRUN ${line}\n`, encoding: 'utf-8' });
  const read = commands[0] && readPackageCommand(commands[0].command);
  if (read === undefined) throw new Error(`${line} is no package manager's command`);
  return read;
}

interface Case {
  readonly before?: Files;
  /** As before where it is not said. */
  readonly after?: Files;
  readonly folders?: readonly string[];
  readonly shared?: boolean;
  readonly variables?: Files;
  /** Of another stage: none of its files is in the image. */
  readonly elsewhere?: boolean;
}

const npm = { 'app/package.json': '{}', 'app/package-lock.json': 'A' };
const python = { 'app/pyproject.toml': '', 'app/poetry.lock': '' };
const ruby = { 'app/Gemfile': 'g', 'app/Gemfile.lock': 'A' };

describe('whether a command chooses versions anew', () => {
  test.each<[string, Case, 'yes' | 'no' | RegExp]>([
    ['npm ci', {}, 'no'],
    ['npm install', { before: npm, folders: ['app'] }, 'no'],
    // What the step itself wrote holds nothing.
    ['npm install', { before: { 'app/package.json': '{}' }, after: npm, folders: ['app'] }, 'yes'],
    ['npm install', { before: {}, after: npm, folders: ['app'], shared: true }, /wrote its lock file or found it/],
    [
      'npm install',
      { before: npm, after: { ...npm, 'app/package-lock.json': 'B' }, folders: ['app'] },
      /changed app\/package-lock\.json/,
    ],
    ['npm install', { before: npm, after: { 'app/package.json': '{}' }, folders: ['app'] }, 'no'],
    ['npm install', { before: npm, folders: ['other'] }, /in \/other is not known/],
    ['npm install', { before: npm, folders: ['app', 'app/web'] }, /in \/app\/web is not known/],
    [
      'npm install',
      { before: { ...npm, 'app/package.json': '{"workspaces": ["web"]}' }, folders: ['app', 'app/web'] },
      'no',
    ],
    ['yarn install', { before: npm, folders: ['app'] }, 'yes'],
    ['yarn install', { before: { 'app/yarn.lock': '' }, folders: ['app'] }, 'no'],
    ['pnpm install', { before: { 'pnpm-lock.yaml': '' }, folders: ['', 'web'] }, 'no'],
    ['npm install express', { before: npm, folders: ['app'] }, 'yes'],
    ['npm install', { elsewhere: true }, 'yes'],
    ['bundle install', { before: ruby }, 'no'],
    ['bundle install', { before: { 'app/Gemfile': 'g' }, after: ruby }, 'yes'],
    ['bundle install', { before: { ...ruby, 'web/Gemfile': 'g' } }, /in \/web is not known/],
    ['bundle install', { elsewhere: true }, 'yes'],
    ['bundle install', { elsewhere: true, variables: { BUNDLE_DEPLOYMENT: '1' } }, 'no'],
    ['bundle install', { elsewhere: true, variables: { BUNDLE_FROZEN: 'true' } }, 'no'],
    ['bundle install', { elsewhere: true, variables: { BUNDLE_FROZEN: 'false' } }, 'yes'],
    ['bundle update', { before: ruby }, 'yes'],
    ['gem install rake:13.3.1', {}, 'yes'],
    ['gem install rake', { elsewhere: true, variables: { BUNDLE_DEPLOYMENT: '1' } }, 'yes'],
    ['pip install -r requirements.txt', { before: { 'requirements.txt': 'a==1' } }, 'yes'],
    ['poetry install', { before: { 'pyproject.toml': '', 'poetry.lock': '' } }, 'no'],
    ['uv sync', { before: { 'pyproject.toml': '' }, after: { 'pyproject.toml': '', 'uv.lock': '' } }, 'yes'],
    ['composer install', { before: { 'composer.json': '', 'composer.lock': '' } }, 'no'],
    // pyproject.toml stands beside the lock files of other tools, too.
    ['pip install .', { before: python }, 'yes'],
    ['pip install -e .', { before: { 'pyproject.toml': '', 'uv.lock': '' } }, 'yes'],
    ['uv pip install .', { before: { 'pyproject.toml': '', 'uv.lock': '' } }, 'yes'],
    ['uv sync', { before: python }, 'yes'],
    ['uv sync', { before: { 'pyproject.toml': '', 'uv.lock': '' } }, 'no'],
    ['uv sync --locked', {}, 'no'],
    ['uv sync --upgrade', { before: { 'pyproject.toml': '', 'uv.lock': '' } }, /--upgrade may keep uv sync from/],
    ['pipenv install', { before: { Pipfile: '', 'Pipfile.lock': '' } }, 'no'],
    ['pipenv install --skip-lock', { before: { Pipfile: '', 'Pipfile.lock': '' } }, /--skip-lock may keep/],
    ['npm install --no-package-lock', { before: npm, folders: ['app'] }, /--no-package-lock may keep npm install/],
    ['npm install --package-lock=false', { before: npm, folders: ['app'] }, /--package-lock may keep/],
    ['npm install --no-shrinkwrap', { before: npm, folders: ['app'] }, /--no-shrinkwrap may keep/],
    ['npm install --no-package-lock', { before: { 'app/package.json': '{}' }, folders: ['app'] }, 'yes'],
    ['npm install --no-update-notifier', { before: npm, folders: ['app'] }, 'no'],
    ['npm install', { before: npm, folders: ['app'], variables: { npm_config_package_lock: 'false' } }, /may keep/],
    ['npm install', { before: npm, folders: ['app'], variables: { NPM_CONFIG_PACKAGE_LOCK: '$X' } }, /may keep/],
    ['npm install', { before: { ...npm, 'app/.npmrc': 'package-lock=false' }, folders: ['app'] }, /app\/\.npmrc may/],
    ['npm install', { before: { ...npm, 'app/.npmrc': 'fund=false' }, folders: ['app'] }, 'no'],
    [
      'bun install',
      {
        before: {
          'app/package.json': '{}',
          'app/bun.lock': '',
          'app/bunfig.toml': '[install.lockfile]\nsave = false\n',
        },
        folders: ['app'],
      },
      /app\/bunfig\.toml may/,
    ],
    [
      'bun install',
      {
        before: { 'app/package.json': '{}', 'app/bun.lock': '', 'app/bunfig.toml': '[install]\nexact = true\n' },
        folders: ['app'],
      },
      'no',
    ],
    ['npm ci', { variables: { npm_config_package_lock: 'false' } }, 'no'],
    ['yarn install --no-lockfile', { before: { 'app/yarn.lock': '' }, folders: ['app'] }, /--no-lockfile may keep/],
    ['pnpm install --no-lockfile', { before: { 'pnpm-lock.yaml': '' }, folders: [''] }, /--no-lockfile may keep/],
    ['pnpm install --frozen-lockfile', { before: { 'pnpm-lock.yaml': '' }, folders: [''] }, 'no'],
    ['bundle add rails', { before: ruby, variables: { BUNDLE_FROZEN: '1' } }, 'yes'],
    ['bundle install', { before: ruby, variables: { BUNDLE_GEMFILE: 'gems/Gemfile' } }, /BUNDLE_GEMFILE may keep/],
    ['cargo install --locked cargo-chef', {}, 'yes'],
    ['cargo install --locked cargo-chef@0.1.60', {}, 'no'],
    ['go build -o /app .', { elsewhere: true }, 'no'],
    ['go build -mod=mod -o /app .', { elsewhere: true }, 'yes'],
    ['go build -o /app .', { elsewhere: true, variables: { GOFLAGS: '-mod=mod' } }, 'yes'],
    ['go build -mod=vendor .', { elsewhere: true, variables: { GOFLAGS: '-mod=mod' } }, 'no'],
    ['go build .', { elsewhere: true, variables: { GO111MODULE: 'off' } }, 'yes'],
    ['go generate ./...', { elsewhere: true }, 'yes'],
    ['go install ./cmd/web', { elsewhere: true }, 'no'],
    ['go mod download', { elsewhere: true }, 'no'],
    ['go mod tidy', { elsewhere: true }, 'yes'],
    ['go get ./...', { elsewhere: true }, 'yes'],
    ['go install golang.org/x/tools/cmd/stringer@v0.20.0', {}, 'no'],
    ['go install golang.org/x/tools/cmd/stringer@v0.0.0-20240101000000-0123456789ab', {}, 'no'],
    ['go install golang.org/x/tools/cmd/stringer@latest', {}, 'yes'],
    ['go install golang.org/x/tools/cmd/stringer@v0', {}, 'yes'],
    ['go install golang.org/x/tools/cmd/stringer@$VERSION', {}, 'yes'],
  ])('%s, %j', (line, { before = {}, after, folders = [], shared = false, variables = {}, elsewhere }, expected) => {
    const told = choosesAnew(commandOf(line), {
      before: elsewhere ? undefined : filesOf(before),
      after: elsewhere ? undefined : filesOf(after ?? before),
      folders,
      shared,
      variable: (name) => variables[name],
    });
    if (typeof expected === 'string') expect(told).toBe(expected);
    else expect(told).toMatchObject({ unknown: expect.stringMatching(expected) });
  });
});

describe('a program of Go that another stage built', () => {
  const program = (...versions: readonly string[]) =>
    [['github.com/a/b', 'v1.0.0'], ...versions.map((version) => ['stdlib', version])].map(
      ([name = '', version = '']) => ({
        ...{ kind: 'golang' as const, name, version, purl: '', licences: [], path: 'app' },
      }),
    );

  test.each<[string | undefined, string, string | undefined, string[] | RegExp]>([
    ['golang:1.25.3', '1.25.3', undefined, []],
    ['golang:1.25.3-alpine3.22', '1.25.3', undefined, []],
    [`golang:1.25@sha256:${'a'.repeat(64)}`, '1.25.3', undefined, []],
    ['golang:1.25', '1.25.3', '1.25.3', []],
    ['golang:1.25', '1.25.3', '1.25.10', ['stdlib 1.25.3 1.25.10']],
    // 1.25.30 is no 1.25.3.
    ['golang:1.25.30', '1.25.3', '1.25.30', ['stdlib 1.25.3 1.25.30']],
    // Until Go 1.21 a line's first release is called as the line is.
    ['golang:1.20', '1.20', '1.20.14', ['stdlib 1.20 1.20.14']],
    ['golang:1.20-alpine', '1.20', '1.20.14', ['stdlib 1.20 1.20.14']],
    ['golang:1.21rc2', '1.21rc2', undefined, []],
    ['golang:1.24', '1.25.3', '1.24.9', /golang:1\.24 has Go 1\.24\.9 now/],
    ['golang:1.25', '1.25.3', undefined, /which Go golang:1\.25 has now is not known/],
    [undefined, '1.25.3', undefined, /stands on is not known/],
    ['golang:1.15', '1.15.2', '1.15.2', /before Go 1\.16/],
  ])('on %s, built by Go %s, where the image has Go %s', async (base, built, now, expected) => {
    const { changes, unknown, pulls = false } = await withItsGo(program(built), base, async () => now);
    expect(pulls).toBe(changes.length > 0);
    if (expected instanceof RegExp) expect(unknown.join()).toMatch(expected);
    else
      expect([
        unknown,
        changes.map(({ before, after }) => `${before?.name} ${before?.version} ${after?.version}`),
      ]).toEqual([[], expected]);
  });

  test('is as it was where the bases are taken to be as they were, and unknown where nothing tells which Go built it', async () => {
    expect(await withItsGo(program('1.25.3'), 'golang:1', undefined)).toEqual({ changes: [], unknown: [] });
    expect((await withItsGo(program(), 'golang:1', undefined)).unknown).toEqual([
      'which Go built the program is not known',
    ]);
  });
});
