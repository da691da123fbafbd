import { titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

/** Drivers that Kubernetes no longer has. https://kubernetes.io/docs/concepts/storage/volumes/ */
const removed: Readonly<Record<string, string>> = {
  glusterfs: '1.26',
  scaleIO: '1.22',
  flocker: '1.25',
  quobyte: '1.25',
  storageos: '1.25',
  cephfs: '1.31',
  rbd: '1.31',
};

const disks: ReadonlySet<string> = new Set([
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cinder',
  'vsphereVolume',
  'portworxVolume',
]);

const servers: ReadonlySet<string> = new Set(['nfs', 'iscsi', 'fc', 'flexVolume']);

export const rule = workloadRule({
  severity: 'note',
  summary: 'A pod reaches its storage without a claim',
  why: 'Whoever may write a pod picks the server and the path, no policy stands between, and the manifest holds for one place only.',
  remedy:
    'Describe the storage once, as a PersistentVolume or StorageClass, and use a PersistentVolumeClaim in the pod.',
  peers: ['trivy:KSV028'],
  check({ workload }, { report }) {
    for (const { kind, name, node } of workload.volumes) {
      if (kind === undefined) continue;
      const since = removed[kind];
      if (kind === 'gitRepo')
        report({
          at: node,
          severity: 'error',
          message: `Volume ${name} of ${titleOf(workload)} is a gitRepo: the kubelet runs git as root on what the repository holds.`,
          why: 'A repository with a prepared directory runs commands on the node (CVE-2024-10220), and Kubernetes has switched the driver off.',
          remedy: 'Clone the repository in an init container, into an emptyDir.',
        });
      else if (since !== undefined)
        report({
          at: node,
          severity: 'error',
          message: `Volume ${name} of ${titleOf(workload)} is of type ${kind}, which Kubernetes ${since} has removed.`,
        });
      else if (disks.has(kind) || servers.has(kind))
        report({
          at: node,
          message: `Volume ${name} of ${titleOf(workload)} names its ${servers.has(kind) ? 'server' : 'disk'} itself (${kind}).`,
        });
    }
  },
});
