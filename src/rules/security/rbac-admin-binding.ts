import { isBuiltIn, type RoleSubject, readRoleBinding } from '../../kubernetes/rbac.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A binding that makes an account an administrator',
  why: 'Whoever breaks into a program with that account owns the cluster, or the namespace, and all Secrets in it.',
  remedy: 'Bind a role of its own, with the verbs and resources that the program uses.',
  peers: [
    'kube-linter:cluster-admin-role-binding',
    'polaris:clusterrolebindingClusterAdmin',
    'polaris:rolebindingClusterAdminClusterRole',
    'trivy:KSV111',
    'trivy:KSV122',
    'checkov:CKV_K8S_42',
  ],
  check({ object }, { report }) {
    const binding = readRoleBinding(object);
    if (!binding || isBuiltIn(object)) return;
    const { roleKind, roleName, subjects } = binding;
    const everybody = subjects.find(isEverybody);
    if (everybody && !isOpenToAll(roleName.text))
      report({
        at: everybody.name,
        severity: 'error',
        message: `${object.kind} ${object.name} gives ${roleName.text} to ${everybodyIs[everybody.name.text] ?? everybody.name.text}.`,
        // Trivy misspells the kind ClusterRoleBinding.
        peers: everybody.name.text !== 'system:authenticated' && object.kind === 'RoleBinding' ? ['trivy:KSV122'] : [],
      });
    const masters = subjects.find(({ kind, name }) => kind === 'Group' && name.text === 'system:masters');
    if (masters)
      report({
        at: masters.name,
        message: `${object.kind} ${object.name} names the group system:masters, whose rights no binding can take away.`,
        peers: [],
      });
    const accounts = subjects.filter(({ kind }) => kind === 'ServiceAccount');
    const [account] = accounts;
    if (roleKind === 'ClusterRole' && roleName.text === 'cluster-admin' && subjects.length > 0 && !masters)
      report({
        at: roleName,
        also: accounts.slice(0, 3).map(({ name }) => ({ ...name, note: 'the account' })),
        message: `${object.kind} ${object.name} gives ${account ? `the service account ${account.name.text}` : (subjects[0]?.name.text ?? '')} all rights ${object.kind === 'ClusterRoleBinding' ? 'on the whole cluster' : 'in its namespace'}.`,
        // People who run the cluster need it; programs do not.
        severity: account ? 'warning' : 'note',
        peers:
          object.kind === 'ClusterRoleBinding'
            ? ['kube-linter:cluster-admin-role-binding', 'polaris:clusterrolebindingClusterAdmin', 'trivy:KSV111']
            : ['polaris:rolebindingClusterAdminClusterRole', 'trivy:KSV111'],
      });
    const byDefault = accounts.find(({ name }) => name.text === 'default');
    if (byDefault)
      report({
        at: byDefault.name,
        message: `${object.kind} ${object.name} gives rights to the default account of ${byDefault.namespace ?? 'its namespace'}, which every pod has that names no other.`,
        remedy: 'Make a ServiceAccount for the program that needs the rights, and name it in its pods.',
        peers: ['checkov:CKV_K8S_42'],
      });
  },
});

const everybodyIs: Readonly<Record<string, string>> = {
  'system:anonymous': 'everybody who reaches the API server, without a login',
  'system:unauthenticated': 'everybody who reaches the API server, without a login',
  'system:authenticated': 'everybody with any login',
};

function isEverybody({ kind, name }: RoleSubject): boolean {
  return (kind === 'Group' || kind === 'User') && Object.hasOwn(everybodyIs, name.text);
}

/** Roles that Kubernetes itself gives to everybody. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#discovery-roles */
function isOpenToAll(role: string): boolean {
  return [
    'system:basic-user',
    'system:discovery',
    'system:public-info-viewer',
    'system:service-account-issuer-discovery',
  ].includes(role);
}
