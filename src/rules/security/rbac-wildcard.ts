import { isBuiltIn, permissionRules } from '../../kubernetes/rbac.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A role that allows everything of a kind',
  why: 'It holds for what will be added later, too: new kinds, new subresources, new verbs, such as those that lead to more rights.',
  remedy: 'Name the verbs and the resources that the program uses.',
  peers: [
    'kube-linter:wildcard-in-rules',
    'trivy:KSV044',
    'trivy:KSV045',
    'trivy:KSV046',
    'trivy:KSV112',
    'checkov:CKV_K8S_49',
  ],
  check({ object }, { report }) {
    if (isBuiltIn(object)) return;
    const found = permissionRules(object).flatMap(({ verbs, resources, apiGroups }) => {
      const verb = verbs.find(isStar);
      const resource = resources.find(isStar);
      const names = (scalars: readonly YamlScalar[]) => scalars.map(({ text }) => text);
      return verb || resource ? [{ verb, resource, resources: names(resources), apiGroups: names(apiGroups) }] : [];
    });
    const [first] = found;
    if (!first) return;
    const places = found.flatMap(({ verb, resource }) => verb ?? resource ?? []);
    const verb = found.find((each) => each.verb)?.verb;
    const resource = found.find((each) => each.resource)?.resource;
    const both = found.find((each) => each.verb && each.resource);
    const groups = [...new Set((both ?? found[0])?.apiGroups)];
    const isOwn = found.every(({ apiGroups }) => apiGroups.every(isCustomGroup));
    report({
      at: places[0] ?? object.place,
      also: places.slice(1, 5).map((place) => ({ ...place, note: 'here, too' })),
      message: `${titleOf(object)} allows ${both ? 'every verb on every resource' : verb ? `every verb on ${inShort(found.find((each) => each.verb)?.resources ?? [])}` : 'its verbs on every resource'}${isOwn && resource ? ` of ${inShort(groups)}` : ''}.`,
      // A program that owns a group of custom resources owns what is in it.
      ...(isOwn && { severity: 'note' }),
      peers: [
        'kube-linter:wildcard-in-rules',
        'checkov:CKV_K8S_49',
        ...(both ? (['trivy:KSV044'] as const) : []),
        ...(verb && !resource ? (['trivy:KSV045'] as const) : []),
        ...(resource ? ([object.kind === 'ClusterRole' ? 'trivy:KSV046' : 'trivy:KSV112'] as const) : []),
      ],
    });
  },
});

function inShort(names: readonly string[]): string {
  return names.length > 2 ? `${names.slice(0, 2).join(', ')} …` : names.join(' and ');
}

/** No group of Kubernetes itself, whose kinds lead to other rights. */
function isCustomGroup(group: string): boolean {
  return group.includes('.') && (!/\.k8s\.io$/.test(group) || /\.metrics\.k8s\.io$|^metrics\.k8s\.io$/.test(group));
}

function isStar({ text }: YamlScalar): boolean {
  return text === '*';
}
