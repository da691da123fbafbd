import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { fetchSource } from '../../src/maintain/rebuild/fetch-source.ts';
import { rpmSystem } from '../../src/maintain/rebuild/rpm-system.ts';
import { freePort } from '../free-port.ts';
import { hasRpmTools, makeRpmRepository } from './rpm-repository.ts';
import { changesBetween, noteRebuild } from './told-and-done.ts';

/*
 * The real dnf 4 on a root of its own, with packages of rpmbuild and a repository of createrepo_c: what is predicted for the repository's next state must be
 * exactly what dnf then does.
 */

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-dnf-'));
const database = 'var/lib/rpm/rpmdb.sqlite';

const first = [
  'base-lib 1.0-1',
  'base-user 1.0-1; Requires: base-lib = 1.0-1',
  'own 1.0-1',
  'fitting 1:2.0-1; Provides: api = 3',
];
const next = [
  ...['base-lib 1.1-1', 'base-user 1.1-1; Requires: base-lib = 1.1-1', 'own 1.1-1; Requires: fresh', 'fresh 0.9-1'],
  ...['fitting 1:2.0-1; Provides: api = 3', 'web 1.0-1', 'web 1.1-1; Requires: base-lib >= 1.0; Recommends: docs'],
  ...[
    'docs 2-1',
    'strict 1-1; Requires: base-lib >= 1.1',
    'needs-api 1-1; Requires: api >= 3',
    'shell-user 1-1; Requires: /usr/bin/shell-of-test',
  ],
  ...[
    'shell-of-test 5-2; Provides: /usr/bin/shell-of-test',
    'rich 1-1; Requires: (absent-a or docs)',
    'pinned 1.0-3',
    'pinned 2.0-1',
  ],
  ...[
    'broken 1-1; Requires: nowhere >= 2',
    'epoch 1:0.5-1',
    'epoch 9.0-1',
    'either-a 1-1; Provides: either',
    'uses-either 1-1; Requires: either',
  ],
];

describe.skipIf(!hasRpmTools || !existsSync('/usr/bin/dnf'))('dnf in thought and in a root of its own', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    makeRpmRepository(scratch, 'first', first);
    makeRpmRepository(scratch, 'next', next);
    port = await freePort();
    server = createServer((request, response) => {
      const file = path.join(scratch, new URL(request.url ?? '/', 'http://localhost').pathname);
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    write('.rpmmacros', '%_dbpath /var/lib/rpm\n');
    write('root/etc/yum.repos.d/test.repo', `[test]\nname=test\nbaseurl=file://${scratch}/first\ngpgcheck=0\n`);
    const { status, stdout, stderr } = dnf('root', ['install', 'base-user', 'own', 'fitting']);
    expect(status, stdout + stderr).toBe(0);
  }, 120_000);
  afterAll(() => {
    server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  function write(name: string, content: string): void {
    mkdirSync(path.dirname(path.join(scratch, name)), { recursive: true });
    writeFileSync(path.join(scratch, name), content);
  }

  /** As in a container whose root that is. */
  function dnf(root: string, args: readonly string[]) {
    const at = path.join(scratch, root);
    const places = [`--installroot=${at}`, `--setopt=reposdir=${at}/etc/yum.repos.d`, `--setopt=cachedir=${at}-cache`];
    return spawnSync('dnf', ['-y', ...places, '--releasever=1', ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: scratch },
    });
  }

  function installed(root: string): Map<string, string> {
    const format = '%{NAME} %|EPOCH?{%{EPOCH}:}:{}|%{VERSION}-%{RELEASE}\\n';
    const listed = execFileSync('rpm', ['--root', path.join(scratch, root), '-qa', '--qf', format], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: scratch },
    });
    const rows = listed
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
    return new Map(rows.map(([name = '', version = '']) => [name, version]));
  }

  async function predicted(root: string, command: string) {
    const repository = `[test]\nname=test\nbaseurl=http://127.0.0.1:${port}/next\n`;
    const files = {
      contents: new Map([[database, readFileSync(path.join(scratch, root, database))]]),
      texts: new Map([['etc/yum.repos.d/test.repo', repository]]),
    };
    const ask = fetchSource({ fetch, timeoutSeconds: 10 });
    const asked = await rpmSystem.ask(files, { architecture: 'x86_64', ask, now: Date.now() });
    expect(asked.sources).toMatchObject([{ state: 'asked' }]);
    const world = rpmSystem.world(files);
    const { commands } = parseDockerfile({ path: 'Dockerfile', text: `FROM x\nRUN ${command}\n`, encoding: 'utf-8' });
    const read = commands[0] && readPackageCommand(commands[0].command);
    if (world === undefined || read === undefined) throw new Error('nothing to run');
    const outcome = rpmSystem.run(world, read, { ...asked, chosenBefore: new Set(), namedBefore: [] });
    return { outcome, packages: new Map([...world.all()].map(({ name, version }) => [name, version])) };
  }

  it.each([
    ['dnf install -y web', undefined],
    ['dnf install -y web docs', undefined],
    ['dnf install -y --setopt=install_weak_deps=False web', undefined],
    ['dnf install -y strict', undefined],
    ['dnf install -y own', undefined],
    ['dnf install -y base-lib', undefined],
    ['dnf install -y --best own', undefined],
    ['dnf install -y --setopt=best=1 base-lib web', undefined],
    ['dnf install -y needs-api shell-user', undefined],
    ['dnf install -y rich', undefined],
    ['dnf install -y epoch', undefined],
    ['dnf install -y uses-either', undefined],
    ['dnf install -y pinned-1.0', undefined],
    ['dnf install -y pinned-1.0-3', undefined],
    ['dnf install -y /usr/bin/shell-of-test', undefined],
    ['dnf upgrade -y', undefined],
    ['dnf upgrade -y own', undefined],
    ['dnf remove -y base-lib', undefined],
    ['dnf remove -y own fitting', undefined],
    ['dnf install -y nowhere-at-all', 'nowhere-at-all is offered by no repository'],
    ['dnf install -y pinned-3.0', 'pinned-3.0 is offered no more: there is 2.0-1'],
    ['dnf install -y broken', 'broken 1-1 needs nowhere >= 2, which no source offers'],
  ])('%s', async (command, fails) => {
    const root = `root-${command.replaceAll(/\W/g, '')}`;
    cpSync(path.join(scratch, 'root'), path.join(scratch, root), { recursive: true });
    const before = installed('root');
    const begun = performance.now();
    const { outcome, packages } = await predicted(root, command);
    const seconds = (performance.now() - begun) / 1000;
    write(`${root}/etc/yum.repos.d/test.repo`, `[test]\nname=test\nbaseurl=file://${scratch}/next\ngpgcheck=0\n`);
    const { status, stdout, stderr } = dnf(root, command.split(' ').slice(1));
    expect([status === 0, outcome?.fails, outcome?.unknown], stdout + stderr).toEqual([fails === undefined, fails, []]);
    if (fails !== undefined) return;
    const texts = (found: ReadonlyMap<string, string>) => [...found].map((each) => each.join(' '));
    const [told, done] = [texts(packages), texts(installed(root))].map((after) => changesBetween(texts(before), after));
    noteRebuild({ tool: 'dnf 4, a root', scenario: command, told: told ?? [], done: done ?? [], seconds });
    expect([...packages].sort()).toEqual([...installed(root)].sort());
  });
});
