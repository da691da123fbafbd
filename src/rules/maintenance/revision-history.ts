import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { at, scalarAt } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix, removeIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A workload that cannot be rolled back',
  why: 'With revisionHistoryLimit: 0 Kubernetes forgets what ran before: kubectl rollout undo has nothing to go back to when a release is bad.',
  remedy: 'Leave revisionHistoryLimit out, which means 10, or keep two or three.',
  peers: [],
  check({ workload, project }, { report }) {
    if (!['Deployment', 'StatefulSet', 'DaemonSet'].includes(workload.kind) || !isWhole(workload)) return;
    const spec = at(workload.object.node, 'spec');
    const limit = scalarAt(spec, 'revisionHistoryLimit');
    if (spec?.kind !== 'map' || limit?.value !== 0) return;
    const fix = manifestFix('Keep what ran before', removeIn(project, workload.object, spec, 'revisionHistoryLimit'), [
      holds('What is kept are objects without pods.'),
    ]);
    report({
      at: limit,
      message: `${titleOf(workload)} keeps no revision to go back to.`,
      ...(fix && { fix }),
    });
  },
});
