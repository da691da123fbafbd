import { readContainer, readVolume } from './internal/read-container.ts';
import { booleanOf, setting } from './internal/read-security.ts';
import type { KubernetesObject } from './manifest.ts';
import type { Container, ContainerRole, Volume, Workload } from './workload.ts';
import { at, itemsAt, numberAt, scalarAt, textAt, textsAt, type YamlMap, type YamlNode } from './yaml-node.ts';

/** Where a kind of object has its pod template: the path to what holds the pod's `metadata` and `spec`. */
export interface TemplateKind {
  /** API group; undefined: any. */
  readonly group?: string;
  readonly kind: string;
  readonly path: readonly string[];
}

/** Kubernetes' own kinds, and custom ones that are common. */
export const templateKinds: readonly TemplateKind[] = [
  { group: '', kind: 'Pod', path: [] },
  { group: '', kind: 'PodTemplate', path: ['template'] },
  { group: '', kind: 'ReplicationController', path: ['spec', 'template'] },
  { group: 'apps', kind: 'Deployment', path: ['spec', 'template'] },
  { group: 'extensions', kind: 'Deployment', path: ['spec', 'template'] },
  { group: 'apps', kind: 'StatefulSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'DaemonSet', path: ['spec', 'template'] },
  { group: 'extensions', kind: 'DaemonSet', path: ['spec', 'template'] },
  { group: 'apps', kind: 'ReplicaSet', path: ['spec', 'template'] },
  { group: 'extensions', kind: 'ReplicaSet', path: ['spec', 'template'] },
  { group: 'batch', kind: 'Job', path: ['spec', 'template'] },
  { group: 'batch', kind: 'CronJob', path: ['spec', 'jobTemplate', 'spec', 'template'] },
  // https://argo-rollouts.readthedocs.io/en/stable/features/specification/
  { group: 'argoproj.io', kind: 'Rollout', path: ['spec', 'template'] },
  // https://knative.dev/docs/serving/reference/serving-api/
  { group: 'serving.knative.dev', kind: 'Service', path: ['spec', 'template'] },
  { group: 'serving.knative.dev', kind: 'Configuration', path: ['spec', 'template'] },
  { group: 'apps.kruise.io', kind: 'CloneSet', path: ['spec', 'template'] },
  { group: 'apps.openshift.io', kind: 'DeploymentConfig', path: ['spec', 'template'] },
];

const kindIndex = new Map(templateKinds.map((entry) => [`${entry.group}/${entry.kind}`, entry]));

/**
 * The workload that an object is; undefined for other objects and for one without a pod spec, such as a patch. Kinds of the
 * user's own come as `more`.
 */
export function workloadOf(object: KubernetesObject, more: readonly TemplateKind[] = []): Workload | undefined {
  const found =
    kindIndex.get(`${object.group}/${object.kind}`) ??
    more.find(({ group, kind }) => kind === object.kind && (group === undefined || group === object.group));
  if (!found) return undefined;
  const template = at(object.node, ...found.path);
  const podSpec = at(template, 'spec');
  if (template?.kind !== 'map' || podSpec?.kind !== 'map') return undefined;
  return readWorkload(object, template, podSpec);
}

/** Every workload among the objects. */
export function workloadsOf(objects: readonly KubernetesObject[], more: readonly TemplateKind[] = []): Workload[] {
  return objects.flatMap((object) => workloadOf(object, more) ?? []);
}

function readWorkload(object: KubernetesObject, template: YamlMap, podSpec: YamlMap): Workload {
  let volumes: readonly Volume[] | undefined;
  let volumeIndex: ReadonlyMap<string, Volume> | undefined;
  let podLabels: ReadonlyMap<string, string> | undefined;
  let podAnnotations: ReadonlyMap<string, string> | undefined;
  let read: Containers | undefined;
  const volumesByName = () => {
    volumeIndex ??= new Map(workload.volumes.map((volume) => [volume.name, volume]));
    return volumeIndex;
  };
  const containers = () => {
    read ??= readContainers(podSpec, workload, volumesByName);
    return read;
  };
  const ofPod = (key: string) => setting(booleanOf, undefined, podSpec, key);
  const replicasNode = object.kind === 'Pod' ? undefined : scalarAt(object.node, 'spec', 'replicas');
  const restartPolicy = textAt(podSpec, 'restartPolicy');
  const workload: Workload = {
    kind: object.kind,
    name: object.name,
    namespace: object.namespace,
    object,
    place: object.place,
    template,
    podSpec,
    get podLabels() {
      podLabels ??= textsAt(template, 'metadata', 'labels');
      return podLabels;
    },
    get podAnnotations() {
      podAnnotations ??= textsAt(template, 'metadata', 'annotations');
      return podAnnotations;
    },
    replicas: typeof replicasNode?.value === 'number' ? replicasNode.value : undefined,
    replicasNode,
    longRunning: runsOn(object.kind, restartPolicy),
    schedule: object.kind === 'CronJob' ? scalarAt(object.node, 'spec', 'schedule') : undefined,
    get containers() {
      return containers().main;
    },
    get initContainers() {
      return containers().init;
    },
    get ephemeralContainers() {
      return containers().ephemeral;
    },
    get allContainers() {
      return containers().all;
    },
    get volumes() {
      volumes ??= itemsAt(podSpec, 'volumes').map(readVolume);
      return volumes;
    },
    serviceAccount: scalarAt(podSpec, 'serviceAccountName') ?? scalarAt(podSpec, 'serviceAccount'),
    automountServiceAccountToken: ofPod('automountServiceAccountToken'),
    hostNetwork: ofPod('hostNetwork'),
    hostPID: ofPod('hostPID'),
    hostIPC: ofPod('hostIPC'),
    hostUsers: ofPod('hostUsers'),
    shareProcessNamespace: ofPod('shareProcessNamespace'),
    securityContext: at(podSpec, 'securityContext'),
    imagePullSecrets: itemsAt(podSpec, 'imagePullSecrets').flatMap((item) => textAt(item, 'name') ?? []),
    restartPolicy,
    terminationGracePeriodSeconds: numberAt(podSpec, 'terminationGracePeriodSeconds'),
    priorityClassName: textAt(podSpec, 'priorityClassName'),
    windows:
      textAt(podSpec, 'os', 'name') === 'windows' || textAt(podSpec, 'nodeSelector', 'kubernetes.io/os') === 'windows',
  };
  return workload;
}

function runsOn(kind: string, restartPolicy: string | undefined): boolean {
  if (kind === 'Job' || kind === 'CronJob') return false;
  return kind !== 'Pod' || restartPolicy === undefined || restartPolicy === 'Always';
}

interface Containers {
  readonly main: readonly Container[];
  readonly init: readonly Container[];
  readonly ephemeral: readonly Container[];
  readonly all: readonly Container[];
}

function readContainers(podSpec: YamlMap, workload: Workload, volumes: () => ReadonlyMap<string, Volume>): Containers {
  const list = (key: string, role: (node: YamlNode) => ContainerRole) =>
    itemsAt(podSpec, key).flatMap((node) =>
      node.kind === 'map' ? readContainer(node, role(node), workload, volumes) : [],
    );
  const main = list('containers', () => 'container');
  // https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
  const init = list('initContainers', (node) => (textAt(node, 'restartPolicy') === 'Always' ? 'sidecar' : 'init'));
  const ephemeral = list('ephemeralContainers', () => 'ephemeral');
  return { main, init, ephemeral, all: [...init, ...main, ...ephemeral] };
}
