import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../../../src/prove/trials/internal/ask.ts';

const page = 'one line\nanother line\n'.repeat(50);
const bodies: Readonly<Record<string, { readonly encoding?: string; readonly body: Buffer }>> = {
  '/fast': { encoding: 'gzip', body: gzipSync(page, { level: 1 }) },
  '/small': { encoding: 'gzip', body: gzipSync(page, { level: 9 }) },
  '/brotli': { encoding: 'br', body: brotliCompressSync(page) },
  '/plain': { body: Buffer.from(page) },
  '/broken': { encoding: 'gzip', body: gzipSync(page).subarray(0, 20) },
  '/bomb': { encoding: 'gzip', body: gzipSync(Buffer.alloc(32 << 20)) },
};

describe('an answer', () => {
  const server = createServer(({ url = '' }, response) => {
    const { encoding, body } = bodies[url] ?? { body: Buffer.alloc(0) };
    for (const [, name = '', value = ''] of url.matchAll(/[?&]([\w-]+)=([^&]*)/g))
      response.setHeader(name, decodeURIComponent(value));
    response.writeHead(200, { 'content-type': 'text/plain', ...(encoding && { 'content-encoding': encoding }) });
    response.end(body);
  });

  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('is the same where a header that is a set has its names in another order, and no other header', async () => {
    const asked = await linesOf('/?allow=OPTIONS,POST&vary=Origin');
    expect(asked).toEqual(await linesOf('/?allow=POST,OPTIONS&vary=Origin'));
    expect(asked).toContain('allow: OPTIONS, POST');
    expect(asked).not.toEqual(await linesOf('/?allow=POST&vary=Origin'));
    for (const name of ['allow', 'vary', 'access-control-allow-methods'])
      expect(await linesOf(`/?${name}=X,%20A`)).toEqual(await linesOf(`/?${name}=A,X`));
    expect(await linesOf('/?link=a,b')).not.toEqual(await linesOf('/?link=b,a'));
  });

  test('has a body that is compared by what it holds, however well it is compressed', async () => {
    expect(await linesOf('/fast')).toEqual(await linesOf('/small'));
    expect((await linesOf('/fast')).slice(-3)).toEqual(['one line', 'another line', '']);
    expect((await linesOf('/brotli')).slice(-3)).toEqual(['one line', 'another line', '']);
  });

  test('is another one where its body is compressed no more', async () => {
    expect(await linesOf('/small')).toContain('content-encoding: gzip');
    expect(await linesOf('/plain')).not.toContain('content-encoding: gzip');
  });

  test.each(['/broken', '/bomb'])('has a body that is taken as it came: %s', async (path) => {
    expect((await linesOf(path)).at(-1)).toMatch(/^body of \d+ bytes, sha256:/);
  });

  async function linesOf(path: string): Promise<readonly string[]> {
    const address = server.address();
    const { port } = isAddress(address) ? address : { port: 0 };
    const open = async () => connect(port, '127.0.0.1');
    const request = {
      method: 'GET',
      scheme: 'http' as const,
      path,
      headers: new Map<string, string>(),
      body: undefined,
    };
    return (await ask(open, request, port)).lines;
  }
});

function isAddress(address: AddressInfo | string | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}
