import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { registrySession, type SessionOptions } from '../../src/image/registry-session.ts';

// What docker-registry does not do: ETags of lists, short pages, answers that lead astray. The real one is asked by tests/system/bases.test.ts.

const servers: Server[] = [];
const directories: string[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

async function registry(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { method, url, headers } = request;
    asked.push([method, url, headers['if-none-match']].filter((each) => each !== undefined).join(' '));
    answer(request, response);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  return { host: typeof at === 'object' && at !== null ? `127.0.0.1:${at.port}` : '', asked };
}

const session = (options: Partial<SessionOptions> = {}) =>
  registrySession({ fetch, timeoutSeconds: 2, credentials: () => undefined, ...options });

function image(text: string) {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(text);
  return reference;
}

describe('the tags of a repository', () => {
  const pages = (request: IncomingMessage, response: ServerResponse) => {
    const last = new URL(request.url ?? '', 'http://x').searchParams.get('last');
    const etag = `"page-${last}"`;
    if (last === null) response.setHeader('link', '</v2/a/b/tags/list?last=2&n=1000>; rel="next"');
    response.setHeader('etag', etag);
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.end(JSON.stringify({ tags: last === null ? ['1', '2', 'not a tag'] : ['3'] }));
  };

  it('are followed over all pages, once however often they are asked for, and asked for with their ETags in the next run', async () => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-session-'));
    directories.push(directory);
    const { host, asked } = await registry(pages);
    const first = session({ cacheDirectory: directory });
    const reference = image(`${host}/a/b:1`);
    const lists = await Promise.all([first.tags(reference), first.tags(image(`${host}/a/b:2`))]);
    expect(lists).toEqual([
      { kind: 'tags', tags: ['1', '2', '3'] },
      { kind: 'tags', tags: ['1', '2', '3'] },
    ]);
    first.end();
    expect(await session({ cacheDirectory: directory }).tags(reference)).toEqual(lists[0]);
    expect(asked).toEqual([
      'GET /v2/',
      'GET /v2/a/b/tags/list?n=1000',
      'GET /v2/a/b/tags/list?last=2&n=1000',
      'GET /v2/',
      'GET /v2/a/b/tags/list?n=1000 "page-null"',
      'GET /v2/a/b/tags/list?last=2&n=1000 "page-2"',
    ]);
  });

  it.each([
    [
      'a list without an end',
      (response: ServerResponse) => response.setHeader('link', '</v2/a/b/tags/list?n=1000>; rel="next"'),
    ],
    [
      'a next page elsewhere',
      (response: ServerResponse) =>
        response.setHeader('link', '<http://other.example/v2/secret/tags/list?n=1>; rel="next"'),
    ],
    ['an answer that is too long', (response: ServerResponse) => response.write(' '.repeat(5 * 1024 * 1024))],
  ])('are unknown for %s', async (_, spoil) => {
    const { host, asked } = await registry((_request, response) => {
      if (_request.url !== '/v2/') spoil(response);
      response.end('{"tags": ["1"]}');
    });
    expect(await session().tags(image(`${host}/a/b`))).toMatchObject({ kind: 'unknown' });
    expect(asked.length).toBeLessThanOrEqual(2);
  });
});

it('asks a registry of a name that others chose nowhere but at itself', async () => {
  const inner = await registry((_, response) => void response.end(JSON.stringify({ token: 'T' })));
  const { host } = await registry((_, response) => {
    const realm = `http://${inner.host}/token`;
    response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}",service="x"` }).end();
  });
  expect(await session({ guarded: true }).digest(image(`${host}/a/b:1`))).toMatchObject({ kind: 'unknown' });
  expect(inner.asked).toEqual([]);
});

it('asks a registry that does not answer once, whatever is to be known of it', async () => {
  let tried = 0;
  const dead = session({
    fetch: () => {
      tried++;
      return Promise.reject(
        Object.assign(new Error('fetch failed'), {
          cause: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }),
        }),
      );
    },
  });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, at) => dead.digest(image(`dead.example/a/b${at}:1`))),
  );
  expect(new Set(answers.map((answer) => answer.kind === 'unknown' && answer.reason))).toEqual(
    new Set(['dead.example did not answer: refused']),
  );
  // Those that were under way when the first failed, at most.
  expect(tried).toBeLessThanOrEqual(6);
});

it('has no more than six requests under way at one registry', async () => {
  let underWay = 0;
  let most = 0;
  const { host } = await registry((_, response) => {
    most = Math.max(most, ++underWay);
    setTimeout(() => {
      underWay--;
      response.setHeader('docker-content-digest', `sha256:${'a'.repeat(64)}`).end();
    }, 20);
  });
  const asking = session();
  await Promise.all(Array.from({ length: 40 }, (_, at) => asking.digest(image(`${host}/a/b${at}:1`))));
  expect(most).toBeLessThanOrEqual(6);
  expect(most).toBeGreaterThan(1);
});

it('goes on with a mirror whose registry does not answer', async () => {
  const { host } = await registry((request, response) => {
    if (request.url?.includes('/known/')) response.setHeader('docker-content-digest', `sha256:${'a'.repeat(64)}`);
    else response.statusCode = 404;
    response.end();
  });
  const mirrored = session({
    fetch: (url, init) =>
      url.includes('dead.example')
        ? Promise.reject(Object.assign(new Error('fetch failed'), { code: 'ECONNREFUSED' }))
        : fetch(url, init),
    mirrors: () => [{ host, prefix: '', plainHttp: true }],
  });
  expect(await mirrored.digest(image('dead.example/other/a:1'))).toMatchObject({ kind: 'unknown' });
  expect(await mirrored.digest(image('dead.example/known/a:1'))).toMatchObject({ kind: 'digest' });
});

describe('what is left of a limit', () => {
  const named = `sha256:${'a'.repeat(64)}`;
  const answers = (headers: Readonly<Record<string, string>>) =>
    registry((_, response) =>
      response.writeHead(200, { 'docker-content-digest': named, ...headers }).end('{"tags":[]}'),
    );

  it('is kept for those who pull: no more manifests are got, and what does not count is asked', async () => {
    const { host, asked } = await answers({ 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '9;w=21600' });
    const asking = session();
    expect(await asking.digest(image(`${host}/a/b:1`))).toMatchObject({ kind: 'digest' });
    expect(await asking.image(image(`${host}/a/b:1`), named, 'amd64')).toEqual({
      kind: 'unknown',
      reason: `${host} is asked for no more manifests: 9 of 100 pulls are left, and these are for what builds and runs`,
    });
    expect(await asking.tags(image(`${host}/a/b:1`))).toMatchObject({ kind: 'tags' });
    expect(await asking.digest(image(`${host}/a/b:2`))).toMatchObject({ kind: 'digest' });
    expect(asked.map((each) => each.replace(/\?.*/, ''))).toEqual([
      'GET /v2/',
      'HEAD /v2/a/b/manifests/1',
      'GET /v2/a/b/tags/list',
      'HEAD /v2/a/b/manifests/2',
    ]);
    expect([...asking.unanswered]).toEqual([host]);
  });

  it('is all there is where all requests count', async () => {
    const { host, asked } = await answers({ 'ratelimit-limit': '5000', 'ratelimit-remaining': '20' });
    const answer = await session().digest(image(`${host}/a/b:1`));
    expect(answer).toEqual({
      kind: 'unknown',
      reason: `${host} is asked no more: 20 of 5000 requests are left, and these are for what builds and runs`,
    });
    expect(asked).toEqual(['GET /v2/']);
  });

  it.each([
    ['2', 2000],
    [String(Math.floor(Date.now() / 1000) + 30), 30_000],
  ])('comes back soon: it is waited for (%s)', async (reset, milliseconds) => {
    const { host } = await answers({ 'ratelimit-limit': '10', 'ratelimit-remaining': '1', 'ratelimit-reset': reset });
    const waits: number[] = [];
    const asking = session({
      async sleep(each) {
        waits.push(each);
      },
    });
    await asking.digest(image(`${host}/a/b:1`));
    expect(await asking.digest(image(`${host}/a/b:2`))).toMatchObject({ kind: 'digest' });
    expect(waits.at(-1)).toBeGreaterThan(milliseconds * 0.8);
    expect(waits.at(-1)).toBeLessThanOrEqual(milliseconds);
  });

  it('is much, or not understood: nothing is held back', async () => {
    for (const remaining of ['90;w=21600', 'many', '']) {
      const { host } = await answers({ 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': remaining });
      const asking = session();
      await asking.digest(image(`${host}/a/b:1`));
      expect(await asking.image(image(`${host}/a/b:1`), named, 'amd64')).not.toMatchObject({
        reason: expect.stringContaining('are left'),
      });
    }
  });
});
