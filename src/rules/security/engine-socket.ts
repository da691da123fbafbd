import type { PeerId } from '../../core/finding.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import { engineOfSocket } from '../../kubernetes/host-paths.ts';
import type { Volume, Workload } from '../../kubernetes/workload.ts';
import { projectRule } from '../../project/rule.ts';

const docker = [
  'kube-linter:docker-sock',
  'polaris:hostPathSet',
  'trivy:KSV006',
  'trivy:KSV023',
  'checkov:CKV_K8S_27',
] as const;
const others = ['polaris:hostPathSet', 'trivy:KSV023'] as const;

export const rule = projectRule({
  severity: 'error',
  summary: 'A container gets the socket of the container engine',
  why: 'Who may talk to the engine can start a privileged container, and so is root on the machine; read-only does not help.',
  remedy:
    'Build images without the engine (BuildKit, Kaniko, Buildah), or put a proxy in front of the socket that allows only the calls needed.',
  peers: docker,
  check({ project }, { report }) {
    for (const workload of project.workloads)
      for (const volume of workload.volumes) {
        const engine = volume.hostPath && engineOfSocket(volume.hostPath.text);
        if (!engine || !volume.hostPath) continue;
        report({
          at: volume.hostPath,
          also: mountsOf(workload, volume),
          message: `The pod gets ${volume.hostPath.text}, the socket of ${engine}.`,
          ...(workload.kind === 'DaemonSet' && { severity: 'warning' }),
          peers: peersOf(volume.hostPath.text),
        });
      }
    for (const { path, services } of project.composeFiles)
      for (const { name, volumes } of services)
        for (const { type, source, node } of volumes) {
          const engine = type === 'bind' && source !== undefined ? engineOfSocket(source) : undefined;
          if (engine === undefined) continue;
          report({
            at: { path: node.path ?? path, range: node.range },
            message: `Service ${name} gets ${source}, the socket of ${engine}.`,
            // On a machine for development this is how tools look at containers.
            severity: 'warning',
            peers: [],
          });
        }
  },
});

function mountsOf(workload: Workload, volume: Volume): ReportedPlace[] {
  return workload.allContainers.flatMap(({ name, volumeMounts }) =>
    volumeMounts.flatMap((mount) =>
      mount.volume === volume ? { path: mount.node.path, range: mount.node.range, note: `mounted by ${name}` } : [],
    ),
  );
}

function peersOf(path: string): readonly PeerId[] {
  return path === '/var/run/docker.sock' ? docker : others;
}
