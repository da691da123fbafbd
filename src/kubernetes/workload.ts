import type { ImageReference } from '../core/image-reference.ts';
import type { ReportedPlace } from '../core/rule.ts';
import type { KubernetesObject } from './manifest.ts';
import type { YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';

/** A setting with the place that decides it. `value` is undefined when nothing sets it, or sets it to something of another type. */
export interface Setting<Value> {
  readonly value: Value | undefined;
  /** What is written; undefined when nothing is. */
  readonly node: YamlNode | undefined;
  /** Whether the container itself or its pod sets it; undefined when neither does. */
  readonly from: 'container' | 'pod' | undefined;
}

/** An object that runs pods: https://kubernetes.io/docs/concepts/workloads/. */
export interface Workload {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `ReplicaSet`, `ReplicationController`, `Job`, `CronJob`, `Pod`, `PodTemplate`, or a custom kind. */
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  readonly object: KubernetesObject;
  /** Where to say something of the workload as a whole. */
  readonly place: ReportedPlace;
  /** What holds the pod's metadata and spec: the object itself for a Pod. */
  readonly template: YamlMap;
  readonly podSpec: YamlMap;
  readonly podLabels: ReadonlyMap<string, string>;
  readonly podAnnotations: ReadonlyMap<string, string>;
  /** As written. Undefined when nothing is: then one, or what an autoscaler says; always undefined for kinds without it. */
  readonly replicas: number | undefined;
  readonly replicasNode: YamlScalar | undefined;
  /** False for Job and CronJob, and for a Pod that is not restarted always. */
  readonly longRunning: boolean;
  /** CronJob only. */
  readonly schedule: YamlScalar | undefined;
  /** Those that run while the pod does: `containers`. */
  readonly containers: readonly Container[];
  readonly initContainers: readonly Container[];
  readonly ephemeralContainers: readonly Container[];
  /** Init containers, containers and ephemeral containers, in this order. */
  readonly allContainers: readonly Container[];
  readonly volumes: readonly Volume[];
  /** `serviceAccountName`, else the deprecated `serviceAccount`. */
  readonly serviceAccount: YamlScalar | undefined;
  readonly automountServiceAccountToken: Setting<boolean>;
  readonly hostNetwork: Setting<boolean>;
  readonly hostPID: Setting<boolean>;
  readonly hostIPC: Setting<boolean>;
  readonly hostUsers: Setting<boolean>;
  readonly shareProcessNamespace: Setting<boolean>;
  /** The pod's own `securityContext`; use {@link Container.security} for what holds. */
  readonly securityContext: YamlNode | undefined;
  readonly imagePullSecrets: readonly string[];
  readonly restartPolicy: string | undefined;
  readonly terminationGracePeriodSeconds: number | undefined;
  readonly priorityClassName: string | undefined;
  /** `spec.os.name` or the node selector `kubernetes.io/os` says Windows: most of the security context does not apply. */
  readonly windows: boolean;
}

export type ContainerRole = 'container' | 'init' | 'sidecar' | 'ephemeral';

/** One container of a workload's pod. */
export interface Container {
  readonly name: string;
  /** `sidecar`: an init container with `restartPolicy: Always`, which runs as long as the pod does. */
  readonly role: ContainerRole;
  readonly node: YamlMap;
  readonly workload: Workload;
  /** Where to say something of the container as a whole, such as that something is missing: its name. */
  readonly place: ReportedPlace;
  readonly image: YamlScalar | undefined;
  /** The image taken apart; undefined when none is written or the text is no reference (a template's variable). */
  readonly imageReference: ImageReference | undefined;
  readonly imagePullPolicy: YamlScalar | undefined;
  /** `command`, which takes the place of the image's ENTRYPOINT; undefined when not written. */
  readonly command: readonly YamlScalar[] | undefined;
  /** `args`, which take the place of the image's CMD; undefined when not written. */
  readonly args: readonly YamlScalar[] | undefined;
  readonly workingDir: YamlScalar | undefined;
  readonly ports: readonly ContainerPort[];
  readonly env: readonly EnvVariable[];
  readonly envFrom: readonly EnvSource[];
  readonly resources: Resources;
  readonly livenessProbe: Probe | undefined;
  readonly readinessProbe: Probe | undefined;
  readonly startupProbe: Probe | undefined;
  readonly lifecycle: YamlNode | undefined;
  readonly volumeMounts: readonly VolumeMount[];
  readonly security: ContainerSecurity;
  readonly terminationMessagePolicy: YamlScalar | undefined;
}

export interface ContainerPort {
  readonly node: YamlNode;
  readonly name: string | undefined;
  readonly containerPort: number | undefined;
  readonly hostPort: YamlScalar | undefined;
  /** `TCP` when not written. */
  readonly protocol: string;
}

/** What an environment variable's value is taken from. */
export interface EnvReference {
  readonly kind: 'configMap' | 'secret' | 'field' | 'resource' | 'other';
  /** Of the ConfigMap or Secret. */
  readonly name: string | undefined;
  /** The key in it; for a field its path, for a resource its name. */
  readonly key: string | undefined;
  readonly optional: boolean;
  readonly node: YamlNode;
}

export interface EnvVariable {
  readonly name: string;
  readonly nameNode: YamlScalar | undefined;
  readonly node: YamlMap;
  /** The literal value; undefined when it is taken from elsewhere or none is written. */
  readonly value: YamlScalar | undefined;
  readonly from: EnvReference | undefined;
}

/** A whole ConfigMap or Secret as environment. */
export interface EnvSource {
  readonly kind: 'configMap' | 'secret' | 'other';
  readonly name: string | undefined;
  readonly prefix: string;
  readonly optional: boolean;
  readonly node: YamlNode;
}

/** An amount of a resource. `amount` in cores, bytes or pieces; undefined when the text is no quantity. */
export interface ResourceAmount {
  readonly node: YamlScalar;
  readonly key: YamlScalar;
  readonly amount: number | undefined;
}

export interface Resources {
  readonly node: YamlNode | undefined;
  /** By resource name: `cpu`, `memory`, `ephemeral-storage`, `nvidia.com/gpu`. */
  readonly requests: ReadonlyMap<string, ResourceAmount>;
  readonly limits: ReadonlyMap<string, ResourceAmount>;
}

export interface Probe {
  readonly name: 'livenessProbe' | 'readinessProbe' | 'startupProbe';
  readonly node: YamlNode;
  /** The key, to report the probe as a whole. */
  readonly place: ReportedPlace;
  readonly handler: 'httpGet' | 'tcpSocket' | 'exec' | 'grpc' | 'none';
  /** Number or name of a port, for all handlers but exec. */
  readonly port: YamlScalar | undefined;
  readonly path: YamlScalar | undefined;
  readonly command: readonly YamlScalar[];
  /** Seconds, or times; Kubernetes' defaults put in where nothing is written. */
  readonly initialDelaySeconds: number;
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface VolumeMount {
  readonly node: YamlNode;
  readonly name: string | undefined;
  readonly mountPath: YamlScalar | undefined;
  readonly subPath: YamlScalar | undefined;
  readonly readOnly: boolean;
  /** The pod's volume of that name. */
  readonly volume: Volume | undefined;
}

export interface Volume {
  readonly node: YamlNode;
  readonly name: string;
  /** The key that says where it comes from: `emptyDir`, `hostPath`, `configMap`, `secret`, `persistentVolumeClaim` …; undefined when none is there. */
  readonly kind: string | undefined;
  /** What is written under that key. */
  readonly settings: YamlNode | undefined;
  /** `hostPath` only. */
  readonly hostPath: YamlScalar | undefined;
  /** Name of the ConfigMap, Secret or claim. */
  readonly refersTo: string | undefined;
}

/** What holds for a container: its own security context over the pod's. https://kubernetes.io/docs/tasks/configure-pod-container/security-context/ */
export interface ContainerSecurity {
  /** The container's own `securityContext`. */
  readonly node: YamlNode | undefined;
  readonly runAsNonRoot: Setting<boolean>;
  readonly runAsUser: Setting<number>;
  readonly runAsGroup: Setting<number>;
  readonly privileged: Setting<boolean>;
  readonly allowPrivilegeEscalation: Setting<boolean>;
  readonly readOnlyRootFilesystem: Setting<boolean>;
  readonly procMount: Setting<string>;
  /** `RuntimeDefault`, `Localhost`, `Unconfined`; annotations of old are not looked at. */
  readonly seccompProfile: Setting<string>;
  readonly appArmorProfile: Setting<string>;
  readonly addedCapabilities: readonly YamlScalar[];
  readonly droppedCapabilities: readonly YamlScalar[];
}
