import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';

/** Where the dashboards lie in Grafana's container. */
export const dashboardsDirectory = '/var/lib/grafana-dashboards';

const base = (path: string, text: string): GeneratedFile => ({ path: `base/grafana/${path}`, owner: 'base', text });

/** How Grafana finds its data and its dashboards without a click. */
export function writeProvisioning(choices: ObserveChoices): GeneratedFile[] {
  return [
    base('provisioning/datasources.yaml', datasources(choices)),
    base('provisioning/dashboards.yaml', dashboardProvider()),
  ];
}

function datasources({ namespace, logStore }: ObserveChoices): string {
  const loki =
    logStore === 'loki'
      ? `  - name: Loki
    uid: loki
    type: loki
    access: proxy
    url: http://loki.${namespace}.svc:3100
    editable: false
`
      : '';
  return `# Where Grafana asks. The addresses are those of the Services that plimsoll observe --stack full writes: with what you run already, put yours
# here. Nothing secret belongs here: a password is read from a file ($__file{/etc/grafana-secrets/NAME}).
# https://grafana.com/docs/grafana/latest/administration/provisioning/#data-sources
apiVersion: 1
datasources:
  - name: Prometheus
    # Dashboards choose by type; the uid stays the same, so that links to it do.
    uid: prometheus
    type: prometheus
    access: proxy
    url: http://prometheus.${namespace}.svc:9090
    isDefault: true
    # What is changed here by hand in the page would be lost with the next start.
    editable: false
    jsonData:
      # Long queries go in the body: a GET has a bound.
      httpMethod: POST
      # The usual interval between scrapes: $__rate_interval is at least four of them, so that a rate is never of one sample.
      timeInterval: 30s
  - name: Alertmanager
    uid: alertmanager
    type: alertmanager
    access: proxy
    url: http://alertmanager.${namespace}.svc:9093
    editable: false
    jsonData:
      implementation: prometheus
${loki}# plimsoll:keep datasources
# plimsoll:end
`;
}

function dashboardProvider(): string {
  return `# Grafana reads the dashboards below this directory, and again when they change. They cannot be saved in the page: what is not in these files
# would be lost with the next version. A copy of your own can.
# https://grafana.com/docs/grafana/latest/administration/provisioning/#dashboards
apiVersion: 1
providers:
  - name: plimsoll
    folder: Plimsoll
    type: file
    disableDeletion: true
    allowUiUpdates: false
    # A mounted ConfigMap is renewed about once a minute.
    updateIntervalSeconds: 60
    options:
      path: ${dashboardsDirectory}
      # ConfigMaps are mounted by links into a directory that begins with dots; by name each dashboard is there once.
      foldersFromFilesStructure: false
`;
}
