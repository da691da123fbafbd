import type { ReportedPlace } from '../../core/rule.ts';
import type { PatchPlace, YamlEntry, YamlMap, YamlNode, YamlScalar, YamlSequence } from '../yaml-node.ts';
import { entryOf } from '../yaml-node.ts';

/** Nodes are never changed: these make new ones that share what stays the same, and keep the places of what they stand for. */

interface Placed extends ReportedPlace {
  readonly path: string;
}

/** A text that is written nowhere as it is; it is said to come from `place`. */
export function derivedScalar(value: string | number, place: Placed): YamlScalar {
  const { range, path } = place;
  return { kind: 'scalar', value, text: String(value), style: 'plain', range, path, derived: true };
}

/** A map that is written nowhere as it is. */
export function derivedMap(entries: readonly YamlEntry[], place: Placed): YamlMap {
  return { kind: 'map', entries, flow: false, range: place.range, path: place.path, derived: true };
}

export function entry(key: string, value: YamlNode): YamlEntry {
  return { key: derivedScalar(key, value), value, range: value.range };
}

/** The map with an entry in the place of the one with its key, or behind the others. */
export function withEntry(map: YamlMap, added: YamlEntry): YamlMap {
  const key = added.key.text;
  const known = entryOf(map, key);
  if (known?.value === added.value) return map;
  const entries = known
    ? map.entries.map((each) => (each === known ? { key: each.key, value: added.value, range: each.range } : each))
    : [...map.entries, added];
  return { ...map, entries };
}

/** The map without an entry. `by` is where a patch takes it away. */
export function withoutEntry(map: YamlMap, key: string, by?: PatchPlace): YamlMap {
  if (!entryOf(map, key)) return map;
  const { removed } = by ? withRemoved(map, key, by) : map;
  return { ...map, entries: map.entries.filter((each) => each.key.text !== key), ...(removed && { removed }) };
}

/** The map, of which a patch took a key away. */
export function withRemoved(map: YamlMap, key: string, { path, range }: PatchPlace): YamlMap {
  return { ...map, removed: new Map([...(map.removed ?? []), [key, { path, range }]]) };
}

/** The sequence with other items. */
export function withItems(sequence: YamlSequence, items: readonly YamlNode[]): YamlSequence {
  return { ...sequence, items };
}

/**
 * The node with what `change` makes of the node at a path of keys. `undefined` given: nothing is there; `undefined` returned: it
 * stays so, or is taken away. Maps on the way are made when `change` returns something.
 */
export function changeAt(
  node: YamlMap,
  path: readonly string[],
  change: (found: YamlNode | undefined) => YamlNode | undefined,
): YamlMap {
  const [key, ...rest] = path;
  if (key === undefined) return node;
  const found = entryOf(node, key)?.value;
  const changed = rest.length === 0 ? change(found) : changeBelow(found, node, rest, change);
  if (changed === found) return node;
  return changed === undefined ? withoutEntry(node, key) : withEntry(node, entry(key, changed));
}

function changeBelow(
  found: YamlNode | undefined,
  parent: YamlMap,
  rest: readonly string[],
  change: (found: YamlNode | undefined) => YamlNode | undefined,
): YamlNode | undefined {
  const isNull = found?.kind === 'scalar' && found.value === null;
  if (found && found.kind !== 'map' && !isNull) return found;
  const map = found?.kind === 'map' ? found : derivedMap([], found ?? parent);
  const changed = changeAt(map, rest, change);
  return changed.entries.length === 0 && found?.kind !== 'map' ? found : changed;
}
