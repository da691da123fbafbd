import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject } from '../../src/core/json-object.ts';
import { type ActionPlan, conditionalPatch, type Refusal, wasPerformed } from '../../src/respond/action-plan.ts';
import { kinds } from '../../src/respond/cluster.ts';
import { planGiveBack } from '../../src/respond/plan-give-back.ts';
import { planRestart } from '../../src/respond/plan-restart.ts';
import { planRollback } from '../../src/respond/plan-rollback.ts';
import { planScale } from '../../src/respond/plan-scale.ts';
import type { WorkloadFacts } from '../../src/respond/workload-facts.ts';
import { applied } from './memory-cluster.ts';
import { policyOf } from './policies.ts';

const at = new Date('2026-11-27T12:00:00.123Z');
const ruleOf = (text = '', action = 'restart') => {
  const [rule] = policyOf(text).rules;
  if (!rule) throw new Error('no rule');
  return action === 'restart' ? rule : { ...rule, scale: { minimum: 2, maximum: 6, step: 2, giveBack: undefined } };
};

function facts(more: Partial<WorkloadFacts> = {}, spec: JsonObject = {}, status: JsonObject = {}): WorkloadFacts {
  return {
    kind: 'deployment',
    reference: { kind: kinds.deployment, namespace: 'shop', name: 'web' },
    object: {
      metadata: {
        name: 'web',
        resourceVersion: '7',
        generation: 3,
        annotations: { 'deployment.kubernetes.io/revision': '2' },
      },
      spec: { replicas: 3, template: { spec: {} }, ...spec },
      status: { observedGeneration: 3, replicas: 3, updatedReplicas: 3, ...status },
    },
    budgets: [],
    autoscalers: [],
    scaledObjects: [],
    replicaSets: [],
    pods: [],
    ...more,
  };
}

const budget = (allowed: number) => ({ metadata: { name: 'web' }, status: { disruptionsAllowed: allowed } });

describe('a restart', () => {
  it.each<[string, WorkloadFacts, string, string]>([
    ['several replicas', facts(), '', 'done'],
    ['a single replica', facts({}, { replicas: 1 }, { replicas: 1, updatedReplicas: 1 }), '', 'single-replica'],
    [
      'a single replica that is not written down',
      facts({}, { replicas: undefined }, { replicas: 1, updatedReplicas: 1 }),
      '',
      'single-replica',
    ],
    [
      'a single replica with a budget that has one left',
      facts({ budgets: [budget(1)] }, { replicas: 1 }, { replicas: 1, updatedReplicas: 1 }),
      '',
      'done',
    ],
    [
      'a single replica that the policy allows',
      facts({}, { replicas: 1 }, { replicas: 1, updatedReplicas: 1 }),
      'singleReplica: allow',
      'done',
    ],
    ['a budget that is used up', facts({ budgets: [budget(0)] }), '', 'budget-used-up'],
    [
      'a budget that is used up, whatever the policy allows',
      facts({ budgets: [budget(0)] }),
      'singleReplica: allow',
      'budget-used-up',
    ],
    ['all pods at once', facts({}, { strategy: { type: 'Recreate' } }), '', 'no-rolling-update'],
    ['paused', facts({}, { paused: true }), '', 'paused'],
    ['no replicas', facts({}, { replicas: 0 }), '', 'scaled-to-zero'],
    ['a rollout under way', facts({}, {}, { updatedReplicas: 1 }), '', 'rollout-in-progress'],
    ['a change that no controller has seen', facts({}, {}, { observedGeneration: 2 }), '', 'rollout-in-progress'],
    [
      'pods that somebody has to delete',
      facts({ kind: 'statefulset' }, { updateStrategy: { type: 'OnDelete' } }),
      '',
      'no-rolling-update',
    ],
    [
      'a DaemonSet of one node',
      { ...facts({ kind: 'daemonset' }, {}, { desiredNumberScheduled: 1, updatedNumberScheduled: 1 }) },
      '',
      'single-replica',
    ],
  ])('%s: %s', (_, given, rule, expected) => {
    const plan = planRestart(given, ruleOf(rule), at);
    expect('refused' in plan ? plan.refused : 'done').toBe(expected);
  });

  it('is one patch that is conditional on what was seen, and carries its id', () => {
    const plan = planRestart(facts(), ruleOf(), at);
    if ('refused' in plan) throw new Error(plan.detail);
    const patch = conditionalPatch(plan, 'b'.repeat(20));
    expect(patch[0]).toEqual({ op: 'replace', path: '/metadata/resourceVersion', value: '7' });
    const after = patch.reduce<unknown>(applied, plan.object);
    expect(after).toMatchObject({
      metadata: {
        annotations: { 'deployment.kubernetes.io/revision': '2', 'respond.plimsoll.dev/actions': 'b'.repeat(20) },
      },
      spec: {
        template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-11-27T12:00:00Z' } } },
      },
    });
    expect(wasPerformed(after as JsonObject, 'b'.repeat(20))).toBe(true);
    expect(wasPerformed(after as JsonObject, 'c'.repeat(20))).toBe(false);
  });
});

describe('scaling', () => {
  const hpa = (spec: JsonObject, desired = 1) => ({
    metadata: { name: 'web', resourceVersion: '9' },
    spec,
    status: { desiredReplicas: desired },
  });
  it.each<[string, WorkloadFacts, string]>([
    ['the Deployment, where nothing else owns its replicas', facts(), 'deployments /spec/replicas 5'],
    ['no further than the policy', facts({}, { replicas: 5 }), 'deployments /spec/replicas 6'],
    ['not at the limit', facts({}, { replicas: 6 }), 'at-maximum'],
    ['not beyond it', facts({}, { replicas: 9 }), 'at-maximum'],
    ['not what somebody has switched off', facts({}, { replicas: 0 }), 'scaled-to-zero'],
    [
      'the autoscaler that owns them',
      facts({ autoscalers: [hpa({ minReplicas: 1, maxReplicas: 10 })] }),
      'horizontalpodautoscalers /spec/minReplicas 3',
    ],
    [
      'from what the autoscaler has now',
      facts({ autoscalers: [hpa({ minReplicas: 1, maxReplicas: 10 }, 3)] }),
      'horizontalpodautoscalers /spec/minReplicas 5',
    ],
    [
      'no further than the autoscaler',
      facts({ autoscalers: [hpa({ minReplicas: 1, maxReplicas: 2 })] }),
      'horizontalpodautoscalers /spec/minReplicas 2',
    ],
    ['not at the autoscaler’s limit', facts({ autoscalers: [hpa({ minReplicas: 2, maxReplicas: 2 })] }), 'at-maximum'],
    [
      'not with two autoscalers',
      facts({ autoscalers: [hpa({ maxReplicas: 5 }), hpa({ maxReplicas: 5 })] }),
      'several-autoscalers',
    ],
    [
      'KEDA’s object, whose autoscaler is its own',
      facts({
        autoscalers: [hpa({ maxReplicas: 5 })],
        scaledObjects: [{ metadata: { name: 'web' }, spec: { maxReplicaCount: 5 } }],
      }),
      'scaledobjects /spec/minReplicaCount 5',
    ],
  ])('%s', (_, given, expected) => {
    const plan = planScale(given, ruleOf('', 'scale'), 'r1', isOpenRaise);
    expect(planText(plan)).toBe(expected);
  });

  it('writes down what it was before, with the number, where the rule gives back', () => {
    const rule = givingBack();
    const raised = performed(planScale(facts(), rule, 'r1', isOpenRaise));
    expect(raised).toMatchObject({
      metadata: { annotations: { 'respond.plimsoll.dev/raised': '{"field":"replicas","from":3,"to":5,"by":"r1"}' } },
      spec: { replicas: 5 },
    });
    const ended = performed(planScale(facts({ object: raised }), rule, 'r2', () => false));
    expect(ended, 'what an ended raise left there is not what it was').toMatchObject({
      metadata: { annotations: { 'respond.plimsoll.dev/raised': '{"field":"replicas","from":5,"to":6,"by":"r2"}' } },
    });
    const again = performed(planScale(facts({ object: raised }), rule, 'r2', isOpenRaise));
    expect(again).toMatchObject({
      metadata: { annotations: { 'respond.plimsoll.dev/raised': '{"field":"replicas","from":3,"to":6,"by":"r2"}' } },
    });
    expect(JSON.stringify(performed(planScale(facts(), ruleOf('', 'scale'), 'r1', isOpenRaise)))).not.toContain(
      'plimsoll.dev/raised',
    );
  });
});

const isOpenRaise = (id: string) => id === 'r1';

const givingBack = () => {
  const rule = ruleOf('', 'scale');
  return { ...rule, scale: { ...rule.scale, giveBack: 600 } };
};

describe('giving back', () => {
  const raised = (field: string, from: unknown, to: unknown, by = 'r1') => ({
    'respond.plimsoll.dev/raised': JSON.stringify({ field, from, to, by }),
  });
  const web = (annotations: JsonObject, replicas = 6) => {
    const { object } = facts({}, { replicas });
    return facts({ object: { ...object, metadata: { ...jsonOf(object, 'metadata'), annotations } } });
  };
  const autoscaler = (annotations: JsonObject, minReplicas = 6) => ({
    metadata: { name: 'web', resourceVersion: '9', annotations },
    spec: { minReplicas, maxReplicas: 10 },
  });
  it.each<[string, WorkloadFacts, string]>([
    ['by a step, where nothing else owns the replicas', web(raised('replicas', 2, 6)), 'deployments /spec/replicas 4'],
    ['no further than it was before', web(raised('replicas', 5, 6)), 'deployments /spec/replicas 5'],
    ['nothing where nothing was raised', web({}), 'changed-since'],
    ['nothing where somebody has set another number', web(raised('replicas', 2, 5)), 'changed-since'],
    ['nothing where somebody has switched it off', web(raised('replicas', 2, 6), 0), 'scaled-to-zero'],
    ['nothing of a raise that has ended', web(raised('replicas', 2, 6, 'r0')), 'changed-since'],
    ['nothing below one', web(raised('replicas', 0, 6)), 'changed-since'],
    ['nothing that is no number', web(raised('replicas', '2', 6)), 'changed-since'],
    ['nothing that would raise it', web(raised('replicas', 9, 6)), 'changed-since'],
    ['nothing that is no JSON', web({ 'respond.plimsoll.dev/raised': '{' }), 'changed-since'],
    [
      'the minimum of an autoscaler at once: its metrics say how many are needed',
      facts({ autoscalers: [autoscaler(raised('minReplicas', 1, 6))] }),
      'horizontalpodautoscalers /spec/minReplicas 1',
    ],
    [
      'nothing of a Deployment that an autoscaler owns by now',
      { ...web(raised('replicas', 2, 6)), autoscalers: [autoscaler({})] },
      'changed-since',
    ],
    [
      'KEDA’s minimum, to nothing where it was nothing',
      facts({
        autoscalers: [autoscaler({})],
        scaledObjects: [
          {
            metadata: { name: 'web', resourceVersion: '9', annotations: raised('minReplicaCount', 0, 4) },
            spec: { minReplicaCount: 4 },
          },
        ],
      }),
      'scaledobjects /spec/minReplicaCount 0',
    ],
  ])('%s', (_, given, expected) => {
    expect(planText(planGiveBack(given, givingBack(), isOpenRaise))).toBe(expected);
  });

  it('remembers what is left of it, and forgets it with the last step', () => {
    const first = performed(planGiveBack(web(raised('replicas', 3, 6)), givingBack(), isOpenRaise));
    expect(first).toMatchObject({
      metadata: { annotations: raised('replicas', 3, 4) },
      spec: { replicas: 4 },
    });
    const last = performed(planGiveBack(facts({ object: first }), givingBack(), isOpenRaise));
    expect(last).toMatchObject({ spec: { replicas: 3 } });
    expect(Object.keys(jsonOf(jsonOf(last, 'metadata'), 'annotations'))).toEqual(['respond.plimsoll.dev/actions']);
  });
});

function planText(plan: ActionPlan | Refusal): string {
  if ('refused' in plan) return plan.refused;
  const [step] = plan.steps;
  return `${plan.reference.kind.resource} ${step?.path} ${step && 'value' in step && step.value}`;
}

/** The object after the patch. */
function performed(plan: ActionPlan | Refusal): JsonObject {
  if ('refused' in plan) throw new Error(plan.detail);
  const after = conditionalPatch(plan, 'b'.repeat(20)).reduce<unknown>(applied, plan.object);
  if (!isJsonObject(after)) throw new Error('no object');
  return after;
}

describe('a rollback', () => {
  const alertAt = Date.parse('2026-11-27T12:00:00Z');
  const minutesBefore = (minutes: number) => new Date(alertAt - minutes * 60_000).toISOString();
  const replicaSet = (revision: number, image: string, made: number, more: JsonObject = {}) => ({
    metadata: {
      name: `web-${revision}`,
      creationTimestamp: minutesBefore(made),
      labels: { 'pod-template-hash': `h${revision}` },
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
    },
    spec: {
      replicas: 0,
      template: {
        metadata: { labels: { app: 'web', 'pod-template-hash': `h${revision}` } },
        spec: { containers: [{ image }] },
      },
      ...jsonOf(more, 'spec'),
    },
    status: jsonOf(more, 'status'),
  });
  const failing = { spec: { replicas: 3 }, status: { availableReplicas: 0 } };
  const good = replicaSet(1, 'web:1', 600);
  const bad = replicaSet(2, 'web:2', 5, failing);
  it.each<[string, WorkloadFacts, string]>([
    ['an image change that fails', facts({ replicaSets: [good, bad] }), 'done'],
    [
      'while pods of the one before still serve',
      facts({
        replicaSets: [replicaSet(1, 'web:1', 6, { spec: { replicas: 2 }, status: { availableReplicas: 2 } }), bad],
      }),
      'done',
    ],
    ['no revision before', facts({ replicaSets: [bad] }), 'no-former-revision'],
    ['another change than of the image', facts({ replicaSets: [replicaSet(1, 'web:2', 600), bad] }), 'no-image-change'],
    [
      'a revision that was made after the alert began',
      facts({ replicaSets: [good, replicaSet(2, 'web:2', -1, failing)] }),
      'revision-newer-than-alert',
    ],
    [
      'an image change long ago',
      facts({ replicaSets: [good, replicaSet(2, 'web:2', 90, failing)] }),
      'revision-too-old',
    ],
    [
      'pods that are well again',
      facts({
        replicaSets: [good, replicaSet(2, 'web:2', 5, { spec: { replicas: 3 }, status: { availableReplicas: 3 } })],
      }),
      'recovered',
    ],
    [
      'pods that crash, though they look available for a moment',
      facts({
        replicaSets: [good, replicaSet(2, 'web:2', 5, { spec: { replicas: 1 }, status: { availableReplicas: 1 } })],
        pods: [
          {
            metadata: { labels: { 'pod-template-hash': 'h2' } },
            status: { containerStatuses: [{ restartCount: 4, lastState: { terminated: { exitCode: 1 } } }] },
          },
        ],
      }),
      'done',
    ],
    [
      'a revision before that does not run either',
      facts({
        replicaSets: [replicaSet(1, 'web:1', 600, { spec: { replicas: 2 }, status: { availableReplicas: 0 } }), bad],
      }),
      'former-not-available',
    ],
    [
      'a revision before that hardly served',
      facts({ replicaSets: [replicaSet(1, 'web:1', 9), bad] }),
      'former-not-available',
    ],
    ['paused', facts({ replicaSets: [good, bad] }, { paused: true }), 'paused'],
  ])('%s', (_, given, expected) => {
    const plan = planRollback(given, ruleOf(), alertAt);
    expect('refused' in plan ? plan.refused : 'done').toBe(expected);
  });

  it('puts the template of the revision before in force, and never goes back to what it came from', () => {
    const given = facts({ replicaSets: [good, bad] });
    const plan = planRollback(given, ruleOf(), alertAt);
    if ('refused' in plan) throw new Error(plan.detail);
    expect(plan.done).toBe('deployment/web is rolled back from revision 2 (web:2) to 1 (web:1)');
    const after = conditionalPatch(plan, 'b'.repeat(20)).reduce<unknown>(applied, plan.object);
    expect(after).toMatchObject({
      metadata: {
        annotations: { 'respond.plimsoll.dev/rolled-back-from': 'h2', 'respond.plimsoll.dev/actions': 'b'.repeat(20) },
      },
      spec: { template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ image: 'web:1' }] } } },
    });
    expect(JSON.stringify((after as JsonObject).spec)).not.toContain('pod-template-hash');
    const again = facts({
      replicaSets: [{ ...bad, status: {}, spec: { ...bad.spec, replicas: 0 } }, replicaSet(3, 'web:3', 5, failing)].map(
        (each) => (each.metadata.name === 'web-2' ? replicaSet(2, 'web:2', 600) : each),
      ),
    });
    const object = {
      ...(after as JsonObject),
      metadata: {
        ...Object(Reflect.get(Object(after), 'metadata')),
        annotations: { 'deployment.kubernetes.io/revision': '3', 'respond.plimsoll.dev/rolled-back-from': 'h2' },
      },
    };
    const second = planRollback({ ...again, object }, ruleOf(), alertAt);
    expect('refused' in second && second.refused).toBe('rolled-back-before');
  });
});

function jsonOf(object: JsonObject, field: string): JsonObject {
  const value = object[field];
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
