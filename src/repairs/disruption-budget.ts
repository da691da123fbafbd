import type { YamlRecord } from '../kubernetes/edit-yaml.ts';
import { objectsOfKind } from '../kubernetes/relations.ts';
import { sameNamespace } from '../kubernetes/selector.ts';
import type { Workload } from '../kubernetes/workload.ts';
import { at, entriesAt, scalarAt } from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { type AddedObject, addObject } from './manifest-edits.ts';

/**
 * A PodDisruptionBudget that lets one pod of a workload be away at a time, written beside it. Undefined where its selector says more
 * than labels, or one of that name is there.
 */
export function budgetFor(project: Project, workload: Workload): AddedObject | undefined {
  const { object } = workload;
  const name = scalarAt(object.node, 'metadata', 'name');
  if (!name || name.derived || at(object.node, 'spec', 'selector', 'matchExpressions')) return undefined;
  const known = objectsOfKind(project.objects, 'PodDisruptionBudget');
  if (known.some((budget) => budget.name === name.text && sameNamespace(budget, object))) return undefined;
  const labels: Record<string, string> = {};
  for (const { key, value } of entriesAt(object.node, 'spec', 'selector', 'matchLabels')) {
    // What an overlay adds it adds to the budget, too.
    if (value.derived || key.derived || key.path !== object.path || value.kind !== 'scalar') continue;
    labels[key.text] = value.text;
  }
  if (Object.keys(labels).length === 0) return undefined;
  const namespace = scalarAt(object.node, 'metadata', 'namespace');
  const record: YamlRecord = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: {
      name: name.text,
      ...(namespace && !namespace.derived && namespace.path === object.path && { namespace: namespace.text }),
    },
    spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow', selector: { matchLabels: labels } },
  };
  return addObject(project, object, record, `${name.text}-pdb.yaml`);
}
