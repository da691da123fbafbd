import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { networkPoliciesOf, objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { directoryOf } from '../../project/link-builds.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A workload without a network policy',
  why: 'Every pod of the cluster reaches it on every port, and it reaches everything: who breaks into one program has the network of all.',
  remedy:
    'Choose its pods with a NetworkPolicy that allows what it needs; best with one for the namespace that denies the rest.',
  peers: [
    'kube-linter:non-isolated-pod',
    'kube-score:pod-networkpolicy',
    'polaris:missingNetworkPolicy',
    'checkov:CKV2_K8S_6',
  ],
  options: {
    everywhere: {
      description:
        'Report workloads of which no neighbour has a NetworkPolicy either. Without it only those that were left out.',
      default: false,
    },
  },
  check({ workload, project }, { report, option }) {
    if (!isWhole(workload) || workload.hostNetwork.value === true) return;
    const beside = objectsOfKind(project.objects, 'NetworkPolicy', 'networking.k8s.io').filter(
      (policy) => sameNamespace(policy, workload) && isBeside(policy, workload),
    );
    if (beside.length === 0 && !option.flag('everywhere')) return;
    // Last, because it looks at every object: few workloads come as far.
    if (networkPoliciesOf(workload, project.objects).length > 0 || isOfAnotherEngine(project.objects)) return;
    report({
      at: workload.place,
      also: beside
        .slice(0, 2)
        .map((policy) => ({ ...policy.place, note: `NetworkPolicy ${policy.name} chooses others` })),
      message: `No NetworkPolicy chooses the pods of ${titleOf(workload)}.`,
    });
  },
});

/** Of several examples in one project only what stands together counts. */
function isBeside(policy: KubernetesObject, workload: Workload): boolean {
  return policy.namespace !== undefined && policy.namespace === workload.namespace
    ? true
    : directoryOf(policy.path) === directoryOf(workload.object.path);
}

const engines = /(?:^|\.)(?:cilium\.io|projectcalico\.org|antrea\.io|policy\.networking\.k8s\.io)$/;

/** Policies of Cilium, Calico and the like choose pods in ways that are not read here. */
function isOfAnotherEngine(objects: readonly KubernetesObject[]): boolean {
  return objects.some(({ group, kind }) => engines.test(group) && /Policy$/.test(kind));
}
