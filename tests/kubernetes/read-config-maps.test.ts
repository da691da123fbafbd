import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ClusterError } from '../../src/kubernetes/cluster-error.ts';
import { clusterObjectOf } from '../../src/kubernetes/cluster-object.ts';
import { readConfigMaps } from '../../src/kubernetes/read-config-maps.ts';

const names = (namespace: string, count: number) =>
  Array.from({ length: count }, (_, at) => ({ namespace, name: `c${String(at).padStart(2, '0')}` }));

/** A cluster of ConfigMaps of about 1,000 bytes, later ones answered first. */
function cluster(fails: (name: string) => Error | undefined = () => undefined) {
  const asked: string[] = [];
  let underWay = 0;
  const seen = { asked, most: 0 };
  const get = async (_: unknown, { namespace, name }: { readonly namespace?: string; readonly name: string }) => {
    asked.push(`${namespace}/${name}`);
    seen.most = Math.max(seen.most, ++underWay);
    for (let turn = asked.length % 4; turn >= 0; turn--) await setImmediate();
    underWay--;
    const failure = fails(`${namespace}/${name}`);
    if (failure) throw failure;
    if (name === 'gone') return undefined;
    const metadata = { name, namespace, uid: name };
    return clusterObjectOf({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'x'.repeat(900) } });
  };
  return { client: { get }, seen };
}

const forbidden = () => new ClusterError('may not get configmaps', { fault: 'forbidden', server: 's', remedy: 'R' });

describe('ConfigMaps are read', () => {
  test('a few at a time, and given in the order of their names', async () => {
    const { client, seen } = cluster();
    const wanted = [...names('shop', 30), { namespace: 'shop', name: 'gone' }];
    const { found, absent, problems } = await readConfigMaps(client, wanted, { everywhere: true });
    expect(found.map(({ metadata }) => metadata.name)).toEqual(names('shop', 30).map(({ name }) => name));
    expect([...absent]).toEqual(['shop/gone']);
    expect(problems).toEqual([]);
    expect(seen.most).toBe(4);
  });

  test.each([
    ['number', { number: 5, bytes: 1e6 }, 5],
    ['bytes', { number: 100, bytes: 5_500 }, 5],
  ])('up to a %s, and what was left out is named and is not absent', async (_, limits, count) => {
    const { client, seen } = cluster();
    const { found, absent, problems } = await readConfigMaps(client, names('shop', 30), { everywhere: true, limits });
    expect(found).toHaveLength(count);
    expect(absent.size).toBe(0);
    expect(seen.asked.length).toBeLessThan(count + 5);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(/^25 of the 30 ConfigMaps .*: (?:shop\/c\d\d, ){19}shop\/c\d\d and 5 more$/);
  });

  test('until one is refused, which is told once for each role', async () => {
    const wanted = [...names('shop', 9), ...names('billing', 9)];
    const all = cluster(forbidden);
    expect((await readConfigMaps(all.client, wanted, { everywhere: true })).problems).toHaveLength(1);
    expect(all.seen.asked).toEqual(['shop/c00']);
    const each = cluster(forbidden);
    expect((await readConfigMaps(each.client, wanted, { everywhere: false })).problems).toHaveLength(2);
    expect(each.seen.asked).toEqual(['shop/c00', 'billing/c00']);
    // A role may name some of them.
    const some = cluster((name) => (name === 'shop/c00' ? undefined : forbidden()));
    const { found, problems } = await readConfigMaps(some.client, wanted, { everywhere: true });
    expect([found.length, problems.length]).toEqual([1, 1]);
    expect(some.seen.asked.length).toBeLessThan(6);
  });

  test('until the cluster cannot be asked', async () => {
    const { client, seen } = cluster((name) => (name.endsWith('c03') ? new Error('no connection') : undefined));
    await expect(readConfigMaps(client, names('shop', 30), { everywhere: true })).rejects.toThrow('no connection');
    await setImmediate();
    expect(seen.asked.length).toBeLessThan(12);
  });
});
