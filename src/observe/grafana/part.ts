import type { GeneratedFile, ObserveChoices, ObservePart } from '../observe-plan.ts';
import { allDashboards } from './all-dashboards.ts';
import { dashboardText } from './dashboard.ts';
import { writeProvisioning } from './provisioning.ts';
import { writeSecretTemplate, writeWorkloads } from './workloads.ts';

/** Grafana: dashboards as files, and how it finds them and its data. */
export const grafanaPart: ObservePart = {
  name: 'grafana',
  summary: 'Grafana: dashboards of cluster, namespace, workload, container, images and audits',
  write({ choices }) {
    const dashboards = [...allDashboards(choices)];
    const files = dashboards.map(
      ([name, dashboard]): GeneratedFile => ({
        path: `base/grafana/dashboards/${name}.json`,
        owner: 'base',
        text: dashboardText(dashboard),
      }),
    );
    const names = dashboards.map(([name]) => name);
    const workloads = choices.stack === 'full' ? writeWorkloads(choices, names.map(configMapOf)) : [];
    const secret = choices.stack === 'full' ? [writeSecretTemplate(choices)] : [];
    // The Operator's Grafana comes from kube-prometheus-stack, which has its own data sources.
    const provisioning = choices.stack === 'operator' ? [] : writeProvisioning(choices);
    const listed = workloads.map(({ path }) => path.slice('base/grafana/'.length));
    return [...files, ...provisioning, ...workloads, ...secret, kustomization(choices, names, listed)];
  },
};

function configMapOf(name: string): string {
  return `grafana-dashboard-${name}`;
}

function kustomization(
  { namespace, stack }: ObserveChoices,
  dashboards: readonly string[],
  resources: readonly string[],
): GeneratedFile {
  const maps = dashboards.map((name) => configMap(configMapOf(name), namespace, [`dashboards/${name}.json`], stack));
  const provisioning =
    stack === 'operator'
      ? []
      : [
          configMap('grafana-datasources', namespace, ['provisioning/datasources.yaml'], stack),
          configMap('grafana-dashboard-provider', namespace, ['provisioning/dashboards.yaml'], stack),
        ];
  const list = resources.length === 0 ? '' : `resources:\n${resources.map((name) => `  - ${name}\n`).join('')}`;
  const text = `# ${reasons[stack]}
# One ConfigMap a dashboard: each may hold 1 MiB.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${list}configMapGenerator:
${[...maps, ...provisioning].join('')}`;
  return { path: 'base/grafana/kustomization.yaml', owner: 'base', text };
}

const reasons: Readonly<Record<ObserveChoices['stack'], string>> = {
  config:
    'Dashboards and provisioning as ConfigMaps, for the Grafana that runs already: mount them as provisioning/*.yaml say, or import the JSON in the page.',
  full: 'Grafana with its dashboards. The Secret is made by you: secret.yaml.template.',
  operator:
    'Dashboards as ConfigMaps with the label by which the sidecar of kube-prometheus-stack finds them (grafana.sidecar.dashboards.label of its chart).',
};

/** With a digest in the name a change starts a new pod; where somebody else's workload refers to it by name, it stays. */
function configMap(name: string, namespace: string, files: readonly string[], stack: ObserveChoices['stack']): string {
  const label = stack === 'operator' ? '      labels:\n        grafana_dashboard: "1"\n' : '';
  const options = stack === 'full' ? '' : `    options:\n      disableNameSuffixHash: true\n${label}`;
  return `  - name: ${name}
    namespace: ${namespace}
${options}    files:
${files.map((file) => `      - ${file}\n`).join('')}`;
}
