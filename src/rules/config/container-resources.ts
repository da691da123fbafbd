import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import type { Container } from '../../kubernetes/workload.ts';
import { givenResources } from '../../project/limit-ranges.ts';
import { type MissingSetting, missingReport } from '../../project/missing-settings.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { type MissingResource, suggestResources } from '../../repairs/suggest-resources.ts';

const both = ['kube-linter:unset-memory-requirements', 'kube-score:container-resources'] as const;
interface Missing extends MissingSetting {
  readonly name: MissingResource;
}

const memoryLimit: Missing = {
  name: 'memory limit',
  keys: ['resources', 'limits', 'memory'],
  peers: [...both, 'polaris:memoryLimitsMissing', 'trivy:KSV018', 'checkov:CKV_K8S_13'],
};
const memoryRequest: Missing = {
  name: 'memory request',
  keys: ['resources', 'requests', 'memory'],
  peers: [...both, 'polaris:memoryRequestsMissing', 'trivy:KSV016', 'checkov:CKV_K8S_12'],
};
const cpuRequest: Missing = {
  name: 'CPU request',
  keys: ['resources', 'requests', 'cpu'],
  peers: [
    'kube-linter:unset-cpu-requirements',
    'kube-score:container-resources',
    'polaris:cpuRequestsMissing',
    'trivy:KSV015',
    'checkov:CKV_K8S_10',
  ],
};

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container without requests or a memory limit',
  why: 'Without requests the scheduler fills a node blindly, and without a memory limit one leak takes its neighbours along.',
  remedy: 'Request the memory and CPU that the container uses on an ordinary day, and limit the memory.',
  peers: [...new Set([memoryLimit, memoryRequest, cpuRequest].flatMap(({ peers }) => peers))],
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    const containers = runningContainers(workload);
    const finding = missingReport(workload, containers, (container) => missingOf(project, container));
    if (!finding) return;
    const lacking = containers.flatMap((container) => {
      const missing = missingOf(project, container).map(({ name }) => name);
      return missing.length === 0 ? [] : [{ container, missing }];
    });
    const fix = suggestResources(project, workload, lacking);
    report({ ...finding, ...(fix && { fix }) });
  },
});

/** A limit counts as a request of the same amount, as Kubernetes takes it, and so does what a LimitRange gives. */
function missingOf(project: Project, container: Container): Missing[] {
  const { requests, limits } = givenResources(project, container);
  const missing: Missing[] = [];
  if (!limits.has('memory')) missing.push(memoryLimit);
  if (!requests.has('memory')) missing.push(memoryRequest);
  if (!requests.has('cpu')) missing.push(cpuRequest);
  return missing;
}
