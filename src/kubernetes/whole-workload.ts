import type { Container, Workload } from './workload.ts';
import { at } from './yaml-node.ts';

/** Kinds of the API group `apps` that Kubernetes refuses without a selector. */
const withSelector: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet']);

/**
 * True when the manifest is all of the workload. A patch of Kustomize, or a fragment, leaves out what Kubernetes demands: a
 * container's image or the selector. Of those nothing can be said to be missing.
 */
export function isWhole(workload: Workload): boolean {
  if (workload.containers.length === 0 || workload.containers.some(({ image }) => image === undefined)) return false;
  if (workload.object.group !== 'apps' || !withSelector.has(workload.kind)) return true;
  // The first version of the group took the labels of the pods where no selector was written.
  if (workload.object.apiVersion === 'apps/v1beta1' && workload.podLabels.size > 0) return true;
  return at(workload.object.node, 'spec', 'selector') !== undefined;
}

/** The containers that run as long as their pod does: its own and the sidecars among its init containers. */
export function runningContainers(workload: Workload): readonly Container[] {
  const sidecars = workload.initContainers.filter(({ role }) => role === 'sidecar');
  return sidecars.length === 0 ? workload.containers : [...workload.containers, ...sidecars];
}

/** `Deployment web`, as messages name a workload. */
export function titleOf({ kind, name }: Pick<Workload, 'kind' | 'name'>): string {
  return name === '' ? kind : `${kind} ${name}`;
}
