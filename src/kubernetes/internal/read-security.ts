import type { ContainerSecurity, Setting } from '../workload.ts';
import { atPath, scalarsAt, type YamlNode } from '../yaml-node.ts';

/** What holds for a container: its own security context, and the pod's where that has the same setting. */
export function readSecurity(own: YamlNode | undefined, pod: YamlNode | undefined): ContainerSecurity {
  return {
    node: own,
    runAsNonRoot: setting(booleanOf, own, pod, 'runAsNonRoot'),
    runAsUser: setting(numberOf, own, pod, 'runAsUser'),
    runAsGroup: setting(numberOf, own, pod, 'runAsGroup'),
    privileged: setting(booleanOf, own, undefined, 'privileged'),
    allowPrivilegeEscalation: setting(booleanOf, own, undefined, 'allowPrivilegeEscalation'),
    readOnlyRootFilesystem: setting(booleanOf, own, undefined, 'readOnlyRootFilesystem'),
    procMount: setting(textOf, own, undefined, 'procMount'),
    seccompProfile: setting(textOf, own, pod, 'seccompProfile', 'type'),
    appArmorProfile: setting(textOf, own, pod, 'appArmorProfile', 'type'),
    addedCapabilities: scalarsAt(own, 'capabilities', 'add'),
    droppedCapabilities: scalarsAt(own, 'capabilities', 'drop'),
  };
}

/** The setting at a path of the container's node, else of the pod's. A value of null counts as not written. */
export function setting<Value>(
  read: (node: YamlNode) => Value | undefined,
  container: YamlNode | undefined,
  pod: YamlNode | undefined,
  ...path: readonly string[]
): Setting<Value> {
  const own = writtenAt(container, path);
  if (own) return { value: read(own), node: own, from: 'container' };
  const shared = writtenAt(pod, path);
  if (shared) return { value: read(shared), node: shared, from: 'pod' };
  return { value: undefined, node: undefined, from: undefined };
}

function writtenAt(node: YamlNode | undefined, path: readonly string[]): YamlNode | undefined {
  const found = atPath(node, path);
  return found?.kind === 'scalar' && found.value === null ? undefined : found;
}

export function booleanOf(node: YamlNode): boolean | undefined {
  return node.kind === 'scalar' && typeof node.value === 'boolean' ? node.value : undefined;
}

export function numberOf(node: YamlNode): number | undefined {
  return node.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined;
}

export function textOf(node: YamlNode): string | undefined {
  return node.kind === 'scalar' ? node.text : undefined;
}
