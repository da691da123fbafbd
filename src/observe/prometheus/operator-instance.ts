import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { operatorPod } from '../operator-pod.ts';
import { partOf } from '../own-labels.ts';
import { prometheusLabels, prometheusName, rightToFind, roleName } from './rbac.ts';
import { prometheusVersion } from './versions.ts';

const directory = 'base/prometheus/instance/';

/** A Prometheus for whose Operator runs none yet: applied only when asked for, because a second one scrapes everything again. */
export function operatorInstance({ namespace }: ObserveChoices): GeneratedFile[] {
  const file = (name: string, text: string): GeneratedFile => ({ path: `${directory}${name}`, owner: 'base', text });
  return [
    file(
      'kustomization.yaml',
      `# Not part of base/: only where the Operator runs no Prometheus yet that takes what is in ../ (kube-prometheus-stack brings one). In the overlay:
#   resources: [../base, ../base/prometheus/instance]
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - prometheus.yaml
  - rbac.yaml
`,
    ),
    file('prometheus.yaml', prometheus(namespace)),
    file('rbac.yaml', alertmanagerRights(namespace)),
  ];
}

function prometheus(namespace: string): string {
  return `# One Prometheus, run by the Operator, that takes the monitors and rules of this base and no others.
# https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.Prometheus
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata:
  name: plimsoll
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}spec:
  replicas: 1
  version: v${prometheusVersion}
  serviceAccountName: ${prometheusName}
  # What rbac.yaml allows: Endpoints, the default, are deprecated since Kubernetes 1.33. The Operator keeps EndpointSlices of the kubelets with
  # --kubelet-endpointslice=true.
  serviceDiscoveryRole: EndpointSlice
${['serviceMonitorSelector', 'podMonitorSelector', 'ruleSelector']
  .map((field) => `  ${field}:\n    matchLabels:\n      ${partOf}\n`)
  .join('')}  scrapeInterval: 30s
  evaluationInterval: 30s
  alerting:
    alertmanagers:
      - namespace: ${namespace}
        name: alertmanager-operated
        port: web
  # What comes first: two weeks, or most of the disk.
  retention: 15d
  retentionSize: 16GB
  podMetadata:
    labels:
      ${partOf}
  resources:
    # Some 3 KiB a series: a cluster of 20 nodes with 500 pods has about 300,000. Look at container:memory_limit_ratio after a day.
    requests:
      cpu: 200m
      memory: 1Gi
    limits:
      memory: 2Gi
${operatorPod('20Gi')}`;
}

function alertmanagerRights(namespace: string): string {
  return `# To find the Alertmanagers that it tells, in its own namespace. The rest is ../rbac.yaml (${roleName(namespace)}).
${rightToFind({ role: `${prometheusName}-alertmanagers`, within: namespace, namespace })}`;
}
