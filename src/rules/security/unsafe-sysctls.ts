import { isSafeSysctl } from '../../kubernetes/safe-sysctls.ts';
import { itemsAt, scalarAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeItemsIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A pod changes kernel settings that are not safe to change',
  why: 'Nodes refuse the pod unless they allow the setting, and where they do it can starve or crash other pods.',
  remedy: 'Drop the setting, or run the pod on nodes of its own that allow it.',
  peers: ['kube-linter:unsafe-sysctls', 'trivy:KSV026'],
  check({ workload, project }, { report }) {
    const unsafe = itemsAt(workload.securityContext, 'sysctls').flatMap(
      (item): { item: YamlNode; name: YamlScalar }[] => {
        const name = scalarAt(item, 'name');
        return name === undefined || isSafeSysctl(name.text) ? [] : [{ item, name }];
      },
    );
    const path = ['securityContext', 'sysctls'];
    const items = unsafe.map(({ item }) => item);
    // One repair for all: each by itself could leave an empty list.
    const fix = manifestFix(
      'Drop the kernel settings that nodes refuse',
      removeItemsIn(project, workload.object, workload.podSpec, path, items),
      [
        asks(
          'The program works with the kernel settings that the node has.',
          'Do the nodes have these values by themselves, or does the program work with the ones that they have?',
        ),
      ],
    );
    for (const { name } of unsafe) {
      report({
        at: name,
        message: `The pod sets ${name.text}.`,
        ...(fix && { fix }),
        peers: /^(?:kernel\.(?:msg|sem|shm)|fs\.mqueue\.|net\.)/.test(name.text) ? rule.peers : ['trivy:KSV026'],
      });
    }
  },
});
