import type { GeneratedFile, ObserveChoices, ObservePlan } from '../observe-plan.ts';
import { ownSelector, partOf } from '../own-labels.ts';
import { containerSecurity, nobody, podSecurity } from '../pod-security.ts';
import { kubeStateMetrics } from './kube-state-metrics.ts';
import { configurationName, rulesName } from './kustomization.ts';
import { metricsServer } from './metrics-server.ts';
import { nodeExporter } from './node-exporter.ts';
import { prometheusLabels, prometheusName } from './rbac.ts';
import { ruleFiles } from './rule-set.ts';
import { prometheusVersion } from './versions.ts';

const selector = (indent: string) => ownSelector(prometheusName, indent);

/** What runs Prometheus, and what it needs to see. */
export function workloads(plan: ObservePlan): GeneratedFile[] {
  const { choices } = plan;
  const file = (name: string, text: string): GeneratedFile => ({
    path: `base/prometheus/${name}.yaml`,
    owner: 'base',
    text,
  });
  return [
    file('statefulset', statefulSet(plan)),
    file('service', service(choices)),
    file('networkpolicy', networkPolicy(choices)),
    file('kube-state-metrics', kubeStateMetrics(choices)),
    file('node-exporter', nodeExporter(choices)),
    file('metrics-server', metricsServer()),
  ];
}

function statefulSet(plan: ObservePlan): string {
  const { namespace } = plan.choices;
  const items = ruleFiles(plan)
    .map(({ name }) => `                - key: ${name}.yaml\n                  path: rules/${name}.yaml\n`)
    .join('');
  return `# One Prometheus with a disk of its own. A second one would scrape everything again; what it may miss while it moves are some minutes.
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${prometheusName}
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}spec:
  # plimsoll ignore=alerting/single-replica -- two do not share their data: a second one costs as much again; Watchdog tells when alerting stops
  replicas: 1
  serviceName: ${prometheusName}
  selector:
    matchLabels:
${selector('      ')}  template:
    metadata:
      labels:
${prometheusLabels('        ')}    spec:
      serviceAccountName: ${prometheusName}
      # It finds its targets by the API, and shows the kubelets its token.
      automountServiceAccountToken: true
      enableServiceLinks: false
      # What is in memory is written to disk first.
      terminationGracePeriodSeconds: 120
${podSecurity({ user: nobody, volumes: true, why: '«nobody» of the image.' }, '      ')}      containers:
        - name: ${prometheusName}
          # The current release: https://github.com/prometheus/prometheus/releases
          image: quay.io/prometheus/prometheus:v${prometheusVersion}
          imagePullPolicy: IfNotPresent
          args:
            - --config.file=/etc/prometheus/prometheus.yml
            - --storage.tsdb.path=/prometheus
            # What comes first: two weeks, or most of the disk. The rest of it is for what is not compacted yet.
            - --storage.tsdb.retention.time=15d
            - --storage.tsdb.retention.size=16GB
            # A changed ConfigMap is taken over without a restart, which would read the log of writes again.
            - --enable-feature=auto-reload-config
            - --config.auto-reload-interval=30s
          ports:
            # plimsoll ignore=monitoring/scrape-configuration -- the job prometheus scrapes it on localhost
            - name: web
              containerPort: 9090
          startupProbe:
            httpGet:
              path: /-/ready
              port: web
            # The log of writes is read first: up to fifteen minutes for some million series.
            periodSeconds: 15
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /-/ready
              port: web
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /-/healthy
              port: web
            # More patient than readiness: a restart is for a program that hangs.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Some 3 KiB a series: a cluster of 20 nodes with 500 pods has about 300,000. Look at container:memory_limit_ratio after a day.
            requests:
              cpu: 200m
              memory: 1Gi
              ephemeral-storage: 16Mi
            limits:
              memory: 2Gi
              ephemeral-storage: 64Mi
${containerSecurity('          ')}          volumeMounts:
            - name: config
              mountPath: /etc/prometheus
              readOnly: true
            - name: data
              mountPath: /prometheus
      volumes:
        - name: config
          projected:
            sources:
              - configMap:
                  name: ${configurationName}
              - configMap:
                  name: ${rulesName}
                  items:
${items.replace(/^ {16}/gm, '                    ')}  volumeClaimTemplates:
    - apiVersion: v1
      kind: PersistentVolumeClaim
      metadata:
        name: data
      spec:
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            # 300,000 series twice a minute at 1.5 bytes a sample are 1.3 GB a day.
            storage: 20Gi
`;
}

function service({ namespace }: ObserveChoices): string {
  return `# For Grafana, for the adapter of the autoscalers, and for kubectl port-forward. It has no log-in: it is not to be reached from outside.
# Headless: there is one pod, and its name leads to it.
apiVersion: v1
kind: Service
metadata:
  name: ${prometheusName}
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}spec:
  clusterIP: None
  selector:
${selector('    ')}  ports:
    - name: web
      port: 9090
      targetPort: web
`;
}

function networkPolicy({ namespace }: ObserveChoices): string {
  return `# Whoever reaches Prometheus may read everything it knows: only what is of this namespace, and KEDA. To others it goes itself, wherever
# pods are: to scrape is what it is for.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: ${prometheusName}
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}spec:
  podSelector:
    matchLabels:
${selector('      ')}  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector:
            matchLabels:
              ${partOf}
        - namespaceSelector:
            matchLabels:
              kubernetes.io/metadata.name: keda
      ports:
        - port: web
`;
}
