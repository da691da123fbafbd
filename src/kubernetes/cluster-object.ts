import { isJsonObject, type JsonObject, jsonObjectOf, textFieldsOf } from '../core/json-object.ts';

/** A kind of objects as paths of the API name it. */
export interface ResourceType {
  /** `v1`, `apps/v1`. */
  readonly apiVersion: string;
  /** `deployments`. */
  readonly resource: string;
  readonly kind: string;
}

/** An object as an API server gave it. What is not looked at here has no known form. */
export interface ClusterObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: JsonObject & {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
  };
}

function type(apiVersion: string, resource: string, kind: string): ResourceType {
  return { apiVersion, resource, kind };
}

/** The kinds that Plimsoll asks for. */
export const resources = {
  pods: type('v1', 'pods', 'Pod'),
  nodes: type('v1', 'nodes', 'Node'),
  namespaces: type('v1', 'namespaces', 'Namespace'),
  services: type('v1', 'services', 'Service'),
  serviceAccounts: type('v1', 'serviceaccounts', 'ServiceAccount'),
  configMaps: type('v1', 'configmaps', 'ConfigMap'),
  secrets: type('v1', 'secrets', 'Secret'),
  events: type('v1', 'events', 'Event'),
  replicationControllers: type('v1', 'replicationcontrollers', 'ReplicationController'),
  persistentVolumeClaims: type('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  deployments: type('apps/v1', 'deployments', 'Deployment'),
  replicaSets: type('apps/v1', 'replicasets', 'ReplicaSet'),
  statefulSets: type('apps/v1', 'statefulsets', 'StatefulSet'),
  daemonSets: type('apps/v1', 'daemonsets', 'DaemonSet'),
  controllerRevisions: type('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  podTemplates: type('v1', 'podtemplates', 'PodTemplate'),
  jobs: type('batch/v1', 'jobs', 'Job'),
  cronJobs: type('batch/v1', 'cronjobs', 'CronJob'),
  horizontalPodAutoscalers: type('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  podDisruptionBudgets: type('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  networkPolicies: type('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy'),
  ingresses: type('networking.k8s.io/v1', 'ingresses', 'Ingress'),
  leases: type('coordination.k8s.io/v1', 'leases', 'Lease'),
} as const satisfies Readonly<Record<string, ResourceType>>;

/** `apps` of `apps/v1`, '' of `v1`. */
export function groupOf({ apiVersion }: Pick<ResourceType, 'apiVersion'>): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** The path of a kind's objects, or of one of them. */
export function resourcePath(of: ResourceType, namespace?: string, name?: string, subresource?: string): string {
  const root = of.apiVersion.includes('/') ? `/apis/${of.apiVersion}` : `/api/${of.apiVersion}`;
  const parts = [
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    of.resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}

/** A value as an object of the API; undefined where it has no name. Items of lists leave their kind to the list. */
export function clusterObjectOf(
  value: unknown,
  of?: Pick<ResourceType, 'apiVersion' | 'kind'>,
): ClusterObject | undefined {
  if (!isJsonObject(value)) return undefined;
  const { apiVersion = of?.apiVersion, kind = of?.kind, metadata, ...rest } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const { name, namespace, uid, resourceVersion, ...others } = jsonObjectOf(metadata);
  return {
    apiVersion,
    kind,
    metadata: {
      name: typeof name === 'string' ? name : '',
      ...(typeof namespace === 'string' && { namespace }),
      ...(typeof uid === 'string' && { uid }),
      ...(typeof resourceVersion === 'string' && { resourceVersion }),
      ...others,
    },
    ...rest,
  };
}

export function labelsOf(object: ClusterObject): ReadonlyMap<string, string> {
  return textFieldsOf(object.metadata.labels);
}

export function annotationsOf(object: ClusterObject): ReadonlyMap<string, string> {
  return textFieldsOf(object.metadata.annotations);
}
