import { ownLabels } from '../own-labels.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import { metricsServerVersion } from './versions.ts';

const name = 'metrics-server';
const labels = (indent: string) => `${ownLabels(name, indent)}${indent}k8s-app: ${name}
`;

/** https://github.com/kubernetes-sigs/metrics-server/tree/master/manifests/base */
export function metricsServer(): string {
  return `# The numbers of «kubectl top» and of autoscalers on CPU and memory. Most clusters of a cloud have it already: «kubectl get apiservice
# v1beta1.metrics.k8s.io» tells. Then leave it out in the overlay ($patch: delete), or the two will fight over that APIService.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: kube-system
  labels:
${labels('    ')}# The pod that needs the token mounts it itself.
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:${name}
  labels:
${labels('    ')}rules:
  - apiGroups: [""]
    resources: [nodes/metrics]
    verbs: [get]
  - apiGroups: [""]
    resources: [pods, nodes]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: system:${name}
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:${name}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: kube-system
---
# Who asks it is asked of the API server.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}:system:auth-delegator
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: system:auth-delegator
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: kube-system
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: ${name}-auth-reader
  namespace: kube-system
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: extension-apiserver-authentication-reader
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: kube-system
---
# Who may read what it tells: the roles view, edit and admin.
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: system:aggregated-metrics-reader
  labels:
${labels('    ')}    rbac.authorization.k8s.io/aggregate-to-view: "true"
    rbac.authorization.k8s.io/aggregate-to-edit: "true"
    rbac.authorization.k8s.io/aggregate-to-admin: "true"
rules:
  - apiGroups: [metrics.k8s.io]
    resources: [pods, nodes]
    verbs: [get, list, watch]
---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: kube-system
  labels:
${labels('    ')}spec:
  selector:
    k8s-app: ${name}
  ports:
    - name: https
      port: 443
      targetPort: https
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: kube-system
  labels:
${labels('    ')}spec:
  # plimsoll ignore=alerting/single-replica -- without it autoscalers keep what they have; a new pod serves within a minute
  replicas: 1
  strategy:
    rollingUpdate:
      # The old one serves until the new one has its numbers.
      maxUnavailable: 0
  selector:
    matchLabels:
      k8s-app: ${name}
  template:
    metadata:
      labels:
${labels('        ')}    spec:
      serviceAccountName: ${name}
      automountServiceAccountToken: true
      enableServiceLinks: false
      priorityClassName: system-cluster-critical
      nodeSelector:
        kubernetes.io/os: linux
${podSecurity({ user: 1000 }, '      ')}      containers:
        - name: ${name}
          # The current release: https://github.com/kubernetes-sigs/metrics-server/releases
          image: registry.k8s.io/metrics-server/metrics-server:v${metricsServerVersion}
          imagePullPolicy: IfNotPresent
          args:
            # Its certificate is of its own making.
            - --cert-dir=/tmp
            - --secure-port=10250
            - --kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname
            - --kubelet-use-node-status-port
            - --metric-resolution=15s
            # plimsoll:keep arguments
            # Kubelets make their own certificates unless serverTLSBootstrap is set; with certificates of the cluster, take this out.
            - --kubelet-insecure-tls
            # plimsoll:end
          ports:
            - name: https
              containerPort: 10250
          readinessProbe:
            httpGet:
              path: /readyz
              port: https
              scheme: HTTPS
            # Two rounds of the kubelets are needed for the first numbers.
            initialDelaySeconds: 20
            periodSeconds: 10
            timeoutSeconds: 3
          livenessProbe:
            httpGet:
              path: /livez
              port: https
              scheme: HTTPS
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Upstream's figures for up to 100 nodes.
            requests:
              cpu: 100m
              memory: 200Mi
              ephemeral-storage: 8Mi
            limits:
              memory: 400Mi
              ephemeral-storage: 32Mi
${containerSecurity('          ')}          volumeMounts:
            - name: tmp
              mountPath: /tmp
      volumes:
        - name: tmp
          emptyDir:
            sizeLimit: 16Mi
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata:
  name: v1beta1.metrics.k8s.io
  labels:
${labels('    ')}spec:
  group: metrics.k8s.io
  version: v1beta1
  groupPriorityMinimum: 100
  versionPriority: 100
  insecureSkipTLSVerify: true
  service:
    name: ${name}
    namespace: kube-system
`;
}
