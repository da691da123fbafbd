import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dockerEndpoints, podmanEndpoints } from '../../src/image/sources/engine-endpoints.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { tarOf } from './tar-archive.ts';
import { digestOf } from './test-image.ts';

// How engines are found and what they may answer; a real one is asked by tests/system/image-engine.test.ts.

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-engine-test-'));
const temporary = path.join(scratch, 'temporary');
mkdirSync(temporary);
vi.stubEnv('TMPDIR', temporary);
const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(scratch, { recursive: true });
});

const layer = tarOf([{ name: 'app', content: 'app' }]);
const config = JSON.stringify({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [digestOf(layer)] } });
const hex = digestOf(Buffer.from(config)).slice(7);
const saved = tarOf([
  { name: 'one/layer.tar', content: layer },
  { name: `${hex}.json`, content: config },
  {
    name: 'manifest.json',
    content: JSON.stringify([{ Config: `${hex}.json`, RepoTags: ['web:1'], Layers: ['one/layer.tar'] }]),
  },
]);

const inspected = JSON.stringify({ Id: `sha256:${hex}`, Size: layer.length, Os: 'linux', Architecture: 'amd64' });

/** Has `web:1` and nothing else. */
const engine: RequestListener = ({ url }, response) => {
  if (url === '/images/web%3A1/json') response.end(inspected);
  else if (url === '/images/web%3A1/get') response.end(saved);
  else response.writeHead(404).end('{"message":"No such image"}');
};

let count = 0;
async function listenOn(answer: RequestListener, socket = path.join(scratch, `${++count}.sock`)): Promise<string> {
  mkdirSync(path.dirname(socket), { recursive: true });
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return socket;
}

function environment(given: Record<string, string> = {}): Record<string, string> {
  return { HOME: path.join(scratch, 'home'), PATH: '', ...given };
}

describe('Docker Engine is found', () => {
  it('where DOCKER_HOST says', async () => {
    const socket = await listenOn(engine);
    const image = await openImage('docker-daemon:web:1', {
      environment: environment({ DOCKER_HOST: `unix://${socket}` }),
    });
    expect(image).toMatchObject({ source: 'Docker Engine', layers: [{ diffId: digestOf(layer), packing: 'none' }] });
    await image.close();
    await image.close();
  });

  it('at the context that is chosen', async () => {
    const socket = await listenOn(engine);
    const docker = path.join(scratch, 'docker');
    const meta = path.join(docker, 'contexts/meta', createHash('sha256').update('remote').digest('hex'));
    mkdirSync(meta, { recursive: true });
    writeFileSync(path.join(docker, 'config.json'), '{"currentContext": "remote"}');
    writeFileSync(
      path.join(meta, 'meta.json'),
      JSON.stringify({ Name: 'remote', Endpoints: { docker: { Host: `unix://${socket}` } } }),
    );
    expect(dockerEndpoints(environment({ DOCKER_CONFIG: docker }))).toMatchObject([{ socketPath: socket }]);
    expect(() => dockerEndpoints(environment({ DOCKER_CONTEXT: 'other', DOCKER_CONFIG: docker }))).toThrow(
      /context other/,
    );
  });

  it('at the usual sockets of a user, over links, and only where they are sockets of this user', async () => {
    const run = path.join(scratch, 'run');
    const socket = await listenOn(engine, path.join(run, 'real/podman.sock'));
    mkdirSync(path.join(run, 'podman'));
    symlinkSync(socket, path.join(run, 'podman/podman.sock'));
    expect(podmanEndpoints(environment({ XDG_RUNTIME_DIR: run }))).toContainEqual({
      engine: 'Podman',
      address: socket,
      socketPath: socket,
    });
    writeFileSync(path.join(run, 'docker.sock'), 'no socket');
    expect(dockerEndpoints(environment({ XDG_RUNTIME_DIR: run })).map(({ address }) => address)).not.toContain(
      path.join(run, 'docker.sock'),
    );
    rmSync(path.join(run, 'docker.sock'));
    symlinkSync('docker.sock', path.join(run, 'docker.sock'));
    expect(dockerEndpoints(environment({ XDG_RUNTIME_DIR: run })).map(({ address }) => address)).not.toContain(
      path.join(run, 'docker.sock'),
    );
  });

  it.each([
    ['tcp://build.test:2375', { host: 'build.test', port: 2375 }],
    ['tcp://build.test', { host: 'build.test', port: 2375 }],
    ['https://build.test', { host: 'build.test', port: 2376, tls: {} }],
  ])('at %s', (host, expected) => {
    expect(dockerEndpoints({ DOCKER_HOST: host })).toMatchObject([expected]);
  });

  it.each(['ssh://user@build.test', 'npipe:////./pipe/docker', 'nonsense'])('but not at %s', (host) => {
    expect(() => dockerEndpoints({ DOCKER_HOST: host })).toThrow(/cannot be asked/);
  });
});

describe('an engine', () => {
  it.each<[string, RequestListener, RegExp]>([
    ['that is silent', () => {}, /no answer within 1 s/],
    ['that drops the connection', (_, response) => response.destroy(), /does not answer/],
    [
      'that fails',
      (_, response) => response.writeHead(500).end('{"message":"disk \\u001b[31m full"}'),
      /answered 500: disk \\x1b\[31m full/,
    ],
    ['that answers nonsense', (_, response) => response.end('<html>'), /answered 200/],
    [
      'that answers without end',
      (_, response) => void setInterval(() => response.write(Buffer.alloc(4_000_000, ' ')), 5).unref(),
      /more than 8388608 bytes/,
    ],
    ['that begins an answer and stalls', (_, response) => void response.write('{'), /stalled/],
    [
      'that breaks off the export',
      ({ url }, response) =>
        url?.endsWith('json')
          ? response.end(inspected)
          : response
              .writeHead(200, { 'content-length': saved.length })
              .write(saved.subarray(0, 600), () => response.destroy()),
      /broke off the export/,
    ],
    [
      'that does not export',
      ({ url }, response) =>
        url?.endsWith('json') ? response.end(inspected) : response.writeHead(500).end('{"message":"no space"}'),
      /does not export the image: 500 no space/,
    ],
  ])('%s is a failed system', async (_, answer, message) => {
    const socket = await listenOn(answer);
    const failure = await openImage('docker-daemon:web:1', {
      environment: environment({ DOCKER_HOST: `unix://${socket}` }),
      engineTimeoutSeconds: 1,
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode: 3, message: expect.stringMatching(message) });
    expect(leftovers()).toEqual([]);
  });

  it('that has no such image is not a failed one', async () => {
    const socket = await listenOn(engine);
    const failure = await openImage('docker-daemon:other', {
      environment: environment({ DOCKER_HOST: `unix://${socket}` }),
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode: 2, message: 'Docker Engine has no such image.' });
  });

  it('goes before the registry, and where it fails or has it for another platform the registry is asked', async () => {
    const [good, broken] = [await listenOn(engine), await listenOn((_, response) => response.destroy())];
    const said: string[] = [];
    const open = (socket: string, platform = { os: 'linux', architecture: 'amd64' }) =>
      openImage('web:1', {
        environment: environment({ DOCKER_HOST: `unix://${socket}`, HTTPS_PROXY: 'http://127.0.0.1:1' }),
        platform,
        progress: (message) => said.push(message),
      });
    const image = await open(good);
    expect(image.source).toBe('Docker Engine');
    await image.close();
    await expect(open(broken)).rejects.toThrow(/docker.io did not answer/);
    expect(said.join('\n')).toContain('Docker Engine does not answer');
    await expect(open(good, { os: 'linux', architecture: 'arm64' })).rejects.toThrow(/docker.io did not answer/);
  });

  it('whose image was deleted between two questions leaves nothing behind', async () => {
    const socket = await listenOn(({ url }, response) =>
      url?.endsWith('json') ? response.end(inspected) : response.end(tarOf([{ name: 'other', content: 'x' }])),
    );
    await expect(
      openImage('docker-daemon:web:1', { environment: environment({ DOCKER_HOST: `unix://${socket}` }) }),
    ).rejects.toThrow(/lacks a file/);
    expect(leftovers()).toEqual([]);
  });
});

/** What is in the directory for temporary files, which here is this test's own. */
function leftovers(): string[] {
  return readdirSync(os.tmpdir());
}
