import { type FieldSpec, stepsOf } from './kustomize-field-specs.ts';

/** Fields of referrers that hold the name of an object of a kind. */
export interface NameFields {
  readonly kind: string;
  readonly group: string | undefined;
  /** Any where it is undefined. */
  readonly version?: string;
  readonly specs: readonly FieldSpec[];
}

const inTemplates = 'spec/template/spec';
const inCronJobs = 'spec/jobTemplate/spec/template/spec';

/** Where pods are described, for the kinds whose ConfigMaps and Secrets Kustomize follows. */
const settingsPlaces: readonly (readonly [kind: string, path: string])[] = [
  ['Pod', 'spec'],
  ['PodTemplate', 'template/spec'],
  ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job'].map((kind) => [kind, inTemplates] as const),
  ['CronJob', inCronJobs],
];

/** The same for accounts, claims and priorities: not the same kinds. */
const otherPlaces: readonly (readonly [kind: string, path: string])[] = [
  ['Pod', 'spec'],
  ...['StatefulSet', 'Deployment', 'ReplicationController', 'Job', 'DaemonSet'].map(
    (kind) => [kind, inTemplates] as const,
  ),
  ['CronJob', inCronJobs],
];

const inContainers = (field: string) => ['containers', 'initContainers'].map((list) => `${list}/${field}`);

/** Where in a pod a ConfigMap or a Secret is named. */
function settingsFields(kind: 'ConfigMap' | 'Secret'): readonly (readonly [kind: string, path: string])[] {
  const key = kind === 'ConfigMap' ? 'configMap' : 'secret';
  const fields = [
    ...inContainers(`env/valueFrom/${key}KeyRef/name`),
    ...inContainers(`envFrom/${key}Ref/name`),
    `volumes/projected/sources/${key}/name`,
    ...(kind === 'ConfigMap' ? ['volumes/configMap/name'] : ['volumes/secret/secretName', 'imagePullSecrets/name']),
  ];
  return settingsPlaces.flatMap(([place, path]) => fields.map((field) => [place, `${path}/${field}`] as const));
}

function others(field: string): readonly (readonly [kind: string, path: string])[] {
  return otherPlaces.map(([kind, path]) => [kind, `${path}/${field}`] as const);
}

function spec(kind: string, path: string, group?: string): FieldSpec {
  return { group, version: undefined, kind, path: stepsOf(path), create: false };
}

const annotation = (name: string) => `metadata/annotations/${name.replace('/', '\\/')}`;
const accessControl = 'rbac.authorization.k8s.io';
const admission = 'admissionregistration.k8s.io';

/**
 * Where Kustomize looks for names without being told, in its order, as of version 5.5.
 * https://github.com/kubernetes-sigs/kustomize/blob/api/v0.18.0/api/internal/konfig/builtinpluginconsts/namereference.go
 */
export function knownNameFields(): readonly NameFields[] {
  const fields = (
    kind: string,
    group: string | undefined,
    places: readonly (readonly [kind: string, path: string, group?: string])[],
  ): NameFields => ({ kind, group, specs: places.map((place) => spec(...place)) });
  const rules = ['Role', 'ClusterRole'].map((kind) => [kind, 'rules/resourceNames'] as const);
  return [
    ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) =>
      fields(kind, undefined, [['HorizontalPodAutoscaler', 'spec/scaleTargetRef/name']]),
    ),
    fields('ConfigMap', undefined, [
      ...settingsFields('ConfigMap'),
      ['Node', 'spec/configSource/configMap'],
      ...rules,
      ['Ingress', annotation('nginx.ingress.kubernetes.io/fastcgi-params-configmap')],
    ]),
    fields('Secret', undefined, [
      ...settingsFields('Secret'),
      ['Ingress', 'spec/tls/secretName'],
      ['Ingress', annotation('ingress.kubernetes.io/auth-secret')],
      ['Ingress', annotation('nginx.ingress.kubernetes.io/auth-secret')],
      ['Ingress', annotation('nginx.ingress.kubernetes.io/auth-tls-secret')],
      ['ServiceAccount', 'imagePullSecrets/name'],
      ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map(
        (key) => ['StorageClass', `parameters/${key}`] as const,
      ),
      ...rules,
      ['Service', 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name', 'serving.knative.dev'],
      ['PersistentVolume', 'spec/azureFile/secretName'],
    ]),
    fields('Service', undefined, [
      ['StatefulSet', 'spec/serviceName', 'apps'],
      ['Ingress', 'spec/rules/http/paths/backend/serviceName'],
      ['Ingress', 'spec/backend/serviceName'],
      ['Ingress', 'spec/rules/http/paths/backend/service/name'],
      ['Ingress', 'spec/defaultBackend/service/name'],
      ['APIService', 'spec/service/name', 'apiregistration.k8s.io'],
      ['ValidatingWebhookConfiguration', 'webhooks/clientConfig/service', admission],
      ['MutatingWebhookConfiguration', 'webhooks/clientConfig/service', admission],
    ]),
    fields('Role', accessControl, [['RoleBinding', 'roleRef/name', accessControl]]),
    fields('ClusterRole', accessControl, [
      ['RoleBinding', 'roleRef/name', accessControl],
      ['ClusterRoleBinding', 'roleRef/name', accessControl],
    ]),
    fields('ServiceAccount', undefined, [
      ['RoleBinding', 'subjects', accessControl],
      ['ClusterRoleBinding', 'subjects', accessControl],
      ...others('serviceAccountName'),
    ]),
    fields('PersistentVolumeClaim', undefined, others('volumes/persistentVolumeClaim/claimName')),
    fields('PersistentVolume', undefined, [
      ['PersistentVolumeClaim', 'spec/volumeName'],
      ['ClusterRole', 'rules/resourceNames'],
    ]),
    fields('StorageClass', 'storage.k8s.io', [
      ['PersistentVolume', 'spec/storageClassName'],
      ['PersistentVolumeClaim', 'spec/storageClassName'],
      ['StatefulSet', 'spec/volumeClaimTemplates/spec/storageClassName'],
    ]),
    fields('PriorityClass', 'scheduling.k8s.io', others('priorityClassName')),
  ];
}
