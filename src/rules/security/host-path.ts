import type { PeerId } from '../../core/finding.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import { engineOfSocket, sensitiveHostPath } from '../../kubernetes/host-paths.ts';
import type { Volume, VolumeMount, Workload } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

const any = ['polaris:hostPathSet', 'trivy:KSV023'] as const;
const disallowed = 'trivy:KSV121';
const writable = 'kube-linter:writable-host-mount';
const sensitive = 'kube-linter:sensitive-host-mounts';

/** What kube-linter takes for sensitive. */
const listed: ReadonlySet<string> = new Set(['/', '/boot', '/dev', '/etc', '/lib', '/proc', '/sys', '/usr']);

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A pod mounts a directory of its node',
  why: 'The pod reads or changes files of the node and of other pods, and finds other files on another node.',
  remedy:
    'Use an emptyDir, a PersistentVolumeClaim, a ConfigMap or a Secret; where it must be the node, mount read-only and as little as possible.',
  peers: [...any, writable, sensitive, disallowed],
  check({ workload }, { report }) {
    for (const volume of workload.volumes) {
      const path = volume.hostPath;
      if (path === undefined || engineOfSocket(path.text) !== undefined) continue;
      const mounts = mountsOf(workload, volume);
      const isWritable = mounts.length === 0 || mounts.some(({ mount }) => !mount.readOnly);
      const gives = sensitiveHostPath(path.text);
      report({
        at: path,
        also: mounts.map(({ place }) => place),
        message: `The pod mounts ${path.text} of its node${isWritable ? '' : ' to read'}${gives === undefined ? '' : `: ${gives}`}.`,
        severity: workload.kind === 'DaemonSet' ? 'note' : gives !== undefined && isWritable ? 'error' : 'warning',
        peers: peersOf(path.text, mounts),
      });
    }
  },
});

interface PlacedMount {
  readonly mount: VolumeMount;
  readonly place: ReportedPlace;
}

function mountsOf(workload: Workload, volume: Volume): PlacedMount[] {
  return workload.allContainers.flatMap(({ name, volumeMounts }) =>
    volumeMounts.flatMap((mount) =>
      mount.volume === volume
        ? {
            mount,
            place: {
              path: mount.node.path,
              range: mount.node.range,
              note: `mounted ${mount.readOnly ? 'read-only ' : ''}by ${name}`,
            },
          }
        : [],
    ),
  );
}

function peersOf(path: string, mounts: readonly PlacedMount[]): readonly PeerId[] {
  return [
    ...any,
    ...(mounts.some(({ mount }) => !mount.readOnly) ? ([writable] as const) : []),
    ...(listed.has(path) && mounts.length > 0 ? ([sensitive] as const) : []),
    ...(listed.has(path) || path === '/var/lib/docker' ? ([disallowed] as const) : []),
  ];
}
