import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command as bases } from '../../src/cli/commands/bases.ts';
import type { RebuildReport } from '../../src/core/rebuild-report.ts';
import { runCommand } from '../cli/run-command.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { hasRpmTools, makeRpmRepository } from './rpm-repository.ts';
import { changesBetween, noteRebuild } from './told-and-done.ts';

/*
 * Real builds of an image whose packages are rpm's: dnf 4 of Debian inside of it, a database where Fedora has it, a repository that the test makes. What is predicted for the
 * repository's next state must be exactly what a build without cache then brings, as `rpm -qa` tells. The stand-in for a base of Fedora is called that.
 */

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-rpm-image-'));
const tag = (name: string) => `plimsoll-rpm/${name}:${process.pid}`;

const first = [
  'of-base 1.0-1',
  'base-lib 1.0-1',
  'base-user 1.0-1; Requires: base-lib = 1.0-1',
  'web 1.0-1; Requires: libweb, libold',
];
first.push('libweb 1.0-1', 'libold 1.0-1', 'pinned 1.0-1', 'docs 1.0-1', 'same 1:1.0-1');
const next = [
  'of-base 1.1-1',
  'base-lib 1.1-1',
  'base-user 1.1-1; Requires: base-lib = 1.1-1',
  'web 1.1-1; Requires: libweb >= 1.1; Recommends: docs',
];
next.push(
  'libweb 1.1-1',
  'libold 1.0-1',
  'pinned 1.0-1',
  'pinned 2.0-1',
  'docs 1.1-1',
  'same 1:1.0-1',
  'strict 1-1; Requires: base-lib >= 1.1',
);

describe.skipIf(!existsSync(docker) || !hasRpmTools)('a rebuild of an image of rpm packages', () => {
  let engine: ContainerEngine;
  let server: Server;
  let port = 0;
  let offered = 'first';

  beforeAll(async () => {
    engine = startContainerEngine(['busybox']);
    makeRpmRepository(scratch, 'first', first);
    makeRpmRepository(scratch, 'next', next);
    server = createServer((request, response) => {
      const file = path.join(scratch, offered, new URL(request.url ?? '/', 'http://localhost').pathname);
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    port = typeof at === 'object' && at !== null ? at.port : 0;
    const repository = `[test]\\nname=test\\nbaseurl=http://127.0.0.1:${port}/\\ngpgcheck=0\\n`;
    // Of the programs nothing is a package of rpm's, as if they had been built from source; Debian's own database is not there.
    await build(
      'stand-in-fedora',
      [
        'FROM debian:12-slim',
        "RUN echo 'deb http://deb.debian.org/debian bookworm main' >/etc/apt/sources.list && rm -rf /etc/apt/sources.list.d/* && apt-get update && apt-get install -y --no-install-recommends dnf rpm && rm -rf /var/lib/apt /var/lib/dpkg /var/cache/apt /etc/apt",
        "RUN printf 'ID=fedora\\nVERSION_ID=44\\nPRETTY_NAME=\"a stand-in for Fedora\"\\n' >/etc/os-release && mkdir -p /etc/rpm && echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros.db",
        `RUN printf '${repository}' >/etc/yum.repos.d/test.repo || { mkdir -p /etc/yum.repos.d && printf '${repository}' >/etc/yum.repos.d/test.repo; }`,
        'RUN dnf install -y --releasever=44 of-base base-user && rm -rf /var/cache/dnf',
      ],
      true,
    );
  }, 600_000);
  afterAll(() => {
    server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function build(name: string, lines: readonly string[], cache = false): Promise<void> {
    const directory = path.join(scratch, 'contexts', name);
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, 'Dockerfile'), `${lines.join('\n')}\n`);
    await engine.build(directory, tag(name), { cache });
  }

  async function installed(name: string): Promise<readonly string[]> {
    const { body } = await engine.run(
      tag(name),
      ['-qa', '--qf', '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n'],
      {
        entrypoint: 'rpm',
      },
    );
    expect(body).toContain('of-base');
    return body.trim().split('\n').sort();
  }

  async function predict(name: string) {
    const socket = spawnSync('scripts/engine', ['up'], { encoding: 'utf8' }).stdout.trim();
    const args = [
      '--rebuild',
      `docker-daemon:${tag(name)}`,
      '--dockerfile',
      path.join('contexts', name),
      '--same-base',
      '--any',
    ];
    const begun = performance.now();
    const { code, stdout, stderr } = await runCommand(bases, scratch, [...args, '--json'], {
      environment: {
        HOME: scratch,
        PATH: '/usr/bin:/bin',
        DOCKER_HOST: `unix://${socket}`,
        PLIMSOLL_DB: path.join(scratch, 'db'),
      },
    });
    if (stdout === '') throw new Error(stderr);
    const report: RebuildReport = JSON.parse(stdout);
    return { code, report, seconds: (performance.now() - begun) / 1000 };
  }

  it.each([
    ['installs', ['RUN dnf install -y web pinned-1.0 same']],
    [
      'an upgrade of one, and of all',
      ['RUN dnf install -y libold', 'RUN dnf upgrade -y of-base', 'RUN dnf upgrade -y'],
    ],
    ['a removal', ['RUN dnf install -y web docs && dnf remove -y docs']],
  ])(
    'is predicted exactly: %s',
    async (scenario, lines) => {
      const name = scenario.replaceAll(/\W+/g, '-');
      const all = [`FROM ${tag('stand-in-fedora')}`, ...lines, 'CMD ["bash"]'];
      offered = 'first';
      await build(name, all);
      const before = await installed(name);
      expect(await predict(name)).toMatchObject({ code: 0, report: { verdict: { state: 'does not pay' } } });
      offered = 'next';
      const { code, report, seconds } = await predict(name);
      await build(name, all);
      const done = changesBetween(before, await installed(name));
      const told = report.steps
        .flatMap(({ changes }) => changes)
        .flatMap(({ name: of, from, to }) => [...(from ? [`-${of} ${from}`] : []), ...(to ? [`+${of} ${to}`] : [])])
        .sort();
      noteRebuild({ tool: 'dnf 4, real builds', scenario, told, done, seconds });
      expect([told, code], JSON.stringify(report.steps)).toEqual([done, done.length > 0 ? 1 : 0]);
    },
    200_000,
  );
});
