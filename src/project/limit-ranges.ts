import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import { objectsOfKind } from '../kubernetes/relations.ts';
import { itemsAt, textAt, textsAt } from '../kubernetes/yaml-node.ts';
import { directoryOf } from './link-builds.ts';
import { areMadeTogether } from './nearest.ts';
import type { Project } from './project.ts';

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

/** Where a file leaves the namespace to who applies it, that of the files beside it. */
function isForNamespaceOf(range: KubernetesObject, object: KubernetesObject): boolean {
  if (range.namespace !== undefined && object.namespace !== undefined) return range.namespace === object.namespace;
  return areMadeTogether(range, object) || directoryOf(range.path) === directoryOf(object.path);
}

function amountOf(text: string | number | undefined): number | undefined {
  return text === undefined ? undefined : parseQuantity(String(text));
}
