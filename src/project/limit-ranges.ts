import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import { objectsOfKind } from '../kubernetes/relations.ts';
import type { Container } from '../kubernetes/workload.ts';
import { itemsAt, textAt, textsAt, type YamlNode } from '../kubernetes/yaml-node.ts';
import { directoryOf } from './link-builds.ts';
import { areMadeTogether } from './nearest.ts';
import type { Project } from './project.ts';
import { shareTests } from './test-path.ts';

/** Amounts by resource, as they are written. */
export interface Amounts {
  readonly requests: Readonly<Record<string, string | number>>;
  readonly limits: Readonly<Record<string, string | number>>;
}

/**
 * False where a LimitRange of the object's namespace has a container with these amounts refused: below `min`, above `max`, or a limit
 * that is too many times the request. https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function areWithinLimitRanges(project: Project, object: KubernetesObject, amounts: Amounts): boolean {
  return objectsOfKind(project.objects, 'LimitRange')
    .filter((range) => isForNamespaceOf(range, object))
    .flatMap((range) => itemsAt(range.node, 'spec', 'limits'))
    .every((item) => {
      const type = textAt(item, 'type');
      if (type !== 'Container' && type !== 'Pod') return true;
      const [min, max, ratio] = ['min', 'max', 'maxLimitRequestRatio'].map((key) => textsAt(item, key));
      return ['cpu', 'memory'].every((resource) => {
        const request = amountOf(amounts.requests[resource]);
        const limit = amountOf(amounts.limits[resource]);
        const isOver = (amount: number | undefined, most: number | undefined) => (amount ?? 0) > (most ?? Infinity);
        // The least of a pod is what its containers have together.
        const least = type === 'Container' ? amountOf(min?.get(resource)) : undefined;
        const most = amountOf(max?.get(resource));
        return (
          (request ?? Infinity) >= (least ?? 0) &&
          !isOver(request, most) &&
          !isOver(limit, most) &&
          !isOver(request && limit && limit / request, amountOf(ratio?.get(resource)))
        );
      });
    });
}

/** The resources of which a pod's container has a limit, and those of which it has a request, once it is in the cluster. */
export interface GivenResources {
  readonly requests: ReadonlySet<string>;
  readonly limits: ReadonlySet<string>;
}

/**
 * What a container has, written or given at admission by a LimitRange that is surely of its namespace: `default` (else `max`) as the limit,
 * `defaultRequest` (else that limit, else `min`) as the request. A written limit is the request too. What would leave a request above
 * its limit is not counted: such a pod is refused. https://kubernetes.io/docs/concepts/policy/limit-range/
 */
export function givenResources(project: Project, container: Container): GivenResources {
  const { object } = container.workload;
  const written = container.resources;
  const limits = new Set(written.limits.keys());
  const requests = new Set([...written.requests.keys(), ...limits]);
  const items = objectsOfKind(project.objects, 'LimitRange', '')
    .filter((range) => isSurelyForNamespaceOf(range, object))
    .flatMap((range) => itemsAt(range.node, 'spec', 'limits'))
    .filter((item) => textAt(item, 'type') === 'Container');
  for (const item of items) {
    for (const [resource, amount] of firstOf(item, ['default', 'max']))
      if (amount >= (written.requests.get(resource)?.amount ?? 0)) limits.add(resource);
    for (const [resource, amount] of firstOf(item, ['defaultRequest', 'default', 'max', 'min']))
      if (amount <= (written.limits.get(resource)?.amount ?? Infinity)) requests.add(resource);
  }
  return { requests, limits };
}

/** Amounts by resource, each from the first of the fields that has it. */
function firstOf(item: YamlNode, fields: readonly string[]): ReadonlyMap<string, number> {
  const amounts = new Map<string, number>();
  for (const [resource, text] of fields.flatMap((field) => [...textsAt(item, field)])) {
    const amount = amountOf(text);
    if (amount !== undefined && !amounts.has(resource)) amounts.set(resource, amount);
  }
  return amounts;
}

/**
 * The same namespace by what is written, or by what one overlay, chart or file leaves to who applies it. Several clusters may have a
 * namespace of that name: files of it count where one lies in the other's directory or below.
 */
function isSurelyForNamespaceOf(range: KubernetesObject, object: KubernetesObject): boolean {
  if (range.namespace !== object.namespace || !shareTests(range.path, object.path)) return false;
  if (areMadeTogether(range, object)) return true;
  if (range.origin.kind !== 'file' || object.origin.kind !== 'file') return false;
  if (range.path === object.path) return true;
  return object.namespace !== undefined && (liesBelow(range, object) || liesBelow(object, range));
}

/** Whether a file lies in the other's directory or below. */
function liesBelow(one: KubernetesObject, other: KubernetesObject): boolean {
  const directory = directoryOf(other.path);
  return directory === '' || one.path.startsWith(`${directory}/`);
}

/** Where a file leaves the namespace to who applies it, that of the files beside it. */
function isForNamespaceOf(range: KubernetesObject, object: KubernetesObject): boolean {
  if (range.namespace !== undefined && object.namespace !== undefined) return range.namespace === object.namespace;
  return areMadeTogether(range, object) || directoryOf(range.path) === directoryOf(object.path);
}

function amountOf(text: string | number | undefined): number | undefined {
  return text === undefined ? undefined : parseQuantity(String(text));
}
