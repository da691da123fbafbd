import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { proxyFor } from '../../src/image/registry-fetch.ts';
import { mirrorsInRegistriesConf, registryMirrors } from '../../src/image/registry-mirrors.ts';

describe('the proxy for an address', () => {
  const proxies = { HTTPS_PROXY: 'http://secure:1', http_proxy: 'plain:2' };
  it.each([
    ['https://ghcr.io/v2/', {}, 'http://secure:1'],
    ['http://ghcr.io/v2/', {}, 'http://plain:2'],
    ['https://ghcr.io/v2/', { https_proxy: 'https://other:3' }, 'https://other:3'],
    ['http://127.0.0.1:5000/v2/', {}, undefined],
    ['http://localhost:5000/v2/', {}, undefined],
    ['https://ghcr.io/v2/', { NO_PROXY: 'a.test, ghcr.io' }, undefined],
    ['https://sub.ghcr.io/v2/', { NO_PROXY: 'ghcr.io' }, undefined],
    ['https://sub.ghcr.io/v2/', { NO_PROXY: '.ghcr.io' }, undefined],
    ['https://ghcr.io/v2/', { NO_PROXY: '.ghcr.io' }, 'http://secure:1'],
    ['https://notghcr.io/v2/', { NO_PROXY: 'ghcr.io' }, 'http://secure:1'],
    ['https://r.test:5000/v2/', { no_proxy: 'r.test:5000' }, undefined],
    ['https://r.test:5001/v2/', { no_proxy: 'r.test:5000' }, 'http://secure:1'],
    ['https://ghcr.io/v2/', { NO_PROXY: '*' }, undefined],
    ['https://ghcr.io/v2/', { NO_PROXY: ',' }, 'http://secure:1'],
  ])('%s with %o is %s', (url, more, expected) => {
    expect(proxyFor(new URL(url), { ...proxies, ...more })).toBe(expected);
  });

  it('is none where nothing is set, and must be one that can be asked', () => {
    expect(proxyFor(new URL('https://ghcr.io'), {})).toBeUndefined();
    expect(() => proxyFor(new URL('https://ghcr.io'), { HTTPS_PROXY: 'socks5://user:pass@away' })).toThrow(UserError);
  });
});

describe('mirrors', () => {
  it('are those of registries.conf for whole registries', () => {
    const text = [
      'unqualified-search-registries = ["docker.io"] # searched',
      '[[registry]]',
      'prefix = "docker.io"',
      'location = "docker.io"',
      '[[registry.mirror]]',
      'location = "mirror.test:5000/hub"',
      '[[registry.mirror]]',
      "location = 'plain.test'",
      'insecure = true',
      '[[registry]]',
      'location = "quay.io"',
      '[[registry.mirror]]',
      'location = "user:pass@evil.test/?x"',
      '[aliases]',
      'location = "not-a-mirror"',
      '',
    ].join('\n');
    expect([...mirrorsInRegistriesConf(text)]).toEqual([
      [
        'docker.io',
        [
          { host: 'mirror.test:5000', prefix: 'hub', plainHttp: false },
          { host: 'plain.test', prefix: '', plainHttp: true },
        ],
      ],
    ]);
  });

  it('are those that are asked for, each for its registry', () => {
    const mirrors = registryMirrors(['hub.test/docker', 'ghcr.io=http://other.test'], { HOME: '/nonexistent' });
    expect(mirrors('docker.io')).toMatchObject([{ host: 'hub.test', prefix: 'docker', plainHttp: false }]);
    expect(mirrors('ghcr.io')).toMatchObject([{ host: 'other.test', prefix: '', plainHttp: true }]);
  });

  it.each(['', 'a b', 'ghcr.io=', 'user:pass@mirror.test', 'mirror.test/UPPER'])('%j is none', (text) => {
    expect(() => registryMirrors([text], {})).toThrow(UserError);
  });
});
