import type { KubernetesObject } from './manifest.ts';
import { type KubernetesSchema, kubernetesSchema } from './schema/read-schema.ts';

/** An API version that Kubernetes serves no longer, or will not. */
export interface RemovedApi {
  /** The first release without it: `1.25`. */
  readonly removedIn: string;
  /** What takes its place; undefined when nothing does. */
  readonly use: string | undefined;
}

/**
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/, by API version and kind. A kind `*` stands for all kinds of
 * that version.
 */
const removed: Readonly<Record<string, Readonly<Record<string, RemovedApi>>>> = {
  'extensions/v1beta1': {
    Deployment: { removedIn: '1.16', use: 'apps/v1' },
    DaemonSet: { removedIn: '1.16', use: 'apps/v1' },
    ReplicaSet: { removedIn: '1.16', use: 'apps/v1' },
    NetworkPolicy: { removedIn: '1.16', use: 'networking.k8s.io/v1' },
    PodSecurityPolicy: { removedIn: '1.16', use: undefined },
    Ingress: { removedIn: '1.22', use: 'networking.k8s.io/v1' },
  },
  'apps/v1alpha1': { PetSet: { removedIn: '1.5', use: undefined } },
  'settings.k8s.io/v1alpha1': { PodPreset: { removedIn: '1.20', use: undefined } },
  'auditregistration.k8s.io/v1alpha1': { AuditSink: { removedIn: '1.19', use: undefined } },
  'apps/v1beta1': { '*': { removedIn: '1.16', use: 'apps/v1' } },
  'apps/v1beta2': { '*': { removedIn: '1.16', use: 'apps/v1' } },
  'networking.k8s.io/v1beta1': {
    Ingress: { removedIn: '1.22', use: 'networking.k8s.io/v1' },
    IngressClass: { removedIn: '1.22', use: 'networking.k8s.io/v1' },
  },
  'rbac.authorization.k8s.io/v1beta1': { '*': { removedIn: '1.22', use: 'rbac.authorization.k8s.io/v1' } },
  'rbac.authorization.k8s.io/v1alpha1': { '*': { removedIn: '1.22', use: 'rbac.authorization.k8s.io/v1' } },
  'apiextensions.k8s.io/v1beta1': { '*': { removedIn: '1.22', use: 'apiextensions.k8s.io/v1' } },
  'apiregistration.k8s.io/v1beta1': { '*': { removedIn: '1.22', use: 'apiregistration.k8s.io/v1' } },
  'admissionregistration.k8s.io/v1beta1': {
    MutatingWebhookConfiguration: { removedIn: '1.22', use: 'admissionregistration.k8s.io/v1' },
    ValidatingWebhookConfiguration: { removedIn: '1.22', use: 'admissionregistration.k8s.io/v1' },
  },
  'certificates.k8s.io/v1beta1': {
    CertificateSigningRequest: { removedIn: '1.22', use: 'certificates.k8s.io/v1' },
  },
  'coordination.k8s.io/v1beta1': { Lease: { removedIn: '1.22', use: 'coordination.k8s.io/v1' } },
  'scheduling.k8s.io/v1beta1': { PriorityClass: { removedIn: '1.22', use: 'scheduling.k8s.io/v1' } },
  'storage.k8s.io/v1beta1': {
    CSIDriver: { removedIn: '1.22', use: 'storage.k8s.io/v1' },
    CSINode: { removedIn: '1.22', use: 'storage.k8s.io/v1' },
    StorageClass: { removedIn: '1.22', use: 'storage.k8s.io/v1' },
    VolumeAttachment: { removedIn: '1.22', use: 'storage.k8s.io/v1' },
    CSIStorageCapacity: { removedIn: '1.27', use: 'storage.k8s.io/v1' },
  },
  'batch/v1beta1': { CronJob: { removedIn: '1.25', use: 'batch/v1' } },
  'batch/v2alpha1': { CronJob: { removedIn: '1.21', use: 'batch/v1' } },
  'discovery.k8s.io/v1beta1': { EndpointSlice: { removedIn: '1.25', use: 'discovery.k8s.io/v1' } },
  'events.k8s.io/v1beta1': { Event: { removedIn: '1.25', use: 'events.k8s.io/v1' } },
  'autoscaling/v2beta1': { HorizontalPodAutoscaler: { removedIn: '1.25', use: 'autoscaling/v2' } },
  'autoscaling/v2beta2': { HorizontalPodAutoscaler: { removedIn: '1.26', use: 'autoscaling/v2' } },
  'policy/v1beta1': {
    PodDisruptionBudget: { removedIn: '1.25', use: 'policy/v1' },
    PodSecurityPolicy: { removedIn: '1.25', use: undefined },
  },
  'node.k8s.io/v1beta1': { RuntimeClass: { removedIn: '1.25', use: 'node.k8s.io/v1' } },
  'flowcontrol.apiserver.k8s.io/v1beta1': { '*': { removedIn: '1.26', use: 'flowcontrol.apiserver.k8s.io/v1' } },
  'flowcontrol.apiserver.k8s.io/v1beta2': { '*': { removedIn: '1.29', use: 'flowcontrol.apiserver.k8s.io/v1' } },
  'flowcontrol.apiserver.k8s.io/v1beta3': { '*': { removedIn: '1.32', use: 'flowcontrol.apiserver.k8s.io/v1' } },
};

/**
 * When the API version of an object was removed, and what to write instead; undefined for one that is served. With a `target`, such as
 * `1.24`, what that release still serves is served. Later removals, of beta versions of the last releases, are in the schema.
 */
export function removedApi(
  { apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>,
  target?: string,
): RemovedApi | undefined {
  const found = inGuide(apiVersion, kind) ?? inSchema(apiVersion, kind);
  if (!found || (target !== undefined && isEarlier(target, found.removedIn))) return undefined;
  return found;
}

function inGuide(apiVersion: string, kind: string): RemovedApi | undefined {
  if (!Object.hasOwn(removed, apiVersion)) return undefined;
  const kinds = removed[apiVersion] ?? {};
  return Object.hasOwn(kinds, kind) ? kinds[kind] : kinds['*'];
}

/** Of the releases that the schema covers: what an earlier one serves, and the newest has no longer. */
function inSchema(apiVersion: string, kind: string): RemovedApi | undefined {
  // Most objects are of stable versions, which stay.
  if (!/^[^/]+\/v\d+(?:alpha|beta)\d+$/.test(apiVersion)) return undefined;
  const schema = kubernetesSchema();
  const removedAt = schema.kind(apiVersion, kind)?.removed;
  const removedIn = removedAt === undefined ? undefined : schema.versions[removedAt];
  return removedIn === undefined ? undefined : { removedIn, use: newestVersion(schema, apiVersion, kind) };
}

/** The version of the same group that has the kind in the newest release: a stable one, else the latest beta. */
function newestVersion(schema: KubernetesSchema, apiVersion: string, kind: string): string | undefined {
  const group = apiVersion.slice(0, apiVersion.indexOf('/') + 1);
  const served = [...schema.apiVersions].filter((each) => {
    const found = each.startsWith(group) ? schema.kind(each, kind) : undefined;
    return found !== undefined && found.removed === undefined;
  });
  const rank = (each: string) => (/\/v\d+$/.test(each) ? 2 : each.includes('beta') ? 1 : 0);
  return served.sort((a, b) => rank(b) - rank(a) || (a < b ? 1 : -1))[0];
}

/** Whether a release is before another. */
export function isEarlier(release: string, other: string): boolean {
  const minor = (name: string) => Number(name.slice(name.indexOf('.') + 1));
  return minor(release) < minor(other);
}
