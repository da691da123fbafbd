import type { ReportedPlace } from '../core/rule.ts';
import type { SourceRange } from '../core/text.ts';

/**
 * What every node has. A node is a place that a rule may report as it stands (`context.report({ at: node, … })`): `range` is
 * of the file at `path`, which for a patched object may be another one than the object's own.
 */
interface YamlNodeBase extends ReportedPlace {
  /** Quotes, brackets and block scalar headers included; without trailing white space and comments. */
  readonly range: SourceRange;
  readonly path: string;
  /**
   * True when what stands at `range` is not what the node says, because Kustomize or Helm made it from that: a place to look
   * at, never one to edit.
   */
  readonly derived?: true;
}

export type YamlStyle = 'plain' | 'single-quoted' | 'double-quoted' | 'literal' | 'folded' | 'absent';

export interface YamlScalar extends YamlNodeBase {
  readonly kind: 'scalar';
  /**
   * As Kubernetes takes it (YAML 1.1: a plain `yes` or `on` is true, `0644` is octal). A number that does not fit is Infinity.
   */
  readonly value: string | number | boolean | null;
  /** The text with quotes, escapes and folding undone: what `value` would be if it were a string. */
  readonly text: string;
  /** `absent`: nothing is written where a value could be (`key:`); the range is then empty. */
  readonly style: YamlStyle;
}

export interface YamlEntry {
  readonly key: YamlScalar;
  readonly value: YamlNode;
  /** From the key to the end of the value. */
  readonly range: SourceRange;
}

export interface YamlMap extends YamlNodeBase {
  readonly kind: 'map';
  /** Merged entries (`<<`) come last; of duplicate keys only the last one, as Kubernetes takes it. */
  readonly entries: readonly YamlEntry[];
  readonly flow: boolean;
  /** Keys that a Kustomize patch took away, and where it says so: what stands at `range` may have them still. */
  readonly removed?: ReadonlyMap<string, PatchPlace>;
}

/** The part of a patch that decides something. */
export interface PatchPlace {
  readonly range: SourceRange;
  readonly path: string;
}

export interface YamlSequence extends YamlNodeBase {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly flow: boolean;
}

/** One value of a YAML or JSON text. An alias is the very node that it names, so that nodes form a graph without cycles. */
export type YamlNode = YamlScalar | YamlMap | YamlSequence;

/** A map of more entries than this is searched through an index. */
const indexedFrom = 24;
const indexes = new WeakMap<YamlMap, ReadonlyMap<string, YamlEntry>>();

/** The entry of a map by its key; undefined when the node is no map or has none. */
export function entryOf(node: YamlNode | undefined, key: string): YamlEntry | undefined {
  if (node?.kind !== 'map') return undefined;
  const { entries } = node;
  if (entries.length < indexedFrom) {
    // By index, here and below: these run hundreds of times for each object, and an iterator makes objects until V8 has optimized it.
    for (let at = 0; at < entries.length; at++) if (entries[at]?.key.text === key) return entries[at];
    return undefined;
  }
  let index = indexes.get(node);
  if (!index) {
    index = new Map(entries.map((entry) => [entry.key.text, entry]));
    indexes.set(node, index);
  }
  return index.get(key);
}

/** The node at a path of keys and zero-based positions; undefined when there is none. */
export function at(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlNode | undefined {
  return atPath(node, path);
}

/** The same for a path that is at hand: to spread one takes longer than to follow it. */
export function atPath(node: YamlNode | undefined, path: readonly (string | number)[]): YamlNode | undefined {
  let current = node;
  for (let depth = 0; depth < path.length; depth++) {
    const step = path[depth];
    if (step === undefined) return undefined;
    if (typeof step === 'string') current = entryOf(current, step)?.value;
    else current = current?.kind === 'sequence' ? current.items[step] : undefined;
    if (!current) return undefined;
  }
  return current;
}

/** Where a patch took away what would stand at a path of keys, or something above it; undefined where none did. */
export function removedAt(node: YamlNode | undefined, path: readonly string[]): PatchPlace | undefined {
  let current = node;
  for (const key of path) {
    if (current?.kind !== 'map') return undefined;
    const found = entryOf(current, key)?.value;
    if (!found) return current.removed?.get(key);
    current = found;
  }
  return undefined;
}

/** The scalar at a path; undefined for a map, a sequence, null and nothing. */
export function scalarAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): YamlScalar | undefined {
  return scalar(atPath(node, path));
}

function scalar(found: YamlNode | undefined): YamlScalar | undefined {
  return found?.kind === 'scalar' && found.value !== null ? found : undefined;
}

/** The text of the scalar at a path, whatever its type; undefined for a map, a sequence, null and nothing. */
export function textAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): string | undefined {
  return scalar(atPath(node, path))?.text;
}

/** The boolean at a path; undefined when there is something else. */
export function booleanAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): boolean | undefined {
  const value = scalar(atPath(node, path))?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** The number at a path; undefined when there is something else. */
export function numberAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): number | undefined {
  const value = scalar(atPath(node, path))?.value;
  return typeof value === 'number' ? value : undefined;
}

const nothing: readonly never[] = [];

/** The items of the sequence at a path; none when there is something else. */
export function itemsAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): readonly YamlNode[] {
  const found = atPath(node, path);
  return found?.kind === 'sequence' ? found.items : nothing;
}

/** Those items of the sequence at a path that are scalars. */
export function scalarsAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): readonly YamlScalar[] {
  const found = atPath(node, path);
  if (found?.kind !== 'sequence') return nothing;
  return found.items.filter((item): item is YamlScalar => item.kind === 'scalar');
}

/** The entries of the map at a path; none when there is something else. */
export function entriesAt(node: YamlNode | undefined, ...path: readonly (string | number)[]): readonly YamlEntry[] {
  const found = atPath(node, path);
  return found?.kind === 'map' ? found.entries : nothing;
}

/** The map at a path as names and texts; entries whose value is no scalar are left out. */
export function textsAt(
  node: YamlNode | undefined,
  ...path: readonly (string | number)[]
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  const found = atPath(node, path);
  if (found?.kind !== 'map') return texts;
  for (const { key, value } of found.entries)
    if (value.kind === 'scalar' && value.value !== null) texts.set(key.text, value.text);
  return texts;
}

/** True for a key with nothing behind it, `null` and `~`. */
export function isNull(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === null;
}

/** The range of a scalar's text without its quotes, for an edit that keeps them. */
export function contentRange(scalar: YamlScalar): SourceRange {
  const quoted = scalar.style === 'single-quoted' || scalar.style === 'double-quoted';
  return quoted ? { start: scalar.range.start + 1, end: scalar.range.end - 1 } : scalar.range;
}
