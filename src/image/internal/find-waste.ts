import { linksOf } from '../entry-table.ts';
import type { HiddenHow, Waste } from '../image-analysis.ts';
import { bytesAt, contents, hasSameContent } from './contents.ts';
import { type LeftoverDirectory, leftoverKind, leftoversBelow, rootDirectory } from './leftovers.ts';
import { hiding, kindAt, kindOf, type MergedLayers } from './merge-layers.ts';
import { findPath, rootNode } from './path-tree.ts';
import { type WasteGroup, wasteGroup } from './waste-group.ts';

/** What was found while looking through all files. */
export interface WasteFigures {
  readonly waste: readonly Waste[];
  /** Content of the files that a container sees, each content once. */
  readonly neededBytes: number;
}

type Groups = Map<string, { readonly kind: Waste['kind']; readonly group: WasteGroup }>;

/**
 * Bytes that nobody needs: under later layers, in several copies, left over. The worst first.
 * @param used directories of tests that code requires (`usedTests`)
 */
export function findWaste(merged: MergedLayers, used: ReadonlySet<string>): WasteFigures {
  const groups: Groups = new Map();
  const linked = linkedTargets(merged);
  for (let entry = 0; entry < merged.nodes.length; entry++)
    if (merged.hidden[entry] !== hiding.not && kindAt(merged, entry) === kindOf.file && !linked.has(entry))
      addHidden(merged, groups, entry);
  const neededBytes = addCopies(merged, groups);
  addLeftovers(merged, groups, used, firstCopies(merged));
  const waste = [...groups]
    .flatMap(([what, { kind, group }]) => group.waste(kind, what) ?? [])
    .filter(({ bytes }) => bytes > 0)
    .sort((one, other) => other.bytes - one.bytes);
  return { waste, neededBytes };
}

function groupOf(merged: MergedLayers, groups: Groups, kind: Waste['kind'], what: string): WasteGroup {
  const known = groups.get(what);
  if (known) return known.group;
  const group = wasteGroup(merged);
  groups.set(what, { kind, group });
  return group;
}

/** Files that hard links of the same layer still show: they are there as long as one of their names is. */
function linkedTargets(merged: MergedLayers): Set<number> {
  const { tree, tables, starts, nodes, layers, current } = merged;
  const linked = new Set<number>();
  const targets = tables.map((table, layer) => {
    const start = starts[layer] ?? 0;
    const found = new Set<number>();
    for (const [at, target] of linksOf(table))
      if (table.kinds[at] === kindOf.hardlink && current[nodes[start + at] ?? rootNode] === start + at)
        found.add(findPath(tree, target));
    return found;
  });
  if (targets.every(({ size }) => size === 0)) return linked;
  for (let entry = 0; entry < nodes.length; entry++)
    if (
      merged.hidden[entry] !== hiding.not &&
      kindAt(merged, entry) === kindOf.file &&
      targets[layers[entry] ?? 0]?.has(nodes[entry] ?? rootNode)
    )
      linked.add(entry);
  return linked;
}

function addHidden(merged: MergedLayers, groups: Groups, entry: number): void {
  const bytes = bytesAt(merged, entry);
  if (bytes === 0) return;
  const layer = merged.layers[entry] ?? 0;
  const by = merged.hiddenBy[entry] ?? 0;
  groupOf(merged, groups, 'hidden', hiddenHow(merged, entry)).add(entry, layer, bytes, by);
}

/** Names the cause: what stands in the place of a file may be the same bytes once more. */
export function hiddenHow(merged: MergedLayers, entry: number): HiddenHow {
  const by = merged.hiddenBy[entry] ?? 0;
  const replacement = merged.replacedBy[entry] ?? -1;
  if (merged.hidden[entry] === hiding.deleted) return 'files deleted by a later layer';
  if (by === merged.layers[entry]) return 'files that their own layer holds twice under one name';
  if (replacement < 0 || !isSamePath(merged, entry, replacement) || !hasSameContent(merged, entry, replacement))
    return 'files replaced by a later layer';
  const one = attributesAt(merged, entry);
  const other = attributesAt(merged, replacement);
  if (one.user !== other.user || one.group !== other.group) return 'files copied to change their owner';
  if (one.mode !== other.mode) return 'files copied to change their mode';
  return 'files copied once more, unchanged';
}

function isSamePath({ nodes }: MergedLayers, one: number, other: number): boolean {
  return nodes[one] === nodes[other];
}

function attributesAt({ tables, layers, starts }: MergedLayers, entry: number) {
  const layer = layers[entry] ?? 0;
  const at = entry - (starts[layer] ?? 0);
  const table = tables[layer];
  return { user: table?.users[at], group: table?.groups[at], mode: table?.modes[at] };
}

/** Copies among the files that a container sees: the lowest one is the one that is kept. Gives the bytes of those that are. */
function addCopies(merged: MergedLayers, groups: Groups): number {
  const { layers, nodes, hidden } = merged;
  const known = contents(merged, nodes.length);
  let needed = 0;
  for (let entry = 0; entry < nodes.length; entry++) {
    const bytes = hidden[entry] !== hiding.not || kindAt(merged, entry) !== kindOf.file ? 0 : bytesAt(merged, entry);
    if (bytes === 0) continue;
    const first = known.first(entry);
    if (first === entry) needed += bytes;
    else {
      const what =
        layers[first] === layers[entry] ? 'identical files in one layer' : 'identical files in several layers';
      groupOf(merged, groups, 'duplicate', what).add(entry, layers[entry] ?? 0, bytes);
    }
  }
  return needed;
}

/** By entry the one whose bytes it only holds once more, with another owner or mode: the step that brought those is the one to change. */
export function firstCopies(merged: MergedLayers): Int32Array {
  const { replacedBy } = merged;
  const first = Int32Array.from(replacedBy, (_, entry) => entry);
  // A replacement stands behind what it replaces, so that chains are complete when they are gone along.
  for (let entry = 0; entry < first.length; entry++) {
    const later = replacedBy[entry] ?? -1;
    if (later >= 0 && isSamePath(merged, entry, later) && hasSameContent(merged, entry, later))
      first[later] = first[entry] ?? entry;
  }
  return first;
}

function addLeftovers(merged: MergedLayers, groups: Groups, used: ReadonlySet<string>, first: Int32Array): void {
  const { tree } = merged;
  const pending = [{ top: rootNode, directory: rootDirectory }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (let node = tree.firstChild(next.top); node >= 0; node = tree.nextSibling(node)) {
      addLeftover(merged, groups, node, next.directory, first);
      if (tree.firstChild(node) >= 0)
        pending.push({ top: node, directory: leftoversBelow(next.directory, tree.nameText(node, 'latin1'), used) });
    }
}

function addLeftover(
  merged: MergedLayers,
  groups: Groups,
  node: number,
  directory: LeftoverDirectory,
  first: Int32Array,
): void {
  const { tree, current, layers } = merged;
  const entry = current[node] ?? -1;
  const bytes = entry < 0 || kindAt(merged, entry) !== kindOf.file ? 0 : bytesAt(merged, entry);
  if (bytes === 0) return;
  const kind = leftoverKind(directory, tree.nameText(node, 'latin1'));
  if (kind !== undefined)
    groupOf(merged, groups, 'leftover', kind).add(entry, layers[first[entry] ?? entry] ?? 0, bytes);
}
