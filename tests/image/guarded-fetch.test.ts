import { expect, test } from 'vitest';
import { belongsToRegistry, guardedFetch } from '../../src/image/guarded-fetch.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['203.0.114.7', '2001:4860::1'],
  'registry.corp.example': ['10.1.2.3'],
  'metadata.example': ['203.0.114.7', '169.254.169.254'],
  'six.example': ['fe80::1'],
  'own.example': ['::1'],
};

async function asked(url: string, registry: string): Promise<string> {
  const fetch = guardedFetch(
    async () => new Response('asked'),
    (host) => belongsToRegistry(host, registry),
    async (host) => {
      const addresses = names[host];
      if (addresses === undefined) throw new Error('not known');
      return addresses.map((address) => ({ address }));
    },
  );
  try {
    return await (await fetch(url, {})).text();
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
}

test.each([
  ['https://public.example/v2/', 'public.example', 'asked'],
  ['https://registry.corp.example/v2/', 'registry.corp.example', 'asked'],
  ['https://10.1.2.3:5000/v2/', '10.1.2.3:5000', 'asked'],
  ['http://127.0.0.1:5000/v2/', '127.0.0.1:5000', 'asked'],
  ['https://nowhere.example/v2/', 'nowhere.example', 'asked'],
  ['https://registry.corp.example/token', 'public.example', /private/],
  ['https://10.1.2.3:6443/api', '10.1.2.3:5000', /private/],
  ['https://192.168.0.1/', 'public.example', /private/],
  ['http://127.0.0.1/', 'public.example', /loopback/],
  ['http://own.example/', 'public.example', /loopback/],
  ['https://169.254.169.254/v2/', '169.254.169.254', /link-local/],
  ['http://2852039166/latest', '2852039166', /link-local/],
  ['http://0xa9fea9fe/latest', '0xa9fea9fe', /link-local/],
  ['http://[::ffff:169.254.169.254]/', '[::ffff:169.254.169.254]', /link-local/],
  ['http://[64:ff9b::169.254.169.254]/', 'public.example', /link-local/],
  ['http://[fe80::1]/', '[fe80::1]', /link-local/],
  ['https://metadata.example/', 'metadata.example', /link-local/],
  ['https://six.example/', 'six.example', /link-local/],
])('%s for an image of %s', async (url, registry, expected) => {
  expect(await asked(url, registry)).toMatch(expected);
});

test.each([
  ['gitlab.corp.example', 'registry.corp.example', true],
  ['registry.corp.example:5050', 'registry.corp.example', true],
  ['registry.corp', 'gitlab.corp', false],
  ['evilcorp.example', 'registry.corp.example', false],
  ['10.1.2.4', '10.1.2.3', false],
])('%s belongs to %s: %s', (host, registry, expected) => {
  expect(belongsToRegistry(host, registry)).toBe(expected);
});
