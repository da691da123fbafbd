import {
  entryOf,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
  type YamlSequence,
} from '../yaml-node.ts';
import { keyText, mergeByKeys } from './merge-by-keys.ts';
import { withItems, withRemoved } from './node-edit.ts';

/**
 * Strategic merge patches: maps are merged key by key, lists of things with a name item by item.
 * https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
 */

/** Keys that together tell the items of a list apart. The first is in every item; of the others some may have none. */
export type MergeKey = readonly [string, ...string[]];

/** By which keys the items of a list are told apart, one or another where lists of several kinds have one name; a list that is not named is replaced as a whole. */
const mergeKeys: ReadonlyMap<string, readonly MergeKey[]> = new Map<string, readonly MergeKey[]>([
  ['containers', [['name']]],
  ['initContainers', [['name']]],
  ['ephemeralContainers', [['name']]],
  ['volumes', [['name']]],
  ['env', [['name']]],
  ['imagePullSecrets', [['name']]],
  ['resourceClaims', [['name']]],
  ['secrets', [['name']]],
  ['volumeMounts', [['mountPath']]],
  ['volumeDevices', [['devicePath']]],
  ['hostAliases', [['ip']]],
  ['topologySpreadConstraints', [['topologyKey', 'whenUnsatisfiable']]],
  [
    'ports',
    [
      ['containerPort', 'protocol'],
      ['port', 'protocol'],
    ],
  ],
  ['conditions', [['type']]],
  ['ownerReferences', [['uid']]],
  ['webhooks', [['name']]],
  ['matchConditions', [['name']]],
]);

/** API groups whose lists are merged; objects of others are custom resources, whose lists a patch replaces. */
const builtInGroups = new Set([
  '',
  'apps',
  'batch',
  'extensions',
  'policy',
  'autoscaling',
  'networking.k8s.io',
  'admissionregistration.k8s.io',
]);

/** How the lists of an object, or of a part of it, are merged. */
export interface MergeOptions {
  /** By which keys the items of the list that a field holds are told apart; none where a patch replaces it. */
  keysOf(field: string): readonly MergeKey[];
  /** How those are merged that are in what a field holds, or in the items of its list. */
  below(field: string): MergeOptions;
}

/** How objects are merged, by what they have as `apiVersion` and `kind`. */
export type MergeSchema = (apiVersion: string, kind: string) => MergeOptions;

const builtIn: MergeOptions = { keysOf: (field) => mergeKeys.get(field) ?? [], below: () => builtIn };
const replacing: MergeOptions = { keysOf: () => [], below: () => replacing };

/** How Kustomize merges what it knows itself. */
export function mergeOptionsFor(group: string): MergeOptions {
  return builtInGroups.has(group) ? builtIn : replacing;
}

/** The base with a patch put in; undefined when the patch deletes it. */
export function mergeMaps(base: YamlMap, patch: YamlMap, options: MergeOptions): YamlMap | undefined {
  const directive = directiveOf(patch);
  if (directive === 'delete') return undefined;
  if (directive === 'replace') return stripped(patch);
  const entries: YamlEntry[] = [];
  let merged = base;
  for (const each of base.entries) {
    const change = entryOf(patch, each.key.text);
    if (!change) {
      entries.push(each);
      continue;
    }
    const value = mergeNodes(each.key.text, each.value, change.value, options);
    if (value) entries.push(value === each.value ? each : { key: each.key, value, range: value.range });
    else merged = withRemoved(merged, each.key.text, change.key);
  }
  for (const added of patch.entries) {
    const key = added.key.text;
    if (key.startsWith('$') || isNull(added.value) || entryOf(base, key)) continue;
    const value = clean(added.value);
    if (value) entries.push(value === added.value ? added : { ...added, value });
  }
  return { ...merged, entries };
}

function mergeNodes(key: string, base: YamlNode, patch: YamlNode, options: MergeOptions): YamlNode | undefined {
  if (isNull(patch)) return undefined;
  if (base.kind === 'map' && patch.kind === 'map') return mergeMaps(base, patch, options.below(key));
  if (base.kind === 'sequence' && patch.kind === 'sequence') return mergeSequences(key, base, patch, options);
  // What a patch only repeats is still the base's to change.
  if (base.kind === 'scalar' && patch.kind === 'scalar' && isSame(base, patch)) return base;
  return clean(patch);
}

/** `on` over `yes` is a change: Kustomize takes both for texts. */
function isSame(one: YamlScalar, other: YamlScalar): boolean {
  return (
    one.value === other.value && (typeof one.value !== 'boolean' || one.text.toLowerCase() === other.text.toLowerCase())
  );
}

function mergeSequences(key: string, base: YamlSequence, patch: YamlSequence, options: MergeOptions): YamlSequence {
  const by = options
    .keysOf(key)
    .find(([name]) =>
      [...patch.items.filter((item) => !isDirective(item)), ...base.items].every((item) => hasKey(item, name)),
    );
  if (by === undefined || patch.items.some((item) => isDirective(item) && directiveOf(item) === 'replace'))
    return withItems(
      patch,
      patch.items.filter((item) => !isDirective(item)).flatMap((item) => clean(item) ?? []),
    );
  const changes = patch.items.flatMap((item) => (item.kind === 'map' && !isDirective(item) ? [item] : []));
  const merge = (own: YamlMap | undefined, change: YamlMap) =>
    own ? mergeMaps(own, change, options.below(key)) : withoutDirectives(change);
  const used = by.filter((name) => [...base.items, ...changes].some((item) => hasKey(item, name)));
  return withItems(
    base,
    used.length > 1
      ? mergeByKeys({ base: base.items, patch: changes, keys: by, merge })
      : mergeByFirstKey(base.items, changes, by[0], merge),
  );
}

/** Kustomize puts what the patch names in front, in the patch's order. */
function mergeByFirstKey(
  base: readonly YamlNode[],
  changes: readonly YamlMap[],
  key: string,
  merge: (own: YamlMap | undefined, change: YamlMap) => YamlNode | undefined,
): YamlNode[] {
  const own = new Map(base.map((item) => [keyText(item, key), item]));
  const front = new Map<string | undefined, YamlNode | undefined>();
  for (const change of changes) {
    const name = keyText(change, key);
    const known = front.get(name) ?? own.get(name);
    front.set(name, merge(known?.kind === 'map' ? known : undefined, change));
  }
  const rest = [...own].flatMap(([name, item]) => (front.has(name) ? [] : [item]));
  return [...[...front.values()].flatMap((item) => item ?? []), ...rest];
}

function withoutDirectives(item: YamlMap): YamlNode | undefined {
  return directiveOf(item) === 'delete' ? undefined : clean(item);
}

function hasKey(item: YamlNode, key: string): boolean {
  return entryOf(item, key)?.value.kind === 'scalar';
}

/** True for `- $patch: replace`, an item that is about the list. */
function isDirective(item: YamlNode): item is YamlMap {
  return item.kind === 'map' && item.entries.length === 1 && item.entries[0]?.key.text === '$patch';
}

function directiveOf(node: YamlMap): string | undefined {
  const value = entryOf(node, '$patch')?.value;
  return value?.kind === 'scalar' ? value.text : undefined;
}

function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

function stripped(map: YamlMap): YamlMap {
  const cleaned = clean(map);
  return cleaned?.kind === 'map' ? cleaned : { ...map, entries: [] };
}

/** What a patch adds, without directives and nulls; the very node when it has none. */
function clean(node: YamlNode): YamlNode | undefined {
  if (isNull(node)) return undefined;
  if (node.kind === 'sequence') {
    const items = node.items.flatMap((item) => (isDirective(item) ? [] : (clean(item) ?? [])));
    return items.length === node.items.length && items.every((item, i) => item === node.items[i])
      ? node
      : withItems(node, items);
  }
  if (node.kind === 'scalar') return node;
  let changed = false;
  const entries: YamlEntry[] = [];
  for (const each of node.entries) {
    const value = each.key.text.startsWith('$') ? undefined : clean(each.value);
    changed ||= value !== each.value;
    if (value) entries.push(value === each.value ? each : { ...each, value });
  }
  return changed ? { ...node, entries } : node;
}
