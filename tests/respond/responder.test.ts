import { afterEach, describe, expect, it, vi } from 'vitest';
import { readPolicy } from '../../src/kubernetes/response/read-policy.ts';
import type { ResponsePolicy } from '../../src/kubernetes/response/response-policy.ts';
import { signedToken } from '../../src/respond/approval-token.ts';
import { systemClock } from '../../src/respond/clock.ts';
import { kinds } from '../../src/respond/cluster.ts';
import { type Responder, startResponder } from '../../src/respond/responder.ts';
import { telemetry } from '../../src/respond/telemetry.ts';
import { memoryCluster } from './memory-cluster.ts';
import { alertOf, policyOf, policyText } from './policies.ts';

const key = Buffer.from('the key of the test, long enough');
const asking = () => policyOf('approval: true', 'approval: {url: "https://r.example.com", expires: 1m}');
const looking = () => readPolicy('policy.yaml', policyText('').replace('do: [restart]', 'do: [evidence]'));

describe('the responder', () => {
  const started: Responder[] = [];
  afterEach(async () => {
    for (const responder of started.splice(0)) await responder.stop();
  });

  async function start(policy: ResponsePolicy, { cluster = memoryCluster(), identity = 'one', ahead = 0 } = {}) {
    const spec = {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } } },
    };
    if (cluster.objects.size === 0)
      cluster.put(kinds.deployment, 'shop', 'web', { spec, status: { replicas: 3, updatedReplicas: 3 } });
    const lines: string[] = [];
    const system = systemClock();
    let shift = ahead;
    let asleep: { readonly since: number; readonly until: Promise<void> } | undefined;
    const clock = {
      ...system,
      now: () => (asleep?.since ?? system.now()) + shift,
      async sleep(milliseconds: number, signal?: AbortSignal) {
        await system.sleep(milliseconds, signal);
        await asleep?.until;
      },
    };
    const responder = startResponder({
      cluster,
      clock,
      telemetry: telemetry((text) => lines.push(text), clock.wall),
      policy: () => policy,
      forcedMode: undefined,
      namespace: 'own',
      name: 'respond',
      identity,
      approvalKey: () => key,
    });
    started.push(responder);
    return {
      responder,
      cluster,
      lines,
      pass: (seconds: number) => {
        shift += seconds * 1000;
      },
      /** As a suspended machine: nothing runs, and its even clock stands still. Gives what wakes it. */
      fallAsleep() {
        let wake = () => {};
        const until = new Promise<void>((resolve) => {
          wake = resolve;
        });
        const since = system.now();
        asleep = { since, until };
        return () => {
          shift -= system.now() - since;
          asleep = undefined;
          wake();
        };
      },
    };
  }
  const leads = (responder: Responder) => expect.poll(() => responder.isLeading(), { timeout: 5000 }).toBe(true);
  const webhook = (...alerts: ReturnType<typeof alertOf>[]) => ({ groupKey: '{}', alerts, truncated: 0 });
  const patched = (cluster: ReturnType<typeof memoryCluster>) => expect.poll(() => cluster.patches, { timeout: 5000 });

  it('acts once on what comes in two groups, and again after that', async () => {
    const { responder, cluster } = await start(policyOf(''));
    await leads(responder);
    const all = await Promise.all([
      responder.receive(webhook(alertOf(), alertOf())),
      responder.receive(webhook(alertOf())),
    ]);
    expect(all.map(({ kind }) => kind)).toEqual(['decided', 'decided']);
    await patched(cluster).toEqual(['deployments web']);
    await responder.receive(webhook(alertOf()));
    expect(cluster.patches).toHaveLength(1);
  });

  it('asks the API server whether it would take it, in a dry run, and changes nothing', async () => {
    const { responder, cluster, lines } = await start(policyOf('mode: dry-run'));
    await leads(responder);
    const before = cluster.objects.get('deployments/shop/web');
    await responder.receive(webhook(alertOf()));
    await patched(cluster).toEqual(['deployments web (dry run)']);
    expect(cluster.objects.get('deployments/shop/web')).toBe(before);
    await expect.poll(() => lines.join('')).toContain('"reason":"dry-run"');
  });

  it('stands by while another one leads', async () => {
    const { responder, cluster } = await start(policyOf(''));
    await leads(responder);
    const { responder: second } = await start(policyOf(''), { cluster, identity: 'two' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(second.isLeading()).toBe(false);
    expect((await second.receive(webhook(alertOf()))).kind).toBe('standby');
    await responder.stop();
    await leads(second);
    await second.receive(webhook(alertOf()));
    await patched(cluster).toEqual(['deployments web']);
  });

  it('does nothing by what it knew before it was asleep, once another one has acted', async () => {
    const policy = policyOf('limit: {actions: 1, window: 1h}');
    const { responder, cluster, fallAsleep, lines } = await start(policy);
    await leads(responder);
    const wake = fallAsleep();
    const second = await start(policy, { cluster, identity: 'two' });
    await new Promise((resolve) => setTimeout(resolve, 200));
    second.pass(20);
    await leads(second.responder);
    await second.responder.receive(webhook(alertOf()));
    await patched(cluster).toEqual(['deployments web']);
    // By its own clock no time has passed since it renewed its lease.
    wake();
    expect(responder.isLeading()).toBe(true);
    const late = await responder.receive(webhook(alertOf({ fingerprint: 'b2' })));
    expect(late.kind).toBe('unrecorded');
    await expect.poll(() => responder.isLeading(), { timeout: 5000 }).toBe(false);
    expect(lines.join('')).toContain('standing by: another instance acts');
    expect(cluster.patches).toHaveLength(1);
    const again = await second.responder.receive(webhook(alertOf({ fingerprint: 'b2' })));
    expect(again).toMatchObject({ kind: 'decided', decisions: [{ outcome: 'nothing' }] });
  }, 20_000);

  it('is held back no longer than a window by what was written when the clock was years ahead', async () => {
    const first = await start(policyOf('limit: {actions: 1, window: 1h}'), { ahead: 2 * 365 * 86_400_000 });
    const { cluster } = first;
    await leads(first.responder);
    await first.responder.receive(webhook(alertOf()));
    await patched(cluster).toEqual(['deployments web']);
    await expect.poll(() => first.lines.join('')).toContain('"outcome":"done"');
    await first.responder.stop();
    const { responder, pass } = await start(policyOf('limit: {actions: 1, window: 1h}'), { cluster, identity: 'two' });
    await leads(responder);
    const at = async (fingerprint: string) => {
      const reception = await responder.receive(webhook(alertOf({ fingerprint })));
      return reception.kind === 'decided' ? reception.decisions.map(({ outcome }) => outcome) : reception.kind;
    };
    expect(await at('b2')).toEqual(['nothing']);
    pass(3590);
    await leads(responder);
    expect(await at('b3')).toEqual(['nothing']);
    pass(20);
    await leads(responder);
    expect(await at('b4')).toEqual(['act']);
    await patched(cluster).toEqual(['deployments web', 'deployments web']);
  }, 20_000);

  it('goes by a clock that stays even when somebody sets the machine’s', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const clock = systemClock();
      const before = clock.now();
      for (const jump of [-7_200_000, 7_200_000]) {
        vi.setSystemTime(Date.now() + jump);
        expect(clock.now() - before).toBeGreaterThanOrEqual(0);
        expect(clock.now() - before).toBeLessThan(60_000);
        expect(clock.wall().getTime()).toBe(Date.now());
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('waits for a word, and takes it once', async () => {
    const { responder, cluster } = await start(asking());
    await leads(responder);
    const reception = await responder.receive(webhook(alertOf()));
    const intent = reception.kind === 'decided' ? reception.decisions[0]?.intent : undefined;
    if (intent === undefined) throw new Error('nothing was asked');
    const token = signedToken({ id: intent.id, serial: intent.serial, expires: intent.decidedAt + 60_000 }, key);
    expect(responder.viewApproval(token).kind).toBe('open');
    expect(responder.viewApproval(token.replace(/.$/, (end) => (end === 'A' ? 'B' : 'A'))).kind).toBe('unknown');
    expect(
      responder.viewApproval(
        signedToken(
          { id: intent.id, serial: intent.serial, expires: intent.decidedAt + 60_000 },
          Buffer.from('another key'),
        ),
      ).kind,
    ).toBe('unknown');
    expect(
      responder.viewApproval(signedToken({ id: intent.id, serial: intent.serial, expires: intent.decidedAt - 1 }, key))
        .kind,
    ).toBe('expired');
    expect(cluster.patches).toEqual([]);
    const words = await Promise.all([
      responder.confirm(token, 'approve', 'Ada\u001b[31m'),
      responder.confirm(token, 'approve', 'Bob'),
    ]);
    expect(words.map(({ kind }) => kind)).toEqual(['confirmed', 'used']);
    await patched(cluster).toEqual(['deployments web']);
    expect(responder.viewApproval(token)).toMatchObject({ kind: 'used', intent: { approvedBy: 'Ada\\x1b[31m' } });
  });

  it('takes no link of an earlier question for the word on a later one', async () => {
    const policy = policyOf('approval: true\ncoolDown: 10s', 'approval: {url: "https://r.example.com", expires: 30m}');
    const { responder, cluster, pass } = await start(policy);
    await leads(responder);
    const ask = async () => {
      const reception = await responder.receive(webhook(alertOf()));
      const intent = reception.kind === 'decided' ? reception.decisions[0]?.intent : undefined;
      if (intent === undefined) throw new Error('nothing was asked');
      return signedToken({ id: intent.id, serial: intent.serial, expires: intent.decidedAt + 1_800_000 }, key);
    };
    const first = await ask();
    expect((await responder.confirm(first, 'refuse', 'Ada')).kind).toBe('refused');
    pass(11);
    await leads(responder);
    const second = await ask();
    expect((await responder.confirm(first, 'approve', 'Eve')).kind).toBe('used');
    expect(cluster.patches).toEqual([]);
    expect(responder.viewApproval(second).kind).toBe('open');
  });

  it.each([
    ['a pod of a workload that the rule does not cover', 'pay', [kinds.deployment, 'pay'] as const],
    ['a pod of no workload', 'job', undefined],
  ])('reads no logs of %s', async (_title, pod, owner) => {
    const cluster = memoryCluster();
    const controller = (kind: string, name: string) => ({
      ownerReferences: [{ controller: true, kind, name, uid: name }],
    });
    if (owner) {
      cluster.put(owner[0], 'shop', owner[1], { spec: { selector: { matchLabels: { app: 'pay' } } } });
      cluster.put(kinds.replicaSet, 'shop', 'pay-1', { metadata: controller('Deployment', 'pay') });
    }
    const metadata = owner ? controller('ReplicaSet', 'pay-1') : {};
    cluster.put(kinds.pod, 'shop', pod, { metadata, status: { containerStatuses: [{ name: 'main' }] } });
    const read: string[] = [];
    const watched = {
      ...cluster,
      async logs(asked: { readonly name: string }) {
        read.push(asked.name);
        return 'secret\n';
      },
    };
    const { responder, lines } = await start(looking(), { cluster: watched });
    await leads(responder);
    await responder.receive(webhook(alertOf({ label: { workload: '', pod } })));
    await expect.poll(() => lines.join(''), { timeout: 5000 }).toContain('"message":"action"');
    expect(read).toEqual([]);
    expect(lines.join('')).not.toContain('secret');
  });

  it('does nothing that is refused, or that nobody confirmed in time', async () => {
    const { responder, cluster, lines, pass } = await start(asking());
    await leads(responder);
    for (const fingerprint of ['a', 'b']) {
      const reception = await responder.receive(webhook(alertOf({ fingerprint })));
      const intent = reception.kind === 'decided' ? reception.decisions[0]?.intent : undefined;
      if (fingerprint === 'a' && intent) {
        const token = signedToken({ id: intent.id, serial: intent.serial, expires: intent.decidedAt + 60_000 }, key);
        expect((await responder.confirm(token, 'refuse', 'Ada')).kind).toBe('refused');
        expect((await responder.confirm(token, 'approve', 'Ada')).kind).toBe('used');
        pass(1000);
        await leads(responder);
      }
    }
    pass(61);
    await expect.poll(() => lines.join(''), { timeout: 6000 }).toContain('nobody confirmed it in time');
    expect(cluster.patches).toEqual([]);
  });
});
