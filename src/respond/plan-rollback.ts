import { type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import { durationText } from '../kubernetes/response/policy-value.ts';
import type { ResponseRule } from '../kubernetes/response/response-policy.ts';
import { type ActionPlan, annotationSteps, type Refusal } from './action-plan.ts';
import { fieldAt, nameOf, numberAt, objectsAt, textAt, timeAt } from './object-fields.ts';
import { type WorkloadFacts, workloadText } from './workload-facts.ts';

const revision = 'deployment.kubernetes.io/revision';
const templateHash = 'pod-template-hash';
/** The template that was rolled back from: it is never rolled back to. */
const rolledBackFrom = 'respond.plimsoll.dev/rolled-back-from';

/**
 * A rollback to the revision before, as `kubectl rollout undo` does it: only where the present one has another image, is what the
 * alert is about, and fails, and the one before it served.
 */
export function planRollback(facts: WorkloadFacts, rule: ResponseRule, startsAt: number): ActionPlan | Refusal {
  const { object } = facts;
  const name = workloadText(facts);
  if (fieldAt(object, 'spec', 'paused') === true) return { refused: 'paused', detail: `${name} is paused` };
  if ((numberAt(object, 'status', 'observedGeneration') ?? 0) < (numberAt(object, 'metadata', 'generation') ?? 0))
    return { refused: 'rollout-in-progress', detail: `the last change of ${name} is not rolled out yet` };
  const revisions = [...facts.replicaSets].sort((a, b) => revisionOf(b) - revisionOf(a));
  const present = revisions.find((each) => revisionOf(each) === revisionOf(object));
  const former = present && revisions.find((each) => revisionOf(each) < revisionOf(present));
  if (!present || !former) return { refused: 'no-former-revision', detail: `${name} has no revision to go back to` };
  const refusal = refuseRollback({ facts, rule, startsAt, present, former });
  if (refusal) return refusal;
  const template = withoutHash(fieldAt(former, 'spec', 'template'));
  return {
    reference: facts.reference,
    object,
    steps: [
      { op: 'replace', path: '/spec/template', value: template },
      ...annotationSteps({ ...object, metadata: { ...jsonObjectOf(object.metadata), annotations: {} } }, ['metadata'], {
        [rolledBackFrom]: hashOf(present),
      }),
    ],
    done: `${name} is rolled back from revision ${revisionOf(present)} (${imagesText(present)}) to ${revisionOf(former)} (${imagesText(former)})`,
  };
}

interface Rollback {
  readonly facts: WorkloadFacts;
  readonly rule: ResponseRule;
  readonly startsAt: number;
  readonly present: JsonObject;
  readonly former: JsonObject;
}

function refuseRollback({ facts, rule, startsAt, present, former }: Rollback): Refusal | undefined {
  const [now, before] = [`revision ${revisionOf(present)}`, `revision ${revisionOf(former)}`];
  if (imagesText(present) === imagesText(former))
    return { refused: 'no-image-change', detail: `${now} has the images of ${before}: another change broke it` };
  const made = timeAt(present, 'metadata', 'creationTimestamp') ?? Number.NaN;
  // Prometheus counts milliseconds, the API server seconds.
  if (!(startsAt >= made - 1000))
    return {
      refused: 'revision-newer-than-alert',
      detail: `${now} was made after the alert began: it is not its cause`,
    };
  if (startsAt - made > rule.rollback.within * 1000)
    return {
      refused: 'revision-too-old',
      detail: `${now} is ${durationText((startsAt - made) / 1000)} older than the alert, more than ${durationText(rule.rollback.within)}`,
    };
  if (!isFailing(present, facts.pods))
    return { refused: 'recovered', detail: `the pods of ${now} are available and do not crash` };
  if (textAt(facts.object, 'metadata', 'annotations', rolledBackFrom) === hashOf(former))
    return { refused: 'rolled-back-before', detail: `${before} is what was rolled back from before` };
  return refuseFormer(former, before, (made - (timeAt(former, 'metadata', 'creationTimestamp') ?? made)) / 1000, rule);
}

/** The former revision has available pods still, or served long enough for somebody to have noticed. */
function refuseFormer(
  former: JsonObject,
  name: string,
  served: number,
  { rollback }: ResponseRule,
): Refusal | undefined {
  const wanted = numberAt(former, 'spec', 'replicas') ?? 0;
  const available = numberAt(former, 'status', 'availableReplicas') ?? 0;
  if (available > 0) return undefined;
  if (wanted > 0) return { refused: 'former-not-available', detail: `the pods of ${name} are not available either` };
  if (served < rollback.settled)
    return {
      refused: 'former-not-available',
      detail: `${name} was in service for ${durationText(served)} only, less than ${durationText(rollback.settled)}`,
    };
  return undefined;
}

/** Pods of a revision that crash may be «available» for the seconds in which they run. */
function isFailing(replicaSet: JsonObject, pods: readonly JsonObject[]): boolean {
  const wanted = numberAt(replicaSet, 'spec', 'replicas') ?? 0;
  if ((numberAt(replicaSet, 'status', 'availableReplicas') ?? 0) < wanted) return true;
  const hash = hashOf(replicaSet);
  return pods
    .filter((pod) => textAt(pod, 'metadata', 'labels', templateHash) === hash)
    .some((pod) => objectsAt(pod, 'status', 'containerStatuses').some(hasCrashed));
}

function hasCrashed(status: JsonObject): boolean {
  const restarts = numberAt(status, 'restartCount') ?? 0;
  return restarts > 1 && (numberAt(status, 'lastState', 'terminated', 'exitCode') ?? 0) !== 0;
}

function revisionOf(object: JsonObject): number {
  return Number(textAt(object, 'metadata', 'annotations', revision) ?? 0);
}

function hashOf(replicaSet: JsonObject): string {
  return textAt(replicaSet, 'metadata', 'labels', templateHash) ?? nameOf(replicaSet);
}

function imagesText(replicaSet: JsonObject): string {
  const spec = ['spec', 'template', 'spec'];
  const images = [...objectsAt(replicaSet, ...spec, 'initContainers'), ...objectsAt(replicaSet, ...spec, 'containers')];
  return printable(images.map((container) => textAt(container, 'image') ?? '').join(', '));
}

/** The label is the controller's own. */
function withoutHash(template: unknown): JsonObject {
  const labels = Object.entries(jsonObjectOf(fieldAt(template, 'metadata', 'labels'))).filter(
    ([name]) => name !== templateHash,
  );
  return {
    ...jsonObjectOf(template),
    metadata: { ...jsonObjectOf(fieldAt(template, 'metadata')), labels: Object.fromEntries(labels) },
  };
}
