import type { KubernetesObject } from './manifest.ts';
import type { Workload } from './workload.ts';
import { at, entriesAt, itemsAt, scalarsAt, textAt, textsAt, type YamlNode } from './yaml-node.ts';

/** What chooses pods by their labels. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
export interface LabelSelector {
  readonly matchLabels: ReadonlyMap<string, string>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

/** Reads a `LabelSelector`: `matchLabels` and `matchExpressions`. Undefined when the node is no map. */
export function readSelector(node: YamlNode | undefined): LabelSelector | undefined {
  if (node?.kind !== 'map') return undefined;
  return {
    matchLabels: textsAt(node, 'matchLabels'),
    matchExpressions: itemsAt(node, 'matchExpressions').map((item) => ({
      key: textAt(item, 'key') ?? '',
      operator: textAt(item, 'operator') ?? '',
      values: scalarsAt(item, 'values').map((value) => value.text),
    })),
  };
}

/** True when the labels fulfil all of it: an empty selector chooses everything. An unknown operator chooses nothing. */
export function selects(selector: LabelSelector, labels: ReadonlyMap<string, string>): boolean {
  for (const [key, value] of selector.matchLabels) if (labels.get(key) !== value) return false;
  return selector.matchExpressions.every(({ key, operator, values }) => {
    const value = labels.get(key);
    switch (operator) {
      case 'In':
        return value !== undefined && values.includes(value);
      case 'NotIn':
        return value === undefined || !values.includes(value);
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}

/**
 * The selector of an object that chooses pods: a Service's plain map, or the label selector of a PodDisruptionBudget,
 * NetworkPolicy, PodMonitor and the workloads themselves. Undefined when it has none. A ServiceMonitor chooses Services.
 */
export function selectorOf(object: KubernetesObject): LabelSelector | undefined {
  switch (object.kind) {
    case 'Service':
    case 'ReplicationController': {
      if (entriesAt(object.node, 'spec', 'selector').length === 0) return undefined;
      return { matchLabels: textsAt(object.node, 'spec', 'selector'), matchExpressions: [] };
    }
    case 'NetworkPolicy':
      return readSelector(at(object.node, 'spec', 'podSelector'));
    default:
      return readSelector(at(object.node, 'spec', 'selector'));
  }
}

/** The namespace that an object goes to: `default` when the manifest leaves it open. */
export function namespaceOf(object: Pick<KubernetesObject, 'namespace'>): string {
  return object.namespace ?? 'default';
}

/**
 * True when both go to one namespace as far as the manifests tell: one that is not written may be any, because whoever
 * applies it decides.
 */
export function sameNamespace(
  one: Pick<KubernetesObject, 'namespace'>,
  other: Pick<KubernetesObject, 'namespace'>,
): boolean {
  return one.namespace === undefined || other.namespace === undefined || one.namespace === other.namespace;
}

/** True when an object's selector chooses the workload's pods, in the same namespace. */
export function choosesPodsOf(object: KubernetesObject, workload: Workload): boolean {
  const selector = selectorOf(object);
  return selector !== undefined && sameNamespace(object, workload) && selects(selector, workload.podLabels);
}
