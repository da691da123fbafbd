import { describe, expect, it, onTestFinished } from 'vitest';
import type { JsonObject } from '../../src/core/json-object.ts';
import { readPolicy } from '../../src/kubernetes/response/read-policy.ts';
import { signedToken } from '../../src/respond/approval-token.ts';
import { systemClock } from '../../src/respond/clock.ts';
import { kinds, type ResponderCluster } from '../../src/respond/cluster.ts';
import { isToldBefore } from '../../src/respond/give-back.ts';
import { journalText, readJournal } from '../../src/respond/journal.ts';
import { prunedIntents } from '../../src/respond/ledger.ts';
import { numberAt, textAt } from '../../src/respond/object-fields.ts';
import { startResponder } from '../../src/respond/responder.ts';
import { telemetry } from '../../src/respond/telemetry.ts';
import { memoryCluster } from './memory-cluster.ts';
import { alertOf, policyText } from './policies.ts';

const key = Buffer.from('the key of the test, long enough');
const policyOf = (rule = '', scale = '{max: 9, giveBack: 10m}', top = '') =>
  readPolicy('policy.yaml', policyText(`scale: ${scale}\n${rule}`.trim(), top).replace('[restart]', '[scale]'));
const minutes = 60;

// Whatever waits, waits for a twentieth of the time.
const hurry = 20;

describe('what scale raised is given back', () => {
  async function start(
    policy = policyOf(),
    {
      cluster = memoryCluster(),
      wrap = (each: ResponderCluster) => each,
    }: {
      cluster?: ReturnType<typeof memoryCluster>;
      wrap?(cluster: ResponderCluster): ResponderCluster;
    } = {},
  ) {
    if (cluster.objects.size === 0) cluster.put(kinds.deployment, 'shop', 'web', { spec: { replicas: 3 } });
    const lines: JsonObject[] = [];
    let shift = 0;
    let inForce = policy;
    const at = systemClock();
    const clock = {
      ...at,
      now: () => at.now() + shift,
      sleep: (milliseconds: number, signal?: AbortSignal) => at.sleep(milliseconds / hurry, signal),
    };
    const told = telemetry((text) => lines.push(JSON.parse(text)), clock.wall);
    const responder = startResponder({
      cluster: wrap(cluster),
      clock,
      telemetry: told,
      policy: () => inForce,
      forcedMode: undefined,
      namespace: 'own',
      name: 'respond',
      identity: 'one',
      approvalKey: () => key,
    });
    onTestFinished(() => responder.stop());
    await expect.poll(() => responder.isLeading(), { timeout: 5000 }).toBe(true);
    const send = (change: Parameters<typeof alertOf>[0] = {}) =>
      responder.receive({ groupKey: '{}', alerts: [alertOf(change)], truncated: 0 });
    return {
      responder,
      cluster,
      lines,
      told,
      /** The alert fires, and what is done about it is done. */
      async fire(change: Parameters<typeof alertOf>[0] = {}) {
        const before = lines.filter(({ message }) => message === 'action').length;
        await send(change);
        await expect.poll(() => lines.filter(({ message }) => message === 'action').length).toBe(before + 1);
      },
      send,
      end: (change: Parameters<typeof alertOf>[0] = {}) => send({ ...change, status: 'resolved' }),
      replicas: () => numberAt(cluster.objects.get('deployments/shop/web'), 'spec', 'replicas'),
      async pass(seconds: number) {
        shift += seconds * 1000;
        // The lease is to be renewed after such a leap; then the worker looks within a second.
        await expect.poll(() => responder.isLeading(), { timeout: 5000 }).toBe(true);
        await new Promise((resolve) => setTimeout(resolve, 3000 / hurry));
      },
      setPolicy(next: typeof policy) {
        inForce = next;
      },
    };
  }

  it('step by step, once none of its alerts has fired for so long', async () => {
    const { fire, end, pass, replicas, cluster, told } = await start(policyOf('coolDown: 10s'));
    await fire();
    await pass(11);
    await fire({ fingerprint: 'b2' });
    expect(replicas()).toBe(5);
    await end();
    await pass(30 * minutes);
    expect(replicas(), 'the other alert still fires').toBe(5);
    await end({ fingerprint: 'b2' });
    await pass(5 * minutes);
    expect(replicas(), 'not before its time').toBe(5);
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 1');
    await pass(5 * minutes);
    await expect.poll(replicas).toBe(4);
    await pass(10 * minutes);
    await expect.poll(replicas).toBe(3);
    await pass(20 * minutes);
    expect(replicas(), 'no further than it was').toBe(3);
    expect(cluster.patches).toHaveLength(4);
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 0');
    expect(JSON.stringify(cluster.objects.get('deployments/shop/web'))).not.toContain('plimsoll.dev/raised');
  });

  it('never where the rule does not say so, or Alertmanager does not tell of the end', {
    timeout: 20_000,
  }, async () => {
    const silent = await start(policyOf('', '{max: 9}'));
    await silent.fire();
    await silent.end();
    const untold = await start();
    await untold.fire();
    await Promise.all([silent.pass(1000 * minutes), untold.pass(1000 * minutes)]);
    expect([silent.replicas(), untold.replicas()]).toEqual([4, 4]);
  });

  it('not while an alert of it fires again, even one that is held back', async () => {
    const { fire, end, pass, replicas, send } = await start(policyOf('coolDown: 1h'));
    await fire();
    await end();
    await pass(9 * minutes);
    const reception = await send({ fingerprint: 'c3' });
    expect(reception).toMatchObject({ decisions: [{ reason: 'cool-down' }] });
    await pass(120 * minutes);
    expect(replicas()).toBe(4);
    await end({ fingerprint: 'c3' });
    await pass(11 * minutes);
    await expect.poll(replicas).toBe(3);
  });

  it('not what somebody else has changed', async () => {
    const { fire, end, pass, replicas, cluster, lines, told } = await start();
    await fire();
    const object = cluster.objects.get('deployments/shop/web');
    cluster.put(kinds.deployment, 'shop', 'web', { ...object, spec: { replicas: 7 } });
    await end();
    await pass(16 * minutes);
    await expect
      .poll(() => lines.filter(({ action }) => action === 'give-back'))
      .toMatchObject([{ outcome: 'refused', reason: 'changed-since' }]);
    expect(replicas()).toBe(7);
    await pass(16 * minutes);
    expect(lines.filter(({ action }) => action === 'give-back')).toHaveLength(1);
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 0');
  });

  it('only shown where the rule is on trial by now', async () => {
    const { fire, end, pass, replicas, cluster, setPolicy, lines } = await start();
    await fire();
    setPolicy(policyOf('mode: dry-run'));
    await end();
    await pass(16 * minutes);
    await expect.poll(() => cluster.patches).toEqual(['deployments web', 'deployments web (dry run)']);
    expect(replicas()).toBe(4);
    await expect.poll(() => lines.find(({ action }) => action === 'give-back')).toMatchObject({ reason: 'dry-run' });
    setPolicy(policyOf());
    await pass(16 * minutes);
    await expect.poll(replicas).toBe(3);
  });

  it('within the hours of the rule only', async () => {
    const { fire, end, pass, replicas, setPolicy, lines } = await start();
    await fire();
    const now = new Date();
    const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][(now.getUTCDay() + 3) % 7];
    setPolicy(
      policyOf('hours: o', undefined, `hours: {o: {timeZone: UTC, days: [${day}], from: "00:00", to: "24:00"}}`),
    );
    await end();
    await pass(16 * minutes);
    await pass(16 * minutes);
    expect(replicas()).toBe(4);
    expect(lines.filter(({ reason }) => reason === 'outside-hours')).toHaveLength(1);
  });

  it('after a word, where the rule needs one, and not against it', async () => {
    const approval = 'approval: {url: "https://r.example.com", expires: 1h}';
    const { fire, end, pass, replicas, setPolicy, responder, lines } = await start();
    await fire();
    setPolicy(policyOf('approval: true', undefined, approval));
    await end();
    await pass(16 * minutes);
    const asked = lines.find(({ outcome }) => outcome === 'ask');
    expect(asked).toMatchObject({ reason: 'approval-needed' });
    expect(replicas()).toBe(4);
    const id = String(asked?.intent);
    const token = signedToken({ id, serial: 2, expires: Date.now() + 7_200_000 }, key);
    expect((await responder.confirm(token, 'refuse', 'Ada')).kind).toBe('refused');
    await pass(60 * minutes);
    expect(lines.filter(({ outcome }) => outcome === 'ask')).toHaveLength(1);
    expect(replicas()).toBe(4);
  });

  it('by the next responder, from what the journal says', async () => {
    const first = await start();
    await first.fire();
    await first.end();
    await first.responder.stop();
    const second = await start(policyOf(), { cluster: first.cluster });
    await second.pass(16 * minutes);
    await expect.poll(second.replicas).toBe(3);
    expect(first.cluster.patches).toHaveLength(2);
  });

  it('an end that cannot be written down is asked for again', async () => {
    let fails = false;
    const refusing = (cluster: ResponderCluster): ResponderCluster => ({
      ...cluster,
      replace: (reference, object) =>
        fails && reference.name === 'respond-journal'
          ? Promise.reject(new Error('the journal is not taken'))
          : cluster.replace(reference, object),
    });
    const { fire, end, pass, replicas, lines } = await start(policyOf(), { wrap: refusing });
    await fire();
    fails = true;
    expect((await end()).kind).toBe('unrecorded');
    fails = false;
    expect((await end()).kind).toBe('decided');
    expect(lines.filter(({ message }) => message === 'none of the alerts fires for which it was raised')).toHaveLength(
      1,
    );
    await pass(16 * minutes);
    await expect.poll(replicas).toBe(3);
  });

  const setReplicas = (cluster: ReturnType<typeof memoryCluster>, replicas: number) => {
    const object = cluster.objects.get('deployments/shop/web');
    cluster.put(kinds.deployment, 'shop', 'web', { ...object, spec: { replicas } });
  };

  it('not below what a person has set since, whatever an ended raise left written there', async () => {
    const { fire, end, pass, replicas, cluster } = await start(
      policyOf('coolDown: 10s', '{max: 9, step: 2, giveBack: 10m}'),
    );
    await fire();
    setReplicas(cluster, 4);
    await end();
    await pass(11 * minutes);
    setReplicas(cluster, 5);
    await fire({ fingerprint: 'b2' });
    expect(replicas()).toBe(7);
    await end({ fingerprint: 'b2' });
    await pass(11 * minutes);
    await expect.poll(replicas).toBe(5);
    await pass(11 * minutes);
    await pass(11 * minutes);
    expect(replicas()).toBe(5);
  });

  it('one step at a time, however many raises the workload has', async () => {
    let fails = false;
    const { fire, end, pass, replicas, cluster, told } = await start(
      policyOf('coolDown: 10s', '{max: 9, step: 2, giveBack: 10m}'),
      {
        wrap: (each) => ({
          ...each,
          patch: (...request) => (fails ? Promise.reject(new Error('not now')) : each.patch(...request)),
        }),
      },
    );
    await fire();
    await pass(11);
    await fire({ fingerprint: 'b2' });
    await pass(11);
    fails = true;
    await fire({ fingerprint: 'c3' });
    fails = false;
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 1');
    await end();
    await end({ fingerprint: 'b2' });
    await end({ fingerprint: 'c3' });
    await pass(11 * minutes);
    await expect.poll(replicas).toBe(5);
    await pass(5 * minutes);
    expect(replicas(), 'the next one after its own time').toBe(5);
    expect(cluster.patches).toHaveLength(3);
    await pass(6 * minutes);
    await expect.poll(replicas).toBe(3);
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 0');
  });

  it('not while an alert of another pod fires that came before the workload was known', async () => {
    const { responder, cluster, lines, pass, replicas } = await start(policyOf('coolDown: 10s'));
    const owned = (kind: string, name: string) => ({
      metadata: { ownerReferences: [{ apiVersion: 'apps/v1', kind, name, controller: true, uid: 'x' }] },
    });
    for (const pod of ['web-1-a', 'web-1-b']) cluster.put(kinds.pod, 'shop', pod, owned('ReplicaSet', 'web-1'));
    cluster.put(kinds.replicaSet, 'shop', 'web-1', owned('Deployment', 'web'));
    const about = (pod: string, status: 'firing' | 'resolved' = 'firing') =>
      responder.receive({
        groupKey: pod,
        alerts: [
          {
            ...alertOf({ fingerprint: pod, status }),
            labels: new Map(Object.entries({ alertname: 'Leak', namespace: 'shop', pod })),
          },
        ],
        truncated: 0,
      });
    await Promise.all([about('web-1-a'), about('web-1-b')]);
    await expect.poll(() => lines.filter(({ message }) => message === 'action').length).toBe(2);
    expect(replicas()).toBe(4);
    await about('web-1-a', 'resolved');
    await pass(11 * minutes);
    expect(replicas(), 'the alert of the other pod fires').toBe(4);
    await about('web-1-b', 'resolved');
    await pass(11 * minutes);
    await expect.poll(replicas).toBe(3);
  });

  const two = (most: string) =>
    readPolicy(
      'policy.yaml',
      `version: 1
mode: act
rules:
${[
  ['cpu', 'Leak', '{max: 4, giveBack: 10m}'],
  ['slow', 'Slow', most],
]
  .map(
    ([name, alert, scale]) =>
      `  - {name: ${name}, alerts: [${alert}], namespaces: [shop], workloads: [deployment/web], do: [scale], scale: ${scale}, coolDown: 10s}`,
  )
  .join('\n')}
`,
    );
  const slow = { fingerprint: 'd1', label: { alertname: 'Slow' } };

  it.each(['{max: 4, giveBack: 10m}', '{max: 4}'])(
    'not while an alert of another rule fires that scales by %s',
    async (scale) => {
      const { fire, end, pass, replicas } = await start(two(scale));
      await fire();
      await pass(11);
      await fire(slow);
      await end();
      await pass(11 * minutes);
      expect(replicas()).toBe(4);
      await end(slow);
      await pass(11 * minutes);
      await expect.poll(replicas).toBe(3);
    },
  );

  it('not while an alert of another rule is held back', async () => {
    const { fire, end, pass, replicas, send } = await start(two('{max: 9}'));
    await fire();
    expect(await send(slow)).toMatchObject({ decisions: [{ reason: 'cool-down' }] });
    await end();
    await pass(11 * minutes);
    expect(replicas()).toBe(4);
  });

  it('not while an alert fires of the rule that raised first', async () => {
    const { fire, end, pass, replicas } = await start(two('{max: 5, giveBack: 10m}'));
    await fire();
    await pass(11);
    await fire(slow);
    await pass(11);
    await fire({ fingerprint: 'a2' });
    await end();
    await end(slow);
    await pass(11 * minutes);
    expect(replicas()).toBe(5);
  });

  it('later, where the workload was switched off for a time, which is told once', async () => {
    const { fire, end, pass, cluster, lines } = await start();
    cluster.put(kinds.autoscaler, 'shop', 'web', {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, minReplicas: 3, maxReplicas: 9 },
      status: { desiredReplicas: 3 },
    });
    const least = () => numberAt(cluster.objects.get('horizontalpodautoscalers/shop/web'), 'spec', 'minReplicas');
    await fire();
    expect(least()).toBe(4);
    setReplicas(cluster, 0);
    await end();
    for (let night = 0; night < 3; night++) await pass(16 * minutes);
    const refused = () => lines.filter(({ reason }) => reason === 'scaled-to-zero');
    await expect.poll(() => refused().length).toBeGreaterThan(1);
    const journal = textAt(cluster.objects.get('configmaps/own/respond-journal'), 'data', 'journal.json') ?? '';
    const intents = new Map(readJournal(journal).map((intent) => [intent.id, intent]));
    const told = [...intents.values()]
      .filter(({ state }) => state === 'refused')
      .map((each) => isToldBefore(each, new Map([...intents].filter(([, { serial }]) => serial <= each.serial))));
    expect(told.slice(0, 2)).toEqual([false, true]);
    setReplicas(cluster, 3);
    await pass(16 * minutes);
    await expect.poll(least).toBe(3);
  });

  it('asked for again, where nobody answered', async () => {
    const approval = 'approval: {url: "https://r.example.com", expires: 1h}';
    const { fire, end, pass, setPolicy, lines, told } = await start();
    await fire();
    setPolicy(policyOf('approval: true', undefined, approval));
    await end();
    await pass(16 * minutes);
    await pass(61 * minutes);
    await expect.poll(() => lines.filter(({ reason }) => reason === 'not-approved').length).toBe(1);
    expect((await told.metrics()).text).toContain('plimsoll_respond_raised 1');
    await pass(16 * minutes);
    await expect.poll(() => lines.filter(({ outcome }) => outcome === 'ask').length).toBe(2);
  });

  it('shown once on trial, however long it stays so', async () => {
    const { fire, end, pass, cluster, setPolicy } = await start();
    await fire();
    setPolicy(policyOf('mode: dry-run'));
    await end();
    for (let each = 0; each < 3; each++) await pass(16 * minutes);
    expect(cluster.patches).toEqual(['deployments web', 'deployments web (dry run)']);
  });

  it('with a journal that has room for the alerts of all raises, none of which looks over', async () => {
    const { fire, cluster } = await start();
    await fire();
    const text = textAt(cluster.objects.get('configmaps/own/respond-journal'), 'data', 'journal.json') ?? '';
    const [raise] = readJournal(text);
    if (raise === undefined) throw new Error('no raise');
    const now = Date.now();
    const raises = Array.from({ length: 600 }, (_, index) => ({
      ...raise,
      id: `${raise.id}${index}`,
      raise: {
        firing: Array.from({ length: 50 }, (_each, alert) => String(index * 50 + alert).padStart(64, '0')),
        quietSince: undefined,
      },
    }));
    const kept = prunedIntents(raises, now, 3600);
    expect(kept).toHaveLength(600);
    expect(journalText(kept).length).toBeLessThan(600 * 1024);
    expect(kept.every((each) => each.raise?.firing.length !== 0)).toBe(true);
  });
});
