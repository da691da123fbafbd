import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { writeAdapterWorkloads } from './adapter-workloads.ts';
import type { Scaling } from './figures.ts';

/**
 * What makes requests a second of counters, for autoscalers: the rules of prometheus-adapter, and for a whole stack itself. Nothing where
 * no workload is scaled on requests. https://github.com/kubernetes-sigs/prometheus-adapter/blob/master/docs/config.md
 */
export function writeAdapter(choices: ObserveChoices, scaled: readonly Scaling[]): GeneratedFile[] {
  const targets = new Map(scaled.flatMap(({ requests }) => (requests ? [[requests.counter, requests.metric]] : [])));
  if (targets.size === 0) return [];
  const file = (name: string, text: string): GeneratedFile => ({
    path: `base/scaling/adapter/${name}`,
    owner: 'base',
    text,
  });
  const workloads =
    choices.stack === 'full' ? writeAdapterWorkloads(choices).map(([name, text]) => file(name, text)) : [];
  return [
    file('config.yaml', rules([...targets])),
    file(
      'kustomization.yaml',
      kustomization(
        choices,
        workloads.map(({ path }) => path.slice('base/scaling/adapter/'.length)),
      ),
    ),
    ...workloads,
  ];
}

function rules(targets: readonly (readonly [string, string])[]): string {
  return `# Rules of prometheus-adapter: what the API custom.metrics.k8s.io has for each pod. An adapter that runs already takes them beside its own
# (in its Helm chart: rules.custom).
rules:
${targets
  .map(
    ([counter, metric]) => `  # ${metric}: what a pod answers in a second.
  - seriesQuery: '${counter}{namespace!="",pod!=""}'
    resources:
      overrides:
        namespace: {resource: namespace}
        pod: {resource: pod}
    name:
      matches: "^${counter}$"
      as: "${metric}"
    # Two minutes: four scrapes of 30 s, so that one may be missing. Without health checks and the scrapes themselves where a label tells.
    metricsQuery: 'sum(rate(<<.Series>>{<<.LabelMatchers>>}[2m])) by (<<.GroupBy>>)'
`,
  )
  .join('')}`;
}

function kustomization({ namespace, stack }: ObserveChoices, workloads: readonly string[]): string {
  return `# ${
    stack === 'full'
      ? 'prometheus-adapter with its rules.'
      : 'The rules alone, as a ConfigMap for the prometheus-adapter that runs already.'
  }
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${workloads.length === 0 ? '' : `resources:\n${workloads.map((name) => `  - ${name}\n`).join('')}`}configMapGenerator:
  - name: prometheus-adapter-config
    namespace: ${namespace}
${stack === 'full' ? '' : '    options:\n      disableNameSuffixHash: true\n'}    files:
      - config.yaml
`;
}
