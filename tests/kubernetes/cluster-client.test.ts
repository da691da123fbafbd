import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { type ClusterClient, openCluster } from '../../src/kubernetes/cluster-client.ts';
import { ClusterError } from '../../src/kubernetes/cluster-error.ts';
import { resources } from '../../src/kubernetes/cluster-object.ts';

type Handler = (request: http.IncomingMessage, response: http.ServerResponse) => void;

let directory: string;
let server: http.Server;
let handler: Handler;
let asked: string[];
let cluster: ClusterClient;

function kubeconfig(address: string, user: object = {}): string {
  const file = path.join(directory, 'kubeconfig');
  writeFileSync(
    file,
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: address } }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
      'current-context': 'x',
    }),
  );
  return file;
}

const open = (file: string, context?: string) =>
  openCluster({ kubeconfig: file, context, environment: {}, cwd: directory }, { timeout: 400, retries: 2 });

function answer(response: http.ServerResponse, status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

const pod = (name: string) => ({
  metadata: { name, namespace: 'shop', uid: name, managedFields: [{ manager: 'kubectl' }] },
});

beforeEach(async () => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-client-'));
  asked = [];
  server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  cluster = await open(kubeconfig(`http://127.0.0.1:${port}`));
});

afterEach(() => {
  cluster.close();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

async function faultOf(promise: Promise<unknown>): Promise<ClusterError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ClusterError) return error;
  throw new Error(`no ClusterError: ${String(error)}`);
}

describe('a list', () => {
  it('is read page by page, with kinds and without managed fields', async () => {
    handler = ({ url = '' }, response) =>
      url.includes('continue=2')
        ? answer(response, 200, { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [pod('b')] })
        : answer(response, 200, { kind: 'PodList', metadata: { continue: '2' }, items: [pod('a')] });
    const { items, resourceVersion } = await cluster.listWithVersion(resources.pods, { namespace: 'shop' });
    expect(items).toEqual(
      ['a', 'b'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'shop', uid: name },
      })),
    );
    expect(resourceVersion).toBe('7');
    expect(asked).toEqual([
      'GET /api/v1/namespaces/shop/pods?limit=500',
      'GET /api/v1/namespaces/shop/pods?limit=500&continue=2',
    ]);
  });

  it.each([
    ['from the beginning', undefined],
    ['from where the server says', 'late'],
  ])('goes on %s when it expires, and gives each object once', async (_, token) => {
    let expired = false;
    handler = ({ url = '' }, response) => {
      if (url.includes('continue=2') && !expired) {
        expired = true;
        return answer(response, 410, { reason: 'Expired', metadata: { continue: token } });
      }
      if (url.includes('continue=')) return answer(response, 200, { metadata: {}, items: [pod('b')] });
      return answer(response, 200, { metadata: { continue: '2' }, items: [pod('a')] });
    };
    const names = (await cluster.list(resources.pods)).map(({ metadata }) => metadata.name);
    expect(names).toEqual(['a', 'b']);
    expect(asked.at(-1)).toContain(token === undefined ? 'continue=2' : 'continue=late');
  });

  it('is not asked for ever when it expires for ever', async () => {
    handler = (_, response) => answer(response, 410, { reason: 'Expired' });
    expect((await faultOf(cluster.list(resources.pods))).fault).toBe('gone');
    expect(asked.length).toBeLessThan(10);
  });
});

describe('a refusal', () => {
  it.each([
    [401, {}, 'unauthorized', /credentials/, /Sign in again/],
    [
      403,
      {},
      'forbidden',
      /may not list deployments of apps in namespace shop/,
      /apiGroups: \["apps"\], resources: \["deployments"\], verbs: \[list\]/,
    ],
    [500, { message: 'etcd is\u001b[2J gone' }, 'server', /etcd is\\x1b\[2J gone/, /readyz/],
    [400, { message: 'no' }, 'invalid', /no/, undefined],
  ] as const)('of %i says what happened and what to do', async (status, body, fault, message, remedy) => {
    handler = (_, response) => answer(response, status, body);
    const error = await faultOf(cluster.list(resources.deployments, { namespace: 'shop' }));
    expect(error).toMatchObject({ fault, status, exitCode: 3, where: cluster.server });
    expect(error.message).toMatch(message);
    if (remedy) expect(error.remedy).toMatch(remedy);
  });

  it('of 429 is waited for as long as the server asks, a few times', async () => {
    handler = (_, response) =>
      asked.length < 2
        ? answer(response, 429, {}, { 'retry-after': '0' })
        : answer(response, 200, { items: [pod('a')] });
    expect(await cluster.list(resources.pods)).toHaveLength(1);
    asked = [];
    handler = (_, response) => answer(response, 429, {}, { 'retry-after': '0' });
    expect(await faultOf(cluster.list(resources.pods))).toMatchObject({ fault: 'throttled', retryAfterSeconds: 0 });
    expect(asked).toHaveLength(3);
  });

  it('that asks to wait for long ends at once', async () => {
    handler = (_, response) => answer(response, 429, {}, { 'retry-after': '600' });
    expect((await faultOf(cluster.list(resources.pods))).message).toContain('600 s');
    expect(asked).toHaveLength(1);
  });

  it('of a write is not tried again', async () => {
    handler = (_, response) => answer(response, 429, {}, { 'retry-after': '0' });
    const patch = cluster.patch(resources.deployments, { name: 'web', namespace: 'shop' }, {}, { type: 'merge' });
    expect((await faultOf(patch)).fault).toBe('throttled');
    expect(asked).toEqual(['PATCH /apis/apps/v1/namespaces/shop/deployments/web']);
  });
});

describe('a server that', () => {
  it('does not answer is given up', async () => {
    handler = () => {};
    expect(await faultOf(cluster.list(resources.pods))).toMatchObject({ fault: 'timeout', exitCode: 3 });
  });

  it('stops in the middle of its answer is given up', async () => {
    handler = (_, response) => response.writeHead(200).write('{"items": [');
    expect((await faultOf(cluster.list(resources.pods))).fault).toBe('timeout');
  });

  it('breaks off is named', async () => {
    handler = (_, response) => {
      response.writeHead(200).write('{"items": [');
      setTimeout(() => response.destroy(), 20);
    };
    expect((await faultOf(cluster.list(resources.pods))).fault).toBe('unreachable');
  });

  it('answers with a page of HTML is no API server', async () => {
    handler = (_, response) => response.writeHead(200).end('<html>');
    expect((await faultOf(cluster.json('/version'))).message).toContain('something else than JSON');
  });

  it('is not there is named with what to do', async () => {
    const other = await open(kubeconfig('http://127.0.0.1:1'));
    expect(await faultOf(other.list(resources.pods))).toMatchObject({ fault: 'unreachable', exitCode: 3 });
  });
});

describe('single objects', () => {
  it('are undefined where there are none', async () => {
    handler = (_, response) => answer(response, 404, {});
    expect(await cluster.get(resources.pods, { name: 'a/../b', namespace: 'shop' })).toBeUndefined();
    expect(await cluster.delete(resources.pods, { name: 'a', namespace: 'shop' })).toBe(false);
    expect(asked[0]).toBe('GET /api/v1/namespaces/shop/pods/a%2F..%2Fb');
  });

  it.each([
    ['json', 'application/json-patch+json'],
    ['strategic', 'application/strategic-merge-patch+json'],
    ['apply', 'application/apply-patch+yaml'],
  ] as const)('are patched as %s', async (type, contentType) => {
    let sent = '';
    handler = (request, response) => {
      sent = String(request.headers['content-type']);
      answer(response, 200, { kind: 'Deployment', apiVersion: 'apps/v1', ...pod('web') });
    };
    const options = { type, fieldManager: 'plimsoll', dryRun: true, subresource: 'scale' } as const;
    await cluster.patch(resources.deployments, { name: 'web', namespace: 'shop' }, {}, options);
    expect(sent).toBe(contentType);
    expect(asked[0]).toContain('/deployments/web/scale?fieldManager=plimsoll&dryRun=All');
  });

  it('that changed meanwhile are a conflict', async () => {
    handler = (_, response) => answer(response, 409, { reason: 'Conflict' });
    const lease = cluster.replace(resources.leases, { name: 'a', namespace: 'shop' }, {});
    expect(await faultOf(lease)).toMatchObject({ fault: 'conflict', reason: 'Conflict' });
  });
});

describe('streams', () => {
  it('of a watch give events, also those that come in pieces, and end with the fault that the server tells', async () => {
    handler = async (_, response) => {
      const event = JSON.stringify({ type: 'ADDED', object: { kind: 'Pod', apiVersion: 'v1', ...pod('a') } });
      response.writeHead(200).write(event.slice(0, 20));
      await new Promise((done) => setTimeout(done, 30));
      response.end(`${event.slice(20)}\n{"type":"ERROR","object":{"code":410,"reason":"Expired"}}\n`);
    };
    const seen: string[] = [];
    const watched = (async () => {
      for await (const { type, object } of cluster.watch(resources.pods, {}))
        seen.push(`${type} ${object.metadata.name}`);
    })();
    expect((await faultOf(watched)).fault).toBe('gone');
    expect(seen).toEqual(['ADDED a']);
  });

  it('of a log give its bytes', async () => {
    handler = (_, response) => response.end('one\ntwo\n');
    const parts: Uint8Array[] = [];
    for await (const part of cluster.log({ name: 'a', namespace: 'shop' }, { container: 'c', tailLines: 5 }))
      parts.push(part);
    expect(Buffer.concat(parts).toString()).toBe('one\ntwo\n');
    expect(asked).toEqual(['GET /api/v1/namespaces/shop/pods/a/log?container=c&tailLines=5']);
  });
});

describe('a kubeconfig', () => {
  it('gives the context and its namespace', () => {
    expect(cluster).toMatchObject({ context: 'x', namespace: 'shop' });
  });

  it.each([
    ['that is missing', () => path.join(directory, 'none'), undefined, /cannot be read/],
    ['without that context', () => kubeconfig('https://127.0.0.1:1'), 'other', /no context «other»/],
    ['whose server is no address', () => kubeconfig('nowhere'), undefined, /no address/],
    [
      'that is no YAML',
      () => {
        const file = path.join(directory, 'bad');
        writeFileSync(file, 'users: [{token: "secret-token"');
        return file;
      },
      undefined,
      /no kubeconfig/,
    ],
  ])('%s is an error of usage', async (_, file, context, message) => {
    const error = await open(file(), context).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret-token');
  });

  it('sends nothing secret without TLS', async () => {
    let authorization: string | undefined;
    handler = (request, response) => {
      authorization = request.headers.authorization;
      answer(response, 200, { items: [] });
    };
    const { port } = server.address() as AddressInfo;
    const other = await open(kubeconfig(`http://127.0.0.1:${port}`, { token: 'secret-token' }));
    await other.list(resources.pods);
    expect(authorization).toBeUndefined();
    other.close();
  });

  it('whose credentials cannot be had says so', async () => {
    const user = {
      exec: { command: path.join(directory, 'no-such-program'), apiVersion: 'client.authentication.k8s.io/v1' },
    };
    const other = await open(kubeconfig('https://127.0.0.1:1', user));
    expect(await faultOf(other.list(resources.pods))).toMatchObject({ fault: 'credentials', exitCode: 3 });
  });

  it('has the token read from the file that it names', async () => {
    writeFileSync(path.join(directory, 'token'), 'from-file\n');
    const other = await open(kubeconfig('https://127.0.0.1:1', { tokenFile: 'token' }));
    const options: { headers?: Record<string, string> } = {};
    await other.configuration.applyToHTTPSOptions(options);
    expect(options.headers?.Authorization?.trim()).toBe('Bearer from-file');
  });
});
