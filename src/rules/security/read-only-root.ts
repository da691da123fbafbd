import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import { missingReport } from '../../project/missing-settings.ts';
import { workloadRule } from '../../project/rule.ts';

const readOnlyRoot = {
  name: 'readOnlyRootFilesystem: true',
  peers: [
    'kube-linter:no-read-only-root-fs',
    'kube-score:container-security-context-readonlyrootfilesystem',
    'polaris:notReadOnlyRootFilesystem',
    'trivy:KSV014',
    'checkov:CKV_K8S_22',
  ],
} as const;

export const rule = workloadRule({
  severity: 'note',
  summary: 'The root file system of a container can be written',
  why: 'Who breaks into the program can replace it or leave tools behind, and files written there fill the disk of the node.',
  remedy: 'Set readOnlyRootFilesystem: true, and mount an emptyDir where the program writes, such as /tmp.',
  peers: readOnlyRoot.peers,
  check({ workload }, { report }) {
    if (workload.windows || !isWhole(workload)) return;
    const finding = missingReport(
      workload,
      runningContainers(workload),
      ({ security }) => (security.readOnlyRootFilesystem.value === true ? [] : [readOnlyRoot]),
      'sets',
    );
    if (finding) report(finding);
  },
});
