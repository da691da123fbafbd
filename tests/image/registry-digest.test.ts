import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { tagDigest } from '../../src/image/registry-digest.ts';

// What a registry does that asks for a token, fails or hangs; a real registry without all that is asked by tests/system/fix-online.test.ts.

const digest = `sha256:${'a'.repeat(64)}`;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function registry(answer: (request: IncomingMessage, response: ServerResponse, address: string) => void) {
  const server = createServer((request, response) => answer(request, response, address()));
  const address = () => {
    const at = server.address();
    return typeof at === 'object' && at !== null ? `127.0.0.1:${at.port}` : '';
  };
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return address();
}

function ask(text: string, password?: string) {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(`no reference: ${text}`);
  return tagDigest(reference, { fetch, timeoutSeconds: 1, credentials: () => password });
}

describe('the digest of a tag', () => {
  it('is what the registry names for a HEAD of the manifest, the index before a manifest', async () => {
    const asked: (string | undefined)[] = [];
    const host = await registry((request, response) => {
      asked.push(request.method, request.url, request.headers.accept?.split(', ')[0]);
      response.setHeader('docker-content-digest', digest).end();
    });
    expect(await ask(`${host}/shop/web:1.2`)).toEqual({ kind: 'digest', digest });
    expect(asked).toEqual(['HEAD', '/v2/shop/web/manifests/1.2', 'application/vnd.oci.image.index.v1+json']);
  });

  it('is asked with the token of the server that the registry sends to, for the scope that it names', async () => {
    const seen: string[] = [];
    const host = await registry((request, response, address) => {
      if (request.url?.startsWith('/token')) {
        seen.push(request.url, request.headers.authorization ?? 'nobody');
        response.end(JSON.stringify({ token: 'T' }));
      } else if (request.headers.authorization === 'Bearer T') {
        response.setHeader('docker-content-digest', digest).end();
      } else {
        const realm = `http://${address}/token`;
        response.writeHead(401, {
          'www-authenticate': `Bearer realm="${realm}",service="reg",scope="repository:a/b:pull"`,
        });
        response.end();
      }
    });
    expect(await ask(`${host}/a/b:1`)).toEqual({ kind: 'digest', digest });
    expect(await ask(`${host}/a/b:1`, 'dXNlcjpwYXNz')).toEqual({ kind: 'digest', digest });
    const url = '/token?service=reg&scope=repository%3Aa%2Fb%3Apull';
    expect(seen).toEqual([url, 'nobody', url, 'Basic dXNlcjpwYXNz']);
  });

  it.each([
    ['a tag that is not there', 404, {}, 'has no a/b:1'],
    ['a server that fails', 503, {}, 'answered 503'],
    ['a digest that is none', 200, { 'docker-content-digest': 'sha256:$(id)' }, 'names no digest'],
    ['a token server without TLS elsewhere', 401, { 'www-authenticate': 'Bearer realm="http://192.0.2.1/t"' }, 'login'],
    ['a login that is not known', 401, { 'www-authenticate': 'Basic realm="r"' }, 'login'],
  ])('is unknown for %s', async (_, status, headers, reason) => {
    const host = await registry((_request, response) => response.writeHead(status, headers).end());
    expect(await ask(`${host}/a/b:1`)).toEqual({ kind: 'unknown', reason: expect.stringContaining(reason) });
  });

  it.each(['http://127.0.0.1:9/admin', 'https://localhost/admin'])(
    'is unknown for a registry elsewhere that sends to this machine: %s',
    async (realm) => {
      const asked: string[] = [];
      const reference = parseImageReference('registry.example/a/b:1');
      if (reference === undefined) throw new Error('no reference');
      const answer = await tagDigest(reference, {
        async fetch(url) {
          asked.push(url);
          return new Response(null, { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
        },
        timeoutSeconds: 1,
        credentials: () => 'dXNlcjpwYXNz',
      });
      expect(answer).toMatchObject({ kind: 'unknown' });
      expect(asked).toEqual(['https://registry.example/v2/a/b/manifests/1']);
    },
  );

  it('is unknown for a registry that hangs or is not there', async () => {
    const host = await registry(() => {});
    expect(await ask(`${host}/a/b:1`)).toMatchObject({ kind: 'unknown' });
    expect(await ask('127.0.0.1:1/a/b:1')).toMatchObject({ kind: 'unknown' });
  });
});
