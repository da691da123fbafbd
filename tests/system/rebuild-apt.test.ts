import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command as bases } from '../../src/cli/commands/bases.ts';
import { command as db } from '../../src/cli/commands/db.ts';
import type { RebuildReport } from '../../src/core/rebuild-report.ts';
import { runCommand } from '../cli/run-command.ts';
import { lodash } from '../vulnerabilities/exports.ts';
import { makeZip } from '../vulnerabilities/make-zip.ts';
import { type AptRepository, type Control, startAptRepository } from './apt-repository.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { noteRebuild } from './told-and-done.ts';

/*
 * Real builds with Docker Engine and Debian's apt from an archive that the test makes: what is predicted for the archive's next state must be exactly what a
 * build without cache then brings, as dpkg-query tells.
 */

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-rebuild-'));
const schema = JSON.parse(readFileSync('schemas/bases-rebuild.schema.json', 'utf8'));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
const tag = (name: string) => `plimsoll-rebuild/${name}:${process.pid}`;

const pkg = (Package: string, Version: string, fields: Record<string, string> = {}): Control => ({
  Package,
  Version,
  ...fields,
});

/** The archive when the images are built, and its next state. */
const first: readonly Control[] = [
  pkg('of-base', '1.0'),
  pkg('base-lib', '1.0'),
  pkg('base-user', '1.0', { Depends: 'base-lib (= 1.0)' }),
  pkg('web', '1.0', { Depends: 'libweb (>= 1.0), libold' }),
  pkg('libweb', '1.0'),
  pkg('libold', '1.0'),
  pkg('fixed', '1.0'),
  pkg('held', '1.0'),
  pkg('api', '1.0', { Depends: 'base-lib', Recommends: 'docs' }),
  pkg('docs', '1.0'),
  pkg('compiler', '1.0', { Depends: 'libcompiler' }),
  pkg('libcompiler', '1.0'),
  pkg('of-argument', '1.0'),
  pkg('same', '1.0'),
];
const next: readonly Control[] = [
  pkg('of-base', '1.1'),
  pkg('base-lib', '1.1'),
  pkg('base-user', '1.1', { Depends: 'base-lib (= 1.1)' }),
  pkg('web', '1.1', { Depends: 'libweb (>= 1.1), libnew' }),
  pkg('libweb', '1.1'),
  pkg('libold', '1.0'),
  pkg('libnew', '2:1.0~rc1-1'),
  pkg('fixed', '1.0'),
  pkg('fixed', '2.0'),
  pkg('held', '1.0'),
  pkg('held', '2.0'),
  pkg('api', '1.1', { Depends: 'base-lib (>= 1.1), mailer', Recommends: 'docs, more-docs' }),
  pkg('docs', '1.1'),
  pkg('more-docs', '1.0'),
  pkg('mailer-a', '1.0', { Provides: 'mailer' }),
  pkg('compiler', '1.1', { Depends: 'libcompiler, libcompiler-extra' }),
  pkg('libcompiler', '1.1'),
  pkg('libcompiler-extra', '1.0'),
  pkg('of-argument', '1.1'),
  pkg('same', '1.0'),
];

describe.skipIf(!existsSync(docker) || !hasRegistry)('a rebuild of a Debian image', () => {
  let engine: ContainerEngine;
  let repository: AptRepository;
  let registry: RealRegistry;
  let base: string;
  let environment: Record<string, string>;

  beforeAll(async () => {
    engine = startContainerEngine(['busybox']);
    repository = await startAptRepository();
    registry = await startRealRegistry();
    base = `127.0.0.1:${registry.port}/base:1`;
    environment = { HOME: scratch, PATH: '/usr/bin:/bin', PLIMSOLL_DB: path.join(scratch, 'db') };
    write('exports/debian/tracker.json', JSON.stringify(tracker));
    write('exports/npm/all.zip', makeZip({ 'a.json': JSON.stringify(lodash) }));
    await runCommand(db, scratch, ['update', '--from', 'exports', '--quiet'], { environment });
    repository.offer(first);
    await makeBase('base', 'apt-get install -y of-base base-lib base-user');
    await engine.push(tag('base'), base);
  }, 600_000);
  afterAll(async () => {
    await engine?.removeMade();
    repository?.stop();
    registry?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  function write(name: string, content: string | Uint8Array): void {
    const file = path.join(scratch, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  async function makeBase(name: string, install: string): Promise<void> {
    const sources = `rm -rf /etc/apt/sources.list.d/* && echo '${repository.source}' >/etc/apt/sources.list`;
    write(`${name}/Dockerfile`, `FROM debian:12-slim\nRUN ${sources} && apt-get update && ${install}\nCMD ["bash"]\n`);
    await engine.build(path.join(scratch, name), tag(name));
  }

  /** Builds without cache, and tells the packages as dpkg has them. */
  async function build(name: string, lines: readonly string[]): Promise<Map<string, string>> {
    write(`${name}/Dockerfile`, `${lines.join('\n')}\n`);
    await engine.build(path.join(scratch, name), tag(name));
    const { body } = await engine.run(tag(name), ['-W', '-f=${db:Status-Status} ${Package} ${Version}\\n'], {
      entrypoint: 'dpkg-query',
    });
    const rows = body
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    return new Map(
      rows.flatMap(([state, name, version]) => (state === 'installed' ? [[name ?? '', version ?? '']] : [])),
    );
  }

  async function predict(name: string, ...flags: readonly string[]) {
    const args = ['--rebuild', `docker-daemon:${tag(name)}`, '--dockerfile', name, '--plain-http', ...flags];
    const begun = performance.now();
    const { code, stdout, stderr } = await runCommand(bases, scratch, [...args, '--json'], {
      environment: { ...environment, DOCKER_HOST: `unix://${socket()}` },
    });
    const report: RebuildReport = JSON.parse(stdout === '' ? '{}' : stdout);
    expect(validate(report), JSON.stringify(validate.errors) + stderr).toBe(true);
    return { code, report, seconds: (performance.now() - begun) / 1000 };
  }

  const differences = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>) =>
    [...new Set([...before.keys(), ...after.keys()])]
      .filter((name) => before.get(name) !== after.get(name))
      .map((name) => `${name} ${before.get(name) ?? '-'} ${after.get(name) ?? '-'}`)
      .sort();
  const predicted = ({ steps }: RebuildReport) =>
    steps
      .flatMap(({ changes }) => changes)
      .map(({ name, from, to }) => `${name} ${from ?? '-'} ${to ?? '-'}`)
      .sort();

  const note = (scenario: string, report: RebuildReport, seconds: number, done: readonly string[]) =>
    noteRebuild({ tool: 'apt, real builds', scenario, told: predicted(report), done, seconds });

  it('is predicted exactly: pins, preferences, dependencies that come and go, steps, an upgrade, packages of the base', async () => {
    const lines = [
      `FROM ${base} AS web`,
      'ARG WHAT=of-argument',
      "RUN printf 'Package: held\\nPin: version 1.*\\nPin-Priority: 900\\n' >/etc/apt/preferences.d/held",
      'RUN apt-get update && apt-get install -y --no-install-recommends web fixed=1.0 held same && rm -rf /var/lib/apt/lists/*',
      'RUN apt-get update && apt-get install -y api "$WHAT"',
      'RUN apt-get install -y compiler && apt-get purge -y --auto-remove compiler',
      'RUN apt-get upgrade -y',
      'CMD ["bash"]',
    ];
    repository.offer(first);
    const before = await build('web', lines);
    expect(await predict('web')).toMatchObject({
      code: 0,
      report: { verdict: { state: 'does not pay', reason: 'A rebuild would bring the same packages.' } },
    });
    repository.offer(next);
    const { code, report, seconds } = await predict('web');
    const after = await build('web', lines);
    note('pins, preferences, three steps and an upgrade', report, seconds, differences(before, after));
    expect(predicted(report)).toEqual(differences(before, after));
    expect(predicted(report)).toContain('libnew - 2:1.0~rc1-1');
    expect(report.steps.map(({ place, state, changes }) => [place, state, changes.map(({ name }) => name)])).toEqual(
      [
        [undefined, 'same', []],
        ['web/Dockerfile:4', 'changes', ['libnew', 'libold', 'libweb', 'web']],
        [
          'web/Dockerfile:5',
          'changes',
          ['api', 'base-lib', 'base-user', 'docs', 'mailer-a', 'more-docs', 'of-argument'],
        ],
        ['web/Dockerfile:6', 'same', []],
        ['web/Dockerfile:7', 'changes', ['fixed', 'of-base']],
      ].map(([place, ...rest]) => [place ?? null, ...rest]),
    );
    expect(report.verdict).toEqual({
      state: 'pays',
      reason: 'It mends 2 known vulnerabilities that count.',
      command: 'docker build --no-cache-filter web --file web/Dockerfile .',
      uncached: [lines[3], lines[6]],
      pull: false,
    });
    expect(report.steps[1]?.changes.find(({ name }) => name === 'web')?.fixes.map(({ id }) => id)).toEqual([
      'CVE-2026-0001',
    ]);
    expect(code).toBe(1);
  }, 120_000);

  it('fails where a package or a pinned version is offered no more, and that is predicted', async () => {
    const lines = [
      `FROM ${base}`,
      'RUN apt-get update && apt-get install -y fixed=1.0',
      'RUN apt-get install -y libold',
      'CMD ["bash"]',
    ];
    repository.offer(first);
    await build('gone', lines);
    repository.offer(
      next.filter(({ Package, Version }) => Package !== 'libold' && !(Package === 'fixed' && Version === '1.0')),
    );
    const { code, report } = await predict('gone');
    expect(code).toBe(3);
    expect(report.verdict.state).toBe('fails');
    expect(report.steps.map(({ state, reasons }) => [state, ...reasons])).toEqual([
      ['same'],
      ['fails', 'fixed=1.0 is offered no more: there is 2.0'],
      ['fails', 'libold is offered by no source'],
    ]);
    await expect(build('gone', lines)).rejects.toThrow(/Version '1.0' for 'fixed' was not found/);
  }, 60_000);

  // Three builds more: `npm run test:rebuild` has them.
  const alsoMoved = process.env.PLIMSOLL_REBUILD === 'all' ? it : () => undefined;
  alsoMoved(
    'brings packages of the base only with another base',
    async () => {
      const lines = [`FROM ${base}`, 'RUN apt-get update && apt-get install -y same', 'CMD ["bash"]'];
      repository.offer(first);
      const before = await build('moved', lines);
      repository.offer(next);
      const still = await predict('moved');
      expect(still).toMatchObject({ code: 0, report: { base: { moved: false } } });
      expect(still.report.base.behind.map(({ name, from, to }) => `${name} ${from} ${to}`)).toEqual([
        'base-lib 1.0 1.1',
        'base-user 1.0 1.1',
        'of-base 1.0 1.1',
      ]);
      await makeBase('base', 'apt-get install -y of-base base-lib base-user');
      await engine.push(tag('base'), base);
      const { code, report, seconds } = await predict('moved');
      expect(code).toBe(1);
      expect(report.verdict).toMatchObject({ pull: true, command: 'docker build --pull --file moved/Dockerfile .' });
      const after = await build('moved', lines);
      note('a base that moved in a registry', report, seconds, differences(before, after));
      expect(predicted(report)).toEqual(differences(before, after));
    },
    120_000,
  );

  it('is unknown where a source cannot be asked', async () => {
    repository.stop();
    const { code, report } = await predict('gone', '--same-base', '--any');
    expect(code).toBe(3);
    expect(report.verdict.state).toBe('unknown');
    expect(report.sources).toMatchObject([{ state: 'unknown' }]);
  }, 60_000);
});

function socket(): string {
  return spawnSync('scripts/engine', ['up'], { encoding: 'utf8' }).stdout.trim();
}

/** Advisories in the form of Debian's security tracker: one is mended by a package of a step, one by a package of the base. */
const tracker = Object.fromEntries(
  [
    ['web', 'CVE-2026-0001', '1.1'],
    ['of-base', 'CVE-2026-0002', '1.1'],
  ].map(([name, id, fixed]) => [
    name,
    {
      [id ?? '']: {
        description: 'made for a test',
        scope: 'remote',
        releases: {
          bookworm: {
            status: 'resolved',
            repositories: { bookworm: fixed },
            fixed_version: fixed,
            urgency: name === 'web' ? 'high' : 'medium',
          },
        },
      },
    },
  ]),
);
