import { createServer, type Server } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { findEngines } from '../../../src/maintain/prune-engine/find-engines.ts';
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

it.each<[string, Record<string, string>]>([
  ['CONTAINER_HOST', { CONTAINER_HOST: 'ssh://core@elsewhere/run/podman/podman.sock' }],
  ['CONTAINER_CONNECTION', { CONTAINER_CONNECTION: 'elsewhere' }],
])('does not clear up this machine where %s names Podman elsewhere', async (name, environment) => {
  const found = findEngines(['podman'], { PATH: process.env.PATH, ...environment }, signal);
  await expect(found).rejects.toThrow(name);
});
