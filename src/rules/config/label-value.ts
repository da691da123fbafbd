import { entriesAt, type YamlEntry } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadOfObject } from '../../project/workload-index.ts';

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const validValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

export const rule = objectRule({
  severity: 'error',
  summary: 'A label with a value that Kubernetes refuses',
  why: 'The whole object is refused.',
  remedy:
    'Write at most 63 letters, digits, dots, dashes and underscores, with a letter or digit at both ends; anything else belongs into an annotation.',
  peers: ['kube-score:label-values'],
  check({ object, project }, { report }) {
    const workload = workloadOfObject(project, object);
    const template =
      workload && workload.template !== object.node ? entriesAt(workload.template, 'metadata', 'labels') : [];
    const own = entriesAt(object.node, 'metadata', 'labels');
    for (const [index, entry] of [...own, ...template].entries()) {
      const fault = faultOf(entry);
      if (fault === undefined) continue;
      report({
        at: entry.value,
        message: `Label ${entry.key.text} ${fault}.`,
        ...(index >= own.length && { peers: [] }),
      });
    }
  },
});

function faultOf({ value }: YamlEntry): string | undefined {
  // Numbers and the like are of a wrong type, which is said elsewhere; a template is filled in first.
  if (value.kind !== 'scalar' || typeof value.value !== 'string' || /[{}$]|\(\(/.test(value.text)) return undefined;
  if (value.text.length > 63) return `has a value of ${value.text.length} characters: 63 are allowed`;
  return validValue.test(value.text) ? undefined : 'has a value with characters that labels do not have';
}
