import { describe, expect, test } from 'vitest';
import { baseNews } from '../../../src/core/bases-report.ts';
import { parseImageReference } from '../../../src/core/image-reference.ts';
import type { RegistrySession } from '../../../src/image/registry-session.ts';
import { type AskedImage, assessImage } from '../../../src/maintain/freshness/assess.ts';
import { updateTarget } from '../../../src/maintain/freshness/update-plan.ts';

const today = '2026-11-28';
const [a, b, c] = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];

/** A registry with these tags, all of one digest but those that are named; `layers` by digest. */
function registry(
  tags: string,
  digests: Readonly<Record<string, string>> = {},
  layers: Readonly<Record<string, readonly string[]>> = {},
): RegistrySession {
  return {
    requests: new Map(),
    unanswered: new Set(),
    closed: () => [],
    end() {},
    tags: async () => ({ kind: 'tags', tags: tags.split(' ') }),
    async digest({ tag = 'latest' }) {
      const digest = digests[tag] ?? (tags.split(' ').includes(tag) ? a : undefined);
      return digest === undefined ? { kind: 'unknown', reason: `no ${tag}` } : { kind: 'digest', digest };
    },
    async image(_, digest) {
      const diffIds = layers[digest];
      if (diffIds === undefined) return { kind: 'unknown', reason: 'no such image' };
      return {
        kind: 'image',
        image: { digest: `${digest.slice(0, -1)}0`, created: undefined, layers: [], labels: new Map(), diffIds },
      };
    },
  };
}

function assess(text: string, session: RegistrySession | undefined, more: Partial<AskedImage> = {}) {
  const reference = parseImageReference(text);
  if (reference === undefined) throw new Error(text);
  const place = { path: 'Dockerfile', line: 1, column: 6, kind: 'FROM', ignores: [] } as const;
  return assessImage(
    { reference, places: [place], ships: true, running: [], built: [], ...more },
    {
      session,
      architecture: 'amd64',
      today,
      days: 90,
      mirrors: new Map([
        ['registry.internal/mirror', 'docker.io'],
        ['registry.internal/our-node', 'node'],
      ]),
      admits: () => true,
    },
  );
}

describe('what is said of an image', () => {
  test('next tracks are those that have not ended', async () => {
    const { newer, next } = await assess('node:20.1.0', registry('20.1.0 20.2.0 21.1.0 22.1.0 23.1.0 24.1.0 26.1.0'));
    expect(newer).toEqual({ tag: '20.2.0' });
    expect(next.map(({ tag, ends }) => `${tag} ${ends}`)).toEqual([
      '22.1.0 2027-04-30',
      '24.1.0 2028-04-30',
      '26.1.0 2029-04-30',
    ]);
  });

  test.each([
    // Ended over a year ago, and it ships.
    ['node:16', true, 'error'],
    ['node:16', false, 'warning'],
    // Ended this year; ends within 90 days, and after them.
    ['node:20', true, 'warning'],
    ['fedora:43', true, 'note'],
    ['node:22', true, undefined],
    ['k8s.gcr.io/pause:latest', true, 'warning'],
  ])('%s (ships: %s) is %s', async (text, ships, severity) => {
    expect((await assess(text, registry('1'), { ships })).severity).toBe(severity);
  });

  test.each([
    ['gcr.io/distroless/nodejs18-debian11', ['Node.js 18', 'Debian 11']],
    // Java and Python are Debian's own there.
    ['gcr.io/distroless/java11-debian11:nonroot', ['Debian 11']],
  ])('%s ends with %s', async (text, products) => {
    expect((await assess(text, undefined)).ending.map(({ product }) => product)).toEqual(products);
  });

  test.each([
    // Where plimsoll.yaml says so, or the path itself.
    ['registry.internal/mirror/node:16', 'docker.io/node', ['Node.js 16']],
    ['registry.internal/mirror/library/node:16-buster', 'docker.io/library/node', ['Node.js 16', 'Debian 10']],
    ['registry.internal/our-node:16', 'node', ['Node.js 16']],
    ['harbor.corp/hub/library/debian:10', 'debian', ['Debian 10']],
    ['harbor.corp/docker.io/library/debian:10', 'docker.io/library/debian', ['Debian 10']],
    [
      'harbor.corp/gcr.io/distroless/nodejs18-debian11',
      'gcr.io/distroless/nodejs18-debian11',
      ['Node.js 18', 'Debian 11'],
    ],
    [`harbor.corp/library/debian:10@${a}`, 'debian', ['Debian 10']],
    // Anybody's.
    ['registry.internal/acme/node:16', undefined, []],
    ['registry.internal/node:16', undefined, []],
    ['registry.internal/mirrors/node:16', undefined, []],
    ['acme/library/node:16', undefined, []],
    ['ghcr.io/acme/library/node:16', undefined, []],
    ['harbor.corp/library/acme-node:16', undefined, []],
    [`harbor.corp/library/debian@${a}`, 'debian', []],
  ])('%s is a copy of %s and ends with it: %j', async (text, copyOf, products) => {
    const status = await assess(text, undefined);
    expect([status.copyOf, status.ending.map(({ product }) => product.replace(/ \(.*/, ''))]).toEqual([
      copyOf,
      products,
    ]);
  });

  test('what every place ignores has no severity, what one does not ignore has', async () => {
    const place = { path: 'a', kind: 'CI', line: 1, column: 1 } as const;
    const all = { ...place, ignores: baseNews };
    const session = registry('1.0.1');
    expect((await assess('acme/a:1.0.0', session, { places: [all] })).severity).toBeUndefined();
    const some = { ...place, ignores: ['moved'] as const };
    expect((await assess('acme/a:1.0.0', session, { places: [all, some] })).severity).toBe('warning');
  });

  test.each([
    ['acme/a:main-4f2a91c', 'its tag is no version that another one could follow'],
    [`acme/a@${a}`, 'a digest without a tag says nothing of what follows it'],
    ['acme/a:1.0.0', 'no registry was asked (--offline)'],
    ['acme/a:latest', undefined],
  ])('without a registry %s is unknown: %s', async (text, reason) => {
    const { unknown } = await assess(text, undefined);
    expect(unknown.map((each) => each.reason)).toEqual(reason === undefined ? [] : [reason]);
  });
});

test('an image of a node alone is asked for nowhere, and that is said', async () => {
  const never = () => Promise.reject(new Error('asked'));
  const session = { ...registry(''), tags: never, digest: never, image: never };
  const running = [{ where: 'pod', digest: a }];
  const { unknown, severity } = await assess('localhost/app:1.0.0', session, { running });
  expect([unknown.map(({ what }) => what), severity]).toEqual([['image'], undefined]);
});

describe('a moved tag', () => {
  test('is told against the digest that is written, what runs and what was built', async () => {
    const session = registry('1', { '1': b, [a]: a }, { [b]: ['base', 'new'] });
    const { moved, unknown } = await assess(`acme/a:1@${a}`, session);
    expect([moved, unknown]).toEqual([[{ by: 'pinned', from: a, to: b }], []]);
    const running = [
      { where: 'one', digest: a },
      { where: 'two', digest: b },
      // Of the platform's own manifest.
      { where: 'three', digest: `${b.slice(0, -1)}0` },
    ];
    expect((await assess('acme/a:1', session, { running })).moved).toEqual([
      { by: 'running', where: 'one', from: a, to: b },
    ]);
    const built = [
      { where: 'same', baseDigest: a, diffIds: ['base', 'new', 'own'] },
      { where: 'other', baseDigest: undefined, diffIds: ['base', 'old', 'own'] },
      { where: 'named', baseDigest: b, diffIds: [] },
    ];
    expect((await assess('acme/a:1', session, { built })).moved).toEqual([
      { by: 'built', where: 'other', from: undefined, to: b },
    ]);
  });

  test('is unknown for an image that runs and that no registry has', async () => {
    const session = registry('1', { '1': b }, { [b]: [] });
    const { moved, unknown } = await assess('acme/a:1', session, { running: [{ where: 'pod', digest: c }] });
    expect([moved, unknown.map(({ what }) => what)]).toEqual([[], ['moved']]);
  });
});

test.each([
  ['acme/a:1.0.0', registry('1.0.0 1.0.1'), 'acme/a:1.0.1'],
  [`acme/a:1.0.0@${a}`, registry('1.0.0 1.0.1', { '1.0.1': b }), `acme/a:1.0.1@${b}`],
  [`acme/a:1.0.0@${a}`, registry('1.0.0', { '1.0.0': b }), `acme/a:1.0.0@${b}`],
  [`docker.io/acme/a:1.0.0@${a}`, registry('1.0.0'), undefined],
  ['acme/a:1.0.0', registry('1.0.0 2.0.0'), undefined],
  // A tag that is listed and then gone: no digest is written that nobody knows.
  [
    `acme/a:1.0.0@${a}`,
    { ...registry('1.0.0'), tags: async () => ({ kind: 'tags' as const, tags: ['1.0.9'] }) },
    undefined,
  ],
])('%s is updated to %s', async (text, session, to) => {
  expect(updateTarget(await assess(text, session))).toBe(to);
});
