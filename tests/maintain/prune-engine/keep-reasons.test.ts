import { describe, expect, it } from 'vitest';
import type { EngineItem } from '../../../src/maintain/prune-engine/inventory.ts';
import { keepReasons } from '../../../src/maintain/prune-engine/keep-reasons.ts';
import { neededBy, repositoryPaths } from '../../../src/maintain/prune-engine/needed-by.ts';
import { defaultPolicy, type EnginePolicy } from '../../../src/maintain/prune-engine/policy.ts';
import { mentionCollector } from '../../../src/maintain/prune-registry/mentions.ts';
import { itemKey, itemOf, now } from './engine-items.ts';

const image = (id: string, given: Parameters<typeof itemOf>[2] = {}) => itemOf('image', id, given);

/** Nothing but what the policy of a case keeps. */
const bare: EnginePolicy = { ...defaultPolicy, keepLast: 0, youngerThan: 0 };

/** Each item's reasons, `-` for one that goes. */
function told(items: readonly EngineItem[], policy: Partial<EnginePolicy>): Record<string, string> {
  const reasons = keepReasons(items, { ...bare, ...policy }, now);
  return Object.fromEntries(
    items.map((item) => [
      item.id,
      reasons
        .get(itemKey(item))
        ?.map(({ why }) => why)
        .join(' ') ?? '-',
    ]),
  );
}

const cases: readonly {
  readonly title: string;
  readonly items: readonly EngineItem[];
  readonly policy?: Partial<EnginePolicy>;
  readonly kept: Readonly<Record<string, string>>;
}[] = [
  {
    title: 'the last of each repository stay, and all that are as old as the last of them',
    items: [
      image('web:4', { days: 10 }),
      image('web:3', { days: 20 }),
      image('web:2', { days: 20 }),
      image('web:1', { days: 30 }),
      image('api:1', { days: 90 }),
    ],
    policy: { keepLast: 2 },
    kept: { 'web:4': 'last', 'web:3': 'last', 'web:2': 'last', 'web:1': '-', 'api:1': 'last' },
  },
  {
    title: 'one image that two repositories name is among the last of either',
    items: [image('a', { names: ['web:1', 'shop/web:1'], days: 90 }), image('web:2', { days: 1 })],
    policy: { keepLast: 1 },
    kept: { a: 'last', 'web:2': 'last' },
  },
  {
    title: 'what is younger stays, and what is of the future',
    items: [image('old:1', { days: 8 }), image('new:1', { days: 6 }), image('odd:1', { days: -400 })],
    policy: { youngerThan: 7 * 86_400 },
    kept: { 'old:1': '-', 'new:1': 'younger', 'odd:1': 'undated' },
  },
  {
    title: 'an image that nobody knows the age of stays, and takes no place among the last',
    items: [image('web:2', { time: undefined }), image('web:1', { days: 90 })],
    policy: { keepLast: 1 },
    kept: { 'web:2': 'undated', 'web:1': 'last' },
  },
  {
    title: 'labels keep, with a value only where it is that',
    items: [
      image('a:1', { labels: { keep: 'yes' } }),
      image('b:1', { labels: { keep: 'no' } }),
      image('c:1', { labels: { stage: 'x' } }),
    ],
    policy: { labels: ['keep=yes', 'stage'] },
    kept: { 'a:1': 'labelled', 'b:1': '-', 'c:1': 'labelled' },
  },
  {
    title: 'names keep by globs, with or without their tag',
    items: [
      image('shop/web:1'),
      image('shop/api:1'),
      image('other/web:1'),
      image('tool:2'),
      image('docker.io/library/long:1'),
    ],
    policy: { images: ['shop/*', 'tool:2', 'long:*'] },
    kept: {
      'shop/web:1': 'named',
      'shop/api:1': 'named',
      'other/web:1': '-',
      'tool:2': 'named',
      'docker.io/library/long:1': 'named',
    },
  },
  {
    title: 'outside of the repositories that are asked for nothing goes, nor what has no name',
    items: [image('ci/web:1'), image('prod/web:1'), image('none', { names: [] })],
    policy: { repositories: ['ci/*'] },
    kept: { 'ci/web:1': '-', 'prod/web:1': 'not-asked', none: 'not-asked' },
  },
  {
    title: 'an image with a name outside of the repositories that are asked for stays, be that a tag or a digest',
    items: [
      image('a', { names: ['ci/web:1', 'prod/web:1'] }),
      image('b', { names: ['ci/web:2', `prod/web@sha256:${'d'.repeat(64)}`] }),
      image('c', { names: ['ci/web:3', 'ci/other:3', `ci/web@sha256:${'e'.repeat(64)}`] }),
    ],
    policy: { repositories: ['ci/*'] },
    kept: { a: 'not-asked', b: 'not-asked', c: '-' },
  },
  {
    title: 'a container keeps its image, whether it runs or not, unless it goes itself',
    items: [
      image('web:1'),
      image('job:1'),
      image('old:1'),
      itemOf('container', 'running', { inUse: 'is running', needs: ['image:web:1'] }),
      itemOf('container', 'yesterday', { days: 1, needs: ['image:job:1'] }),
      itemOf('container', 'long ago', { days: 50, needs: ['image:old:1'] }),
    ],
    policy: { stoppedLongerThan: 7 * 86_400 },
    kept: {
      'web:1': 'in-use',
      'job:1': 'in-use',
      'old:1': '-',
      running: 'in-use',
      yesterday: 'younger',
      'long ago': '-',
    },
  },
  {
    title: 'containers stay where nobody asks for them',
    items: [itemOf('container', 'long ago', { days: 50 })],
    kept: { 'long ago': 'not-asked' },
  },
  {
    title: 'the base of what stays stays: its layers are the first of the other’s',
    items: [
      image('base:1', { layers: ['l1'] }),
      image('web:1', { layers: ['l1', 'l2'], days: 1 }),
      image('elsewhere:1', { layers: ['l9'] }),
      image('no layers:1'),
    ],
    policy: { youngerThan: 2 * 86_400 },
    kept: { 'base:1': 'base', 'web:1': 'younger', 'elsewhere:1': '-', 'no layers:1': '-' },
  },
  {
    title: 'the base of what only a container keeps stays, too',
    items: [
      image('base:1', { layers: ['l1'] }),
      image('web:1', { layers: ['l1', 'l2'] }),
      itemOf('container', 'c', { needs: ['image:web:1'] }),
    ],
    kept: { 'base:1': 'base', 'web:1': 'in-use', c: 'not-asked' },
  },
  {
    title: 'images of steps go with the last image that stands on them, and stay with the first',
    items: [
      image('web:2', { days: 1, needs: ['image:step2'] }),
      image('web:1', { needs: ['image:step1'] }),
      image('step2', { names: [], intermediate: true, needs: ['image:shared'] }),
      image('step1', { names: [], intermediate: true, needs: ['image:shared'], days: 0 }),
      image('shared', { names: [], intermediate: true }),
    ],
    policy: { youngerThan: 2 * 86_400 },
    kept: { 'web:2': 'younger', 'web:1': '-', step2: 'needed', step1: '-', shared: 'needed' },
  },
  {
    title: 'only volumes that are named go, and those not where a container that stays uses them',
    items: [
      itemOf('volume', 'data'),
      itemOf('volume', 'used'),
      itemOf('volume', 'other'),
      itemOf('container', 'c', { needs: ['volume:used'] }),
    ],
    policy: { volumes: ['data', 'used'] },
    kept: { data: '-', used: 'in-use', other: 'not-asked', c: 'not-asked' },
  },
  {
    title: 'build cache goes by age, but not under a record that stays, nor in use',
    items: [
      itemOf('cache', 'parent', { days: 30 }),
      itemOf('cache', 'child', { days: 1, needs: ['cache:parent'] }),
      itemOf('cache', 'old', { days: 30 }),
      itemOf('cache', 'used', { days: 30, inUse: 'a build uses it' }),
      itemOf('cache', 'undated', { time: undefined }),
    ],
    policy: { cacheOlderThan: 7 * 86_400 },
    kept: { parent: 'needed', child: 'younger', old: '-', used: 'in-use', undated: 'undated' },
  },
  {
    title: 'build cache goes by size, the least recently used first',
    items: [
      itemOf('cache', 'a', { days: 1, listedBytes: 60 }),
      itemOf('cache', 'b', { days: 2, listedBytes: 40 }),
      itemOf('cache', 'c', { days: 3, listedBytes: 1 }),
    ],
    policy: { cacheBytes: 100 },
    kept: { a: 'cache-size', b: 'cache-size', c: '-' },
  },
  {
    title: 'build cache stays where nobody asks for it, and images where they are left out',
    items: [itemOf('cache', 'a'), image('web:1')],
    policy: { deleteImages: false },
    kept: { a: 'not-asked', 'web:1': 'not-asked' },
  },
];

describe('what stays', () => {
  it.each(cases)('$title', ({ items, policy = {}, kept }) => expect(told(items, policy)).toEqual(kept));

  it('says which name outside of the repositories that are asked for keeps an image', () => {
    const item = image('a', { names: ['ci/web:1', 'docker.io/prod/web:1'] });
    const reasons = keepReasons([item], { ...bare, repositories: ['ci/*'] }, now).get(itemKey(item));
    expect(reasons).toEqual([{ why: 'not-asked', text: 'has the name prod/web:1, too' }]);
  });

  it('keeps what a cluster names: by tag whatever the host, by digest, by identifier', () => {
    const digest = `sha256:${'d'.repeat(64)}`;
    const id = `sha256:${'1'.repeat(64)}`;
    const items = [
      image('a', { names: ['registry.example:5000/shop/web:1'] }),
      image('b', { names: ['docker.io/library/nginx:1.27'] }),
      image('c', { names: [`shop/api@${digest}`] }),
      image(id, { names: [] }),
      image('e', { names: ['shop/web:2'] }),
    ];
    const collector = mentionCollector(repositoryPaths(items));
    const by = { kind: 'cluster' as const, by: 'context prod: shop/replicaset/web-1' };
    for (const text of ['mirror.example/shop/web:1', 'nginx:1.27', `shop/api@${digest}`, `docker-pullable://${id}`])
      collector.value({ image: text }, by);
    collector.endSource();
    const kept = told(items, { neededBy: neededBy(collector.mentions) });
    expect(kept).toEqual({ a: 'roll-back', b: 'roll-back', c: 'roll-back', [id]: 'roll-back', e: '-' });
  });
});

it('a base is told to be that of the newest image, in whatever order an engine lists them', () => {
  const base = image('base:1', { days: 9, layers: ['a'] });
  const older = image('web:2', { days: 2, layers: ['a', 'b'] });
  const newer = image('web:3', { days: 1, layers: ['a', 'c'] });
  for (const items of [
    [base, older, newer],
    [newer, older, base],
  ]) {
    const reasons = keepReasons(items, { ...bare, keepLast: 2 }, now).get(itemKey(base)) ?? [];
    expect(reasons.find(({ why }) => why === 'base')?.text).toBe('is the base of web:3');
  }
});
