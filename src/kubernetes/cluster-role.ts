import { groupOf, type ResourceType, resources } from './cluster-object.ts';
import { controllerTypes, otherTypes } from './read-cluster.ts';
import { yamlText } from './yaml-text.ts';

/** Read in every namespace that is looked at. */
const namespaced: readonly ResourceType[] = [...controllerTypes, resources.pods, resources.events, ...otherTypes];

/**
 * The role that an account needs to have a cluster audited, as a manifest: exactly what is read. With namespaces, a Role in each, and a
 * ClusterRole for what no namespace holds. No Secret is in it: RBAC knows no right to their names alone.
 */
export function auditRole(namespaces: readonly string[]): string {
  // By their names only, which workloads tell: nobody learns which others there are.
  const configMaps = { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] };
  const ofNamespaces = [...listRules(namespaced), configMaps];
  const clusterWide = [
    { apiGroups: [''], resources: ['nodes'], verbs: ['list'] },
    { apiGroups: [''], resources: ['namespaces'], verbs: [namespaces.length > 0 ? 'get' : 'list'] },
  ];
  const cluster = role('ClusterRole', undefined, [...clusterWide, ...(namespaces.length > 0 ? [] : ofNamespaces)]);
  const roles = [cluster, ...namespaces.map((namespace) => role('Role', namespace, ofNamespaces))];
  return [
    '# What «plimsoll audit --cluster» reads, and nothing else: it lists, and gets the ConfigMaps that workloads name; it never watches or writes.',
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

/** Rules of a role that may list these kinds, and nothing else. */
export function listRules(types: readonly ResourceType[]) {
  const groups = new Map<string, string[]>();
  for (const type of types) groups.set(groupOf(type), [...(groups.get(groupOf(type)) ?? []), type.resource]);
  return [...groups].map(([group, names]) => ({ apiGroups: [group], resources: names.sort(), verbs: ['list'] }));
}
