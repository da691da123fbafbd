import type { PeerId } from '../../core/finding.ts';
import { familiarName } from '../../core/image-reference.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

/** Components of clusters that their makers have given up, by the end of the name of their image. */
const retired: readonly {
  readonly image: RegExp;
  readonly name: string;
  readonly since: string;
  readonly instead: string;
  readonly peers: readonly PeerId[];
}[] = [
  {
    image: /(?:^|\/)tiller$/,
    name: 'Tiller',
    since: 'Helm 2 ended in November 2020; Tiller does for everybody who reaches it what the administrator may',
    instead: 'Use Helm 3 or later, which has no server in the cluster.',
    peers: ['checkov:CKV_K8S_34', 'trivy:KSV102'],
  },
  {
    image: /(?:^|\/)kubernetes-dashboard(?:-[a-z0-9]+)?$|(?:^|\/)kubernetesui\/dashboard$/,
    name: 'Kubernetes Dashboard',
    since: 'the project is archived and gets no security updates',
    instead: 'Use Headlamp, which the Kubernetes project names in its place.',
    peers: ['checkov:CKV_K8S_33'],
  },
  {
    image: /(?:^|\/)heapster(?:-[a-z0-9]+)?$/,
    name: 'Heapster',
    since: 'it ended with Kubernetes 1.13',
    instead: 'Use metrics-server for autoscaling and Prometheus for monitoring.',
    peers: [],
  },
];

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A part of the cluster that is no longer maintained',
  why: 'It has wide rights in the cluster and gets no security updates.',
  remedy: 'Remove it, and use what its makers name in its place.',
  peers: retired.flatMap(({ peers }) => peers),
  check({ workload }, { report }) {
    for (const { image, imageReference } of workload.allContainers) {
      const name = imageReference && familiarName(imageReference);
      const found = retired.find((each) => name !== undefined && each.image.test(name));
      if (!found || !image) continue;
      report({
        at: image,
        message: `${titleOf(workload)} runs ${found.name}: ${found.since}.`,
        remedy: found.instead,
        peers: found.peers,
      });
    }
  },
});
