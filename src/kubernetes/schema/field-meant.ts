import { entryOf, isNull, type YamlEntry, type YamlMap, type YamlNode } from '../yaml-node.ts';
import { fits, isIn, type Step } from './check-object.ts';
import type { ObjectType, ValueType } from './value-type.ts';

/** What a field was probably to be that its map does not have. */
export type FieldMeant =
  /** A field of the same map. `certain`: nothing else is near. `fits`: it takes what is written. */
  | { readonly kind: 'spelling'; readonly name: string; readonly certain: boolean; readonly fits: boolean }
  /** The same field of another map of the object: what is indented too little or too much. */
  | {
      readonly kind: 'place';
      /** `spec.template.spec`; '' for the object itself. */
      readonly path: string;
      /** Other maps that have it as near as that one, none of which is written. */
      readonly others: readonly string[];
      /** The map, where it is written already. */
      readonly map: YamlMap | undefined;
      /** `inner`: below the map that the field stands in. `outer`: around it. */
      readonly direction: 'inner' | 'outer';
    };

/** Levels below a map in which a field is looked for. */
const deepest = 4;

/**
 * What was probably meant by an entry whose key the last of `within` does not have. Undefined when nothing is near. Only fields
 * that are not there yet and that the release has. One that does not fit what is written is meant where it is spelled like it and
 * no map that is written has such a field: `port: 80` of a container is its ports rather than a probe that it does not have.
 */
export function fieldMeant(
  within: readonly Step[],
  entry: YamlEntry,
  release: number | undefined,
): FieldMeant | undefined {
  const here = within.at(-1);
  if (!here) return undefined;
  const written = entry.key.text;
  const isThere = (step: Step, name: string) => {
    const field = step.type.fields.get(name);
    return field !== undefined && (release === undefined || isIn(field, release)) ? field : undefined;
  };
  const isFree = (step: Step, name: string) => {
    const field = isThere(step, name);
    return field !== undefined && !entryOf(step.map, name) && suits(entry.value, field.type);
  };
  const names = [...here.type.fields.keys()];
  const spelling = spelledLike(
    written,
    names.filter((name) => isFree(here, name)),
  );
  if (spelling?.close) return { kind: 'spelling', name: spelling.name, certain: spelling.alone, fits: true };
  const outer = [...within.slice(0, -1)].reverse().find((step) => isFree(step, written));
  const inner = writtenInside(here, written, entry, isFree);
  const found = inner ?? (outer && { path: outer.path, map: outer.map });
  if (found) return { kind: 'place', ...found, others: [], direction: inner ? 'inner' : 'outer' };
  const like = spelledLike(
    written,
    names.filter((name) => isThere(here, name)),
  );
  if (like?.close)
    return entryOf(here.map, like.name)
      ? undefined
      : { kind: 'spelling', name: like.name, certain: false, fits: false };
  const [path, ...others] = placesOfAll(here, [entry]);
  if (path !== undefined) return { kind: 'place', path, others, map: undefined, direction: 'inner' };
  return spelling && { kind: 'spelling', name: spelling.name, certain: false, fits: true };
}

/**
 * The paths of the maps that several entries of one were probably to be in together, none of which is written: `path` and `port` of a probe are its
 * `httpGet`, although a port is a field of others, too.
 */
export function placesOfAll(here: Step, entries: readonly YamlEntry[]): readonly string[] {
  return pathsInType(here.type, entries).map((path) => join(here.path, path));
}

type IsFree = (step: Step, name: string) => boolean;

/** The map below that is written and has such a field: the one right before, where there are several. */
function writtenInside(
  here: Step,
  name: string,
  entry: YamlEntry,
  isFree: IsFree,
): { readonly path: string; readonly map: YamlMap } | undefined {
  const written: { readonly step: Step; readonly distance: number }[] = [];
  collectWritten(here, 0, (step) => {
    if (isFree(step, name)) written.push({ step, distance: entry.range.start - step.map.range.end });
  });
  const before = written.filter(({ distance }) => distance >= 0).sort((a, b) => a.distance - b.distance)[0];
  const nearest = before ?? written[0];
  return nearest && { path: nearest.step.path, map: nearest.step.map };
}

function collectWritten(step: Step, depth: number, visit: (step: Step) => void): void {
  if (depth >= deepest) return;
  for (const { key, value } of step.map.entries) {
    const type = step.type.fields.get(key.text)?.type;
    const path = join(step.path, key.text);
    if (type)
      visitMaps(value, type, path, (below) => {
        visit(below);
        collectWritten(below, depth + 1, visit);
      });
  }
}

function visitMaps(node: YamlNode, type: ValueType, path: string, visit: (step: Step) => void): void {
  if (type.kind === 'object' && node.kind === 'map') visit({ map: node, type, path });
  else if (type.kind === 'list' && node.kind === 'sequence')
    for (const [index, item] of node.items.entries()) visitMaps(item, type.item, `${path}[${index}]`, visit);
}

/** The shortest paths of a type to maps that have such fields, in lists too; '' is never one. */
function pathsInType(type: ObjectType, entries: readonly YamlEntry[]): readonly string[] {
  let level: { readonly type: ObjectType; readonly path: string }[] = [{ type, path: '' }];
  const seen = new Set<string>([type.name]);
  for (let depth = 0; depth < deepest; depth++) {
    const next: typeof level = [];
    const found: string[] = [];
    const reached = new Set<string>();
    for (const at of level)
      for (const [key, field] of at.type.fields) {
        if (key === 'status' || key === 'managedFields') continue;
        const below = field.type.kind === 'list' ? field.type.item : field.type;
        if (below.kind !== 'object' || seen.has(below.name)) continue;
        reached.add(below.name);
        const path = join(at.path, field.type.kind === 'list' ? `${key}[]` : key);
        const has = ({ key: { text }, value }: YamlEntry) => {
          const meant = below.fields.get(text);
          return meant !== undefined && suits(value, meant.type);
        };
        if (entries.every(has)) found.push(path);
        next.push({ type: below, path });
      }
    if (found.length > 0) return found;
    for (const name of reached) seen.add(name);
    level = next;
  }
  return [];
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** Whether a value could be one of a type, by its form. */
function suits(node: YamlNode, type: ValueType): boolean {
  if (isNull(node) || type.kind === 'any') return true;
  if (node.kind === 'map') return type.kind === 'object' || type.kind === 'map';
  if (node.kind === 'sequence') return type.kind === 'list';
  return type.kind === 'one-of' ? type.values.includes(node.text) : fits(node, type);
}

interface Spelling {
  readonly name: string;
  /** A slip of the pen at most. */
  readonly close: boolean;
  /** Nothing else is as near. */
  readonly alone: boolean;
}

/** The name that is nearest to what is written, if it is near at all. */
function spelledLike(written: string, names: readonly string[]): Spelling | undefined {
  const rated = names
    .map((name) => ({ name, distance: distanceOf(written, name) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  const [best, second] = rated;
  if (!best) return undefined;
  return {
    name: best.name,
    close: best.distance <= (best.name.length >= 8 ? 2 : best.name.length >= 4 ? 1 : 0),
    alone: second === undefined || second.distance > best.distance + 1,
  };
}

/** Letters to change, add, leave out or swap with their neighbour; case, dashes and underscores count for nothing. */
export function distanceOf(written: string, name: string): number {
  const a = written.toLowerCase().replaceAll(/[-_]/g, '');
  const b = name.toLowerCase();
  if (Math.abs(a.length - b.length) > 4 || a.length > 64) return Number.POSITIVE_INFINITY;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      current.push(least);
    }
    before = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
