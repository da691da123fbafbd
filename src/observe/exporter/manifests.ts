import { exporterPort, exporterScrapeJob, exporterName as name } from '../exporter-scrape.ts';
import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { ownLabels, ownSelector } from '../own-labels.ts';
import { plimsollImage, plimsollImageNote } from '../plimsoll-image.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';

const labels = (indent: string) => ownLabels(name, indent);
const selector = (indent: string) => ownSelector(name, indent);

/** What runs the exporter, what it may read, and who may ask it. */
export function writeManifests(choices: ObserveChoices): GeneratedFile[] {
  const file = (path: string, text: string): GeneratedFile => ({ path: `base/exporter/${path}`, owner: 'base', text });
  const files = [
    file('serviceaccount.yaml', serviceAccount(choices)),
    file('rbac.yaml', rbac(choices)),
    file('deployment.yaml', deployment(choices)),
    file('service.yaml', service(choices)),
    file('networkpolicy.yaml', networkPolicy(choices)),
  ];
  return choices.stack === 'operator' ? [...files, file('servicemonitor.yaml', serviceMonitor(choices))] : files;
}

/** How a Prometheus that a team runs already finds it. The one that is generated has this job in its own configuration. */
export function writeScrapeJob({ namespace }: ObserveChoices): GeneratedFile {
  const text = `# For scrape_configs of your prometheus.yml: how Prometheus finds the exporter. In the one of ../prometheus it is already.
${exporterScrapeJob(namespace)}`;
  return { path: 'base/exporter/scrape-job.yaml', owner: 'base', text };
}

function serviceAccount({ namespace }: ObserveChoices): string {
  return `# The account by which the exporter reads the cluster: rbac.yaml says what.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}# Its pod asks for the token itself: nothing else that may run as this account gets one unasked.
automountServiceAccountToken: false
`;
}

function rbac({ namespace }: ObserveChoices): string {
  return `# Lists, and nothing else: no single object by name, no watch, no Secret, no ConfigMap, no nodes/proxy. Pods tell which image runs and what it restarted
# for; nodes which images they hold and how large those are; events how long a pull took; Jobs which CronJob a pod belongs to.
# Lists of pods show their environment: values that should be secret belong into Secrets, which are not read.
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${name}
  labels:
${labels('    ')}rules:
  - apiGroups: [""]
    resources: [pods, nodes, events]
    verbs: [list]
  - apiGroups: [batch]
    resources: [jobs]
    verbs: [list]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${name}
  labels:
${labels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${name}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${namespace}
`;
}

function deployment({ namespace }: ObserveChoices): string {
  return `# Metrics of the images that run and of the last audits. One pod: it keeps no state, and two would count every image twice.
# The image: ${plimsollImageNote}
apiVersion: apps/v1
kind: Deployment
metadata:
  # plimsoll ignore=alerting/no-alert-rules -- that it is down, and images that are old, are alerts of ../prometheus
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  # plimsoll ignore=alerting/single-replica -- two would count every image twice, and a minute without metrics of images hurts nobody
  replicas: 1
  strategy:
    # The old one ends before the new one begins, for the same reason. Prometheus bridges the seconds between.
    type: Recreate
  # More than three old ReplicaSets are of no use: the manifests are in version control.
  revisionHistoryLimit: 3
  selector:
    matchLabels:
${selector('      ')}  template:
    metadata:
      labels:
${labels('        ')}    spec:
      serviceAccountName: ${name}
      # It lists pods, nodes, events and Jobs: rbac.yaml.
      automountServiceAccountToken: true
      enableServiceLinks: false
      # It ends within a second.
      terminationGracePeriodSeconds: 10
${podSecurity({ user: 65532, volumes: true, why: '«nonroot» of the distroless image.' }, '      ')}      containers:
        - name: exporter
          image: ${plimsollImage}
          imagePullPolicy: IfNotPresent
          args:
            - exporter
            - --listen=:${exporterPort}
            - --audits=/audits
            # plimsoll:keep arguments
            # plimsoll:end
          ports:
            # plimsoll ignore=monitoring/scrape-configuration -- a job of its own finds it by its label, because its labels have to be honoured
            - name: metrics
              containerPort: ${exporterPort}
          startupProbe:
            httpGet:
              path: /readyz
              port: metrics
            # Ready once everything was asked once: a source that hangs is given up after 20 s (10 s, tried twice).
            periodSeconds: 2
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: metrics
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /healthz
              port: metrics
            # More patient than readiness: a restart is for a program that hangs.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Seen: 95 MiB with a few pods, 140 MiB with 5,000 (docs/exporter.md).
            requests:
              cpu: 20m
              memory: 128Mi
              ephemeral-storage: 16Mi
            limits:
              memory: 256Mi
              ephemeral-storage: 64Mi
${containerSecurity('          ')}          volumeMounts:
            - name: audits
              mountPath: /audits
              readOnly: true
      volumes:
        - name: audits
          configMap:
            # Reports of the last audits, put there by CI:
            #   plimsoll audit --format json > shop.json
            #   kubectl -n ${namespace} create configmap plimsoll-audits --from-file=shop.json --dry-run=client -o yaml | kubectl apply --server-side -f -
            # A ConfigMap holds 1 MiB; for more, put a volume of your own in its place. Without one, there are no metrics of audits.
            name: plimsoll-audits
            optional: true
            defaultMode: 0444
`;
}

function service({ namespace }: ObserveChoices): string {
  return `# For people (kubectl port-forward) and, with the Operator, for its ServiceMonitor. A Prometheus without it finds the pod by its label.
apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  selector:
${selector('    ')}  ports:
    - name: metrics
      port: ${exporterPort}
      targetPort: metrics
`;
}

function networkPolicy({ namespace }: ObserveChoices): string {
  return `# In: Prometheus of this namespace, and one in another whose pods carry the same label. Out: names, the API server, and registries, which
# are anywhere; 6443 is where most API servers listen behind their Service, and a policy sees that port.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  podSelector:
    matchLabels:
${selector('      ')}  policyTypes:
    - Ingress
    - Egress
  ingress:
    - from:
        - namespaceSelector: {}
          podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: ${exporterPort}
  egress:
    - ports:
        - port: 53
        - port: 53
          protocol: UDP
    - ports:
        - port: 443
        - port: 6443
`;
}

function serviceMonitor({ namespace }: ObserveChoices): string {
  return `# The Prometheus Operator finds the exporter by this. Your Prometheus may select ServiceMonitors by a label: add it in the overlay.
# https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  selector:
    matchLabels:
${selector('      ')}  endpoints:
    - port: metrics
      # The exporter reads the cluster once a minute; more often would show the same.
      interval: 60s
      # Its labels namespace and container say whose image it is, not where the exporter runs.
      honorLabels: true
`;
}
