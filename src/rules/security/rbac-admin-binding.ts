import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isBuiltIn, permissionRules, type RoleSubject, readRoleBinding } from '../../kubernetes/rbac.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { Project } from '../../project/project.ts';
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
    'trivy:KSV0123',
    'trivy:KSV01011',
    'checkov:CKV_K8S_42',
  ],
  check({ object, project }, { report }) {
    const binding = readRoleBinding(object);
    if (!binding || isBuiltIn(object)) return;
    const { roleKind, roleName, subjects } = binding;
    const everybody = subjects.find(isEverybody);
    if (everybody && !isOpenToAll(roleName.text))
      report({
        at: everybody.name,
        severity: reachesNamedServices(project, object, roleKind, roleName.text) ? 'note' : 'error',
        message: `${titleOf(object)} gives ${roleName.text} to ${everybodyIs[everybody.name.text] ?? everybody.name.text}.`,
        // Trivy misspells the kind ClusterRoleBinding.
        peers: everybody.name.text !== 'system:authenticated' && object.kind === 'RoleBinding' ? ['trivy:KSV122'] : [],
      });
    const masters = subjects.find(({ kind, name }) => kind === 'Group' && name.text === 'system:masters');
    if (masters)
      report({
        at: masters.name,
        message: `${titleOf(object)} names the group system:masters, whose rights no binding can take away.`,
        peers: object.kind === 'RoleBinding' ? ['trivy:KSV0123', 'trivy:KSV01011'] : [],
      });
    const accounts = subjects.filter(isAccount);
    const [account] = accounts;
    const everyAccount = subjects.find(isEveryAccount);
    const others = subjects.filter((subject) => subject !== masters && subject !== everybody);
    const scope = object.kind === 'ClusterRoleBinding' ? 'on the whole cluster' : 'in its namespace';
    const isAdmin = roleKind === 'ClusterRole' && roleName.text === 'cluster-admin';
    if (isAdmin && others.length > 0)
      report({
        at: roleName,
        also: others.filter(isProgram).map(({ name }) => ({ ...name, note: 'the account' })),
        message: `${titleOf(object)} gives ${everyAccount ? 'every pod there is' : account ? `the service account ${account.name.text}` : (others[0]?.name.text ?? '')} all rights ${scope}.`,
        // People who run the cluster need it; programs do not.
        severity: everyAccount ? 'error' : account ? 'warning' : 'note',
        peers:
          object.kind === 'ClusterRoleBinding'
            ? ['kube-linter:cluster-admin-role-binding', 'polaris:clusterrolebindingClusterAdmin', 'trivy:KSV111']
            : ['polaris:rolebindingClusterAdminClusterRole', 'trivy:KSV111'],
      });
    else if (everyAccount && !isOpenToAll(roleName.text))
      report({
        at: everyAccount.name,
        message: `${titleOf(object)} gives ${roleName.text} to every pod ${everyAccount.name.text === 'system:serviceaccounts' ? 'there is' : 'of a namespace'}.`,
        remedy: 'Make a ServiceAccount for the program that needs the rights, and bind the role to that.',
        peers: [],
      });
    const byDefault = accounts.find(({ name }) => name.text === 'default');
    if (byDefault)
      report({
        at: byDefault.name,
        message: `${titleOf(object)} gives rights to the default account of ${namespaceOf(byDefault.namespace, object)}, which every pod has that names no other.`,
        remedy: 'Make a ServiceAccount for the program that needs the rights, and name it in its pods.',
        peers: ['checkov:CKV_K8S_42'],
      });
  },
});

/** An overlay that only names the namespace says nothing else of a binding than its base does. */
function namespaceOf(namespace: string | undefined, binding: Pick<KubernetesObject, 'kind' | 'namespace'>): string {
  const isOwn = binding.kind === 'RoleBinding' && namespace === binding.namespace;
  return namespace === undefined || isOwn ? 'its namespace' : namespace;
}

const everybodyIs: Readonly<Record<string, string>> = {
  'system:anonymous': 'everybody who reaches the API server, without a login',
  'system:unauthenticated': 'everybody who reaches the API server, without a login',
  'system:authenticated': 'everybody with any login',
};

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-subjects */
function isAccount({ kind, name }: RoleSubject): boolean {
  return kind === 'ServiceAccount' || (kind === 'User' && name.text.startsWith('system:serviceaccount:'));
}

function isEveryAccount({ kind, name }: RoleSubject): boolean {
  return kind === 'Group' && /^system:serviceaccounts(?::|$)/.test(name.text);
}

function isProgram(subject: RoleSubject): boolean {
  return isAccount(subject) || isEveryAccount(subject);
}

function isEverybody({ kind, name }: RoleSubject): boolean {
  return (kind === 'Group' || kind === 'User') && Object.hasOwn(everybodyIs, name.text);
}

/**
 * The role is here, and does no more than to reach or read certain services and ConfigMaps by their names, as clients of a controller do through the
 * API server.
 */
function reachesNamedServices(project: Project, binding: KubernetesObject, kind: string, name: string): boolean {
  const role = objectsOfKind(project.objects, kind).find(
    (each) => each.name === name && (each.kind === 'ClusterRole' || sameNamespace(each, binding)),
  );
  const rules = role === undefined ? [] : permissionRules(role);
  return (
    rules.length > 0 &&
    rules.every(
      ({ isNamed, verbs, resources }) =>
        isNamed &&
        resources.every(({ text }) => /^(?:services(?:\/proxy)?|endpoints|configmaps)$/.test(text)) &&
        verbs.every(
          ({ text }) =>
            /^(?:get|list|watch)$/.test(text) ||
            // To create a proxy is to send a request through it.
            (text === 'create' && resources.every((each) => each.text === 'services/proxy')),
        ),
    )
  );
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
