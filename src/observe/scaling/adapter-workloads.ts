import type { ObserveChoices } from '../observe-plan.ts';
import { ownLabels, ownSelector } from '../own-labels.ts';
import { containerSecurity, nobody, podSecurity } from '../pod-security.ts';

const labels = (indent: string) => ownLabels('prometheus-adapter', indent);
const selector = (indent: string) => ownSelector('prometheus-adapter', indent);

/** prometheus-adapter itself: names of files and their texts. https://github.com/kubernetes-sigs/prometheus-adapter/tree/master/deploy */
export function writeAdapterWorkloads(choices: ObserveChoices): (readonly [string, string])[] {
  return [
    ['rbac.yaml', rbac(choices)],
    ['apiservice.yaml', apiService(choices)],
    ['deployment.yaml', deployment(choices)],
    ['networkpolicy.yaml', networkPolicy(choices)],
  ];
}

function rbac({ namespace }: ObserveChoices): string {
  return `# What the adapter may: find the pods that a query is about, have the API server check who asks, and nothing else. The
# autoscaler may read these metrics without more: system:controller:horizontal-pod-autoscaler.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: prometheus-adapter
  namespace: ${namespace}
  labels:
${labels('    ')}automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-prometheus-adapter
  labels:
${labels('    ')}rules:
  - apiGroups: [""]
    resources: [namespaces, pods]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: plimsoll-prometheus-adapter
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: plimsoll-prometheus-adapter
subjects:
  - kind: ServiceAccount
    name: prometheus-adapter
    namespace: ${namespace}
---
# Asks the API server whether who calls may: https://kubernetes.io/docs/tasks/extend-kubernetes/setup-extension-api-server/
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: plimsoll-prometheus-adapter-auth
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:auth-delegator
subjects:
  - kind: ServiceAccount
    name: prometheus-adapter
    namespace: ${namespace}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: plimsoll-prometheus-adapter
  namespace: kube-system
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: extension-apiserver-authentication-reader
subjects:
  - kind: ServiceAccount
    name: prometheus-adapter
    namespace: ${namespace}
`;
}

function apiService({ namespace }: ObserveChoices): string {
  return `# Where the API server finds custom.metrics.k8s.io: there is one in a cluster. Another adapter that has it (KEDA has external metrics only) is
# in the way.
apiVersion: v1
kind: Service
metadata:
  name: prometheus-adapter
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  selector:
${selector('    ')}  ports:
    - name: https
      port: 443
      targetPort: https
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.custom.metrics.k8s.io
  labels:
${labels('    ')}spec:
  group: custom.metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  # The adapter signs its certificate itself at each start. With cert-manager: its certificate into --tls-cert-file, its authority into
  # caBundle, and this line away.
  insecureSkipTLSVerify: true
  service:
    name: prometheus-adapter
    namespace: ${namespace}
`;
}

function deployment({ namespace }: ObserveChoices): string {
  return `# Two: without it there is no scaling on requests, and the API server is slow to list what it has.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: prometheus-adapter
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  replicas: 2
  selector:
    matchLabels:
${selector('      ')}  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: 1
  template:
    metadata:
      labels:
${labels('        ')}    spec:
      serviceAccountName: prometheus-adapter
      # It calls the Kubernetes API: names of pods, and who may ask.
      automountServiceAccountToken: true
      enableServiceLinks: false
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
${selector('              ')}${podSecurity({ user: nobody, volumes: true }, '      ')}      containers:
        - name: prometheus-adapter
          # The current release: https://github.com/kubernetes-sigs/prometheus-adapter/releases
          image: registry.k8s.io/prometheus-adapter/prometheus-adapter:v0.12.0
          imagePullPolicy: IfNotPresent
          args:
            - --cert-dir=/var/run/serving-cert
            - --config=/etc/adapter/config.yaml
            - --prometheus-url=http://prometheus.${namespace}.svc:9090/
            # How long a new series takes to be known.
            - --metrics-relist-interval=1m
            - --secure-port=6443
          ports:
            - name: https
              containerPort: 6443
          startupProbe:
            httpGet:
              path: /livez
              port: https
              scheme: HTTPS
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: https
              scheme: HTTPS
            periodSeconds: 10
            timeoutSeconds: 3
          livenessProbe:
            httpGet:
              path: /livez
              port: https
              scheme: HTTPS
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # It keeps the names of series in memory, and asks Prometheus when it is asked.
            requests:
              cpu: 50m
              memory: 128Mi
              ephemeral-storage: 16Mi
            limits:
              memory: 256Mi
              ephemeral-storage: 64Mi
${containerSecurity('          ')}          volumeMounts:
            - name: config
              mountPath: /etc/adapter
              readOnly: true
            - name: serving-cert
              mountPath: /var/run/serving-cert
      volumes:
        - name: config
          configMap:
            name: prometheus-adapter-config
        - name: serving-cert
          emptyDir:
            sizeLimit: 1Mi
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: prometheus-adapter
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
${selector('      ')}`;
}

function networkPolicy({ namespace }: ObserveChoices): string {
  return `# In: the API server, whose address no selector has. Out: names, Prometheus, the API server.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: prometheus-adapter
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  podSelector:
    matchLabels:
${selector('      ')}  policyTypes:
    - Ingress
    - Egress
  ingress:
    - ports:
        - port: 6443
  egress:
    - ports:
        - port: 53
        - port: 53
          protocol: UDP
    - to:
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: 9090
    - ports:
        - port: 443
        - port: 6443
`;
}
