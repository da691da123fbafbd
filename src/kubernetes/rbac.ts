import type { KubernetesObject } from './manifest.ts';
import { at, itemsAt, scalarAt, scalarsAt, type YamlNode, type YamlScalar } from './yaml-node.ts';

const group = 'rbac.authorization.k8s.io';

/** One rule of a Role or ClusterRole. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-and-clusterrole */
export interface PermissionRule {
  readonly node: YamlNode;
  readonly verbs: readonly YamlScalar[];
  readonly apiGroups: readonly YamlScalar[];
  /** With their subresource, `pods/exec`. */
  readonly resources: readonly YamlScalar[];
  /** True when it holds for objects of certain names only. */
  readonly isNamed: boolean;
}

/** Who a binding gives a role to. */
export interface RoleSubject {
  readonly kind: string;
  readonly name: YamlScalar;
  readonly namespace: string | undefined;
}

/** What a RoleBinding or ClusterRoleBinding joins. */
export interface RoleBinding {
  readonly roleKind: string;
  readonly roleName: YamlScalar;
  readonly subjects: readonly RoleSubject[];
}

/** The rules of a Role or ClusterRole; none for other objects, and none for one that is put together from others. */
export function permissionRules({ kind, group: its, node }: KubernetesObject): readonly PermissionRule[] {
  if ((kind !== 'Role' && kind !== 'ClusterRole') || its !== group || at(node, 'aggregationRule')) return [];
  return itemsAt(node, 'rules').map((rule) => ({
    node: rule,
    verbs: scalarsAt(rule, 'verbs'),
    apiGroups: scalarsAt(rule, 'apiGroups'),
    resources: scalarsAt(rule, 'resources'),
    isNamed: itemsAt(rule, 'resourceNames').length > 0,
  }));
}

/** Undefined for other objects and for a binding without a role. */
export function readRoleBinding({ kind, group: its, node }: KubernetesObject): RoleBinding | undefined {
  if ((kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') || its !== group) return undefined;
  const roleName = scalarAt(node, 'roleRef', 'name');
  if (!roleName) return undefined;
  const subjects = itemsAt(node, 'subjects').flatMap((subject): RoleSubject[] => {
    const name = scalarAt(subject, 'name');
    const text = (key: string) => scalarAt(subject, key)?.text;
    return name ? [{ kind: text('kind') ?? '', name, namespace: text('namespace') }] : [];
  });
  return { roleKind: scalarAt(node, 'roleRef', 'kind')?.text ?? '', roleName, subjects };
}

/** True when a rule allows a verb on a resource of an API group; `*` stands for all of each. */
export function allows(
  { verbs, apiGroups, resources }: PermissionRule,
  verb: string,
  apiGroup: string,
  resource: string,
): boolean {
  const has = (scalars: readonly YamlScalar[], ...wanted: readonly string[]) =>
    scalars.some(({ text }) => text === '*' || wanted.includes(text));
  const sub = resource.indexOf('/');
  const ofAny = sub === -1 ? [] : [`*${resource.slice(sub)}`];
  return has(verbs, verb) && has(apiGroups, apiGroup) && has(resources, resource, ...ofAny);
}

/**
 * Roles that come with Kubernetes are kept up by it: named `system:…`, labelled, or the one that has all rights by its purpose. A manifest that
 * gives another of the roles for users (`view`) rules of its own is judged by those.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#default-roles-and-role-bindings
 */
export function isBuiltIn({ kind, name, labels }: KubernetesObject): boolean {
  if (kind === 'ClusterRole' && name === 'cluster-admin') return true;
  return name.startsWith('system:') || labels.get('kubernetes.io/bootstrapping') === 'rbac-defaults';
}
