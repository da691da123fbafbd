import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { Image, ImageLayer } from '../../src/image/image.ts';
import { registryConnection } from '../../src/image/internal/registry-request.ts';
import type { RegistryOptions } from '../../src/image/registry-digest.ts';
import { openImage } from '../../src/image/sources/open-image.ts';
import { referrersOf } from '../../src/image/sources/referrers.ts';
import { imageOfRegistry } from '../../src/image/sources/registry.ts';
import { downloadBlob } from '../../src/image/sources/registry-blob.ts';
import { type TestDescriptor, testBlobs, types } from '../image/image-blobs.ts';
import { tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';
import { type Asked, type FaultyRegistry, listen, startFaultyRegistry } from './faulty-registry.ts';
import { hasRegistry } from './real-registry.ts';

// The real registry behind a server that spoils its answers: what is read of an image through all that a network and a hostile registry do.

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-image-registry-'));
const quiet = { HOME: scratch, PATH: process.env.PATH };
const megabyte = 1024 * 1024;
const blobs = testBlobs();
const content = tarOf([{ name: 'noise', content: randomBytes(3 * megabyte) }]);
const layer = blobs.add(types.tar, content);
const large = blobs.image('large', {
  config: { rootfs: { type: 'layers', diff_ids: [layer.digest] }, history: [{ created_by: 'COPY noise' }] },
  manifest: { layers: [layer] },
});
const arm = blobs.image('arm', { platform: { os: 'linux', architecture: 'arm64' } });
const index = blobs.add(types.index, { schemaVersion: 2, mediaType: types.index, manifests: [large, arm] });
let registry: FaultyRegistry;
let waits: number[] = [];

const isBlob = ({ url }: Asked) => url.endsWith(layer.digest);

function options(given: Partial<RegistryOptions> = {}): RegistryOptions {
  return {
    fetch,
    credentials: () => undefined,
    timeoutSeconds: 20,
    async sleep(milliseconds) {
      waits.push(milliseconds);
    },
    ...given,
  };
}

function reference(name = `${registry.host}/shop/web:1`) {
  const parsed = parseImageReference(name);
  if (parsed === undefined) throw new Error(name);
  return parsed;
}

function openLarge(given: Partial<RegistryOptions> = {}) {
  return imageOfRegistry(reference(), { os: 'linux', architecture: 'amd64' }, options(given));
}

async function read({ content }: ImageLayer, signal = new AbortController().signal): Promise<string> {
  if (content.kind !== 'stream') throw new Error(content.kind);
  const parts: Uint8Array[] = [];
  for await (const part of content.open(signal)) parts.push(part);
  return digestOf(Buffer.concat(parts));
}

/** Only the layer, by a registry that must not be silent for long: that of a loaded machine may be, while the manifest is asked for. */
async function readSoon(attempts: number): Promise<string | UserError> {
  const connection = registryConnection(reference(), options({ attempts }));
  const download = { ...layer, bytes: layer.size, place: 'registry', timeoutSeconds: 2, attempts, async sleep() {} };
  try {
    const parts: Uint8Array[] = [];
    for await (const part of downloadBlob(connection, download, new AbortController().signal)) parts.push(part);
    return digestOf(Buffer.concat(parts));
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function readLarge(given: Partial<RegistryOptions> = {}): Promise<string | UserError> {
  try {
    const { layers } = await openLarge(given);
    return layers[0] ? await read(layers[0]) : '';
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

describe.skipIf(!hasRegistry)('an image in a registry', () => {
  beforeAll(async () => {
    registry = await startFaultyRegistry();
    const manifests = new Set([large, arm, index].map(({ digest }) => digest));
    for (const [digest, body] of blobs.blobs)
      if (!manifests.has(digest)) await registry.push('shop/web', { digest, mediaType: '', body });
    for (const { digest, mediaType } of [large, arm, index]) {
      const body = blobs.blobs.get(digest) ?? Buffer.alloc(0);
      await registry.push('shop/web', { digest, mediaType, body }, digest === index.digest ? '1' : digest);
    }
  });
  afterAll(() => {
    registry?.stop();
    rmSync(scratch, { recursive: true });
  });

  it('is opened by its tag, its digest and its platform; layers come when they are read', async () => {
    registry.spoil(() => undefined);
    const platform = { os: 'linux', architecture: 'amd64' };
    for (const name of [`docker://${registry.host}/shop/web:1`, `registry:${registry.host}/shop/web@${index.digest}`]) {
      const image = await openImage(name, { environment: quiet, platform });
      expect(image).toMatchObject({
        source: `registry ${registry.host}`,
        digest: large.digest,
        indexDigest: index.digest,
        layers: [{ digest: layer.digest, diffId: layer.digest, packing: 'none', bytes: content.length, history: 0 }],
      });
      expect(registry.asked.filter(isBlob)).toEqual([]);
    }
    const [one] = (await openLarge()).layers;
    // More than once, as LayerBytes says.
    expect(one && [await read(one), await read(one)]).toEqual([layer.digest, layer.digest]);
    const other = await openImage(`docker://${registry.host}/shop/web:1`, {
      environment: quiet,
      platform: { os: 'linux', architecture: 'arm64' },
    });
    expect(other.digest).toBe(arm.digest);
  });

  it('that is not there is said not to be there', async () => {
    registry.spoil(() => undefined);
    const failure = await openImage(`docker://${registry.host}/shop/web:2`, { environment: quiet }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ exitCode: 2, message: expect.stringContaining('has no') });
  });

  it.each([429, 500, 502, 503, 504])('is asked for again after a %i, later each time', async (status) => {
    waits = [];
    registry.spoil((_, count) => (count <= 3 ? { kind: 'answer', status } : undefined));
    expect(await readLarge()).toBe(layer.digest);
    expect(waits).toHaveLength(3);
    expect(waits.map((wait) => Math.ceil(Math.log2(wait / 500)) + 0)).toEqual([0, 1, 2]);
  });

  it('is asked for when the registry wants it, and not where that is in an hour', async () => {
    waits = [];
    registry.spoil((_, count) =>
      count === 1 ? { kind: 'answer', status: 429, headers: { 'retry-after': '7' } } : undefined,
    );
    expect(await readLarge()).toBe(layer.digest);
    expect(waits).toEqual([7000]);
    registry.spoil(() => ({ kind: 'answer', status: 429, headers: { 'retry-after': '3600' } }));
    expect(await readLarge()).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('too many requests'),
      remedy: expect.stringContaining('3600'),
    });
    expect(registry.asked).toHaveLength(1);
  });

  it('is given up after a few attempts', async () => {
    registry.spoil(() => ({ kind: 'answer', status: 503 }));
    expect(await readLarge()).toMatchObject({ exitCode: 3, message: expect.stringContaining('503') });
    expect(registry.asked).toHaveLength(5);
  });

  it.each([404, 403, 400])('is not asked for again after a %i', async (status) => {
    registry.spoil(() => ({ kind: 'answer', status }));
    expect(await readLarge()).toBeInstanceOf(UserError);
    expect(registry.asked).toHaveLength(1);
  });

  it('is taken up where the connection was dropped', async () => {
    registry.spoil((asked) =>
      isBlob(asked) && registry.asked.filter(isBlob).length <= 2 ? { kind: 'cut', after: megabyte } : undefined,
    );
    expect(await readLarge()).toBe(layer.digest);
    const [first, second, third] = registry.asked
      .filter(isBlob)
      .map(({ range }) => Number(/bytes=(\d+)-/.exec(range ?? 'bytes=0-')?.[1]));
    expect(first).toBe(0);
    expect(second).toBeGreaterThan(0);
    expect(third).toBeGreaterThan(second ?? 0);
  });

  it('is read on where the registry knows no ranges', async () => {
    registry.spoil((asked) => {
      if (!isBlob(asked)) return undefined;
      return asked.range === undefined ? { kind: 'cut', after: megabyte } : { kind: 'ignore range' };
    });
    expect(await readLarge()).toBe(layer.digest);
  });

  it('is taken up where it stalled', async () => {
    registry.spoil((asked) =>
      isBlob(asked) && asked.range === undefined ? { kind: 'stall', after: megabyte } : undefined,
    );
    expect(await readSoon(5)).toBe(layer.digest);
  });

  it.each<[string, (asked: Asked) => ReturnType<Parameters<FaultyRegistry['spoil']>[0]>, RegExp]>([
    ['that drops every connection', () => ({ kind: 'cut', after: 10 }), /did not give the whole blob/],
    ['that gives a byte now and then', () => ({ kind: 'slow', every: 500 }), /only \d bytes arrived|nothing arrived/],
    [
      'that gives more than the manifest says',
      () => ({ kind: 'change', change: (body) => Buffer.concat([body, Buffer.alloc(5000)]) }),
      /more bytes than/,
    ],
    [
      'that has less than the manifest says',
      () => ({ kind: 'change', change: (body) => body.subarray(0, -5000) }),
      /fewer bytes than|did not give the whole blob/,
    ],
    ['that has lost it', () => ({ kind: 'answer', status: 404 }), /answered 404 for a blob/],
    [
      'that goes on elsewhere',
      ({ range }) =>
        range === undefined
          ? { kind: 'cut', after: megabyte }
          : { kind: 'answer', status: 206, headers: { 'content-range': 'bytes 5-9/10' } },
      /another place/,
    ],
  ])(
    'is not read from a registry %s',
    async (_, fault, message) => {
      registry.spoil((asked) => (isBlob(asked) ? fault(asked) : undefined));
      const failure = await readSoon(2);
      expect(failure).toMatchObject({
        message: expect.stringMatching(message),
        exitCode: 3,
        where: expect.stringContaining(layer.digest),
      });
    },
    60_000,
  );

  it('stops when it is told to', async () => {
    registry.spoil((asked) => (isBlob(asked) ? { kind: 'stall', after: 10 } : undefined));
    const [one] = (await openLarge({ timeoutSeconds: 20 })).layers;
    const controller = new AbortController();
    setTimeout(() => controller.abort(new Error('enough')), 100);
    await expect(one && read(one, controller.signal)).rejects.toThrow('enough');
  });

  it.each<[string, TestDescriptor, RegExp]>([
    ['manifest', large, /manifest is not what its digest names/],
    [
      'configuration',
      { ...large, digest: String(JSON.parse(String(blobs.blobs.get(large.digest))).config.digest) },
      /configuration is not what its digest names/,
    ],
  ])('whose %s was exchanged is refused', async (_, { digest }, message) => {
    registry.spoil(({ url }) =>
      url.endsWith(digest) ? { kind: 'change', change: (body) => Buffer.concat([body, Buffer.from(' ')]) } : undefined,
    );
    expect(await readLarge()).toMatchObject({
      message: expect.stringMatching(message),
      where: expect.stringContaining(digest),
    });
  });

  it.each<[string, string, RegExp]>([
    ['gigabytes', '{"a":"'.padEnd(5 * megabyte, 'x'), /more than 4194304 bytes/],
    ['no JSON', '<html>', /no JSON object/],
  ])('whose manifest is %s is refused', async (_, body, message) => {
    registry.spoil(() => ({ kind: 'answer', status: 200, body }));
    expect(await readLarge()).toMatchObject({ message: expect.stringMatching(message) });
  });

  it.each<[string, (body: Buffer) => Buffer]>([
    ['exchanged', (body) => Buffer.from(body.map((byte, at) => (at === 2 * megabyte ? byte ^ 1 : byte)))],
    ['another one of the same size', (body) => Buffer.alloc(body.length)],
  ])('whose layer is %s is refused by whoever reads it', async (_, change) => {
    registry.spoil((asked) => (isBlob(asked) ? { kind: 'change', change } : undefined));
    const name = `${registry.host}/shop/web:1`;
    const image: Image = { ...(await openLarge()), name, close: async () => {} };
    const failure = await analyseImage(image, { cataloguers: [] }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'UserError', where: expect.stringContaining(layer.digest) });
  });

  it('whose answer says that it is an index while it is none is refused', async () => {
    const body = String(blobs.blobs.get(large.digest));
    registry.spoil(() => ({ kind: 'answer', status: 200, headers: { 'content-type': types.index }, body }));
    expect(await readLarge()).toMatchObject({ message: expect.stringContaining('holds layers') });
  });

  it('whose index lists itself is refused after two questions', async () => {
    const looped = `sha256:${'a'.repeat(64)}`;
    const body = JSON.stringify({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [{ mediaType: types.index, digest: looped, size: 5 }],
    });
    let asked = 0;
    registry.spoil(({ url }) => {
      if (!url.includes('/manifests/')) return undefined;
      asked++;
      return { kind: 'answer', status: 200, headers: { 'content-type': types.index }, body };
    });
    expect(await readLarge()).toMatchObject({
      message: expect.stringMatching(/not what its digest names|its manifest says/),
      where: expect.stringContaining(looped),
    });
    expect(asked).toBe(2);
  });

  it('has its referrers under a tag where the registry does not list them', async () => {
    registry.spoil(() => undefined);
    expect(await referrersOf(reference(), large.digest, options())).toEqual([]);
    const signature = blobs.add('application/vnd.dev.cosign.simplesigning.v1+json', { signed: true });
    const list = blobs.add(types.index, { schemaVersion: 2, mediaType: types.index, manifests: [] });
    await registry.push(
      'shop/web',
      { ...list, body: blobs.blobs.get(list.digest) ?? Buffer.alloc(0) },
      large.digest.replace(':', '-'),
    );
    expect(await referrersOf(reference(), large.digest, options())).toEqual([]);
    const answer = { schemaVersion: 2, manifests: [{ ...signature, artifactType: 'application/vnd.example' }] };
    registry.spoil(({ url }) =>
      url.includes('/referrers/') ? { kind: 'answer', status: 200, body: JSON.stringify(answer) } : undefined,
    );
    expect(await referrersOf(reference(), large.digest, options())).toMatchObject([
      { digest: signature.digest, attachment: true },
    ]);
  });

  it.each([400, 403, 404, 405, 406, 501])(
    'has its referrers under a tag where the registry answers %i to the list',
    async (status) => {
      const list = blobs.add(types.index, {
        schemaVersion: 2,
        mediaType: types.index,
        manifests: [blobs.add('application/vnd.example', { referring: 'by tag' })],
      });
      const tag = arm.digest.replace(':', '-');
      registry.spoil(({ url }) => {
        if (url.includes('/referrers/')) return { kind: 'answer', status };
        return url.endsWith(tag)
          ? { kind: 'answer', status: 200, body: String(blobs.blobs.get(list.digest)) }
          : undefined;
      });
      expect(await referrersOf(reference(), arm.digest, options())).toHaveLength(1);
      registry.spoil(({ url }) => (url.includes('/referrers/') ? { kind: 'answer', status } : undefined));
      const none = referrersOf(reference(), arm.digest, options());
      if (status === 403) await expect(none).rejects.toThrow('answered 403 for referrers, and has no list');
      else expect(await none).toEqual([]);
    },
  );

  it('has its referrers under a tag where the registry answers every path with a page', async () => {
    registry.spoil(({ url }) =>
      url.includes('/referrers/')
        ? { kind: 'answer', status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: '<html>' }
        : undefined,
    );
    expect(await referrersOf(reference(), arm.digest, options())).toEqual([]);
  });

  it('has what refers to it, and what cosign keeps under tags; what the registry does not answer is a gap', async () => {
    registry.spoil(() => undefined);
    const push = async (one: TestDescriptor, tag?: string) =>
      registry.push('shop/web', { ...one, body: blobs.blobs.get(one.digest) ?? Buffer.alloc(0) }, tag);
    const tag = index.digest.replace(':', '-');
    const config = blobs.add('application/vnd.oci.empty.v1+json', {});
    const manifest = (layer: TestDescriptor, more: object = {}) =>
      blobs.add(types.manifest, { schemaVersion: 2, mediaType: types.manifest, config, layers: [layer], ...more });
    const signature = blobs.add('application/vnd.dev.cosign.simplesigning.v1+json', { signed: 'index' });
    const sbom = blobs.add('application/spdx+json', { spdxVersion: 'SPDX-2.3', packages: [] });
    const signed = manifest(signature);
    const listed = manifest(sbom, { artifactType: 'application/spdx+json', subject: index });
    const list = blobs.add(types.index, { schemaVersion: 2, mediaType: types.index, manifests: [listed] });
    for (const one of [config, signature, sbom]) await push(one);
    await push(signed, `${tag}.sig`);
    await push(listed, listed.digest);
    await push(list, tag);
    const attached = async () => (await openLarge()).attachments?.();
    const { found = [], gaps } = (await attached()) ?? {};
    expect(gaps).toEqual([]);
    expect(found.map(({ digest, foundBy }) => [digest, foundBy])).toEqual([
      [sbom.digest, 'referrers'],
      [signature.digest, 'tag'],
    ]);
    expect(String(await found[0]?.read())).toContain('SPDX-2.3');
    registry.spoil(({ url }) => (url.endsWith('.sig') ? { kind: 'answer', status: 500 } : undefined));
    const spoilt = await attached();
    expect(spoilt?.found).toHaveLength(1);
    expect(spoilt?.gaps.join()).toContain('answered 500');
  });

  it('comes from a mirror first, from the registry where the mirror fails', async () => {
    registry.spoil(() => undefined);
    const mirror = { host: registry.host, prefix: '', plainHttp: true };
    const away = { host: '127.0.0.1:1', prefix: '', plainHttp: true };
    const image = await imageOfRegistry(
      reference('registry.invalid/shop/web:1'),
      { os: 'linux', architecture: 'amd64' },
      options({ mirrors: () => [away, mirror] }),
    );
    expect(image.digest).toBe(large.digest);
    expect(await (image.layers[0] && read(image.layers[0]))).toBe(layer.digest);
    const own = await imageOfRegistry(
      reference(),
      { os: 'linux', architecture: 'amd64' },
      options({ mirrors: () => [away] }),
    );
    expect(own.digest).toBe(large.digest);
  });

  describe('behind a proxy, TLS of an own authority, a token server and a storage elsewhere', () => {
    const seen: (Asked & { readonly port: string })[] = [];
    let environment: Record<string, string | undefined>;
    let caFile: string;
    const servers: { close(): void; closeAllConnections?(): void }[] = [];
    let redirect = 'https://storage.test/blob';

    beforeAll(async () => {
      caFile = path.join(scratch, 'ca.pem');
      const key = path.join(scratch, 'key.pem');
      const made = spawnSync('openssl', [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-days',
        '2',
        '-subj',
        '/CN=test',
        '-addext',
        'subjectAltName=DNS:registry.test,DNS:storage.test,DNS:auth.test',
        '-keyout',
        key,
        '-out',
        caFile,
      ]);
      expect(made.status).toBe(0);
      const secure = createHttpsServer({ key: readFileSync(key), cert: readFileSync(caFile) }, (request, response) => {
        const { url = '', method = '', headers } = request;
        seen.push({
          method,
          url,
          host: headers.host ?? '',
          authorization: headers.authorization,
          range: headers.range,
          port: '',
        });
        if (headers.host === 'auth.test') return void response.end(JSON.stringify({ token: 'TOKEN' }));
        if (headers.host === 'storage.test') {
          const from = Number(/bytes=(\d+)-/.exec(headers.range ?? 'bytes=0-')?.[1]);
          const body = content.subarray(from);
          response.writeHead(from > 0 ? 206 : 200, {
            'content-length': body.length,
            'content-range': `bytes ${from}-${content.length - 1}/${content.length}`,
          });
          if (from > 0) return void response.end(body);
          return void response.write(body.subarray(0, megabyte), () => setTimeout(() => response.destroy(), 20));
        }
        if (headers.authorization !== 'Bearer TOKEN')
          return void response
            .writeHead(401, {
              'www-authenticate':
                'Bearer realm="https://auth.test/token",service="registry.test",scope="repository:shop/web:pull"',
            })
            .end();
        if (url.endsWith(layer.digest)) return void response.writeHead(307, { location: redirect }).end();
        registry.answer(request, response);
      });
      const port = await listen(secure);
      const proxy = createHttpServer();
      proxy.on('connect', (_, socket, head) => {
        const tunnel = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n');
          tunnel.write(head);
          tunnel.pipe(socket).pipe(tunnel);
        });
        for (const end of [tunnel, socket]) end.on('error', () => socket.destroy());
      });
      const proxyPort = await listen(proxy);
      servers.push(secure, proxy);
      environment = { ...quiet, HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`, NO_PROXY: 'other.test' };
    });
    afterAll(() => {
      for (const server of servers) {
        server.closeAllConnections?.();
        server.close();
      }
    });

    const open = (given: Record<string, string | undefined> = {}): Promise<Image> => {
      seen.length = 0;
      registry.spoil(() => undefined);
      return openImage('docker://registry.test/shop/web:1', {
        environment: { ...environment, ...given },
        platform: { os: 'linux', architecture: 'amd64' },
        registry: { caFile, timeoutSeconds: 20 },
      });
    };

    /** As `docker login` and a helper for one registry leave it. */
    function loggedIn(configuration: object): string {
      const directory = mkdtempSync(path.join(scratch, 'docker-'));
      writeFileSync(path.join(directory, 'config.json'), JSON.stringify(configuration));
      return directory;
    }
    const basic = Buffer.from('user:pass').toString('base64');

    it('is read; what is elsewhere gets neither token nor password', async () => {
      const image = await open({ DOCKER_CONFIG: loggedIn({ auths: { 'registry.test': { auth: basic } } }) });
      expect(await (image.layers[0] && read(image.layers[0]))).toBe(layer.digest);
      const tokens = seen.filter(({ host }) => host === 'auth.test');
      expect(tokens).toMatchObject([
        { authorization: `Basic ${basic}`, url: '/token?service=registry.test&scope=repository%3Ashop%2Fweb%3Apull' },
      ]);
      const stored = seen.filter(({ host }) => host === 'storage.test');
      expect(stored.map(({ authorization, range }) => [authorization, range !== undefined])).toEqual([
        [undefined, false],
        [undefined, true],
      ]);
      // One 401, then the same token for all.
      expect(
        seen.filter(({ host, authorization }) => host === 'registry.test' && authorization === undefined),
      ).toHaveLength(1);
    });

    it.each([
      ['credHelpers', { credHelpers: { 'registry.test': 'plimsoll-test' } }],
      ['credsStore', { credsStore: 'plimsoll-test', auths: { 'registry.test': {} } }],
    ])('is read with the login of a helper (%s)', async (_, configuration) => {
      const bin = path.join(scratch, 'bin');
      mkdirSync(bin, { recursive: true });
      const helper = path.join(bin, 'docker-credential-plimsoll-test');
      writeFileSync(
        helper,
        '#!/bin/sh\nread server\n[ "$1 $server" = "get registry.test" ] || { echo "credentials not found in native keychain"; exit 1; }\necho \'{"ServerURL":"registry.test","Username":"user","Secret":"pass"}\'\n',
      );
      chmodSync(helper, 0o755);
      await open({ DOCKER_CONFIG: loggedIn(configuration), PATH: `${bin}:${process.env.PATH}` });
      expect(seen.find(({ host }) => host === 'auth.test')?.authorization).toBe(`Basic ${basic}`);
    });

    it('is read with the login of Podman for one repository', async () => {
      const runtime = mkdtempSync(path.join(scratch, 'run-'));
      mkdirSync(path.join(runtime, 'containers'));
      const other = Buffer.from('other:pass').toString('base64');
      const auths = {
        'registry.test': { auth: other },
        'registry.test/shop': { auth: basic },
        'registry.test/shop/webs': { auth: other },
      };
      writeFileSync(path.join(runtime, 'containers/auth.json'), JSON.stringify({ auths }));
      await open({ XDG_RUNTIME_DIR: runtime, DOCKER_CONFIG: scratch });
      expect(seen.find(({ host }) => host === 'auth.test')?.authorization).toBe(`Basic ${basic}`);
    });

    it('exchanges a refresh token by a form, and not in an address', async () => {
      await open({
        DOCKER_CONFIG: loggedIn({ auths: { 'registry.test': { auth: basic, identitytoken: 'REFRESH' } } }),
      });
      expect(seen.find(({ host }) => host === 'auth.test')).toMatchObject({
        method: 'POST',
        url: '/token',
        authorization: undefined,
      });
    });

    it('is not read without the authority', async () => {
      const failure = await openImage('docker://registry.test/shop/web:1', {
        environment,
        registry: { timeoutSeconds: 20 },
      }).catch((error: unknown) => error);
      expect(failure).toMatchObject({ exitCode: 3, message: expect.stringMatching(/certificate/) });
    }, 60_000);

    it.each([
      ['http://storage.test/blob', /without TLS/],
      ['https://127.0.0.1:1/blob', /this machine/],
      ['https://169.254.169.254/latest/meta-data', /this machine/],
      ['https://a.localhost./blob', /this machine/],
      ['file:///etc/passwd', /no address/],
    ])(
      'is not followed to %s',
      async (to, message) => {
        redirect = to;
        const image = await open();
        const [first] = image.layers;
        await expect(first && read(first)).rejects.toThrow(message);
        expect(seen.filter(({ url }) => url.endsWith(layer.digest))).toHaveLength(1);
        redirect = 'https://storage.test/blob';
      },
      60_000,
    );
  });
});
