import type { ObserveChoices } from '../observe-plan.ts';
import { ownLabels } from '../own-labels.ts';
import { containerSecurity, nobody, podSecurity } from '../pod-security.ts';
import { kubeStateMetricsVersion } from './versions.ts';

const name = 'kube-state-metrics';
const labels = (indent: string) => ownLabels(name, indent);

/** What rules and dashboards look at, by API group. Neither Secrets nor ConfigMaps: kube-state-metrics lists those, too, by default. */
const resources: readonly (readonly [group: string, kinds: readonly string[]])[] = [
  ['', ['namespaces', 'nodes', 'persistentvolumeclaims', 'pods']],
  ['apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets']],
  ['batch', ['cronjobs', 'jobs']],
  ['autoscaling', ['horizontalpodautoscalers']],
  ['policy', ['poddisruptionbudgets']],
];

/** https://github.com/kubernetes/kube-state-metrics/tree/main/examples/standard */
export function kubeStateMetrics({ namespace }: ObserveChoices): string {
  const rules = resources
    .map(
      ([group, kinds]) =>
        `  - apiGroups: ["${group}"]\n    resources: [${kinds.join(', ')}]\n    verbs: [list, watch]\n`,
    )
    .join('');
  const listed = resources
    .flatMap(([, kinds]) => kinds)
    .sort()
    .join(',');
  return `# The state of objects as metrics: wanted and available replicas, why containers wait. It may list what it is asked for (--resources), and
# nothing else: by default it would read Secrets and ConfigMaps as well.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}# The pod that needs the token mounts it itself.
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-${namespace}-${name}
  labels:
${labels('    ')}rules:
${rules}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: plimsoll-${namespace}-${name}
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: plimsoll-${namespace}-${name}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${namespace}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  # plimsoll ignore=alerting/single-replica -- a second one would tell everything twice; a new pod knows all after seconds
  replicas: 1
  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  template:
    metadata:
      labels:
${labels('        ')}    spec:
      serviceAccountName: ${name}
      automountServiceAccountToken: true
      enableServiceLinks: false
${podSecurity({ user: nobody }, '      ')}      containers:
        - name: ${name}
          # The current release: https://github.com/kubernetes/kube-state-metrics/releases
          image: registry.k8s.io/kube-state-metrics/kube-state-metrics:v${kubeStateMetricsVersion}
          imagePullPolicy: IfNotPresent
          args:
            - --resources=${listed}
          ports:
            # plimsoll ignore=monitoring/scrape-configuration -- the job kube-state-metrics finds it by its label, because its labels have to be honoured
            - name: http-metrics
              containerPort: 8080
            - name: telemetry
              containerPort: 8081
          readinessProbe:
            httpGet:
              path: /readyz
              port: telemetry
            periodSeconds: 10
            timeoutSeconds: 3
          livenessProbe:
            httpGet:
              path: /livez
              port: http-metrics
            # More patient than readiness: it asks the API server, which may be slow for a while.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Some 100 MiB for 1,000 pods.
            requests:
              cpu: 20m
              memory: 128Mi
              ephemeral-storage: 8Mi
            limits:
              memory: 256Mi
              ephemeral-storage: 32Mi
${containerSecurity('          ')}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  podSelector:
    matchLabels:
      app.kubernetes.io/name: ${name}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: http-metrics
`;
}
