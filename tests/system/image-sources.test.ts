import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageAnalysis } from '../../src/image/image-analysis.ts';
import { type OpenOptions, openImage } from '../../src/image/sources/open-image.ts';
import { type TestDescriptor, testBlobs, types } from '../image/image-blobs.ts';
import { type TarFile, tarOf, withPax } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';
import { type FaultyRegistry, listen, startFaultyRegistry } from './faulty-registry.ts';
import { hasRegistry } from './real-registry.ts';

// Forms of images, ways to registries and names made to lead astray, through the real registry.

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-image-sources-'));
const quiet = { HOME: scratch, PATH: process.env.PATH };
const hasZstd = spawnSync('zstd', ['--version']).status === 0;
const docker = {
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  gzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  foreign: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
};
const platform = { os: 'linux', architecture: 'amd64' };
let registry: FaultyRegistry;

interface Layer {
  readonly tar: Buffer;
  readonly type: string;
  readonly packed: Buffer;
  /** Named, and not there. */
  readonly urls?: readonly string[];
}

interface Form {
  readonly manifest: string;
  readonly config: string;
  readonly index?: string;
}

const oci: Form = { manifest: types.manifest, config: types.config, index: types.index };

async function push(tag: string, layers: readonly Layer[], form: Form = oci): Promise<TestDescriptor> {
  const { blobs, add } = testBlobs();
  const stored = layers.map(({ type, packed, urls }) => add(type, packed, urls ? { urls } : {}));
  const diffIds = layers.map(({ tar }) => digestOf(tar));
  const config = add(form.config, { ...platform, config: {}, rootfs: { type: 'layers', diff_ids: diffIds } });
  const manifest = add(form.manifest, { schemaVersion: 2, mediaType: form.manifest, config, layers: stored });
  const bodyOf = (one: TestDescriptor) => ({ ...one, body: blobs.get(one.digest) ?? Buffer.alloc(0) });
  for (const one of [...stored.filter(({ urls }) => !urls), config]) await registry.push('forms/web', bodyOf(one));
  await registry.push('forms/web', bodyOf(manifest), form.index ? manifest.digest : tag);
  if (form.index === undefined) return manifest;
  const index = { schemaVersion: 2, mediaType: form.index, manifests: [{ ...manifest, platform }] };
  await registry.push('forms/web', bodyOf(add(form.index, index)), tag);
  return manifest;
}

async function analysed(name: string, options: Partial<OpenOptions> = {}): Promise<ImageAnalysis> {
  const image = await openImage(name, { environment: quiet, platform, ...options });
  try {
    return await analyseImage(image, { cataloguers });
  } finally {
    await image.close();
  }
}

const pathsOf = ({ files }: ImageAnalysis) => [...files].map(({ path }) => path);

describe.skipIf(!hasRegistry)('through a registry', () => {
  beforeAll(async () => {
    registry = await startFaultyRegistry();
  });
  afterAll(() => {
    registry?.stop();
    rmSync(scratch, { recursive: true });
  });

  const tar = tarOf([
    { name: 'app/noise', content: randomBytes(100_000) },
    { name: 'etc/os-release', content: 'ID=debian\nVERSION_ID="12"\n' },
  ]);
  const members = Buffer.concat(
    [...Array(Math.ceil(tar.length / 4096)).keys()].map((at) => gzipSync(tar.subarray(at * 4096, at * 4096 + 4096))),
  );
  it.each<[string, Layer, Form?]>([
    ['gzip', { tar, type: types.gzip, packed: gzipSync(tar) }],
    ['no packing', { tar, type: types.tar, packed: tar }],
    ['a member of gzip for each piece, as eStargz has', { tar, type: types.gzip, packed: members }],
    ['Docker’s schema 2', { tar, type: docker.gzip, packed: gzipSync(tar) }, { ...docker, index: docker.list }],
    ['Docker’s schema 2 without a list', { tar, type: docker.gzip, packed: gzipSync(tar) }, docker],
  ])('an image of %s is read', async (name, layer, form) => {
    const tag = name.replace(/\W+/g, '-').toLowerCase();
    const { digest } = await push(tag, [layer], form);
    const analysis = await analysed(`docker://${registry.host}/forms/web:${tag}`);
    expect(pathsOf(analysis)).toEqual(['app/noise', 'etc/os-release']);
    expect(analysis.image.digest).toBe(digest);
    expect(analysis.gaps).toEqual([]);
    expect(analysis.layers[0]?.layer).toMatchObject({ diffId: digestOf(tar), digest: digestOf(layer.packed) });
  });

  it.skipIf(!hasZstd)('an image that zstd packed is read', async () => {
    const { stdout } = spawnSync('zstd', ['-q', '-c', '-19'], { input: tar, maxBuffer: 1 << 26 });
    await push('zstd', [{ tar, type: 'application/vnd.oci.image.layer.v1.tar+zstd', packed: stdout }]);
    expect(pathsOf(await analysed(`docker://${registry.host}/forms/web:zstd`))).toContain('app/noise');
  });

  it('a layer that lies elsewhere is named, not fetched, and told as a gap', async () => {
    const foreign = { tar, type: docker.foreign, packed: Buffer.from('elsewhere'), urls: ['https://away.test/layer'] };
    const own = tarOf([{ name: 'own', content: '1' }]);
    const layers = [foreign, { tar: own, type: docker.gzip, packed: gzipSync(own) }];
    const { digest } = await push('pulled', [layers[1] ?? foreign], docker);
    // The registry takes no manifest with addresses unless it is told which: its answer is changed.
    const { blobs, add } = testBlobs();
    const config = add(docker.config, {
      ...platform,
      config: {},
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer.tar)) },
    });
    const stored = layers.map(({ type, packed, urls }: Layer) => add(type, packed, urls ? { urls } : {}));
    const body = add(docker.manifest, { schemaVersion: 2, mediaType: docker.manifest, config, layers: stored });
    registry.spoil(({ url }) => {
      const answer = (one: TestDescriptor) =>
        ({ kind: 'change', change: () => blobs.get(one.digest) ?? Buffer.alloc(0) }) as const;
      if (url.endsWith('/manifests/pulled')) return answer(body);
      return url.endsWith(config.digest)
        ? { kind: 'answer', status: 200, body: String(blobs.get(config.digest)) }
        : undefined;
    });
    const analysis = await analysed(`docker://${registry.host}/forms/web:pulled`);
    expect(digest).not.toBe(analysis.image.digest);
    expect(pathsOf(analysis)).toEqual(['own']);
    expect(analysis.gaps.join()).toMatch(/sha256:[0-9a-f]{64}: a foreign layer/);
    expect(registry.asked.some(({ url }) => url.includes(digestOf(foreign.packed)))).toBe(false);
    registry.spoil(() => undefined);
  });

  it('a name and a password are given to a registry that asks for them itself', async () => {
    await push('basic', [{ tar, type: types.gzip, packed: gzipSync(tar) }]);
    const login = Buffer.from('user:pass').toString('base64');
    const directory = path.join(scratch, 'login');
    mkdirSync(directory);
    writeFileSync(path.join(directory, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth: login } } }));
    registry.spoil(({ authorization }) =>
      authorization === `Basic ${login}`
        ? undefined
        : { kind: 'answer', status: 401, headers: { 'www-authenticate': 'Basic realm="registry"' } },
    );
    const name = `docker://${registry.host}/forms/web:basic`;
    const environment = { ...quiet, DOCKER_CONFIG: directory };
    expect(pathsOf(await analysed(name, { environment }))).toContain('app/noise');
    await expect(analysed(name)).rejects.toMatchObject({ exitCode: expect.any(Number) });
    registry.spoil(() => undefined);
  });

  it('a mirror of registries.conf is asked', async () => {
    await push('mirrored', [{ tar, type: types.gzip, packed: gzipSync(tar) }]);
    const home = path.join(scratch, 'home');
    mkdirSync(path.join(home, '.config/containers'), { recursive: true });
    writeFileSync(
      path.join(home, '.config/containers/registries.conf'),
      `[[registry]]\nlocation = "registry.invalid"\n[[registry.mirror]]\nlocation = "${registry.host}"\ninsecure = true\n`,
    );
    const analysis = await analysed('docker://registry.invalid/forms/web:mirrored', {
      environment: { ...quiet, HOME: home },
    });
    expect(pathsOf(analysis)).toContain('app/noise');
  });

  it.each(['.docker/daemon.json', '.config/docker/daemon.json'])(
    'a mirror of Docker Hub in %s is asked',
    async (file) => {
      await push('mirrored', [{ tar, type: types.gzip, packed: gzipSync(tar) }]);
      const home = path.join(scratch, file.replaceAll('/', '-'));
      mkdirSync(path.join(home, path.dirname(file)), { recursive: true });
      writeFileSync(
        path.join(home, file),
        JSON.stringify({ 'registry-mirrors': ['http://127.0.0.1:1', `http://${registry.host}/`], debug: true }),
      );
      const environment = { ...quiet, HOME: home, XDG_CONFIG_HOME: undefined };
      const analysis = await analysed('docker://docker.io/forms/web:mirrored', { environment });
      expect(pathsOf(analysis)).toContain('app/noise');
    },
  );

  it('without TLS only where that is asked for, through the proxy for it', async () => {
    await push('plain', [{ tar, type: types.gzip, packed: gzipSync(tar) }]);
    let asked = 0;
    const proxy = createHttpServer((request, response) => {
      asked++;
      const { host, pathname, search } = new URL(request.url ?? '');
      request.url = pathname + search;
      request.headers.host = host;
      registry.answer(request, response);
    });
    // undici asks proxies for a tunnel for plain HTTP, too.
    proxy.on('connect', (_, socket) => {
      asked++;
      const [host = '', port] = registry.host.split(':');
      const tunnel = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      for (const end of [tunnel, socket]) end.on('error', () => socket.destroy());
    });
    const environment = { ...quiet, HTTP_PROXY: `http://127.0.0.1:${await listen(proxy)}` };
    const name = 'docker://plain.invalid/forms/web:plain';
    const timeoutSeconds = 10;
    try {
      await expect(analysed(name, { environment, registry: { timeoutSeconds } })).rejects.toMatchObject({
        exitCode: 3,
      });
      expect(asked).toBe(0);
      const analysis = await analysed(name, { environment, registry: { timeoutSeconds, plainHttp: true } });
      expect(pathsOf(analysis)).toContain('app/noise');
      expect(asked).toBeGreaterThan(0);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  }, 60_000);

  it('with the authority of certs.d, and the client’s certificate that the registry wants', async () => {
    await push('certified', [{ tar, type: types.gzip, packed: gzipSync(tar) }]);
    const home = path.join(scratch, 'certified');
    const certificates = path.join(home, '.config/containers/certs.d/secure.test');
    mkdirSync(certificates, { recursive: true });
    const key = path.join(certificates, 'client.key');
    const cert = path.join(certificates, 'client.cert');
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'],
      ...['-addext', 'subjectAltName=DNS:secure.test', '-keyout', key, '-out', cert],
    ]);
    expect(made.status).toBe(0);
    writeFileSync(path.join(certificates, 'ca.crt'), readFileSync(cert));
    const tls = { key: readFileSync(key), cert: readFileSync(cert), ca: readFileSync(cert), requestCert: true };
    const server = createHttpsServer({ ...tls, rejectUnauthorized: true }, registry.answer);
    const port = await listen(server);
    const proxy = createHttpServer();
    proxy.on('connect', (_, socket) => {
      const tunnel = connect(port, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        tunnel.pipe(socket).pipe(tunnel);
      });
      for (const end of [tunnel, socket]) end.on('error', () => socket.destroy());
    });
    const environment = { ...quiet, HTTPS_PROXY: `http://127.0.0.1:${await listen(proxy)}` };
    const name = 'docker://secure.test/forms/web:certified';
    try {
      const analysis = await analysed(name, { environment: { ...environment, HOME: home } });
      expect(pathsOf(analysis)).toContain('app/noise');
    } finally {
      for (const each of [server, proxy]) {
        each.closeAllConnections();
        each.close();
      }
    }
  }, 60_000);

  it('names that lead astray write nothing, lead nowhere, and are told with the digest', async () => {
    const canary = path.join(scratch, 'canary');
    mkdirSync(canary);
    writeFileSync(path.join(canary, 'file'), 'untouched');
    const up = '../'.repeat(30);
    const files: TarFile[] = [
      { name: `${up}${canary.slice(1)}/climbed`, content: 'x' },
      { name: `${canary}/absolute`, content: 'x' },
      { name: 'out', type: '2', target: canary },
      { name: 'out/through-a-link', content: 'x' },
      { name: 'hard', type: '1', target: `${up}${canary.slice(1)}/file` },
      { name: 'hard', content: 'overwritten through the hard link' },
      { name: 'null', type: '3' },
      { name: 'disk', type: '4' },
      { name: 'pipe', type: '6' },
      { name: `${up}.wh.tmp`, content: '' },
      { name: '.wh..wh..opq', content: '' },
      { name: 'd/.wh...', content: '' },
      ...withPax(
        { path: `${canary}/pax`, 'GNU.sparse.realsize': '9'.repeat(18), 'GNU.sparse.name': 's' },
        { name: 'p' },
      ),
      { name: 'twice', content: '1' },
      { name: 'twice', content: '22' },
    ];
    const hostile = tarOf(files);
    await push('astray', [{ tar: hostile, type: types.gzip, packed: gzipSync(hostile) }]);
    const before = statSync(canary).mtimeMs;
    const cache = { directory: path.join(scratch, 'cache'), code: 'test' };
    const image = await openImage(`docker://${registry.host}/forms/web:astray`, { environment: quiet, platform });
    const analysis = await analyseImage(image, { cataloguers, cache });
    await image.close();
    expect(readdirSync(canary)).toEqual(['file']);
    expect(readFileSync(path.join(canary, 'file'), 'utf8')).toBe('untouched');
    expect(statSync(canary).mtimeMs).toBe(before);
    expect(existsSync('/climbed')).toBe(false);
    // Below the image's own root, whatever they said.
    expect(pathsOf(analysis)).toContain(`${canary.slice(1)}/absolute`);
    expect(analysis.files.find('twice')?.bytes).toBe(2);
    expect(analysis.gaps.filter((gap) => !/^layer sha256:[0-9a-f]{64}: /.test(gap))).toEqual([]);
    expect(analysis.gaps.join('\n')).toMatch(/leads out of the image[\s\S]*hard link that leads out/);
  });
});
