import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { configMapName } from './workloads.ts';

/** The list of what is applied. */
export function writeKustomization(choices: ObserveChoices, resources: readonly string[]): GeneratedFile {
  return {
    path: 'base/alertmanager/kustomization.yaml',
    owner: 'base',
    text: `# ${reason(choices)}
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
${resources.length === 0 ? '' : `resources:\n${resources.map((name) => `  - ${name}\n`).join('')}`}${configMap(choices)}`,
  };
}

function reason({ stack }: ObserveChoices): string {
  switch (stack) {
    case 'config':
      return 'The configuration alone, as a ConfigMap for the Alertmanager that runs already: mount alertmanager.yaml, and plimsoll.tmpl as templates/.';
    case 'full':
      return 'Alertmanager with its configuration. The Secret is made by you: secret.yaml.template.';
    case 'operator':
      return 'Objects of the Prometheus Operator. The Secret is made by you: secret.yaml.template.';
  }
}

function configMap({ namespace, stack }: ObserveChoices): string {
  const files = stack === 'operator' ? ['templates/plimsoll.tmpl'] : ['alertmanager.yaml', 'templates/plimsoll.tmpl'];
  // With a digest in the name a change starts new pods; where somebody else's workload, or the Operator, refers to it by name, it stays.
  const options = stack === 'full' ? '' : '    options:\n      disableNameSuffixHash: true\n';
  const why =
    stack === 'full' ? '  # A digest in the name: a changed configuration starts new pods, one after the other.\n' : '';
  return `configMapGenerator:
${why}  - name: ${configMapName}
    namespace: ${namespace}
${options}    files:
${files.map((name) => `      - ${name}\n`).join('')}`;
}
