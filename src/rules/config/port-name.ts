import type { PeerId } from '../../core/finding.ts';
import { isPort } from '../../core/port-number.ts';
import { servicePorts } from '../../kubernetes/relations.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Container } from '../../kubernetes/workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadOfObject } from '../../project/workload-index.ts';

const names: PeerId = 'kube-linter:invalid-target-ports';
const ports: PeerId = 'kube-score:container-ports-check';

export const rule = objectRule({
  severity: 'error',
  summary: 'A port with a name or number that Kubernetes refuses',
  why: 'The whole object is refused.',
  remedy:
    'Name ports with at most 15 small letters, digits and dashes, each name once in a container, and number them from 1 to 65535.',
  peers: [names, ports],
  check({ object, project }, { report }) {
    const workload = workloadOfObject(project, object);
    if (workload && isWhole(workload))
      for (const container of workload.allContainers)
        for (const { node, message, peers } of faultsOf(container)) report({ at: node, message, peers });
    if (object.kind !== 'Service' || object.group !== '') return;
    for (const { targetPort } of servicePorts(object)) {
      if (!targetPort || isTemplate(targetPort.text)) continue;
      const fault =
        typeof targetPort.value === 'number'
          ? isPort(targetPort.value)
            ? undefined
            : 'is no port: they go from 1 to 65535'
          : nameFault(targetPort.text);
      if (fault)
        report({
          at: targetPort,
          message: `targetPort ${targetPort.text} of ${titleOf(object)} ${fault}.`,
          peers: [names],
        });
    }
  },
});

function faultsOf({ name: container, ports: list }: Container) {
  return list.flatMap(({ node, name }, index) => {
    if (name === undefined || isTemplate(name)) return [];
    const place = scalarAt(node, 'name') ?? node;
    const fault = nameFault(name);
    if (fault !== undefined)
      return [
        {
          node: place,
          message: `Port ${name} of container ${container} ${fault}.`,
          peers: [names, ...(name.length > 15 ? [ports] : [])],
        },
      ];
    if (list.findIndex((other) => other.name === name) === index) return [];
    return [{ node: place, message: `Two ports of container ${container} are named ${name}.`, peers: [ports] }];
  });
}

/** https://pkg.go.dev/k8s.io/apimachinery/pkg/util/validation#IsValidPortName */
function nameFault(name: string): string | undefined {
  if (name.length > 15) return `has a name of ${name.length} characters: 15 are allowed`;
  if (!/^[a-z0-9-]+$/.test(name)) return 'has a name with other characters than small letters, digits and dashes';
  if (!/[a-z]/.test(name)) return 'has a name without a letter';
  return /^-|-$|--/.test(name) ? 'has a name with a dash where none may be' : undefined;
}

/** What is filled in first, by a template engine or by hand. */
function isTemplate(text: string): boolean {
  return /[{}$]|^[A-Z0-9_]*PORT[A-Z0-9_]*$/.test(text);
}
