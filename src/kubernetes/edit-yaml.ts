import type { Artifact } from '../core/artifact.ts';
import type { TextEdit } from '../core/fix.ts';
import { appendLines, behindEntry, columnOf, insertFlow, prependLines } from './internal/place-lines.ts';
import { sharedRanges } from './internal/shared-ranges.ts';
import {
  entriesOfRecord,
  entryLines,
  flowText,
  isRecord,
  itemLines,
  layoutOf,
  mapLines,
  spreadText,
  type YamlRecord,
  type YamlValue,
} from './internal/yaml-style.ts';
import { scalarText } from './scalar-text.ts';
import { entryOf, type YamlEntry, type YamlMap, type YamlNode, type YamlSequence } from './yaml-node.ts';
import { isYttTemplate } from './ytt-template.ts';

export type { YamlRecord, YamlValue } from './internal/yaml-style.ts';

/**
 * Edits of YAML and JSON files by the nodes that were read from them: only what changes is written, in the style of the file, and
 * every comment stays. All of these return undefined where that cannot be done: what an alias shares with other users, what
 * Kustomize or Helm made and no file holds, and forms too odd to be sure of. Edits of one call, and of several calls whose maps
 * are not the same, can be applied together after {@link inOrder}.
 */

/** True where a node is written in the file as it is, and nobody else uses it through an alias. */
export function isEditable(artifact: Artifact, node: YamlNode): boolean {
  if (node.derived || node.path !== artifact.path || isYttTemplate(artifact)) return false;
  return !sharedRanges(artifact).some(({ start, end }) => start <= node.range.start && node.range.start < end);
}

/** True when the value of an entry is written behind its key, and not taken from elsewhere by an alias. */
function isWritten({ key, value, range }: YamlEntry): boolean {
  return value.path === key.path && value.range.start >= key.range.end && value.range.end <= range.end;
}

/** True when a key stands in the map itself, whatever its value is now. */
function isOwnKey({ path, range }: YamlMap, { key }: YamlEntry): boolean {
  return !key.derived && key.path === path && key.range.start >= range.start && key.range.end <= range.end;
}

/** The entry of that key which the map itself writes: not one that a merge or another file gives it. */
function writtenEntry(map: YamlMap, key: string): YamlEntry | undefined {
  const entry = entryOf(map, key);
  if (!entry || entry.key.derived || entry.key.path !== map.path) return undefined;
  return entry.range.start >= map.range.start && entry.range.end <= map.range.end ? entry : undefined;
}

/** Where new keys of a map go. */
export type Place = 'first' | 'last' | { readonly after: string };

/**
 * Gives a map what `record` says: keys that it lacks are added, maps are gone into, everything else is replaced. What is already as
 * it should be stays untouched. New keys come last, behind a key that is named, or first where the style allows it.
 */
export function setKeys(
  artifact: Artifact,
  map: YamlMap,
  record: YamlRecord,
  place: Place = 'last',
): readonly TextEdit[] | undefined {
  if (!isEditable(artifact, map)) return undefined;
  const edits: TextEdit[] = [];
  const added: Record<string, YamlValue> = {};
  for (const [key, value] of entriesOfRecord(record)) {
    const known = entryOf(map, key);
    const entry = writtenEntry(map, key);
    // The file has the key already, and not what Kustomize makes of it: a second one would be written beside it.
    if (!entry && (map.removed?.has(key) || (known && isOwnKey(map, known)))) return undefined;
    if (known && !entry) {
      // What another file or a merge gives stands beside what this one writes; going into it would change it for all.
      if (isRecord(value)) return undefined;
      added[key] = value;
      continue;
    }
    if (!entry) {
      added[key] = value;
      continue;
    }
    if (isRecord(value) && entry.value.kind === 'map' && entry.value.entries.length > 0) {
      const inner = isWritten(entry) ? setKeys(artifact, entry.value, value) : undefined;
      if (!inner) return undefined;
      edits.push(...inner);
      continue;
    }
    const replaced = setValue(artifact, map, entry, value);
    if (!replaced) return undefined;
    edits.push(...replaced);
  }
  if (Object.keys(added).length === 0) return edits;
  const inserted = addKeys(artifact, map, added, place);
  return inserted && [...edits, ...inserted];
}

function addKeys(artifact: Artifact, map: YamlMap, record: YamlRecord, place: Place): readonly TextEdit[] | undefined {
  const layout = layoutOf(artifact);
  if (map.flow) {
    const write = (spread: string | undefined) =>
      entriesOfRecord(record).map(
        ([key, value]) =>
          `${scalarText(key, layout.json)}: ${spread === undefined ? flowText(value, layout.json) : spreadText(value, spread, layout)}`,
      );
    return insertFlow(artifact, map, layout, write);
  }
  const column = columnOf(artifact.text, map.range.start);
  if (column === undefined) return undefined;
  const lines = mapLines(record, layout);
  const first = place === 'first' ? prependLines(artifact, map.range.start, column, lines, layout) : undefined;
  if (first) return first;
  const neighbour = typeof place === 'string' ? undefined : writtenEntry(map, place.after);
  return appendLines(artifact, neighbour?.range.end ?? map.range.end, column, lines, layout);
}

/** Gives an entry of a map another value. */
function setValue(
  artifact: Artifact,
  map: YamlMap,
  entry: YamlEntry,
  value: YamlValue,
): readonly TextEdit[] | undefined {
  const layout = layoutOf(artifact);
  const { key } = entry;
  if (isWritten(entry) && !isEditable(artifact, entry.value)) return undefined;
  // Behind the colon: anything but blanks is a tag, an anchor or a comment, which would have to go somewhere.
  const written = isWritten(entry) ? entry.value.range : { start: entry.range.end, end: entry.range.end };
  const colon = /^[ \t]*:/.exec(artifact.text.slice(key.range.end, entry.range.end + 1))?.[0];
  if (colon === undefined) return undefined;
  const from = key.range.end + colon.length;
  const between = artifact.text.slice(from, isWritten(entry) ? written.start : entry.range.end);
  if (isWritten(entry) ? !/^[ \t]*$/.test(between) : !/^[ \t]*\*[^\s,\]}]+$/.test(between)) return undefined;
  const range = { start: from, end: entry.range.end };
  const old = artifact.text.slice(written.start, written.end);
  const isCollection =
    (isRecord(value) && entriesOfRecord(value).length > 0) || (Array.isArray(value) && value.length > 0);
  if (!isCollection || map.flow) {
    const text = isCollection ? flowText(value, layout.json) : quotedAs(old, value, layout.json);
    return [{ path: artifact.path, range, replacement: ` ${text}` }];
  }
  // A comment inside of what is replaced would be lost.
  if (/#/.test(old) && isWritten(entry) && entry.value.kind !== 'scalar') return undefined;
  const column = columnOf(artifact.text, map.range.start);
  if (column === undefined || old.includes('\n')) return undefined;
  const [, ...lines] = entryLines(key.text, value, layout);
  const appended = appendLines(artifact, entry.range.end, column, lines, layout);
  if (!appended) return undefined;
  return range.start === range.end ? appended : [{ path: artifact.path, range, replacement: '' }, ...appended];
}

/** A text in the quotes of the one that it replaces. */
function quotedAs(old: string, value: YamlValue, json: boolean): string {
  if (typeof value !== 'string') return flowText(value, json);
  if (old.startsWith('"')) return JSON.stringify(value);
  if (old.startsWith("'") && !/[\n\r]/.test(value)) return `'${value.replaceAll("'", "''")}'`;
  return scalarText(value, json);
}

/** Replaces a scalar where it is written, and keeps its quotes. */
export function replaceScalar(
  artifact: Artifact,
  node: YamlNode,
  value: string | number | boolean,
): readonly TextEdit[] | undefined {
  if (node.kind !== 'scalar' || node.style === 'absent' || !isEditable(artifact, node)) return undefined;
  if (node.style === 'literal' || node.style === 'folded') return undefined;
  const old = artifact.text.slice(node.range.start, node.range.end);
  return [{ path: artifact.path, range: node.range, replacement: quotedAs(old, value, layoutOf(artifact).json) }];
}

/** Adds items at the end of a list. */
export function addItems(
  artifact: Artifact,
  list: YamlSequence,
  items: readonly YamlValue[],
): readonly TextEdit[] | undefined {
  if (!isEditable(artifact, list)) return undefined;
  const layout = layoutOf(artifact);
  if (list.flow)
    return insertFlow(artifact, list, layout, (spread) =>
      items.map((item) => (spread === undefined ? flowText(item, layout.json) : spreadText(item, spread, layout))),
    );
  const column = columnOf(artifact.text, list.range.start);
  return column === undefined
    ? undefined
    : appendLines(artifact, list.range.end, column, itemLines(items, layout), layout);
}

/**
 * Takes the entry at a path of keys away, and the maps above it that would be left empty, but never `map` itself. A comment behind
 * it stays on a line of its own; undefined where a comment stands inside of it.
 */
export function removeKey(artifact: Artifact, map: YamlMap, path: readonly string[]): readonly TextEdit[] | undefined {
  let holder = map;
  let removed: { readonly from: YamlMap; readonly entry: YamlEntry } | undefined;
  for (const [index, key] of path.entries()) {
    const entry = writtenEntry(holder, key);
    if (!entry) return undefined;
    if (!removed || !isOnly(artifact, holder)) removed = { from: holder, entry };
    if (index < path.length - 1) {
      if (entry.value.kind !== 'map' || !isWritten(entry)) return undefined;
      holder = entry.value;
    }
  }
  if (!removed || !isEditable(artifact, removed.from)) return undefined;
  if (isOnly(artifact, removed.from)) return undefined;
  // What others use through an anchor must stay.
  const { start, end } = removed.entry.range;
  if (sharedRanges(artifact).some((shared) => shared.start >= start && shared.start < end)) return undefined;
  return behindEntry(artifact, removed.from, { start, end });
}

/** True when a map would be empty without its one entry. */
function isOnly(artifact: Artifact, map: YamlMap): boolean {
  return map.entries.length === 1 && !artifact.text.slice(map.range.start, map.range.end).includes('<<');
}

/** Takes items out of a list; undefined when none would be left. */
export function removeItems(
  artifact: Artifact,
  list: YamlSequence,
  items: readonly YamlNode[],
): readonly TextEdit[] | undefined {
  const [first, ...others] = items;
  if (first === undefined) return [];
  if (others.length === 0) return removeItem(artifact, list, first);
  if (items.length >= list.items.length) return undefined;
  if (list.flow) return keepItems(artifact, list, items);
  const edits: TextEdit[] = [];
  for (const item of items) {
    const removed = removeItem(artifact, list, item);
    if (!removed) return undefined;
    edits.push(...removed);
  }
  return edits;
}

/** A list in flow style with what stays of it. */
function keepItems(
  artifact: Artifact,
  list: YamlSequence,
  removed: readonly YamlNode[],
): readonly TextEdit[] | undefined {
  const text = artifact.text.slice(list.range.start, list.range.end);
  if (!isEditable(artifact, list) || /[#&*\n]/.test(text)) return undefined;
  const kept = list.items.filter((item) => !removed.includes(item));
  const texts = kept.map(({ range }) => artifact.text.slice(range.start, range.end));
  return [{ path: artifact.path, range: list.range, replacement: `[${texts.join(', ')}]` }];
}

/** Takes an item out of a list; undefined when it is the only one. */
export function removeItem(artifact: Artifact, list: YamlSequence, item: YamlNode): readonly TextEdit[] | undefined {
  if (!isEditable(artifact, list) || !isEditable(artifact, item) || list.items.length < 2) return undefined;
  if (item.range.start < list.range.start || item.range.end > list.range.end) return undefined;
  if (list.flow) return behindEntry(artifact, list, item.range);
  const dash = artifact.text.slice(list.range.start, item.range.start).lastIndexOf('-');
  const start = list.range.start + dash;
  if (dash === -1 || !/^-[ \t]+$/.test(artifact.text.slice(start, item.range.start))) return undefined;
  return behindEntry(artifact, list, { start, end: item.range.end });
}

/** A map as the text of a document of its own, in the layout of a file, with LF line ends. */
export function documentText(artifact: Artifact, record: YamlRecord): string {
  const layout = layoutOf(artifact);
  return `${mapLines(record, { ...layout, json: false }).join('\n')}\n`;
}

/** A new document at the end of a file of YAML; undefined for JSON. `text` has no marker, and LF line ends. */
export function addDocument(artifact: Artifact, text: string): readonly TextEdit[] | undefined {
  const { json, lineEnd } = layoutOf(artifact);
  if (json || artifact.text.trim() === '') return undefined;
  const { length } = artifact.text;
  const opened = /\n$/.test(artifact.text) ? '' : lineEnd;
  // A last marker with nothing behind it is one that can be used.
  const marker = /(?:^|\n)---[ \t]*\r?\n?$/.test(artifact.text) ? '' : `---${lineEnd}`;
  const body = text.replaceAll('\n', lineEnd);
  return [{ path: artifact.path, range: { start: length, end: length }, replacement: `${opened}${marker}${body}` }];
}

/**
 * Edits of several calls as one list: at the same place, what goes into the line comes before new lines, and of those the ones that
 * are indented more, so that an entry of an inner map does not end up behind one of the outer map.
 */
export function inOrder(edits: readonly TextEdit[]): readonly TextEdit[] {
  const indent = ({ replacement }: TextEdit) => /^\r?\n( *)/.exec(replacement)?.[1]?.length ?? Number.MAX_SAFE_INTEGER;
  return [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end || indent(b) - indent(a));
}
