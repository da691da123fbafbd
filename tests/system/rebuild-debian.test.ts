import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { debSystem } from '../../src/maintain/rebuild/deb-system.ts';
import { fetchSource } from '../../src/maintain/rebuild/fetch-source.ts';
import type { AskedSystem } from '../../src/maintain/rebuild/package-system.ts';
import { startContainerEngine } from './container-engine.ts';
import { noteRebuild } from './told-and-done.ts';

/* What is told of Debian's own archive, against its apt in a container, both of the same minute. Needs the archive: `npm run test:rebuild`. */

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const source = 'deb http://deb.debian.org/debian bookworm main\n';

const commands = `
--no-install-recommends curl|curl|nginx|--no-install-recommends nginx|git|build-essential|--no-install-recommends build-essential|python3-pip
--no-install-recommends python3 python3-venv|nodejs npm|--no-install-recommends openjdk-17-jre-headless|default-jdk|php-fpm php-mysql
apache2 libapache2-mod-php|postgresql|--no-install-recommends postgresql-client|mariadb-server|redis-server|ffmpeg|imagemagick
--no-install-recommends chromium|texlive-latex-base|ruby-full|golang|cron|default-mysql-client|vim less man-db|gnupg|supervisor
wget unzip zip xz-utils|libpq-dev libssl-dev|cmake ninja-build|g++ libstdc++-12-dev|openssh-server|docker.io|systemd|systemd-sysv|xvfb|r-base
gdal-bin|python3-numpy python3-scipy|emacs-nox|exim4|logrotate rsyslog|locales tzdata|clang llvm|maven`
  .trim()
  .split(/[|\n]/)
  .map((what) => `apt-get install -y ${what}`);

describe.skipIf(!existsSync(docker))('apt in thought and in a container of Debian 12', () => {
  let status: Buffer;
  let asked: AskedSystem;
  const real = new Map<string, string>();

  beforeAll(async () => {
    startContainerEngine(['busybox']);
    const socket = spawnSync('scripts/engine', ['up'], { encoding: 'utf8' }).stdout.trim();
    const script = [
      `echo '${source.trim()}' >/etc/apt/sources.list`,
      'apt-get update >/dev/null 2>&1',
      'cat /var/lib/dpkg/status',
      ...commands.map((command) => `echo =====; ${command} -s </dev/null 2>&1`),
    ].join('\n');
    const { stdout } = spawnSync(
      docker,
      ['-H', `unix://${socket}`, 'run', '--rm', '--network=host', 'debian:12', 'bash', '-c', script],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const [database = '', ...outputs] = stdout.split('=====\n');
    status = Buffer.from(database);
    for (const [at, command] of commands.entries()) real.set(command, outputs[at] ?? '');
    asked = await debSystem.ask(
      { contents: new Map(), texts: new Map([['etc/apt/sources.list', source]]) },
      { architecture: 'amd64', ask: fetchSource({ fetch, timeoutSeconds: 100 }), now: Date.now() },
    );
  }, 600_000);

  it.each(commands)('%s', (command) => {
    const world = debSystem.world({ contents: new Map([['var/lib/dpkg/status', status]]), texts: new Map() });
    const text = `FROM x\nRUN ${command}\n`;
    const [placed] = parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' }).commands;
    const read = placed && readPackageCommand(placed.command);
    if (world === undefined || read === undefined) throw new Error('nothing to run');
    const before = world.copy();
    const begun = performance.now();
    const outcome = debSystem.run(world, read, { ...asked, chosenBefore: new Set(), namedBefore: [] });
    const seconds = (performance.now() - begun) / 1000;
    const told = [...world.all()].filter(({ name, version }) => before.get(name)?.version !== version);
    const output = real.get(command) ?? '';
    const done = [...output.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+)/gm)].map(
      ([, name, version]) => `${name} ${version}`,
    );
    noteRebuild({
      tool: 'apt of Debian 12, apt-get -s',
      scenario: command,
      told: told.map(({ name, version }) => `+${name} ${version}`).sort(),
      done: done.map((each) => `+${each}`).sort(),
      seconds,
    });
    expect(done.length, output.slice(-500)).toBeGreaterThan(0);
    expect(outcome).toMatchObject({ unknown: [] });
    expect(told.map(({ name, version }) => `${name} ${version}`).sort()).toEqual(done.sort());
  });
});
