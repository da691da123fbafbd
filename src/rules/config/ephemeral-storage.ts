import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import { givenResources } from '../../project/limit-ranges.ts';
import { missingReport } from '../../project/missing-settings.ts';
import { workloadRule } from '../../project/rule.ts';

const peers = ['kube-score:container-ephemeral-storage-request-and-limit'] as const;

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause: 'How much a program writes has to be measured first, and a limit that is too small evicts the pod.',
  summary: 'A container that may fill the disk of its node',
  why: 'Logs, emptyDirs and what is written into the container fill the disk that all pods of the node share, and the kubelet evicts pods, not always the one that did it.',
  remedy: 'Request and limit ephemeral-storage, and give emptyDirs a sizeLimit.',
  peers,
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    const finding = missingReport(workload, runningContainers(workload), (container) => {
      const { requests, limits } = givenResources(project, container);
      return [
        ...(requests.has('ephemeral-storage')
          ? []
          : [{ name: 'ephemeral-storage request', keys: ['resources', 'requests', 'ephemeral-storage'], peers }]),
        ...(limits.has('ephemeral-storage')
          ? []
          : [{ name: 'ephemeral-storage limit', keys: ['resources', 'limits', 'ephemeral-storage'], peers }]),
      ];
    });
    if (finding) report(finding);
  },
});
