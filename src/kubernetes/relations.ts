import { choosersOfKind, keptSelector, ofKind } from './internal/chooser-index.ts';
import type { KubernetesObject } from './manifest.ts';
import { sameNamespace, selects } from './selector.ts';
import type { Workload } from './workload.ts';
import { at, entriesAt, numberAt, scalarAt, textAt, type YamlNode, type YamlScalar } from './yaml-node.ts';

/** The objects of a kind, of any API group unless one is given. Constant time after the first call for a list. */
export function objectsOfKind(
  objects: readonly KubernetesObject[],
  kind: string,
  group?: string,
): readonly KubernetesObject[] {
  return ofKind(objects, kind, group);
}

/** The objects of a kind whose selector chooses the workload's pods. */
function choosing(kind: string, workload: Workload, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return choosersOfKind(objects, kind)
    .candidates(workload.podLabels)
    .filter((object) => {
      const selector = keptSelector(object);
      return selector !== undefined && sameNamespace(object, workload) && selects(selector, workload.podLabels);
    });
}

/** The Services that send traffic to the workload's pods. */
export function servicesOf(workload: Workload, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return choosing('Service', workload, objects).filter((service) => service.group === '');
}

/** The PodDisruptionBudgets that cover the workload's pods. */
export function disruptionBudgetsOf(
  workload: Workload,
  objects: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return choosing('PodDisruptionBudget', workload, objects);
}

/** The NetworkPolicies that choose the workload's pods. */
export function networkPoliciesOf(
  workload: Workload,
  objects: readonly KubernetesObject[],
): readonly KubernetesObject[] {
  return choosing('NetworkPolicy', workload, objects).filter((policy) => policy.group === 'networking.k8s.io');
}

const autoscalerKinds = ['HorizontalPodAutoscaler', 'ScaledObject', 'VerticalPodAutoscaler'];

/** What scales the workload: HorizontalPodAutoscaler, KEDA's ScaledObject, VerticalPodAutoscaler. */
export function autoscalersOf(workload: Workload, objects: readonly KubernetesObject[]): readonly KubernetesObject[] {
  return autoscalerKinds.flatMap((kind) =>
    ofKind(objects, kind).filter((object) => {
      const target = scaleTargetOf(object);
      return target?.name === workload.name && target.kind === workload.kind && sameNamespace(object, workload);
    }),
  );
}

const targetFields: ReadonlyMap<string, string> = new Map([
  ['HorizontalPodAutoscaler', 'scaleTargetRef'],
  ['ScaledObject', 'scaleTargetRef'],
  ['VerticalPodAutoscaler', 'targetRef'],
]);

/** What an autoscaler scales; undefined for other objects. */
export function scaleTargetOf(
  object: KubernetesObject,
): { readonly kind: string; readonly name: string; readonly node: YamlNode } | undefined {
  const key = targetFields.get(object.kind);
  const node = key === undefined ? undefined : at(object.node, 'spec', key);
  if (!node) return undefined;
  return { kind: textAt(node, 'kind') ?? 'Deployment', name: textAt(node, 'name') ?? '', node };
}

export interface ServicePort {
  readonly node: YamlNode;
  readonly name: string | undefined;
  readonly port: number | undefined;
  /** Number or name of a container's port; undefined when not written: then `port`. */
  readonly targetPort: YamlScalar | undefined;
}

/** The ports of a Service. */
export function servicePorts(service: KubernetesObject): readonly ServicePort[] {
  const ports = at(service.node, 'spec', 'ports');
  if (ports?.kind !== 'sequence') return [];
  return ports.items.map((node) => ({
    node,
    name: textAt(node, 'name'),
    port: numberAt(node, 'port'),
    targetPort: scalarAt(node, 'targetPort'),
  }));
}

/** One key of a ConfigMap or Secret. */
export interface DataEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
  /** `data` of a Secret is Base64. */
  readonly base64: boolean;
}

/** The keys of a ConfigMap or Secret: `data`, `stringData` and `binaryData`. */
export function dataOf(object: KubernetesObject): readonly DataEntry[] {
  const read = (field: string, base64: boolean) =>
    entriesAt(object.node, field).map(({ key, value }) => ({ key, value, base64 }));
  if (object.kind === 'Secret') return [...read('stringData', false), ...read('data', true)];
  return object.kind === 'ConfigMap' ? [...read('data', false), ...read('binaryData', true)] : [];
}

/** The object that a name in a workload means: its ConfigMap, Secret, ServiceAccount or claim. */
export function findNamed(
  objects: readonly KubernetesObject[],
  kind: string,
  name: string,
  user: Pick<KubernetesObject, 'namespace'>,
): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind && object.name === name && sameNamespace(object, user));
}

/** The Pod Security Standard that a Namespace enforces; undefined when it names none. https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
export function enforcedPodSecurity(namespace: KubernetesObject): string | undefined {
  return namespace.labels.get('pod-security.kubernetes.io/enforce');
}
