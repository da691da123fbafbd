import { entryOf, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { kindOf, type Resource, withNode } from './kustomize-resource.ts';
import { derivedScalar, entry, withEntry, withItems } from './node-edit.ts';

/** Which kind of object the name under a key means, where the key alone tells. */
const keyKinds: ReadonlyMap<string, string> = new Map([
  ['serviceAccountName', 'ServiceAccount'],
  ['serviceAccount', 'ServiceAccount'],
  ['claimName', 'PersistentVolumeClaim'],
  ['secretName', 'Secret'],
  ['serviceName', 'Service'],
]);

/** Which kind of object is meant by the `name` in the map, or in the maps of the list, under a key. */
const nameKinds: ReadonlyMap<string, string> = new Map([
  ['configMap', 'ConfigMap'],
  ['configMapRef', 'ConfigMap'],
  ['configMapKeyRef', 'ConfigMap'],
  ['secret', 'Secret'],
  ['secretRef', 'Secret'],
  ['secretKeyRef', 'Secret'],
  ['imagePullSecrets', 'Secret'],
]);

/** Keys of maps that say the kind of what they name themselves, and of an Ingress's `service`. */
const referenceKeys = new Set(['scaleTargetRef', 'targetRef', 'roleRef', 'subjects']);

/** Names that were changed on the way are changed where other objects use them. */
export function followNames(before: readonly Resource[], after: readonly Resource[]): readonly Resource[] {
  const renamed = new Map<string, string>();
  for (const [index, resource] of after.entries()) {
    const old = before[index]?.names.at(-1);
    const name = resource.names.at(-1);
    if (old !== undefined && name !== undefined && old !== name) renamed.set(`${kindOf(resource.node)}/${old}`, name);
  }
  if (renamed.size === 0) return after;
  return after.map((resource) => {
    const node = follow(resource.node, renamed, kindOf(resource.node) === 'Ingress');
    return node.kind === 'map' ? withNode(resource, node) : resource;
  });
}

function follow(node: YamlNode, renamed: ReadonlyMap<string, string>, ingress: boolean): YamlNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => follow(item, renamed, ingress));
    return items.every((item, index) => item === node.items[index]) ? node : withItems(node, items);
  }
  let result = node;
  for (const { key, value } of node.entries) {
    const changed = followEntry(key.text, value, renamed, ingress);
    if (changed !== value) result = withEntry(result, entry(key.text, changed));
  }
  return result;
}

function followEntry(key: string, value: YamlNode, renamed: ReadonlyMap<string, string>, ingress: boolean): YamlNode {
  if (key === 'metadata') return value;
  const own = keyKinds.get(key);
  if (own && value.kind === 'scalar') return newName(value, own, renamed);
  const kind = nameKinds.get(key) ?? (ingress && key === 'service' ? 'Service' : undefined);
  const followed = follow(value, renamed, ingress);
  if (!kind && !referenceKeys.has(key)) return followed;
  if (followed.kind === 'sequence')
    return withItems(
      followed,
      followed.items.map((item) => named(item, kind, renamed)),
    );
  return named(followed, kind, renamed);
}

function named(node: YamlNode, kind: string | undefined, renamed: ReadonlyMap<string, string>): YamlNode {
  if (node.kind !== 'map') return node;
  const name = entryOf(node, 'name')?.value;
  return name ? withName(node, newName(name, kind ?? kindOf(node), renamed)) : node;
}

function withName(node: YamlMap, name: YamlNode): YamlMap {
  return withEntry(node, entry('name', name));
}

function newName(node: YamlNode, kind: string, renamed: ReadonlyMap<string, string>): YamlNode {
  const name = node.kind === 'scalar' ? renamed.get(`${kind}/${node.text}`) : undefined;
  return name === undefined ? node : derivedScalar(name, node);
}
