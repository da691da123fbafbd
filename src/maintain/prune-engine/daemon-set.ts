import { groupOf } from '../../kubernetes/cluster-object.ts';
import { yamlText } from '../../kubernetes/yaml-text.ts';
import { workloadTypes } from '../prune-registry/cluster-mentions.ts';
import { containerdSocket } from './engines/containerd.ts';

export interface DaemonSetChoices {
  /** Plimsoll's own image. */
  readonly image: string;
  /** How often each node is looked at, as `--repeat` takes it. */
  readonly repeat: string;
  /** Flags of the policy, as they are called with. */
  readonly policy: readonly string[];
  /** Whether the policy looks at the room of the disk. */
  readonly seesDisk: boolean;
}

const name = 'plimsoll-prune-engine';
const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'plimsoll' };

/** Where containerd's data lie unless its configuration says otherwise. */
const containerdRoot = '/var/lib/containerd';

/** What `plimsoll prune engine` needs on nodes, and nothing else: the account, the lists that it reads, and a pod on each node with the socket of containerd. */
export function pruneDaemonSet(choices: DaemonSetChoices): string {
  const objects = [namespace, account, role(), binding, daemonSet(choices)];
  return [
    `# Clears up the images of each node's containerd: plimsoll prune engine --daemon-set ${choices.image}`,
    '# What it may do: list what runs images or could go back to them, in all namespaces (no Secret, no ConfigMap, nothing is written through the API',
    '# server), and talk to containerd. Who may talk to containerd can do anything on its node: that right is the reason for a namespace of its own, in which',
    '# nobody else may start pods. The process is not root: the socket is open to its group.',
    '# containerd elsewhere: change the hostPath of its socket. What the kubelet clears up itself (imageGCHighThresholdPercent) it goes on to.',
    objects.map((each) => yamlText(each)).join('---\n'),
  ].join('\n');
}

const namespace = {
  apiVersion: 'v1',
  kind: 'Namespace',
  // hostPath volumes are of no narrower level: https://kubernetes.io/docs/concepts/security/pod-security-standards/
  metadata: { name, labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' } },
};

const account = {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name, namespace: name, labels },
  automountServiceAccountToken: false,
};

function role() {
  const groups = new Map<string, string[]>();
  for (const type of workloadTypes) groups.set(groupOf(type), [...(groups.get(groupOf(type)) ?? []), type.resource]);
  const rules = [...groups].map(([group, resources]) => ({
    apiGroups: [group],
    resources: resources.sort(),
    verbs: ['list'],
  }));
  return { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name, labels }, rules };
}

const binding = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name, labels },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
  subjects: [{ kind: 'ServiceAccount', name, namespace: name }],
};

function daemonSet({ image, repeat, policy, seesDisk }: DaemonSetChoices) {
  const socket = { name: 'containerd', mountPath: containerdSocket };
  // Only how much is free is asked of it: the directory itself is root's, and the process is not.
  const disk = { name: 'disk', mountPath: containerdRoot, readOnly: true };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: name, labels },
    spec: {
      revisionHistoryLimit: 3,
      selector: { matchLabels: { 'app.kubernetes.io/name': name } },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: name,
          automountServiceAccountToken: true,
          enableServiceLinks: false,
          terminationGracePeriodSeconds: 60,
          tolerations: [{ operator: 'Exists' }],
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          securityContext: {
            runAsNonRoot: true,
            runAsUser: 65_532,
            runAsGroup: 0,
            seccompProfile: { type: 'RuntimeDefault' },
          },
          containers: [
            {
              name: 'prune',
              image,
              args: [
                ...['prune', 'engine', 'containerd', '--cluster', '--no-helm-releases', `--repeat=${repeat}`],
                ...policy,
                '--write',
              ],
              resources: {
                requests: { cpu: '10m', memory: '128Mi', 'ephemeral-storage': '16Mi' },
                limits: { memory: '512Mi', 'ephemeral-storage': '64Mi' },
              },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              volumeMounts: [socket, ...(seesDisk ? [disk] : [])],
            },
          ],
          volumes: [
            { name: 'containerd', hostPath: { path: containerdSocket, type: 'Socket' } },
            ...(seesDisk ? [{ name: 'disk', hostPath: { path: containerdRoot, type: 'Directory' } }] : []),
          ],
        },
      },
    },
  };
}
