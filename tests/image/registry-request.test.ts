import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { registryConnection } from '../../src/image/internal/registry-request.ts';

const reference = parseImageReference('127.0.0.1:5000/shop/web');
if (reference === undefined) throw new Error('no reference');
const asNobody = { credentials: () => undefined, timeoutSeconds: 30 };

it('hangs one listener on a signal, however many requests it ends', async () => {
  const { signal } = new AbortController();
  const fetch = async () => new Response('{}');
  const connection = registryConnection(reference, { ...asNobody, fetch, signal });
  for (let at = 0; at < 50; at++) await connection.request('tags/list', { method: 'GET', accept: '*/*' });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
});

it('ends all that are under way with their signal', async () => {
  const outer = new AbortController();
  const fetch = (_: string, { signal }: RequestInit) =>
    new Promise<Response>((__, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
  const connection = registryConnection(reference, { ...asNobody, fetch, signal: outer.signal });
  const ask = () => connection.request('tags/list', { method: 'GET', accept: '*/*' });
  const both = Promise.allSettled([ask(), ask()]);
  outer.abort(new Error('enough'));
  for (const each of await both) expect(each).toMatchObject({ status: 'rejected', reason: { message: 'enough' } });
  await expect(ask()).rejects.toThrow('enough');
});
