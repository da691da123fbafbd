import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deletionOrder } from '../../../src/maintain/prune-engine/deletion-order.ts';
import { freedBytes } from '../../../src/maintain/prune-engine/freed-bytes.ts';
import type { EngineItem } from '../../../src/maintain/prune-engine/inventory.ts';
import { keepReasons } from '../../../src/maintain/prune-engine/keep-reasons.ts';
import { planPrune } from '../../../src/maintain/prune-engine/plan.ts';
import { defaultPolicy, type EnginePolicy } from '../../../src/maintain/prune-engine/policy.ts';
import { itemKey, itemOf, now } from './engine-items.ts';

const sizes: Readonly<Record<string, number>> = { base: 100, app1: 10, app2: 20, tool: 5 };
const bytesOf = (piece: string) => sizes[piece] ?? 1;

const base = itemOf('image', 'base:1', { layers: ['base'] });
const one = itemOf('image', 'app:1', { layers: ['base', 'app1'], listedBytes: 110 });
const two = itemOf('image', 'app:2', { layers: ['base', 'app2'], listedBytes: 120, days: 1 });
const tool = itemOf('image', 'tool:1', { layers: ['tool'], listedBytes: 5 });

function planOf(items: readonly EngineItem[], untilFree?: { bytes: number; free: number }) {
  const policy = { ...defaultPolicy, keepLast: 0, youngerThan: 86_400 / 2, stoppedLongerThan: 0, cacheOlderThan: 0 };
  const room = untilFree && { path: '/', totalBytes: 1000, freeBytes: untilFree.free };
  return planPrune({
    items,
    reasons: keepReasons(items, policy, now),
    policy,
    bytesOf,
    untilFree: untilFree && room && { bytes: untilFree.bytes, room },
  });
}

const ids = ({ deleted }: ReturnType<typeof planOf>) => deleted.map(({ told }) => told.id);

describe('a plan', () => {
  it.each<[string, Partial<EnginePolicy>, string]>([
    ['its age and its rank', { keepLast: 2, youngerThan: 86_400 }, 'is older than 1 day, and is not among the last 2'],
    ['its rank where no age keeps anything', { keepLast: 1, youngerThan: 0 }, 'is not the newest'],
    ['its age where no rank does', { keepLast: 0, youngerThan: 86_400 }, 'is older than 1 day'],
    ['that nothing keeps it', { keepLast: 0, youngerThan: 0 }, 'no rule keeps it'],
  ])('says of an image that goes %s', (_, rules, reason) => {
    const items = ['app:1', 'app:2', 'app:3'].map((id, at) => itemOf('image', id, { days: 9 - at }));
    const policy = { ...defaultPolicy, ...rules };
    const plan = planPrune({ items, reasons: keepReasons(items, policy, now), policy, bytesOf, untilFree: undefined });
    expect(plan.deleted[0]?.told.reason).toBe(reason);
  });

  it('counts a layer that several have once, with the last of them that goes', () => {
    const plan = planOf([one, two, tool]);
    expect(plan.deleted.map(({ told }) => [told.id, told.freedBytes])).toEqual([
      ['app:1', 10],
      ['tool:1', 5],
      ['app:2', 120],
    ]);
    expect(plan).toMatchObject({ predictedBytes: 135, listedBytes: 235, everything: true });
  });

  it('counts a layer not at all that something holds which stays', () => {
    const young = { ...two, time: now };
    const plan = planOf([base, one, young]);
    expect(plan.deleted.map(({ told }) => [told.id, told.freedBytes])).toEqual([['app:1', 10]]);
    expect(plan.everything).toBe(false);
  });

  it('counts nothing of an image whose layers the build cache holds, until that goes', () => {
    const record = itemOf('cache', 'r', { pieces: ['app1'], time: now + 1 });
    expect(planOf([one, record])).toMatchObject({ predictedBytes: 100, cacheHeldBytes: 10 });
    expect(planOf([one, { ...record, time: now - 1 }]).predictedBytes).toBe(110);
  });

  it('deletes what stands on others before these, however long the chain', () => {
    const steps = Array.from({ length: 20_000 }, (_, at) =>
      itemOf('image', `s${at}`, { needs: at === 0 ? [] : [`image:s${at - 1}`] }),
    );
    const order = deletionOrder(steps).map(({ id }) => id);
    expect(order[0]).toBe('s19999');
    expect(order.at(-1)).toBe('s0');
  });

  it('ends where what needs each other goes in a circle', () => {
    const circle = [itemOf('image', 'a', { needs: ['image:b'] }), itemOf('image', 'b', { needs: ['image:a'] })];
    expect(deletionOrder(circle)).toHaveLength(2);
  });

  it('agrees with counting by hand, for any sharing', () => {
    const item = fc.record({
      layers: fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1 }),
      goes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(item, { maxLength: 8 }), (given) => {
        const items = given.map(({ layers }, at) => itemOf('image', `i${at}`, { layers }));
        const counter = freedBytes(items, (piece) => piece.charCodeAt(0));
        const gone = items.filter((_, at) => given[at]?.goes);
        const together = counter.wouldFree(gone);
        const freed = gone.reduce((sum, each) => sum + counter.take(each), 0);
        const left = new Set(items.filter((each) => !gone.includes(each)).flatMap(({ pieces }) => pieces));
        const free = new Set(gone.flatMap(({ pieces }) => pieces).filter((piece) => !left.has(piece)));
        const byHand = [...free].reduce((sum, piece) => sum + piece.charCodeAt(0), 0);
        expect([freed, together]).toEqual([byHand, byHand]);
      }),
    );
  });
});

describe('a policy that keeps nothing', () => {
  const nothing = { ...defaultPolicy, keepLast: 0, youngerThan: 0 };
  const web = itemOf('image', 'web:1');
  const used = itemOf('image', 'used:1', { days: 1 });
  const runs = itemOf('container', 'runs', { inUse: 'is running', needs: ['image:used:1'] });
  const cases: readonly (readonly [string, readonly EngineItem[], Partial<EnginePolicy>, boolean])[] = [
    ['by the one that --keep-image names', [web, used], { images: ['used:1'] }, true],
    ['by one that nobody can date', [web, itemOf('image', 'odd:1', { time: undefined })], {}, true],
    ['by one of the future', [web, itemOf('image', 'odd:1', { days: -400 })], {}, true],
    ['by one that runs', [web, used, runs], {}, true],
    ['by one outside of --only', [web, used], { repositories: ['web'] }, true],
    ['by a young one outside of --only', [web, used], { repositories: ['web'], youngerThan: 2 * 86_400 }, true],
    ['where a young one stays', [web, used], { youngerThan: 2 * 86_400 }, false],
    ['where one that runs is young, too', [web, used, runs], { youngerThan: 2 * 86_400 }, false],
    ['where the last of a repository stay', [web, itemOf('image', 'web:2', { days: 1 })], { keepLast: 1 }, false],
    [
      'where a cluster needs one',
      [web, used],
      { neededBy: ({ id }) => (id === 'used:1' ? 'pod x' : undefined) },
      false,
    ],
    ['where no image goes', [used, runs], {}, false],
  ];
  it.each(cases)('%s: told from one that keeps some', (_, items, given, everything) => {
    const policy = { ...nothing, ...given };
    const plan = planPrune({ items, reasons: keepReasons(items, policy, now), policy, bytesOf, untilFree: undefined });
    expect(plan.everything).toBe(everything);
  });
});

describe('room that is asked for', () => {
  const quick = itemOf('image', 'quick:1', { layers: ['app1'], pulled: true });
  const slow = itemOf('image', 'slow:1', { layers: ['app2'], buildSeconds: 600 });
  const unknown = itemOf('image', 'unknown:1', { layers: ['tool'] });
  const all = [unknown, slow, quick];

  it.each([
    ['nothing where there is enough', 500, 500, []],
    ['what is quickest to have again first', 505, 500, ['quick:1']],
    ['and no more than is needed', 511, 500, ['quick:1', 'slow:1']],
    ['what nobody can tell of last', 531, 500, ['quick:1', 'slow:1', 'unknown:1']],
    ['all that may go where that is not enough', 900, 500, ['quick:1', 'slow:1', 'unknown:1']],
  ])('deletes %s', (_, bytes, free, gone) => expect(ids(planOf(all, { bytes, free }))).toEqual(gone));

  it('keeps the rest with that reason', () => {
    const { kept } = planOf(all, { bytes: 505, free: 500 });
    expect(kept.map(({ id, reasons }) => [id, reasons[0]?.why])).toEqual([
      ['unknown:1', 'enough-free'],
      ['slow:1', 'enough-free'],
    ]);
  });

  it('deletes nothing that frees nothing', () => {
    const young = { ...slow, id: 'young:1', names: ['young:1'], time: now };
    expect(ids(planOf([slow, young, quick], { bytes: 900, free: 500 }))).toEqual(['quick:1']);
  });

  it('deletes images of the same layers together', () => {
    const twin = { ...slow, id: 'twin:1', names: ['twin:1'] };
    expect(ids(planOf([slow, twin], { bytes: 520, free: 500 }))).toEqual(['slow:1', 'twin:1']);
  });

  it('takes along what stands on it', () => {
    const step = itemOf('image', 'step', { layers: ['base'], names: [], intermediate: true, pulled: true });
    const top = itemOf('image', 'top:1', { layers: ['base'], needs: [itemKey(step)], buildSeconds: 1 });
    expect(ids(planOf([step, top], { bytes: 600, free: 500 }))).toEqual(['top:1', 'step']);
  });
});
