import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { ownLabels, ownSelector } from '../own-labels.ts';
import { containerSecurity, podSecurity } from '../pod-security.ts';
import { dashboardsDirectory } from './provisioning.ts';

/** https://github.com/grafana/grafana/releases: the newest that was seen when this was written. */
export const grafanaVersion = '13.1.1';

export const adminSecret = 'grafana-admin';

const labels = (indent: string) => ownLabels('grafana', indent);
const selector = (indent: string) => ownSelector('grafana', indent);

/** What runs Grafana. @param dashboards the names of the ConfigMaps, each of which holds one */
export function writeWorkloads(choices: ObserveChoices, dashboards: readonly string[]): GeneratedFile[] {
  const file = (path: string, text: string): GeneratedFile => ({ path: `base/grafana/${path}`, owner: 'base', text });
  return [
    file('serviceaccount.yaml', serviceAccount(choices)),
    file('persistentvolumeclaim.yaml', volumeClaim(choices)),
    file('deployment.yaml', deployment(choices, dashboards)),
    file('service.yaml', service(choices)),
    file('networkpolicy.yaml', networkPolicy(choices)),
  ];
}

/** The Secret that the user makes: never in what is applied. */
export function writeSecretTemplate({ namespace }: ObserveChoices): GeneratedFile {
  const text = `# Not applied: it shows what the Secret has to hold. Make it once, from a file that is in no repository:
#   kubectl -n ${namespace} create secret generic ${adminSecret} --from-file=admin-password=FILE
apiVersion: v1
kind: Secret
metadata:
  name: ${adminSecret}
  namespace: ${namespace}
stringData:
  admin-password: ""
`;
  return { path: 'base/grafana/secret.yaml.template', owner: 'base', text };
}

function serviceAccount({ namespace }: ObserveChoices): string {
  return `# An account of its own without rights: Grafana asks Prometheus, not the Kubernetes API. There is no sidecar that would have to read ConfigMaps:
# they are mounted.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: grafana
  namespace: ${namespace}
  labels:
${labels('    ')}automountServiceAccountToken: false
`;
}

function volumeClaim({ namespace }: ObserveChoices): string {
  return `# Users, and dashboards that people make in the page. Those of Plimsoll come from ConfigMaps and need none of it.
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: grafana
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  accessModes:
    - ReadWriteOnce
  resources:
    requests:
      # A database of some MiB; most provisioners give no less than 1 GiB.
      storage: 1Gi
`;
}

function deployment({ namespace }: ObserveChoices, dashboards: readonly string[]): string {
  const mounts = dashboards.map(
    (name) =>
      `            - name: ${name}\n              mountPath: ${dashboardsDirectory}/${name}\n              readOnly: true\n`,
  );
  const volumes = dashboards.map(
    (name) => `        - name: ${name}\n          configMap:\n            name: ${name}\n`,
  );
  return `# One: its database is a file (SQLite). More of them need PostgreSQL or MySQL.
# https://grafana.com/docs/grafana/latest/setup-grafana/set-up-for-high-availability/
apiVersion: apps/v1
kind: Deployment
metadata:
  # plimsoll ignore=alerting/no-alert-rules -- that it is down is an alert of ../prometheus (a target that does not answer)
  name: grafana
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  # plimsoll ignore=alerting/single-replica -- two would write into one database file; alerts do not need Grafana
  replicas: 1
  strategy:
    # The volume can be mounted by one, and its database be open once.
    type: Recreate
  revisionHistoryLimit: 3
  selector:
    matchLabels:
${selector('      ')}  template:
    metadata:
      labels:
${labels('        ')}      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "3000"
        prometheus.io/path: /metrics
    spec:
      serviceAccountName: grafana
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 30
${podSecurity({ user: 472, volumes: true, why: '«grafana» of the image; a group of its own instead of the image’s root group, which the volume’s files get.' }, '      ')}      containers:
        - name: grafana
          # The newest release that was seen (https://github.com/grafana/grafana/releases).
          image: docker.io/grafana/grafana:${grafanaVersion}
          imagePullPolicy: IfNotPresent
          env:
            # https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#override-configuration-with-environment-variables
            - name: GF_SECURITY_ADMIN_PASSWORD__FILE
              value: /etc/grafana-secrets/admin-password
            - name: GF_USERS_ALLOW_SIGN_UP
              value: "false"
            # Whoever is cut off by the address of the page sets it in the overlay.
            - name: GF_LOG_MODE
              value: console
            - name: GF_LOG_CONSOLE_FORMAT
              value: json
            # It tells nobody outside of the cluster anything, and asks nobody.
            - name: GF_ANALYTICS_REPORTING_ENABLED
              value: "false"
            - name: GF_ANALYTICS_CHECK_FOR_UPDATES
              value: "false"
            - name: GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES
              value: "false"
            - name: GF_SECURITY_DISABLE_GRAVATAR
              value: "true"
            - name: GF_NEWS_NEWS_FEED_ENABLED
              value: "false"
            # No plug-in is downloaded at the start: the root is read-only, and the network is closed.
            - name: GF_PLUGINS_PREINSTALL_DISABLED
              value: "true"
            - name: GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH
              value: ${dashboardsDirectory}/${dashboards[0] ?? ''}/cluster.json
            # plimsoll:keep environment
            # plimsoll:end
          ports:
            - name: web
              containerPort: 3000
          startupProbe:
            httpGet:
              path: /api/health
              port: web
            # The first start makes the database: up to two minutes on a slow volume.
            periodSeconds: 5
            failureThreshold: 24
          readinessProbe:
            httpGet:
              path: /api/health
              port: web
            periodSeconds: 10
            timeoutSeconds: 3
            failureThreshold: 3
          livenessProbe:
            httpGet:
              path: /api/health
              port: web
            # More patient than readiness: a restart is for a program that hangs.
            periodSeconds: 15
            timeoutSeconds: 5
            failureThreshold: 6
          resources:
            # Some 150 MiB with a few people looking; the limit leaves room for large tables.
            requests:
              cpu: 100m
              memory: 192Mi
              ephemeral-storage: 64Mi
            limits:
              memory: 512Mi
              ephemeral-storage: 256Mi
${containerSecurity('          ')}          volumeMounts:
            - name: data
              mountPath: /var/lib/grafana
            - name: tmp
              mountPath: /tmp
            - name: secrets
              mountPath: /etc/grafana-secrets
              readOnly: true
            - name: grafana-datasources
              mountPath: /etc/grafana/provisioning/datasources
              readOnly: true
            - name: grafana-dashboard-provider
              mountPath: /etc/grafana/provisioning/dashboards
              readOnly: true
${mounts.join('')}      volumes:
        - name: data
          persistentVolumeClaim:
            claimName: grafana
        - name: tmp
          emptyDir:
            # Pictures and exports under way.
            sizeLimit: 128Mi
        - name: secrets
          secret:
            # Made by you: secret.yaml.template.
            secretName: ${adminSecret}
            defaultMode: 0440
        - name: grafana-datasources
          configMap:
            name: grafana-datasources
        - name: grafana-dashboard-provider
          configMap:
            name: grafana-dashboard-provider
${volumes.join('')}`;
}

function service({ namespace }: ObserveChoices): string {
  return `# For people, by kubectl port-forward or an Ingress of yours (with TLS: the page asks for passwords).
apiVersion: v1
kind: Service
metadata:
  name: grafana
  namespace: ${namespace}
  labels:
${labels('    ')}spec:
  selector:
${selector('    ')}  ports:
    - name: web
      port: 3000
      targetPort: web
`;
}

function networkPolicy({ namespace }: ObserveChoices): string {
  return `# In: Prometheus of this namespace; people come through kubectl port-forward, and an Ingress controller's namespace is named in the overlay. Out: names,
# and what it asks: Prometheus, Alertmanager, Loki.
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: grafana
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
        - podSelector:
            matchLabels:
              app.kubernetes.io/name: prometheus
      ports:
        - port: 3000
  egress:
    - ports:
        - port: 53
        - port: 53
          protocol: UDP
    - to:
        - podSelector:
            matchExpressions:
              - key: app.kubernetes.io/name
                operator: In
                values:
                  - prometheus
                  - alertmanager
                  - loki
      ports:
        - port: 9090
        - port: 9093
        - port: 3100
`;
}
