import { isJsonObject, type JsonObject, jsonObjectOf } from '../../../core/json-object.ts';
import type { ClusterObject } from '../../../kubernetes/cluster-object.ts';

/** Where a trial's pod stands. https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-states */
export type PodState =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running'; readonly ready: boolean; readonly user: { uid: number; gid: number } | undefined }
  | { readonly kind: 'ended'; readonly exitCode: number };

export function podState(pod: ClusterObject): PodState {
  const status = jsonObjectOf(pod.status);
  const [first] = Array.isArray(status.containerStatuses) ? status.containerStatuses : [];
  const container = jsonObjectOf(first);
  const { running, terminated, waiting } = jsonObjectOf(container.state);
  if (isJsonObject(terminated)) return { kind: 'ended', exitCode: Number(terminated.exitCode ?? 1) };
  if (isJsonObject(running)) return { kind: 'running', ready: container.ready === true, user: userOf(container) };
  if (status.phase === 'Failed')
    return { kind: 'waiting', reason: String(status.reason ?? 'Failed'), message: String(status.message ?? '') };
  const { reason, message } = jsonObjectOf(waiting);
  return { kind: 'waiting', reason: String(reason ?? scheduling(status)), message: String(message ?? '') };
}

/** What a kubelet of 1.31 or later tells: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#supplementalgroupspolicy */
function userOf(container: JsonObject): { uid: number; gid: number } | undefined {
  const { uid, gid } = jsonObjectOf(jsonObjectOf(container.user).linux);
  return typeof uid === 'number' && typeof gid === 'number' ? { uid, gid } : undefined;
}

function scheduling({ conditions }: JsonObject): string {
  const scheduled = (Array.isArray(conditions) ? conditions : []).find(
    (each) => jsonObjectOf(each).type === 'PodScheduled',
  );
  const { status, reason } = jsonObjectOf(scheduled);
  return status === 'False' ? String(reason ?? 'Unschedulable') : 'ContainerCreating';
}

/** It will not start for itself, and the image or the rights are why. */
export function isRefused({ reason }: Extract<PodState, { kind: 'waiting' }>): boolean {
  return /^(?:CreateContainerConfigError|CreateContainerError|RunContainerError|StartError|Failed)$/.test(reason);
}

/** The node cannot have the image. */
export function isWithoutImage({ reason }: Extract<PodState, { kind: 'waiting' }>): boolean {
  return /^(?:ErrImagePull|ImagePullBackOff|ErrImageNeverPull|InvalidImageName|ImageInspectError)$/.test(reason);
}
