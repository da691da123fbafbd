import type { JsonObject } from '../core/json-object.ts';
import type { RespondedKind, WorkloadChange } from '../kubernetes/response/response-policy.ts';
import type { AlertTarget } from './alert-target.ts';
import { kinds, type ObjectReference, type ResponderCluster } from './cluster.ts';
import { controllerOf, fieldAt, nameOf, selects, textAt } from './object-fields.ts';

/** A workload that was found, as the API server has it. */
export interface FoundWorkload {
  readonly kind: RespondedKind;
  readonly reference: ObjectReference;
  readonly object: JsonObject;
}

/** What a change of a workload depends on. */
export interface WorkloadFacts extends FoundWorkload {
  /** PodDisruptionBudgets that select its pods. */
  readonly budgets: readonly JsonObject[];
  /** HorizontalPodAutoscalers that aim at it. */
  readonly autoscalers: readonly JsonObject[];
  /** KEDA's ScaledObjects that aim at it. */
  readonly scaledObjects: readonly JsonObject[];
  /** Its own ReplicaSets. */
  readonly replicaSets: readonly JsonObject[];
  /** Those that its selector selects. */
  readonly pods: readonly JsonObject[];
}

const searched: readonly RespondedKind[] = ['deployment', 'statefulset', 'daemonset'];

/** The workload that a target names: itself, or through its pod's owners. Undefined where there is none of the allowed kinds. */
export async function findWorkload(
  cluster: ResponderCluster,
  target: AlertTarget,
  allowed: readonly RespondedKind[],
): Promise<FoundWorkload | undefined> {
  const { namespace, workload, pod } = target;
  if (workload !== undefined) {
    for (const kind of searched) {
      if (!allowed.includes(kind) || (target.kind !== undefined && target.kind !== kind)) continue;
      const found = await workloadNamed(cluster, kind, namespace, workload);
      if (found) return found;
    }
    return undefined;
  }
  if (pod === undefined) return undefined;
  const object = await cluster.get({ kind: kinds.pod, namespace, name: pod });
  let owner = object && controllerOf(object);
  if (owner?.kind === 'ReplicaSet') {
    const replicaSet = await cluster.get({ kind: kinds.replicaSet, namespace, name: owner.name });
    owner = replicaSet && controllerOf(replicaSet);
  }
  const kind = allowed.find((each) => kinds[each].kind === owner?.kind);
  return owner && kind && workloadNamed(cluster, kind, namespace, owner.name);
}

async function workloadNamed(
  cluster: ResponderCluster,
  kind: RespondedKind,
  namespace: string,
  name: string,
): Promise<FoundWorkload | undefined> {
  const reference = { kind: kinds[kind], namespace, name };
  const object = await cluster.get(reference);
  return object && { kind, reference, object };
}

/** Asks for what the change needs to know, and for no more. */
export async function readFacts(
  cluster: ResponderCluster,
  found: FoundWorkload,
  change: WorkloadChange,
): Promise<WorkloadFacts> {
  const { namespace, name } = found.reference;
  const nothing = { budgets: [], autoscalers: [], scaledObjects: [], replicaSets: [], pods: [] };
  switch (change) {
    case 'restart': {
      const labels = fieldAt(found.object, 'spec', 'template', 'metadata', 'labels');
      const budgets = await cluster.list(kinds.disruptionBudget, namespace);
      return {
        ...found,
        ...nothing,
        budgets: budgets.filter((budget) => selects(fieldAt(budget, 'spec', 'selector'), labels)),
      };
    }
    case 'scale': {
      const aims = (object: JsonObject) =>
        textAt(object, 'spec', 'scaleTargetRef', 'name') === name &&
        (textAt(object, 'spec', 'scaleTargetRef', 'kind') ?? 'Deployment') === found.reference.kind.kind;
      const autoscalers = (await cluster.list(kinds.autoscaler, namespace)).filter(aims);
      const owned = autoscalers.some((each) => controllerOf(each)?.kind === 'ScaledObject');
      const scaledObjects = owned ? await cluster.list(kinds.scaledObject, namespace) : [];
      return { ...found, ...nothing, autoscalers, scaledObjects: scaledObjects.filter(aims) };
    }
    case 'rollback': {
      const uid = textAt(found.object, 'metadata', 'uid');
      const options = { labels: selectorText(fieldAt(found.object, 'spec', 'selector', 'matchLabels')) };
      const replicaSets = await cluster.list(kinds.replicaSet, namespace, options);
      const pods = await cluster.list(kinds.pod, namespace, options);
      return { ...found, ...nothing, replicaSets: replicaSets.filter((each) => controllerOf(each)?.uid === uid), pods };
    }
  }
}

/** A selector as the API takes it: `app=web,tier=front`. */
export function selectorText(matchLabels: unknown): string {
  return Object.entries(typeof matchLabels === 'object' && matchLabels !== null ? matchLabels : {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** `deployment/web`. */
export function workloadText({ kind, object }: FoundWorkload): string {
  return `${kind}/${nameOf(object)}`;
}
