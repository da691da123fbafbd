import { runsContainers } from '../../bases/nested-runtimes.ts';
import type { Fix } from '../../core/fix.ts';
import { isWhole, runningContainers } from '../../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { missingReport } from '../../project/missing-settings.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix } from '../../repairs/manifest-edits.ts';
import { likelyUnmountedDirectories, mountEmptyDirectories } from '../../repairs/writable-directories.ts';

const readOnlyRoot = {
  name: 'readOnlyRootFilesystem: true',
  keys: ['securityContext', 'readOnlyRootFilesystem'],
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
  check({ workload, project }, { report }) {
    if (workload.windows || !isWhole(workload)) return;
    const lacking = runningContainers(workload).filter(
      ({ security }) => security.readOnlyRootFilesystem.value !== true,
    );
    // It is false where nothing is written: who writes it has tried, or knows. Told apart, so that the fix of the others ends their finding.
    const isWritten = ({ security }: Container) => security.readOnlyRootFilesystem.value === false;
    const silent = lacking.filter((container) => !isWritten(container));
    const finding = missingReport(workload, silent, () => [readOnlyRoot], 'sets');
    const fix = closeRoots(project, workload, silent);
    if (finding) report({ ...finding, ...(fix && { fix }) });
    const written = missingReport(workload, lacking.filter(isWritten), () => [readOnlyRoot], 'sets');
    if (written) report(written);
  },
});

/** Read-only roots, with a writable /tmp and what known images write besides. */
function closeRoots(project: Project, workload: Workload, containers: readonly Container[]): Fix | undefined {
  if (containers.some(({ imageReference }) => runsContainers(imageReference?.text ?? ''))) return undefined;
  const wanted = containers.map((container) => ({
    container,
    paths: [
      ...(hasMount(container, '/tmp') ? [] : ['/tmp']),
      ...likelyUnmountedDirectories(project, container).filter((path) => path !== '/tmp'),
    ],
    record: { securityContext: { readOnlyRootFilesystem: true } },
  }));
  return manifestFix(
    'Make the root read-only, with a directory to write to at /tmp',
    mountEmptyDirectories(project, workload, wanted),
    wanted.map(({ container: { name }, paths }) =>
      asks(
        `Container ${name} writes nowhere else than to ${paths[0] ?? '/tmp'} and its volumes.`,
        `Where does ${name} write? \`docker run --read-only --tmpfs /tmp\` of its image shows what fails; each such directory needs an emptyDir.`,
      ),
    ),
  );
}

function hasMount({ volumeMounts }: Container, path: string): boolean {
  return volumeMounts.some(({ mountPath }) => mountPath?.text.replace(/\/+$/, '') === path);
}
