import type { KubernetesObject } from './manifest.ts';

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

/** When the API version of an object was removed, and what to write instead; undefined for one that is served. */
export function removedApi({
  apiVersion,
  kind,
}: Pick<KubernetesObject, 'apiVersion' | 'kind'>): RemovedApi | undefined {
  if (!Object.hasOwn(removed, apiVersion)) return undefined;
  const kinds = removed[apiVersion] ?? {};
  return Object.hasOwn(kinds, kind) ? kinds[kind] : kinds['*'];
}
