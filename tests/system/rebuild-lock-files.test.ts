import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { command as bases } from '../../src/cli/commands/bases.ts';
import { jsonObjectOf } from '../../src/core/json-object.ts';
import type { RebuildReport } from '../../src/core/rebuild-report.ts';
import { runCommand } from '../cli/run-command.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { changesBetween, noteRebuild } from './told-and-done.ts';

/*
 * Real builds with npm, pip, Bundler and Go, which keep to a lock file or do not, while their registry has moved on: what is told must be what a build
 * without cache then brings. Asks the registries of npm, PyPI and Go; RubyGems' is made by the real `gem`. `npm run test:rebuild` runs it.
 */

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const hasGem = spawnSync('gem', ['help', 'generate_index']).status === 0;
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-locks-'));
const tag = (name: string) => `plimsoll-locks/${name}:${process.pid}`;
const node = `node:${process.versions.node.split('.')[0]}-slim`;

type Files = Readonly<Record<string, string>>;

describe.skipIf(!existsSync(docker) || !hasRegistry)('a rebuild that keeps to a lock file', () => {
  let engine: ContainerEngine;
  let registry: RealRegistry;
  let socket: string;

  beforeAll(async () => {
    engine = startContainerEngine(['node', 'python', 'ruby', 'golang']);
    socket = spawnSync('scripts/engine', ['up'], { encoding: 'utf8' }).stdout.trim();
    registry = await startRealRegistry();
  }, 900_000);
  afterAll(async () => {
    await engine?.removeMade();
    registry?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  function write(name: string, files: Files): string {
    for (const [file, text] of Object.entries(files)) {
      const at = path.join(scratch, name, file);
      mkdirSync(path.dirname(at), { recursive: true });
      writeFileSync(at, text);
    }
    return path.join(scratch, name);
  }

  async function predict(name: string, flags: readonly string[], dockerfile = name) {
    const args = [
      '--rebuild',
      `docker-daemon:${tag(name)}`,
      '--dockerfile',
      dockerfile,
      '--plain-http',
      '--any',
      ...flags,
    ];
    const begun = performance.now();
    const { stdout, stderr } = await runCommand(bases, scratch, [...args, '--no-vulnerabilities', '--json'], {
      environment: { HOME: scratch, PATH: '/usr/bin:/bin', DOCKER_HOST: `unix://${socket}` },
    });
    const report: RebuildReport = JSON.parse(stdout === '' ? '{}' : stdout);
    expect(report.verdict, stderr).toBeDefined();
    const told = report.steps
      .flatMap(({ changes }) => changes)
      .flatMap(({ name: one, from, to }) => [
        ...(from === undefined ? [] : [`-${one} ${from}`]),
        ...(to === undefined ? [] : [`+${one} ${to}`]),
      ])
      .sort();
    return { report, told, seconds: (performance.now() - begun) / 1000 };
  }

  /** Builds, tells, builds again without cache: what was told must be what came. */
  async function agrees(
    tool: string,
    name: string,
    files: Files,
    packages: (image: string) => Promise<readonly string[]>,
    between: () => Promise<void> | void = () => undefined,
  ) {
    const context = write(name, files);
    await engine.build(context, tag(name));
    const before = await packages(tag(name));
    expect(before.length).toBeGreaterThan(0);
    await between();
    const { report, told, seconds } = await predict(name, tool === 'go' ? [] : ['--same-base']);
    await engine.build(context, tag(name));
    const done = changesBetween(before, await packages(tag(name)));
    noteRebuild({ tool: `${tool}, lock files`, scenario: name, told, done, seconds });
    expect([report.verdict.state, told], JSON.stringify(report.steps)).toEqual([
      done.length === 0 ? 'does not pay' : 'pays',
      done,
    ]);
    return { before, done };
  }

  const printed = async (image: string, entrypoint: string, args: readonly string[]) =>
    (await engine.run(image, args, { entrypoint })).body.trim().split('\n').sort();

  describe('of npm', () => {
    const manifest = JSON.stringify({ name: 'a', version: '1.0.0', dependencies: { debug: '^2.6.0' } });
    const installed = (image: string) =>
      printed(image, 'node', [
        '-p',
        "Object.entries(JSON.parse(require('fs').readFileSync('/app/node_modules/.package-lock.json')).packages).map(([at, { version }]) => `${at.replace(/^.*node_modules\\//, '')} ${version}`).join('\\n')",
      ]);

    /** The registry of npm as it was when debug 2.6.8 was its newest of that line. */
    let earlier: Server;
    let registryUrl: string;
    beforeAll(async () => {
      earlier = createServer(async (request, response) => {
        const answer = await fetch(`https://registry.npmjs.org${request.url}`);
        // npm asks this registry for the archives, too: https://docs.npmjs.com/cli/v11/using-npm/config#replace-registry-host
        if (request.url?.includes('/-/')) {
          response.writeHead(answer.status).end(new Uint8Array(await answer.arrayBuffer()));
          return;
        }
        const { versions = {}, ...rest } = jsonObjectOf(await answer.json());
        const old = Object.entries(jsonObjectOf(versions)).filter(([version]) =>
          /^[01]\.|^2\.[0-5]\.|^2\.6\.[0-8]$/.test(version),
        );
        response.end(
          JSON.stringify({ ...rest, 'dist-tags': { latest: old.at(-1)?.[0] }, versions: Object.fromEntries(old) }),
        );
      });
      await new Promise<void>((resolve) => earlier.listen(0, '127.0.0.1', resolve));
      const at = earlier.address();
      registryUrl = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}/`;
    });
    afterAll(() => earlier?.close());

    /** As npm wrote it then. */
    async function earlierLock(): Promise<string> {
      const folder = write('npm-lock', { 'package.json': manifest });
      const args = ['install', '--package-lock-only', '--silent', `--registry=${registryUrl}`];
      // The registry is served by this process, which must not wait.
      const child = spawn('npm', args, { cwd: folder, stdio: 'ignore' });
      const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
      expect(code).toBe(0);
      return readFileSync(path.join(folder, 'package-lock.json'), 'utf8');
    }

    it.each(['npm ci', 'npm install'])(
      '%s beside an old lock file brings the old ones again',
      async (install) => {
        const dockerfile = `FROM ${node}\nWORKDIR /app\nCOPY package.json package-lock.json ./\nRUN ${install}\n`;
        const files = {
          'package.json': manifest,
          'package-lock.json': await earlierLock(),
          Dockerfile: dockerfile,
        };
        const { before } = await agrees('npm', install.replace(' ', '-'), files, installed);
        expect(before).toHaveLength(2);
        expect(before).not.toContain('debug 2.6.9');
      },
      300_000,
    );

    it('npm install that wrote its lock file itself brings what is newest now', async () => {
      const files = (mount: string) => ({
        'package.json': manifest,
        Dockerfile: `FROM ${node}\nWORKDIR /app\nCOPY package.json ./\nRUN ${mount}npm install\n`,
      });
      // The time of the first build: no builder notes what it mounts.
      const then = write('npm-unlocked-then', files('--mount=type=secret,id=npmrc,target=/root/.npmrc '));
      const context = write('npm-unlocked', files(''));
      const file = path.join(write('npm-secret', { npmrc: `registry=${registryUrl}\n` }), 'npmrc');
      await engine.build(then, tag('npm-unlocked'), { secrets: [{ name: 'npmrc', file, value: '' }] });
      const before = await installed(tag('npm-unlocked'));
      const { report, told, seconds } = await predict('npm-unlocked', ['--same-base']);
      // With the Dockerfile that mounts the secret nobody knows which registry it names.
      const hidden = await predict('npm-unlocked', ['--same-base'], 'npm-unlocked-then');
      expect([hidden.report.verdict.state, hidden.told]).toEqual(['unknown', []]);
      await engine.build(context, tag('npm-unlocked'));
      const done = changesBetween(before, await installed(tag('npm-unlocked')));
      noteRebuild({ tool: 'npm, lock files', scenario: 'written by the step', told, done, seconds });
      expect(done).toContain('+debug 2.6.9');
      expect([report.verdict.state, told]).toEqual(['pays', done]);
    }, 300_000);
  });

  it('of pip with hashes brings the same', async () => {
    const requirements = spawnSync(
      'python3',
      ['-m', 'pip', 'download', '--no-deps', '--quiet', '-d', write('pip-wheel', { note: '' }), 'six==1.15.0'],
      { encoding: 'utf8' },
    );
    expect(requirements.stderr).not.toContain('ERROR');
    const wheel = 'six-1.15.0-py2.py3-none-any.whl';
    const sum = spawnSync('sha256sum', [wheel], { cwd: path.join(scratch, 'pip-wheel'), encoding: 'utf8' });
    const hash = sum.stdout.slice(0, 64);
    const { before } = await agrees(
      'pip',
      'pip-hashes',
      {
        'requirements.txt': `six==1.15.0 --hash=sha256:${hash}\n`,
        Dockerfile:
          'FROM python:3.11-slim\nCOPY requirements.txt /\nRUN pip install --require-hashes -r /requirements.txt\n',
      },
      async (image) => (await printed(image, 'pip', ['freeze'])).filter((line) => line.startsWith('six')),
    );
    expect(before).toEqual(['six==1.15.0']);
  }, 300_000);

  describe('of Bundler', () => {
    let server: Server;
    let gems: string;
    let source: string;

    beforeEach((context) => {
      if (!hasGem) context.skip('gem is missing: scripts/system-parts ruby installs it');
    });
    beforeAll(async () => {
      if (!hasGem) return;
      gems = write('gems', { 'gems/.keep': '' });
      // Nothing but files, as a mirror of RubyGems serves them.
      server = createServer((request, response) => {
        const file = path.join(gems, path.posix.normalize(decodeURIComponent(request.url ?? '/').split('?')[0] ?? '/'));
        const stream = createReadStream(file);
        stream.on('error', () => response.writeHead(404).end());
        stream.pipe(response);
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const at = server.address();
      source = `http://127.0.0.1:${typeof at === 'object' && at !== null ? at.port : 0}`;
      offer('1.0');
    });
    afterAll(() => server?.close());

    /** Two gems of this version more, one of which needs the other. */
    function offer(version: string): void {
      for (const [name, needs] of [
        ['plimsoll-one', 's.add_dependency "plimsoll-two", ">= 1.0"'],
        ['plimsoll-two', ''],
      ]) {
        const spec = `Gem::Specification.new { |s| s.name = "${name}"; s.version = "${version}"; s.summary = "x"; s.authors = ["x"]; s.files = []; ${needs} }`;
        const folder = write(`gem-${name}-${version}`, { 'x.gemspec': spec });
        gem(folder, ['build', '--silent', 'x.gemspec', '-o', path.join(gems, 'gems', `${name}-${version}.gem`)]);
      }
      gem(gems, ['generate_index', '--silent', '-d', gems]);
    }

    function gem(cwd: string, args: readonly string[]): void {
      const { status, stderr } = spawnSync('gem', args, { cwd, encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
    }

    /** Wherever they lie: `gem list` sees those of one place. */
    const installed = async (image: string) => {
      const found = await printed(image, 'find', ['/usr', '/var/lib', '-name', 'plimsoll-*.gemspec']);
      return found.map((file) => path.basename(file, '.gemspec').replace(/-(?=[\d.]+$)/, ' ')).sort();
    };
    const gemfile = () => `source "${source}"\ngem "plimsoll-one"\n`;
    /** As the Bundler of the image writes it, which rewrites one that another wrote. */
    async function lock(): Promise<string> {
      const dockerfile = 'FROM ruby:3.1-slim\nWORKDIR /app\nCOPY Gemfile ./\nRUN bundle lock\n';
      await engine.build(write('bundle-lock', { Gemfile: gemfile(), Dockerfile: dockerfile }), tag('bundle-lock'));
      return (await engine.run(tag('bundle-lock'), ['/app/Gemfile.lock'], { entrypoint: 'cat' })).body;
    }

    it('beside its lock file, and deployed from another stage, brings the same', async () => {
      const rest = 'WORKDIR /app\nCOPY Gemfile Gemfile.lock ./\nRUN bundle install\n';
      const files = { Gemfile: gemfile(), 'Gemfile.lock': await lock() };
      expect(files['Gemfile.lock']).toContain('plimsoll-two (1.0)');
      await agrees('gem', 'bundle', { ...files, Dockerfile: `FROM ruby:3.1-slim\n${rest}` }, installed, () =>
        offer('1.1'),
      );
      const stages = `FROM ruby:3.1-slim AS build\nENV BUNDLE_DEPLOYMENT=1 BUNDLE_PATH=/usr/local/bundle\n${rest}FROM ruby:3.1-slim\nCOPY --from=build /usr/local/bundle /usr/local/bundle\n`;
      const { before } = await agrees('gem', 'bundle-stage', { ...files, Dockerfile: stages }, installed, () =>
        offer('1.2'),
      );
      expect(before).toEqual(['plimsoll-one 1.0', 'plimsoll-two 1.0']);
    }, 300_000);

    it('without a lock file is unknown, and brings others', async () => {
      const context = write('bundle-unlocked', {
        Gemfile: gemfile(),
        Dockerfile: 'FROM ruby:3.1-slim\nWORKDIR /app\nCOPY Gemfile ./\nRUN bundle install\n',
      });
      await engine.build(context, tag('bundle-unlocked'));
      const before = await installed(tag('bundle-unlocked'));
      offer('1.3');
      const { report } = await predict('bundle-unlocked', ['--same-base']);
      expect(report.verdict.state).toBe('unknown');
      await engine.build(context, tag('bundle-unlocked'));
      expect(await installed(tag('bundle-unlocked'))).not.toEqual(before);
    }, 300_000);
  });

  it('of Go brings the same modules, and the standard library of the Go that the stage stands on then', async () => {
    const older = '1.25.3';
    const base = `127.0.0.1:${registry.port}/golang:1`;
    const small = `127.0.0.1:${registry.port}/small:1`;
    // The official image, without the compilers of C: an older Go as Go itself fetches it, then this machine's.
    const makeGo = async (name: string, version: string, toolchain: string) => {
      const lines = [
        'FROM golang:1 AS fetch',
        `RUN GOTOOLCHAIN=${toolchain} go version && mkdir /out && cp -a "$(GOTOOLCHAIN=${toolchain} go env GOROOT)" /out/go`,
        'FROM debian:12-slim',
        'COPY --from=fetch /out/go /usr/local/go',
        'COPY --from=fetch /usr/local/share/plimsoll /usr/local/share/plimsoll',
        `ENV GOLANG_VERSION=${version} GOTOOLCHAIN=local GOPATH=/go SSL_CERT_FILE=/usr/local/share/plimsoll/ca.crt PATH=/usr/local/go/bin:/usr/bin:/bin`,
      ];
      await engine.build(write(name, { Dockerfile: `${lines.join('\n')}\n` }), tag(name), { cache: true });
      await engine.push(tag(name), base);
    };
    await engine.build(write('small', { Dockerfile: 'FROM scratch\nENV X=1\nCOPY Dockerfile /\n' }), tag('small'));
    await engine.push(tag('small'), small);
    await makeGo('go-older', older, `go${older}`);
    const sums = spawnSync('go', ['mod', 'tidy'], {
      cwd: write('go-sums', { 'go.mod': goMod, 'main.go': goMain }),
      encoding: 'utf8',
    });
    expect(sums.status, sums.stderr).toBe(0);
    const sum = readFileSync(path.join(scratch, 'go-sums', 'go.sum'), 'utf8');
    const dockerfile = [
      `FROM ${base} AS build`,
      'WORKDIR /src',
      'COPY go.mod go.sum ./',
      'RUN go mod download',
      'COPY main.go ./',
      'RUN CGO_ENABLED=0 go build -o /app . && CGO_ENABLED=0 GOBIN=/ go install golang.org/x/tools/cmd/stringer@v0.30.0',
      `FROM ${small}`,
      'COPY --from=build /app /stringer /',
    ];
    const { done } = await agrees(
      'go',
      'go-stage',
      { 'go.mod': goMod, 'go.sum': sum, 'main.go': goMain, Dockerfile: `${dockerfile.join('\n')}\n` },
      async (image) => ['/app', '/stringer'].flatMap((file) => modulesOf(image, file)),
      async () => {
        const same = await predict('go-stage', []);
        expect([same.report.verdict.state, same.told]).toEqual(['does not pay', []]);
        const { stdout } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8' });
        await makeGo('go-newer', stdout.trim().replace(/^go/, ''), 'local');
      },
    );
    expect(done).toContain(`-stdlib ${older}`);
  }, 900_000);

  /** As Go's own program reads them. */
  function modulesOf(image: string, file: string): string[] {
    const call = (...args: readonly string[]) =>
      spawnSync(docker, ['-H', `unix://${socket}`, ...args], { encoding: 'utf8' }).stdout.trim();
    const container = call('create', image, '/none');
    const copy = path.join(scratch, 'program');
    call('cp', `${container}:${file}`, copy);
    call('rm', container);
    const [head = '', ...lines] = spawnSync('go', ['version', '-m', copy], { encoding: 'utf8' }).stdout.split('\n');
    const modules = lines.flatMap((line) => {
      const [, kind, name, version] = line.split('\t');
      return kind === 'dep' || (kind === 'mod' && version !== '(devel)') ? [`${name} ${version}`] : [];
    });
    return [`stdlib ${/go(\d\S*)$/.exec(head)?.[1]}`, ...modules];
  }
});

const goMod = 'module example.com/a\n\ngo 1.21\n\nrequire github.com/google/uuid v1.3.0\n';
const goMain =
  'package main\n\nimport (\n\t"fmt"\n\n\t"github.com/google/uuid"\n)\n\nfunc main() { fmt.Println(uuid.New()) }\n';
