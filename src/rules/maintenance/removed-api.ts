import type { PeerId } from '../../core/finding.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { removedApi } from '../../kubernetes/removed-apis.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { scalarAt } from '../../kubernetes/yaml-node.ts';
import { isUnusedPatch } from '../../project/object-faults.ts';
import { objectRule } from '../../project/rule.ts';
import { renewApi } from '../../repairs/renew-api.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'An API version that Kubernetes does not serve any more',
  why: 'A cluster of that release or a later one refuses the object.',
  remedy: 'Write the version that took its place, and check the fields that changed with it.',
  peers: ['kube-score:stable-version', 'kube-linter:no-extensions-v1beta', 'trivy:KSV107'],
  check({ object, project }, { report }) {
    const found = removedApi(object, project.kubernetesTarget);
    if (!found || isUnusedPatch(project, object)) return;
    const { removedIn, use } = found;
    const fix = use === undefined ? undefined : renewApi(project, object, use);
    report({
      ...(fix && { fix }),
      at: scalarAt(object.node, 'apiVersion') ?? object.place,
      message: `${object.apiVersion} of ${titleOf(object)} was removed in Kubernetes ${removedIn}.`,
      remedy:
        use === undefined
          ? nothingInstead(object)
          : `Write ${use}, and check the fields that changed: https://kubernetes.io/docs/reference/using-api/deprecation-guide/.`,
      peers: peersOf(object),
    });
  },
});

function nothingInstead({ kind }: KubernetesObject): string {
  return kind === 'PodSecurityPolicy'
    ? 'Nothing takes its place: use the pod security standards of namespaces.'
    : 'Nothing takes its place: leave it out.';
}

/** kube-score has a short list, kube-linter a group. */
function peersOf({ apiVersion }: KubernetesObject): readonly PeerId[] {
  const peers: PeerId[] = ['trivy:KSV107'];
  if (apiVersion.startsWith('extensions/') || apiVersion.startsWith('apps/')) peers.push('kube-score:stable-version');
  if (apiVersion === 'extensions/v1beta1') peers.push('kube-linter:no-extensions-v1beta');
  return peers;
}
