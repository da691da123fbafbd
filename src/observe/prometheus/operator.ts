import type { GeneratedFile, ObserveChoices, ObservedWorkload, ObservePlan } from '../observe-plan.ts';
import { indent } from '../promql.ts';
import { prometheusLabels, prometheusName } from './rbac.ts';
import { ruleFiles } from './rule-set.ts';
import { groupsText } from './rule-text.ts';
import { droppedByCadvisor, keptOfKubelet } from './scrape.ts';
import { teamTemplate } from './teams.ts';

/** https://prometheus-operator.dev/docs/api-reference/api/ */
const reference = 'https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1';

/** The objects of the Prometheus Operator in place of prometheus.yml: what is scraped, and the rules. */
export function operatorObjects(plan: ObservePlan): GeneratedFile[] {
  const file = (name: string, text: string): GeneratedFile => ({
    path: `base/prometheus/${name}.yaml`,
    owner: 'base',
    text,
  });
  const monitors = plan.workloads.filter(isMonitored).map((workload) => podMonitor(workload, plan.choices));
  return [
    file('token', token(plan.choices)),
    file('kubelet', kubelet(plan.choices)),
    ...(monitors.length === 0 ? [] : [file('workloads', `${workloadsHead}${monitors.join('---\n')}`)]),
    ...ruleFiles(plan).map((rules) =>
      file(
        `rules-${rules.name}`,
        `# ${rules.purpose} Rules of your own go between the marks at the end.
# ${reference}.PrometheusRule
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: plimsoll-${rules.name}
  namespace: ${plan.choices.namespace}
  labels:
${operatorLabels('rules')}spec:
  groups:
${indent(groupsText(rules, teamTemplate(plan)), '    ')}`,
      ),
    ),
  ];
}

/** Which objects a Prometheus takes is its own choice, by labels: those of kube-prometheus-stack want the name of its release. */
function operatorLabels(of: string): string {
  return `${prometheusLabels('    ')}    # plimsoll:keep ${of}-labels
    # release: kube-prometheus-stack
    # plimsoll:end
`;
}

function token({ namespace }: ObserveChoices): string {
  return `# What the kubelet asks for. The Operator takes credentials from Secrets: a file of the pod's own token is deprecated there, and refused where
# arbitraryFSAccessThroughSMs is. The cluster fills it in; it does not expire, and allows what rbac.yaml says.
# https://kubernetes.io/docs/concepts/configuration/secret/#serviceaccount-token-secrets
apiVersion: v1
kind: Secret
metadata:
  name: ${prometheusName}-token
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}  annotations:
    kubernetes.io/service-account.name: ${prometheusName}
type: kubernetes.io/service-account-token
`;
}

function kubelet({ namespace }: ObserveChoices): string {
  const endpoint = (path: string, relabellings: string) => `    - port: https-metrics
      scheme: https
      path: ${path}
      interval: 30s
${path === '/metrics/cadvisor' ? '      # cAdvisor says when it looked, up to 15 s ago, and a series that ended would otherwise live on.\n      honorTimestamps: false\n' : ''}      honorLabels: true
      authorization:
        credentials:
          name: ${prometheusName}-token
          key: token
      tlsConfig:
        # Kubelets make their own certificates unless serverTLSBootstrap is set, and then nobody can check them. Whoever sits between would
        # see a token that allows to read metrics and nothing else.
        insecureSkipVerify: true
      relabelings:
        # The Operator itself sets «node», by Endpoints or EndpointSlices, whichever the Prometheus finds its targets by.
        - sourceLabels: [__metrics_path__]
          targetLabel: metrics_path
      metricRelabelings:
${relabellings}`;
  const keep = (regex: string) =>
    `        - sourceLabels: [__name__]\n          regex: ${regex}\n          action: keep\n`;
  const drop = `        - sourceLabels: [__name__]\n          regex: ${droppedByCadvisor}\n          action: drop\n`;
  return `# Kubelets and their cAdvisor, over the Service kube-system/kubelet that the Operator keeps (--kubelet-service). kube-prometheus-stack has
# one like it: then leave this out in the overlay, or everything is scraped twice; the rules bear both.
# ${reference}.ServiceMonitor
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: plimsoll-kubelet
  namespace: ${namespace}
  labels:
${operatorLabels('kubelet')}spec:
  jobLabel: app.kubernetes.io/name
  namespaceSelector:
    matchNames: [kube-system]
  selector:
    matchLabels:
      app.kubernetes.io/name: kubelet
  endpoints:
${endpoint('/metrics', keep(keptOfKubelet))}${endpoint('/metrics/cadvisor', drop)}${endpoint('/metrics/probes', keep('prober_probe_total'))}`;
}

const workloadsHead = `# The project's own workloads that serve metrics and that no monitor chooses yet.
# ${reference}.PodMonitor
`;

function isMonitored({ metrics, longRunning, selector }: ObservedWorkload): boolean {
  return metrics !== undefined && metrics.scrapedBy !== 'monitor' && longRunning && selector.size > 0;
}

function podMonitor({ name, namespace, selector, metrics, source }: ObservedWorkload, choices: ObserveChoices): string {
  const where =
    namespace === undefined
      ? '    # Its manifest names no namespace.\n    any: true\n'
      : `    matchNames: [${JSON.stringify(namespace)}]\n`;
  return `# ${source.replace(/[^\w./:@ -]/g, '?')}
apiVersion: monitoring.coreos.com/v1
kind: PodMonitor
metadata:
  # With its namespace: monitors of all namespaces are in this one.
  name: ${JSON.stringify(namespace === undefined ? name : `${namespace}-${name}`)}
  namespace: ${choices.namespace}
  labels:
${prometheusLabels('    ')}spec:
  namespaceSelector:
${where}  selector:
    matchLabels:
${[...selector].map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`).join('')}  # As for every pod that may be asked: more than any honest program has.
  sampleLimit: 20000
  podMetricsEndpoints:
    - portNumber: ${metrics?.port}
      path: ${JSON.stringify(metrics?.path)}
      interval: 30s
`;
}
