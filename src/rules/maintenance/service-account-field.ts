import { titleOf } from '../../kubernetes/whole-workload.ts';
import { entryOf } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';
import { holds, manifestFix, removeIn, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'The deprecated name of the field for the service account',
  why: 'Tools that read serviceAccountName alone take the pod for one of the default account.',
  remedy: 'Write serviceAccountName.',
  peers: ['kube-linter:deprecated-service-account-field'],
  check({ workload, project }, { report }) {
    const entry = entryOf(workload.podSpec, 'serviceAccount');
    if (entry?.value.kind !== 'scalar' || entry.value.text === '') return;
    const other = entryOf(workload.podSpec, 'serviceAccountName');
    const edits = other
      ? removeIn(project, workload.object, workload.podSpec, 'serviceAccount')
      : replaceIn(project, workload.object, entry.key, 'serviceAccountName');
    // https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/: serviceAccountName is the one that counts.
    const fix = manifestFix(other ? 'Remove the deprecated field' : 'Write serviceAccountName', edits, [
      holds(
        'Kubernetes takes serviceAccount for another name of serviceAccountName, and the latter where both are there.',
      ),
    ]);
    report({
      ...(fix && { fix }),
      at: entry.key,
      message: `${titleOf(workload)} names its account in serviceAccount${other ? ' beside serviceAccountName' : ''}.`,
    });
  },
});
