import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import { afterAll, afterEach, expect, it } from 'vitest';
import schema from '../../../schemas/prune-engine.schema.json' with { type: 'json' };
import { command } from '../../../src/cli/commands/prune.ts';
import { UserError } from '../../../src/core/errors.ts';
import { findEngines } from '../../../src/maintain/prune-engine/find-engines.ts';
import { runCommand } from '../../cli/run-command.ts';
import { listen } from '../../system/faulty-registry.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves what an engine answers, by the path behind its API's version. */
async function engineThat(answers: Readonly<Record<string, unknown>>): Promise<string> {
  server = createServer(({ url = '' }, response) => {
    const answer = answers[url.replace(/^\/v[\d.]+/, '').replace(/\?.*/, '')];
    response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? {}));
  });
  return `tcp://127.0.0.1:${await listen(server)}`;
}

const id = `sha256:${'a'.repeat(64)}`;
const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
const { signal } = new AbortController();
const inContainerd = {
  '/version': { Version: '29.1.0', ApiVersion: '1.52', MinAPIVersion: '1.40', Components: [{ Name: 'Engine' }] },
  '/info': {
    DockerRootDir: '/var/lib/docker',
    Driver: 'overlayfs',
    DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
  },
  '/images/json': [{ Id: id, ParentId: '', Size: 3_000_000 }],
  [`/images/${encodeURIComponent(id)}/json`]: {
    Created: '2020-01-01T00:00:00Z',
    RepoTags: ['base:1'],
    RepoDigests: [`base@${id}`],
    RootFS: { Layers: [`sha256:${'b'.repeat(64)}`] },
  },
  [`/images/${encodeURIComponent(id)}/history`]: [{ Created: 1, CreatedBy: 'ADD', Size: 2_000_000 }],
  '/system/df': {},
  '/containers/json': [],
};

it('does not take for pulled what an engine with images in containerd has, and says that bytes are the engine’s own', async () => {
  const address = await engineThat(inContainerd);
  const [engine] = await findEngines([`docker:${address}`], {}, signal);
  const inventory = await engine?.read({ signal, progress() {} });
  expect(inventory?.items).toMatchObject([{ names: ['base:1', `base@${id}`], pulled: false, buildSeconds: undefined }]);
  expect(inventory?.notes.join()).toMatch(/its images are kept in containerd/);
});

it('does not take Podman for Docker Engine, whatever answers at its socket', async () => {
  const address = await engineThat({
    ...inContainerd,
    '/version': { Version: '4.3.1', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] },
  });
  await expect(findEngines([`docker:${address}`], {}, signal)).rejects.toThrow(/it is Podman that answers/);
});

/** With a Podman that is asked nothing but where its storage is, and does not know. */
const programs = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-podman-'));
writeFileSync(path.join(programs, 'podman'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
afterAll(() => rmSync(programs, { recursive: true }));
const user = process.getuid?.();
const ownSocket = `${user === 0 ? '/run' : `/run/user/${user}`}/podman/podman.sock`;

it.each<[string, Record<string, string>]>([
  ['CONTAINER_HOST', { CONTAINER_HOST: 'ssh://core@elsewhere/run/podman/podman.sock' }],
  ['CONTAINER_HOST', { CONTAINER_HOST: 'unix:///nonexistent/forwarded.sock' }],
  ['CONTAINER_CONNECTION', { CONTAINER_CONNECTION: 'elsewhere' }],
])('does not clear up this machine where %s names Podman elsewhere', async (name, environment) => {
  const found = findEngines(['podman'], { PATH: programs, ...environment }, signal);
  await expect(found).rejects.toThrow(`${name} asks a service of Podman elsewhere`);
});

it.each(['unix://', 'unix:'])('takes the socket of this user for this user’s storage: %s', async (scheme) => {
  const found = findEngines(['podman'], { PATH: programs, CONTAINER_HOST: `${scheme}${ownSocket}` }, signal);
  await expect(found).rejects.toThrow('podman does not say where its storage is');
});

it('goes on to Docker where Podman was not named and is elsewhere, and says so', async () => {
  const DOCKER_HOST = await engineThat(inContainerd);
  const environment = { PATH: programs, DOCKER_HOST, CONTAINER_HOST: 'ssh://core@elsewhere/podman.sock' };
  const leftOut: string[] = [];
  const found = await findEngines([], environment, signal, {
    onLeftOut: ({ name, why }) => leftOut.push(`${name}: ${why.message}`),
  });
  expect(found.map(({ name }) => name)).toEqual(['docker']);
  expect(leftOut).toEqual([expect.stringContaining('podman: CONTAINER_HOST asks a service of Podman elsewhere')]);
});

it('goes on to Docker where Podman does not work, unless it was named', async () => {
  const environment = { PATH: programs, DOCKER_HOST: await engineThat(inContainerd) };
  const { code, stderr } = await pruned([], environment);
  expect([code, stderr]).toEqual([0, expect.stringContaining('podman: left out: podman does not say where')]);
  expect(await pruned(['docker', 'podman'], environment)).toMatchObject({ code: 3 });
});

/** With a Podman that says where its storage, which is empty, is; one that fails can do nothing else. */
function podman(fails: boolean): string {
  const storage = mkdtempSync(path.join(programs, 'storage-'));
  const working = mkdtempSync(path.join(programs, 'bin-'));
  const info = JSON.stringify({ store: { graphRoot: storage, graphDriverName: 'vfs' }, version: { Version: '4.3.1' } });
  writeFileSync(path.join(working, 'podman'), `#!/bin/sh\n${fails ? '[ "$1" = info ] && ' : ''}echo '${info}'\n`, {
    mode: 0o755,
  });
  return `${working}:/usr/bin:/bin`;
}

it('leaves out what fails while it is read, and says so in the JSON', async () => {
  const DOCKER_HOST = await engineThat(inContainerd);
  const { code, stdout } = await pruned(['--json'], { PATH: podman(true), DOCKER_HOST });
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(validate(report)).toBe(true);
  expect(report).toMatchObject({ engines: [{ engine: 'docker' }], leftOut: [{ engine: 'podman' }] });
});

it('clears up nothing else where the Docker Engine that the environment names fails', async () => {
  const PATH = podman(false);
  const { '/system/df': _, '/images/json': __, ...broken } = inContainerd;
  const DOCKER_HOST = await engineThat({ ...broken, '/info': {} });
  expect(await pruned([], { PATH, DOCKER_HOST })).toMatchObject({ code: 3 });
  expect(await pruned([], { PATH, DOCKER_HOST: 'unix:///nonexistent.sock' })).toMatchObject({ code: 3 });
});

/** The command with these engines. */
async function pruned(named: readonly string[], environment: Readonly<Record<string, string>>) {
  const run = runCommand(command, programs, ['engine', ...named, '--no-config'], { environment });
  return run.catch((error: unknown) => {
    if (error instanceof UserError) return { code: error.exitCode, stdout: '', stderr: '' };
    throw error;
  });
}

it('has nothing to leave out where Podman is not installed', async () => {
  const DOCKER_HOST = await engineThat(inContainerd);
  const environment = { PATH: '', DOCKER_HOST, CONTAINER_HOST: 'ssh://core@elsewhere/podman.sock' };
  const leftOut: unknown[] = [];
  await findEngines([], environment, signal, { onLeftOut: (why) => leftOut.push(why) });
  expect(leftOut).toEqual([]);
});
