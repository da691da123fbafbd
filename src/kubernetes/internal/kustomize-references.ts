import { entryOf, itemsAt, textAt, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { changeFields, type FieldSpec } from './kustomize-field-specs.ts';
import { knownNameFields, type NameFields } from './kustomize-name-fields.ts';
import { groupOf, isClusterScoped, kindOf, type Resource, versionOf } from './kustomize-resource.ts';
import { derivedScalar, entry, withEntry, withItems } from './node-edit.ts';

/**
 * Names, and namespaces where they stand beside them, that were changed on the way are changed where other objects use them: once,
 * when everything is built, so that a patch of an overlay may use a name of its base. `configured` are fields that
 * `configurations` add. A name that could mean several objects stays as it is; Kustomize builds nothing then.
 * https://github.com/kubernetes-sigs/kustomize/blob/api/v0.18.0/api/filters/nameref/nameref.go
 */
export function followReferences(
  resources: readonly Resource[],
  configured: readonly NameFields[],
): readonly Resource[] {
  const byFormerName = new Map<string, Resource[]>();
  for (const resource of resources)
    for (const name of resource.formerNames) {
      const known = byFormerName.get(name);
      if (known) known.push(resource);
      else byFormerName.set(name, [resource]);
    }
  if (byFormerName.size === 0) return resources;
  const fields = fieldsByReferrer([...knownNameFields(), ...configured]);
  const everywhere = fields.get('') ?? [];
  return resources.map((referrer) => {
    let result = referrer;
    for (const { target, spec } of [...(fields.get(kindOf(referrer.node)) ?? []), ...everywhere]) {
      const following: Following = { byFormerName, referrer, target, path: spec.path };
      result = changeFields([result], [spec], (found) => found && followed(found, following))[0] ?? result;
    }
    return result;
  });
}

interface ReferrerField {
  readonly target: NameFields;
  readonly spec: FieldSpec;
}

/** By the kind of what refers; such for every kind under the empty text. */
function fieldsByReferrer(all: readonly NameFields[]): ReadonlyMap<string, readonly ReferrerField[]> {
  const result = new Map<string, ReferrerField[]>();
  for (const target of all)
    for (const spec of target.specs) {
      const kind = spec.kind ?? '';
      const known = result.get(kind);
      if (known) known.push({ target, spec });
      else result.set(kind, [{ target, spec }]);
    }
  return result;
}

interface Following {
  readonly byFormerName: ReadonlyMap<string, readonly Resource[]>;
  readonly referrer: Resource;
  readonly target: NameFields;
  readonly path: readonly string[];
}

function followed(found: YamlNode, following: Following): YamlNode {
  if (found.kind === 'sequence') {
    const items = found.items.map((item) => (item.kind === 'sequence' ? item : followed(item, following)));
    return items.some((item, index) => item !== found.items[index]) ? withItems(found, items) : found;
  }
  if (found.kind === 'map') return followedMap(found, following);
  const name = nameOf(meant(candidates(found.text, following), following, nameOf));
  return name === undefined || name === found.text ? found : derivedScalar(name, found);
}

/** A map of `name` and `namespace` takes both from the object that it means. */
function followedMap(found: YamlMap, following: Following): YamlMap {
  const name = entryOf(found, 'name')?.value;
  if (name?.kind !== 'scalar') return found;
  const written = textAt(found, 'namespace');
  const all = candidates(name.text, following);
  const first = all.filter(({ namespaces }) => written !== undefined && (namespaces[0] ?? 'default') === written);
  const now = all.filter((each) => (namespaceOf(each.node) ?? 'default') === written);
  const some = written === undefined ? all : first.length > 0 ? first : now;
  const object = meant(some, following, (each) => each && `${namespaceOf(each.node) ?? ''}/${nameOf(each)}`);
  const newName = nameOf(object);
  const namespace = object && namespaceOf(object.node);
  let result = found;
  if (newName !== undefined && newName !== name.text)
    result = withEntry(result, entry('name', derivedScalar(newName, name)));
  if (namespace !== undefined && namespace !== written)
    result = withEntry(
      result,
      entry('namespace', derivedScalar(namespace, entryOf(found, 'namespace')?.value ?? found)),
    );
  return result;
}

/** The objects of the kind that had the name and that the referrer can reach. */
function candidates(name: string, { byFormerName, referrer, target, path }: Following): readonly Resource[] {
  const kind = kindOf(referrer.node);
  const namespace = namespaceOf(referrer.node) ?? 'default';
  const role =
    path.at(-2) === 'roleRef' && path.at(-1) === 'name' ? entryOf(referrer.node, 'roleRef')?.value : undefined;
  return (byFormerName.get(name) ?? []).filter((each) => {
    const own = kindOf(each.node);
    if (own !== target.kind || (target.group !== undefined && groupOf(each.node) !== target.group)) return false;
    if (target.version !== undefined && versionOf(each.node) !== target.version) return false;
    if (role && (textAt(role, 'kind') !== own || textAt(role, 'apiGroup') !== groupOf(each.node))) return false;
    if (isClusterScoped(kind) || isClusterScoped(own)) return true;
    const place = namespaceOf(each.node) ?? 'default';
    return place === namespace || (own === 'ServiceAccount' && bindsAccountsOf(referrer.node, place));
  });
}

function bindsAccountsOf(referrer: YamlMap, namespace: string): boolean {
  return (
    kindOf(referrer) === 'RoleBinding' &&
    itemsAt(referrer, 'subjects').some(
      (subject) => kindOf(subject) === 'ServiceAccount' && textAt(subject, 'namespace') === namespace,
    )
  );
}

/** The one that is meant: of several that with the referrer's prefixes and suffixes, or any when they come to the same. */
function meant(
  found: readonly Resource[],
  { referrer }: Following,
  identity: (resource: Resource | undefined) => string | undefined,
): Resource | undefined {
  let some = found;
  for (const emptyFits of [true, false])
    if (some.length > 1)
      some = some.filter(
        ({ prefixes, suffixes }) =>
          endAlike(prefixes, referrer.prefixes, emptyFits) && endAlike(suffixes, referrer.suffixes, emptyFits),
      );
  const [first] = some;
  return some.every((each) => identity(each) === identity(first)) ? first : undefined;
}

function endAlike(one: readonly string[], other: readonly string[], emptyFits: boolean): boolean {
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  if (shorter.length === 0) return emptyFits || longer.length === 0;
  return shorter.every((text, index) => text === longer[index + longer.length - shorter.length]);
}

function nameOf(resource: Resource | undefined): string | undefined {
  return resource && textAt(resource.node, 'metadata', 'name');
}

function namespaceOf(node: YamlMap): string | undefined {
  return textAt(node, 'metadata', 'namespace');
}
