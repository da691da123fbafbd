import type { ReportedPlace } from '../../core/rule.ts';
import { type LineIndex, lineIndex } from '../../core/text.ts';
import { entryOf, isNull, type YamlEntry, type YamlNode } from '../yaml-node.ts';
import { type TemplateLine, templateLines, type ValueReference, type Written } from './template-lines.ts';

/** Gives the node that a chart's values, or its Chart.yaml, has for a reference; undefined where there is none. */
export type ValueLookup = (reference: ValueReference) => YamlNode | undefined;

interface Linker {
  readonly lines: LineIndex;
  readonly template: readonly TemplateLine[];
  readonly byKey: ReadonlyMap<string, readonly TemplateLine[]>;
  readonly lookup: ValueLookup;
}

/**
 * Says for the nodes of a rendered text where the values lie that they come from: those that the line of the template writes as they
 * stand, where the values give exactly what was rendered, and no other line of the template with that key gives the same from elsewhere.
 */
export function givenValues(template: string, lookup: ValueLookup): (root: YamlNode) => YamlNode {
  let linker: Linker | undefined;
  return (root) => {
    linker ??= linkerOf(template, lookup);
    return linked(root, linker);
  };
}

function linkerOf(template: string, lookup: ValueLookup): Linker {
  const lines = templateLines(template);
  const byKey = new Map<string, TemplateLine[]>();
  for (const line of lines) {
    if (!line.written || line.key === undefined) continue;
    const same = byKey.get(line.key);
    if (same) same.push(line);
    else byKey.set(line.key, [line]);
  }
  return { lines: lineIndex(template), template: lines, byKey, lookup };
}

function linked(node: YamlNode, linker: Linker): YamlNode {
  switch (node.kind) {
    case 'map':
      return { ...node, entries: node.entries.map((entry) => linkedEntry(entry, linker)) };
    case 'sequence':
      return { ...node, items: node.items.map((item) => linked(item, linker)) };
    case 'scalar':
      return node;
  }
}

function linkedEntry(entry: YamlEntry, linker: Linker): YamlEntry {
  const value = given(entry, linker) ?? linked(entry.value, linker);
  return value === entry.value ? entry : { ...entry, value };
}

/** The value of an entry with the places that it is given at; undefined where they are not known. */
function given({ key, value }: YamlEntry, linker: Linker): YamlNode | undefined {
  const line = linker.template[linker.lines.positionAt(key.range.start).line - 1];
  if (!line?.written || line.key !== key.text) return undefined;
  const found = written(value, line.written, linker.lookup);
  if (!found) return undefined;
  const place = placesText(found);
  for (const other of linker.byKey.get(key.text) ?? []) {
    const otherwise = other.written && written(value, other.written, linker.lookup);
    if (otherwise && placesText(otherwise) !== place) return undefined;
  }
  return found;
}

function placesText({ givenAt = [] }: YamlNode): string {
  return givenAt.map(({ path, range }) => `${path}:${range.start}`).join(' ');
}

function written(node: YamlNode, what: Written, lookup: ValueLookup): YamlNode | undefined {
  if (what.kind === 'yaml') {
    const values = lookup(what.reference);
    return values && mirrored(node, values, nameOf(what.reference));
  }
  if (node.kind !== 'scalar') return undefined;
  const places: ReportedPlace[] = [];
  let text = '';
  for (const piece of what.pieces) {
    if (typeof piece === 'string') {
      text += piece;
      continue;
    }
    const value = lookup(piece);
    if (value?.kind !== 'scalar' || value.text === '') return undefined;
    text += value.text;
    places.push(placeOf(value, nameOf(piece)));
  }
  return text === node.text ? { ...node, givenAt: places } : undefined;
}

/** Node and values with the same content: each with the place of its own; undefined where they are not the same. */
function mirrored(node: YamlNode, values: YamlNode, name: string): YamlNode | undefined {
  const givenAt = [placeOf(values, name)];
  if (node.kind === 'scalar') {
    if (values.kind !== 'scalar' || (node.text !== values.text && !(isNull(node) && isNull(values)))) return undefined;
    return { ...node, givenAt };
  }
  if (node.kind === 'sequence') {
    if (values.kind !== 'sequence' || values.items.length !== node.items.length) return undefined;
    const items: YamlNode[] = [];
    for (const [index, item] of node.items.entries()) {
      const other = values.items[index];
      const same = other && mirrored(item, other, name);
      if (!same) return undefined;
      items.push(same);
    }
    return { ...node, items, givenAt };
  }
  if (values.kind !== 'map' || values.entries.length !== node.entries.length) return undefined;
  const entries: YamlEntry[] = [];
  for (const entry of node.entries) {
    const other = entryOf(values, entry.key.text);
    const same = other && mirrored(entry.value, other.value, name);
    if (!same) return undefined;
    entries.push({ ...entry, key: { ...entry.key, givenAt: [placeOf(other.key, name)] }, value: same });
  }
  return { ...node, entries, givenAt };
}

function placeOf({ path, range }: YamlNode, note: string): ReportedPlace {
  return { path, range, note };
}

function nameOf({ of, path }: ValueReference): string {
  return `.${of}.${path.join('.')}`;
}
