import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResponsePolicy } from '../../src/kubernetes/response/response-policy.ts';
import { decide } from '../../src/respond/decide.ts';
import type { Intent, IntentState } from '../../src/respond/journal.ts';
import type { MalformedAlert, ReceivedAlert } from '../../src/respond/webhook.ts';
import { alertOf, policyOf } from './policies.ts';

const noon = Date.parse('2026-11-27T12:00:00Z');

function decided(
  alert: ReceivedAlert | MalformedAlert,
  policy: ResponsePolicy = policyOf(''),
  before: readonly Intent[] = [],
  now = noon,
  wall = new Date(now),
  forcedMode?: 'act' | 'dry-run',
) {
  return decide(alert, { policy, forcedMode, intents: new Map(before.map((each) => [each.id, each])), now, wall });
}

/** What an alert leads to, as it stands in the journal some seconds later. */
function intentOf(alert: ReceivedAlert, state: IntentState, secondsAgo: number, policy = policyOf('')): Intent {
  const at = noon - secondsAgo * 1000;
  const { intent } = decided(alert, policy, [], at);
  if (intent === undefined) throw new Error('the alert leads to nothing');
  return { ...intent, state, endedAt: state === 'intended' || state === 'awaiting' ? undefined : at };
}

const office =
  'hours: {office: {timeZone: Europe/Vienna, days: [Mon, Tue, Wed, Thu, Fri], from: "08:00", to: "18:00"}}';

describe('what is decided about an alert', () => {
  it.each<[string, Parameters<typeof decided>, string, string]>([
    ['one that a rule is about', [alertOf()], 'act', 'policy'],
    ['one that is over', [alertOf({ status: 'resolved' })], 'nothing', 'resolved'],
    ['one that is not understood', [{ malformed: 'no labels' }], 'nothing', 'malformed'],
    ['one that no rule is about', [alertOf({ label: { alertname: 'Other' } })], 'nothing', 'no-rule'],
    ['one about the responder itself', [alertOf({ label: { alertname: 'PlimsollResponse' } })], 'nothing', 'own-alert'],
    [
      'a label that the rule wants is missing',
      [alertOf(), policyOf('labels: {severity: critical}')],
      'nothing',
      'no-rule',
    ],
    [
      'a label has the value that the rule wants',
      [alertOf({ label: { severity: 'critical' } }), policyOf('labels: {severity: "crit*"}')],
      'act',
      'policy',
    ],
    ['another namespace', [alertOf({ label: { namespace: 'bank' } })], 'nothing', 'namespace-not-allowed'],
    ['another workload', [alertOf({ label: { workload: 'db' } })], 'nothing', 'workload-not-allowed'],
    [
      'another kind of the same name',
      [alertOf({ label: { workload_kind: 'StatefulSet' } })],
      'nothing',
      'workload-not-allowed',
    ],
    ['the kind as its label says it', [alertOf({ label: { workload_kind: 'Deployment' } })], 'act', 'policy'],
    ['no namespace', [alertOf({ label: { namespace: '' } })], 'nothing', 'no-target'],
    ['a namespace that is a path', [alertOf({ label: { namespace: '../../bank' } })], 'nothing', 'no-target'],
    [
      'a workload with control characters',
      [alertOf({ label: { workload: 'web\u0000\u001b[31m' } })],
      'nothing',
      'no-target',
    ],
    [
      'a pod alone, whose workload is looked for later',
      [alertOf({ label: { workload: '', pod: 'web-6d4-x' } })],
      'act',
      'policy',
    ],
    ['within hours', [alertOf(), policyOf('hours: office', office)], 'act', 'policy'],
    [
      'before hours',
      [alertOf(), policyOf('hours: office', office), [], Date.parse('2026-11-27T06:59:00Z')],
      'nothing',
      'outside-hours',
    ],
    [
      'at the weekend',
      [alertOf(), policyOf('hours: office', office), [], Date.parse('2026-11-28T12:00:00Z')],
      'nothing',
      'outside-hours',
    ],
    [
      'in summer, when the same hours are others in UTC',
      [alertOf(), policyOf('hours: office', office), [], Date.parse('2026-07-01T06:30:00Z')],
      'act',
      'policy',
    ],
    [
      'approval is needed',
      [alertOf(), policyOf('approval: true', 'approval: {url: "https://r.example.com"}')],
      'ask',
      'approval-needed',
    ],
    [
      'the same once more, while it is on its way',
      [alertOf(), undefined, [intentOf(alertOf(), 'intended', 1)]],
      'nothing',
      'duplicate',
    ],
    [
      'the same once more, long after it was done',
      [alertOf(), undefined, [intentOf(alertOf(), 'done', 86_400)]],
      'nothing',
      'duplicate',
    ],
    [
      'the same alert again, with another begin',
      [alertOf({ startsAt: noon - 1000 }), undefined, [intentOf(alertOf(), 'done', 3600)]],
      'act',
      'policy',
    ],
    [
      'another alert about the same workload, soon after',
      [alertOf({ fingerprint: 'b2' }), undefined, [intentOf(alertOf(), 'done', 60)]],
      'nothing',
      'cool-down',
    ],
    [
      'another alert about the same workload, after the cool-down',
      [alertOf({ fingerprint: 'b2' }), undefined, [intentOf(alertOf(), 'done', 1000)]],
      'act',
      'policy',
    ],
    ['what was refused just now', [alertOf(), undefined, [intentOf(alertOf(), 'refused', 60)]], 'nothing', 'cool-down'],
    [
      'what was refused before the cool-down',
      [alertOf(), undefined, [intentOf(alertOf(), 'refused', 1000)]],
      'act',
      'policy',
    ],
    [
      'what waits for a person',
      [
        alertOf(),
        policyOf('approval: true', 'approval: {url: "https://r.example.com"}'),
        [intentOf(alertOf(), 'awaiting', 60, policyOf('approval: true', 'approval: {url: "https://r.example.com"}'))],
      ],
      'nothing',
      'awaiting-approval',
    ],
    [
      'the limit of the rule is used up',
      [
        alertOf({ fingerprint: 'b2', label: { pod: 'x' } }),
        policyOf('limit: {actions: 1, window: 1h}\ncoolDown: 10s'),
        [intentOf(alertOf(), 'done', 600)],
      ],
      'nothing',
      'rule-limit',
    ],
    [
      'the limit of the rule is free again',
      [
        alertOf({ fingerprint: 'b2' }),
        policyOf('limit: {actions: 1, window: 1h}\ncoolDown: 10s'),
        [intentOf(alertOf(), 'done', 3700)],
      ],
      'act',
      'policy',
    ],
    [
      'the limit over all rules is used up',
      [
        alertOf({ fingerprint: 'b2' }),
        policyOf('coolDown: 10s', 'limit: {actions: 1, window: 1h}'),
        [intentOf(alertOf(), 'done', 600)],
      ],
      'nothing',
      'overall-limit',
    ],
    [
      'dry runs use up nothing of what is done',
      [
        alertOf({ fingerprint: 'b2' }),
        policyOf('limit: {actions: 1, window: 1h}'),
        [{ ...intentOf(alertOf(), 'done', 60), mode: 'dry-run' }],
      ],
      'act',
      'policy',
    ],
    [
      'the machine’s clock jumps back an hour',
      [
        alertOf({ fingerprint: 'b2' }),
        undefined,
        [intentOf(alertOf(), 'done', 1000)],
        noon,
        new Date(noon - 3_600_000),
      ],
      'act',
      'policy',
    ],
  ])('%s', (_, call, outcome, reason) => {
    const decision = decided(...call);
    expect(decision).toMatchObject({ outcome, reason });
    expect(decision.intent !== undefined).toBe(outcome !== 'nothing');
    expect(decision.detail).not.toBe('');
  });

  it('leaves the system’s namespaces alone where a rule covers all', () => {
    const all = policyOf('').rules.map((rule) => ({
      ...rule,
      namespaces: ['*'],
      workloads: [{ kind: undefined, name: '*' }],
    }));
    const policy = { ...policyOf(''), rules: all };
    expect(decided(alertOf({ label: { namespace: 'anything' } }), policy).outcome).toBe('act');
    expect(decided(alertOf({ label: { namespace: 'kube-system' } }), policy).reason).toBe('namespace-not-allowed');
  });

  it.each([
    ['act', undefined, undefined, 'act'],
    ['dry-run', undefined, undefined, 'dry-run'],
    ['dry-run', undefined, 'act', 'act'],
    ['act', undefined, 'dry-run', 'dry-run'],
    ['act', 'dry-run', undefined, 'dry-run'],
    ['dry-run', 'act', undefined, 'act'],
    ['act', 'dry-run', 'act', 'dry-run'],
    ['act', 'act', 'dry-run', 'dry-run'],
  ] as const)('policy %s, rule %s, command line %s: %s', (mode, ofRule, forced, expected) => {
    const base = policyOf('');
    const policy = { ...base, mode, rules: base.rules.map((rule) => ({ ...rule, mode: ofRule })) };
    expect(decided(alertOf(), policy, [], noon, new Date(noon), forced).intent?.mode).toBe(expected);
  });

  it('tries the next rule where the first one is outside of its hours', () => {
    const base = policyOf('hours: office', office);
    const [first] = base.rules;
    if (!first) throw new Error('no rule');
    const policy = { ...base, rules: [first, { ...first, name: 'by night', hours: undefined }] };
    expect(decided(alertOf(), policy).rule).toBe('leaks');
    expect(decided(alertOf(), policy, [], Date.parse('2026-11-27T22:00:00Z')).rule).toBe('by night');
  });
});

describe('whatever comes, in whatever order', () => {
  const workloads = ['web', 'web-2', 'web-3'];
  const step = fc.record({
    seconds: fc.integer({ min: 0, max: 1200 }),
    workload: fc.constantFrom(...workloads),
    fingerprint: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
    startsAt: fc.constantFrom(1, 2, 3),
    status: fc.constantFrom('firing' as const, 'firing' as const, 'resolved' as const),
    /** How long the action takes, and how it ends. */
    takes: fc.integer({ min: 0, max: 900 }),
    ends: fc.constantFrom<IntentState>('done', 'done', 'done', 'refused', 'failed'),
    happens: fc.boolean(),
    wallJump: fc.integer({ min: -100_000, max: 100_000 }),
  });

  it('no action is done twice, no window holds more than its limit, no workload is touched in its cool-down', () => {
    const policy = {
      ...policyOf('limit: {actions: 2, window: 30m}\ncoolDown: 5m', 'limit: {actions: 3, window: 1h}'),
    };
    const rules = policy.rules.map((rule) => ({ ...rule, workloads: [{ kind: undefined, name: 'web*' }] }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const intents = new Map<string, Intent>();
        const open: { id: string; at: number; state: IntentState; happens: boolean }[] = [];
        const performed: { id: string; at: number; target: string | undefined }[] = [];
        let now = noon;
        const settle = (until: number) => {
          for (const each of open.filter(({ at }) => at <= until)) {
            const intent = intents.get(each.id);
            if (intent?.state !== 'intended') continue;
            intents.set(each.id, { ...intent, state: each.state, endedAt: each.at });
            // What failed may have happened all the same. Tried again it is found by its id on the workload, and not done twice.
            const happens = each.state === 'done' || (each.state === 'failed' && each.happens);
            if (happens && !performed.some(({ id }) => id === each.id))
              performed.push({ id: each.id, at: each.at, target: intent.target.workload });
            open.splice(open.indexOf(each), 1);
          }
        };
        for (const each of steps) {
          now += each.seconds * 1000;
          settle(now);
          const { intent } = decide(
            alertOf({
              fingerprint: each.fingerprint,
              startsAt: each.startsAt,
              status: each.status,
              label: { workload: each.workload },
            }),
            {
              policy: { ...policy, rules },
              forcedMode: undefined,
              intents,
              now,
              wall: new Date(now + each.wallJump * 1000),
            },
          );
          if (intent === undefined) continue;
          expect(['refused', 'failed', undefined]).toContain(intents.get(intent.id)?.state);
          intents.set(intent.id, intent);
          open.push({ id: intent.id, at: now + each.takes * 1000, state: each.ends, happens: each.happens });
        }
        settle(Number.POSITIVE_INFINITY);
        const sorted = performed.sort((a, b) => a.at - b.at);
        expect(new Set(sorted.map(({ id }) => id)).size).toBe(sorted.length);
        for (const first of sorted) {
          const within = (seconds: number) =>
            sorted.filter(({ at }) => at >= first.at && at < first.at + seconds * 1000);
          expect(within(1800).length).toBeLessThanOrEqual(2);
          expect(within(3600).length).toBeLessThanOrEqual(3);
          expect(within(300).filter(({ target }) => target === first.target).length).toBe(1);
        }
      }),
      { numRuns: 300 },
    );
  });
});
