import { entryOf, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { withoutEntry } from './node-edit.ts';

/** The items of a list that keys tell apart, and how the item of the base and that of a patch are put together. */
export interface KeyedLists {
  readonly base: readonly YamlNode[];
  readonly patch: readonly YamlMap[];
  readonly keys: readonly string[];
  /** `undefined` returned: the patch takes the item away. */
  merge(own: YamlMap | undefined, change: YamlMap): YamlNode | undefined;
}

/**
 * Lists whose items several keys tell apart, some of which not every item has (`ports`, where `protocol` is often left out), as Kustomize 5 merges
 * them: an item without a key is taken for the one that has it, is looked for by what the two have together, and so may not be found; what is there
 * already then stands for it, and of several that share what the last of them has, the last is kept. That is not what the API server does, but what is deployed.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/yaml/walk/associative_sequence.go
 */
export function mergeByKeys({ base, patch, keys, merge }: KeyedLists): YamlNode[] {
  const wanted = joined(distinct([...patch, ...base].map((item) => keys.map((key) => keyText(item, key) ?? ''))));
  const used = keys.map((_, at) => wanted.some((values) => values[at] !== ''));
  const usedKeys = keys.filter((_, at) => used[at]);
  let own = [...base];
  let front: YamlNode[] = [];
  const changes = [...patch];
  for (const all of wanted) {
    const values = all.filter((_, at) => used[at]);
    const named = usedKeys.flatMap((key, at) => (values[at] ? [{ key, value: values[at] }] : []));
    const isNamed = (item: YamlNode) => named.every(({ key, value }) => keyText(item, key) === value);
    const at = own.findIndex(isNamed);
    const changedBy = changes.findIndex(isNamed);
    const change = changes[changedBy];
    const found = own[at];
    const node = change ? merge(found?.kind === 'map' ? found : undefined, change) : found;
    // A directive is obeyed once: what is come upon again is an item like others.
    if (change) changes[changedBy] = withoutEntry(change, '$patch');
    if (!node || (node.kind === 'map' && node.entries.length === 0)) {
      own = own.filter((item) => !isSet(item, usedKeys, values));
      continue;
    }
    if (at !== -1) own[at] = node;
    front = put(front, node, usedKeys, values);
  }
  for (const item of own) {
    const values = usedKeys.flatMap((key) => keyText(item, key) ?? []);
    front = [...front.filter((other) => !isSet(other, usedKeys, values)), item];
  }
  return front;
}

/** The items with one in the place of those that it stands for, or behind them. */
function put(
  items: readonly YamlNode[],
  node: YamlNode,
  keys: readonly string[],
  values: readonly string[],
): YamlNode[] {
  return items.some((item) => isSet(item, keys, values))
    ? items.map((item) => (isSet(item, keys, values) ? node : item))
    : [...items, node];
}

/** Where a value is empty, any will do; keys for which there are no values do not count. */
function isSet(item: YamlNode, keys: readonly string[], values: readonly string[]): boolean {
  return values.every((value, at) => {
    const its = keyText(item, keys[at] ?? '');
    return its !== undefined && (value === '' || its === value);
  });
}

/** Values of keys, in which those that lack one take it over from the others that have all else in common. */
function joined(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const result = [...lists];
  for (const [at, one] of lists.entries()) {
    const first = result[at] ?? one;
    for (const [other, its] of result.entries()) {
      const both = together(first, its);
      if (!both) continue;
      result[at] = both;
      result[other] = both;
    }
  }
  return result;
}

function together(one: readonly string[], other: readonly string[]): readonly string[] | undefined {
  if (!one.some((value, at) => value === other[at])) return undefined;
  if (one.some((value, at) => value !== other[at] && value !== '' && other[at] !== '')) return undefined;
  return one.map((value, at) => value || (other[at] ?? ''));
}

function distinct(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lists.map((values) => [JSON.stringify(values), values])).values()];
}

/** What an item is told apart by, as it is written; undefined where it has none, or a null. */
export function keyText(item: YamlNode, key: string): string | undefined {
  const value = entryOf(item, key)?.value;
  return value?.kind === 'scalar' && value.value !== null ? value.text : undefined;
}
