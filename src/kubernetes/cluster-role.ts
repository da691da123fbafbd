import { groupOf, type ResourceType, resources } from './cluster-object.ts';
import { controllerTypes, otherTypes } from './read-cluster.ts';
import { yamlText } from './yaml-text.ts';

/** Read in every namespace that is looked at. */
const namespaced: readonly ResourceType[] = [...controllerTypes, resources.pods, resources.events, ...otherTypes];

/**
 * The role that an account needs to have a cluster audited, as a manifest: exactly what is read. With namespaces, a Role in each, and a
 * ClusterRole for what no namespace holds. No Secret and no ConfigMap is in it.
 */
export function auditRole(namespaces: readonly string[]): string {
  const clusterWide = [
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: [namespaces.length > 0 ? 'get' : 'list'] },
  ];
  const cluster = role('ClusterRole', undefined, [
    ...clusterWide,
    ...(namespaces.length > 0 ? [] : rulesOf(namespaced)),
  ]);
  const roles = [cluster, ...namespaces.map((namespace) => role('Role', namespace, rulesOf(namespaced)))];
  return [
    '# What «plimsoll audit --cluster» reads, and nothing else: it lists, it never watches or writes.',
    '# Bind it to the account that runs the audit: kubectl create clusterrolebinding plimsoll-audit --clusterrole=plimsoll-audit \\',
    '#   --serviceaccount=NAMESPACE:NAME',
    roles.map((each) => yamlText(each)).join('---\n'),
  ].join('\n');
}

function role(kind: 'Role' | 'ClusterRole', namespace: string | undefined, rules: readonly object[]) {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: 'plimsoll-audit', ...(namespace !== undefined && { namespace }) },
    rules,
  };
}

function rulesOf(types: readonly ResourceType[]) {
  const groups = new Map<string, string[]>();
  for (const type of types) groups.set(groupOf(type), [...(groups.get(groupOf(type)) ?? []), type.resource]);
  return [...groups].map(([group, names]) => ({ apiGroups: [group], resources: names.sort(), verbs: ['list'] }));
}
