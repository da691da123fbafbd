/** Objects of every kind whose names are judged, complete but for `metadata`. */
const labels = { app: 'web' };
const container = { name: 'main', image: 'registry.example.com/web:1' };
const template = { metadata: { labels }, spec: { containers: [container] } };
const jobTemplate = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
const selector = { matchLabels: labels };
const storage = { accessModes: ['ReadWriteOnce'] };
const rbac = 'rbac.authorization.k8s.io';
const roleRef = (kind: string) => ({ apiGroup: rbac, kind, name: 'view' });
const workload = { spec: { selector, template } };

export const objectsToName: readonly Readonly<Record<string, unknown>>[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', ...workload },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', ...workload },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', ...workload },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', spec: { ...workload.spec, serviceName: 'web' } },
  { apiVersion: 'batch/v1', kind: 'Job', spec: { template: jobTemplate } },
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    spec: { schedule: '* * * * *', jobTemplate: { spec: { template: jobTemplate } } },
  },
  { apiVersion: 'v1', kind: 'Pod', spec: template.spec },
  { apiVersion: 'v1', kind: 'PodTemplate', template },
  { apiVersion: 'v1', kind: 'ReplicationController', spec: { selector: labels, template } },
  { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'Namespace' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'Endpoints' },
  { apiVersion: 'v1', kind: 'ResourceQuota' },
  { apiVersion: 'v1', kind: 'LimitRange', spec: { limits: [{ type: 'Pod' }] } },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    spec: { ...storage, resources: { requests: { storage: '1Gi' } } },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    spec: { ...storage, capacity: { storage: '1Gi' }, hostPath: { path: '/x' } },
  },
  { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints: [] },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass', spec: { controller: 'example.com/one' } },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', spec: { podSelector: {} } },
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    spec: { maxReplicas: 2, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } },
  },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', spec: { minAvailable: 1, selector } },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', value: 5 },
  { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'example.com/one' },
  { apiVersion: 'storage.k8s.io/v1', kind: 'CSIDriver', spec: {} },
  { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', handler: 'runc' },
  { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
  { apiVersion: `${rbac}/v1`, kind: 'Role', rules: [] },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', rules: [] },
  { apiVersion: `${rbac}/v1`, kind: 'RoleBinding', roleRef: roleRef('ClusterRole') },
  { apiVersion: `${rbac}/v1`, kind: 'ClusterRoleBinding', roleRef: roleRef('ClusterRole') },
];

export const namesToTry: readonly string[] = [
  'web',
  '2nd',
  'a.b',
  'Web',
  'a_b',
  '-a',
  'a..b',
  'a-.b',
  'sys:a',
  'a%b',
  '..',
  'é',
  ...[52, 53, 63, 64, 253, 254].map((length) => 'x'.repeat(length)),
];

export const keysToTry: readonly string[] = [
  'a',
  'A_b.c-d',
  'example.com/a',
  'Example.com/a',
  'a/b/c',
  '/a',
  'a/',
  '_a',
  'a b',
  'a:b',
  '.a',
  '..a',
  'x'.repeat(63),
  'x'.repeat(64),
  `${'x'.repeat(253)}/a`,
  `${'x'.repeat(254)}/a`,
];

/** A ConfigMap with the key as label, annotation or entry, a pod with it as the name of a container or volume. */
export function withKey(place: 'label' | 'annotation' | 'data' | 'container' | 'volume', key: string): object {
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' } };
  switch (place) {
    case 'label':
      return { ...configMap, metadata: { name: 'web', labels: { [key]: 'a' } } };
    case 'annotation':
      return { ...configMap, metadata: { name: 'web', annotations: { [key]: 'a' } } };
    case 'data':
      return { ...configMap, metadata: { name: 'web' }, data: { [key]: 'a' } };
    case 'container':
      return { ...pod, spec: { containers: [{ ...container, name: key }] } };
    case 'volume':
      return { ...pod, spec: { containers: [container], volumes: [{ name: key, emptyDir: {} }] } };
  }
}
