import { titleOf } from '../../kubernetes/whole-workload.ts';
import { itemsAt, scalarAt, type YamlNode } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'Images made for OpenShift give their files to group 0, which every user there has.',
  summary: 'A pod with the group root',
  why: 'Group 0 may read, and often write, files that were meant for root alone, in the image and in volumes.',
  remedy: 'Name a group above zero in runAsGroup, fsGroup and supplementalGroups.',
  peers: ['trivy:KSV116'],
  check({ workload }, { report }) {
    if (workload.windows) return;
    const { securityContext } = workload;
    const found: YamlNode[] = [
      scalarAt(securityContext, 'runAsGroup'),
      scalarAt(securityContext, 'fsGroup'),
      ...itemsAt(securityContext, 'supplementalGroups'),
      ...workload.allContainers.map(({ security }) => scalarAt(security.node, 'runAsGroup')),
    ].flatMap((node) => (node?.kind === 'scalar' && node.value === 0 ? [node] : []));
    const [first, ...others] = found;
    if (!first) return;
    report({
      at: first,
      also: others.map((node) => ({ ...node, note: 'this, too' })),
      message: `${titleOf(workload)} runs with group 0.`,
    });
  },
});
