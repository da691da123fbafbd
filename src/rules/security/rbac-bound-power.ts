import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isBuiltIn, permissionRules, type RoleSubject, readRoleBinding } from '../../kubernetes/rbac.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { powers, powersOf } from '../../kubernetes/role-powers.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { objectRule } from '../../project/rule.ts';

const everything: PeerId = 'polaris:rolebindingClusterAdminRole';

export const rule = objectRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'The role itself is reported by `security/rbac-escalation` and `security/rbac-wildcard`; this says once more who has it.',
  summary: 'An account is given a role that leads to more rights',
  why: 'Who breaks into a program of that account can take the rights of others, up to all of the cluster.',
  remedy: 'Bind a role without these permissions, or give the program an account of its own.',
  peers: [...new Set([...powers.flatMap(({ boundPeers }): PeerId[] => [...(boundPeers ?? [])]), everything])],
  check({ object, project }, { report }) {
    const binding = readRoleBinding(object);
    if (!binding || isBuiltIn(object)) return;
    const accounts = binding.subjects.filter(isAccount);
    const role = objectsOfKind(project.objects, binding.roleKind).find(
      (each) => each.name === binding.roleName.text && (each.kind === 'ClusterRole' || sameNamespace(each, object)),
    );
    const [account] = accounts;
    if (!account || !role || isBuiltIn(role)) return;
    const all = allowsEverything(role);
    const held = powersOf(role).filter(({ power }) => !power.clusterWide || object.kind === 'ClusterRoleBinding');
    const whats = all ? ['do everything'] : [...new Set(held.map(({ power }) => power.what))];
    if (whats.length === 0) return;
    const peers = held.flatMap(({ power }) =>
      [...(power.boundPeers ?? [])].filter((peer) => isOfKinds(peer, object, role)),
    );
    report({
      at: binding.roleName,
      also: [
        { ...account.name, note: 'the account' },
        ...(all
          ? [{ ...role.place, note: role.kind }]
          : held.slice(0, 4).map(({ place, power }) => ({ ...place, note: power.what }))),
      ],
      message: `${titleOf(object)} lets ServiceAccount ${account.name.text} ${enumerate(whats)}.`,
      peers: [
        ...new Set<PeerId>([
          ...peers,
          ...(all && role.kind === 'Role' && object.kind === 'RoleBinding' ? [everything] : []),
        ]),
      ],
    });
  },
});

function isAccount({ kind, name }: RoleSubject): boolean {
  return kind === 'ServiceAccount' || (kind === 'User' && name.text.startsWith('system:serviceaccount:'));
}

function allowsEverything(role: KubernetesObject): boolean {
  return permissionRules(role).some(({ verbs, apiGroups, resources }) =>
    [verbs, apiGroups, resources].every((list) => list.some(({ text }) => text === '*')),
  );
}

/** Polaris has a check for each pair of kinds. */
function isOfKinds(peer: PeerId, binding: KubernetesObject, role: KubernetesObject): boolean {
  if (!peer.startsWith('polaris:')) return true;
  if (binding.kind === 'ClusterRoleBinding') return peer === 'polaris:clusterrolebindingPodExecAttach';
  return peer === `polaris:rolebinding${role.kind}PodExecAttach`;
}
