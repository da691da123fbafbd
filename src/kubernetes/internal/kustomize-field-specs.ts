import { booleanAt, entryOf, itemsAt, textAt, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { groupOf, kindOf, type Resource, versionOf, withNode } from './kustomize-resource.ts';
import { derivedMap, entry, withEntry, withItems } from './node-edit.ts';

/** Fields of objects, as plugins and `configurations` name them: https://github.com/kubernetes-sigs/kustomize/blob/master/examples/transformerconfigs/README.md */
export interface FieldSpec {
  readonly group: string | undefined;
  readonly version: string | undefined;
  readonly kind: string | undefined;
  readonly path: readonly string[];
  /** Make what is not there. */
  readonly create: boolean;
}

/** A slash with a backslash before it belongs to the key, as in those of annotations. */
export function stepsOf(path: string): readonly string[] {
  return path.split(/(?<!\\)\//).map((step) => step.replaceAll('\\/', '/').replace(/\[\]$/, ''));
}

/** The specs of a list; such without a path say nothing. */
export function fieldSpecsAt(node: YamlNode | undefined, ...path: readonly string[]): readonly FieldSpec[] {
  return itemsAt(node, ...path).flatMap((item) => {
    const written = textAt(item, 'path');
    if (written === undefined || written === '') return [];
    return [
      {
        group: textAt(item, 'group'),
        version: textAt(item, 'version'),
        kind: textAt(item, 'kind'),
        path: stepsOf(written),
        create: booleanAt(item, 'create') === true,
      },
    ];
  });
}

/** Changes the fields that the specs name; `undefined` given: nothing is there, and it may be made. */
export function changeFields(
  resources: readonly Resource[],
  specs: readonly FieldSpec[],
  change: (found: YamlNode | undefined, place: YamlNode, resource: Resource) => YamlNode | undefined,
): readonly Resource[] {
  if (specs.length === 0) return resources;
  return resources.map((resource) => {
    let { node } = resource;
    for (const spec of specs) {
      if (!isFor(spec, node)) continue;
      const changed = below(node, spec.path, spec.create, (found, place) => change(found, place, resource));
      if (changed?.kind === 'map') node = changed;
    }
    return withNode(resource, node);
  });
}

function isFor({ group, version, kind }: FieldSpec, node: YamlMap): boolean {
  const fits = (wanted: string | undefined, own: string) => wanted === undefined || wanted === '' || wanted === own;
  return fits(kind, kindOf(node)) && fits(group, groupOf(node)) && fits(version, versionOf(node));
}

/** Through the items of lists on the way. */
function below(
  node: YamlNode,
  path: readonly string[],
  create: boolean,
  change: (found: YamlNode | undefined, place: YamlNode) => YamlNode | undefined,
): YamlNode | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return change(node, node);
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => below(item, path, create, change) ?? item);
    return items.some((item, index) => item !== node.items[index]) ? withItems(node, items) : node;
  }
  if (node.kind !== 'map') return node;
  const found = entryOf(node, key)?.value;
  const isNull = found?.kind === 'scalar' && found.value === null;
  let changed: YamlNode | undefined;
  if (found !== undefined && !(isNull && rest.length > 0)) changed = below(found, rest, create, change);
  else if (create)
    changed = rest.length === 0 ? change(undefined, node) : below(derivedMap([], node), rest, create, change);
  return changed === undefined || changed === found ? node : withEntry(node, entry(key, changed));
}
