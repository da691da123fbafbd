import type { GeneratedFile, ObservePlan, StackKind } from '../observe-plan.ts';
import { ruleFiles } from './rule-set.ts';

/** The ConfigMaps of configuration and rules. */
export const configurationName = 'prometheus-config';
export const rulesName = 'prometheus-rules';

const purposes: Readonly<Record<StackKind, string>> = {
  config:
    'For the Prometheus that runs already: the account with its rights, and configuration and rules as ConfigMaps to mount at /etc/prometheus and /etc/prometheus/rules.',
  full: 'Prometheus with its configuration, and what it needs to see: kube-state-metrics, node-exporter, metrics-server.',
  operator: 'Objects of the Prometheus Operator: what is scraped, and the rules.',
};

/** The list of what is applied: the objects among the files, and the rest as ConfigMaps. */
export function kustomization(plan: ObservePlan, files: readonly GeneratedFile[]): GeneratedFile {
  const { stack, namespace } = plan.choices;
  const resources = files
    .map(({ path }) => path.replace('base/prometheus/', ''))
    .filter((path) => path.endsWith('.yaml') && !path.includes('/'));
  // Prometheus takes over what changes in a ConfigMap of the same name; a digest in the name would restart it each time.
  const options = '    options:\n      disableNameSuffixHash: true\n';
  const maps = `configMapGenerator:
  - name: ${configurationName}
    namespace: ${namespace}
${options}    files:
      - prometheus.yml
  - name: ${rulesName}
    namespace: ${namespace}
${options}    files:
${ruleFiles(plan)
  .map(({ name }) => `      - rules/${name}.yaml\n`)
  .join('')}`;
  return {
    path: 'base/prometheus/kustomization.yaml',
    owner: 'base',
    text: `# ${purposes[stack]}
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${resources.map((name) => `  - ${name}\n`).join('')}${stack === 'operator' ? '' : maps}`,
  };
}
