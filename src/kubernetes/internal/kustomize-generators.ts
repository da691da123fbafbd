import type { Artifact } from '../../core/artifact.ts';
import type { YamlSource } from '../yaml-document.ts';
import {
  at,
  contentRange,
  entriesAt,
  itemsAt,
  scalarAt,
  scalarsAt,
  textAt,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { kindOf, type Resource, withNode } from './kustomize-resource.ts';
import { changeAt, derivedMap, derivedScalar, entry, withEntry, withoutEntry } from './node-edit.ts';

export interface GeneratorContext {
  readonly source: YamlSource;
  open(written: YamlScalar): Artifact | undefined;
  /** The file at a path as the kustomization writes it, without a word when there is none. */
  peek(written: string): Artifact | undefined;
}

/**
 * Adds what `configMapGenerator` and `secretGenerator` make. The names are without the hash that Kustomize appends, here and
 * where they are used. Of `files` the names are known, and whether they are texts: a ConfigMap has others under `binaryData`.
 */
export function addGenerated(
  kustomization: YamlMap,
  resources: readonly Resource[],
  context: GeneratorContext,
): readonly Resource[] {
  let result = resources;
  for (const [field, kind] of [
    ['configMapGenerator', 'ConfigMap'],
    ['secretGenerator', 'Secret'],
  ] as const)
    for (const item of itemsAt(kustomization, field))
      result = addOne(result, kind, item, [at(kustomization, 'generatorOptions'), at(item, 'options')], context);
  return result;
}

function addOne(
  resources: readonly Resource[],
  kind: string,
  item: YamlNode,
  options: readonly (YamlNode | undefined)[],
  context: GeneratorContext,
): readonly Resource[] {
  const pairs = ['labels', 'annotations'].map((key) => [key, options.flatMap((each) => entriesAt(each, key))] as const);
  const name = scalarAt(item, 'name');
  if (!name) return resources;
  const fields = dataFields(kind, item, context);
  const behavior = textAt(item, 'behavior');
  const existing = resources.find((each) => kindOf(each.node) === kind && each.names.includes(name.text));
  if (existing && (behavior === 'merge' || behavior === 'replace')) {
    let node = existing.node;
    for (const [field, data] of fields) {
      const known = at(node, field);
      const base = behavior === 'merge' && known?.kind === 'map' ? known : derivedMap([], item);
      const all = data.reduce(withEntry, base);
      node = all.entries.length > 0 ? withEntry(node, entry(field, all)) : withoutEntry(node, field);
    }
    for (const [key, added] of pairs)
      if (added.length > 0)
        node = changeAt(node, ['metadata', key], (found) =>
          added.reduce(withEntry, found?.kind === 'map' ? found : derivedMap([], item)),
        );
    return resources.map((each) => (each === existing ? withNode(each, node) : each));
  }
  const namespace = scalarAt(item, 'namespace');
  const metadata = [
    entry('name', name),
    ...(namespace ? [entry('namespace', namespace)] : []),
    ...pairs.flatMap(([key, added]) =>
      added.length > 0 ? [entry(key, added.reduce(withEntry, derivedMap([], item)))] : [],
    ),
  ];
  const node = derivedMap(
    [
      entry('apiVersion', derivedScalar('v1', item)),
      entry('kind', derivedScalar(kind, item)),
      entry('metadata', derivedMap(metadata, item)),
      ...fields.flatMap(([field, data]) => (data.length > 0 ? [entry(field, derivedMap(data, item))] : [])),
    ],
    item,
  );
  const made: Resource = {
    node,
    source: context.source,
    range: item.range,
    names: [name.text],
    namespaces: [namespace?.text],
    formerNames: [name.text],
    prefixes: [],
    suffixes: [],
    vars: [],
  };
  return [...resources, made];
}

/** The fields of the object that hold data, with what the generator puts into each. */
function dataFields(
  kind: string,
  item: YamlNode,
  context: GeneratorContext,
): readonly (readonly [field: string, data: readonly YamlEntry[]])[] {
  const files = scalarsAt(item, 'files');
  const data = dataOf(item, context);
  // A Secret's data is Base64 in a manifest; here it is as written, which `stringData` says.
  if (kind === 'Secret') return [['stringData', [...data, ...files.map(fileEntry)]]];
  const isBinary = ({ text }: YamlScalar) => context.peek(text.slice(text.indexOf('=') + 1))?.encoding === 'latin1';
  return [
    ['data', [...data, ...files.filter((file) => !isBinary(file)).map(fileEntry)]],
    ['binaryData', files.filter(isBinary).map(fileEntry)],
  ];
}

function dataOf(item: YamlNode, context: GeneratorContext): YamlEntry[] {
  const envs = [...scalarsAt(item, 'envs'), ...[scalarAt(item, 'env') ?? []].flat()];
  return [
    ...scalarsAt(item, 'literals').flatMap((literal) =>
      assignment(literal.text, contentRange(literal).start, literal, literal.path),
    ),
    ...envs.flatMap((written) => {
      const file = context.open(written);
      return file ? envFileEntries(file) : [];
    }),
  ];
}

/** `key=value` at an offset of a file, quotes around the value taken off. */
function assignment(text: string, start: number, place: YamlNode | undefined, path: string): YamlEntry[] {
  const equals = text.indexOf('=');
  if (equals <= 0) return [];
  const written = text.slice(equals + 1);
  const quote = written[0] === '"' || written[0] === "'" ? written[0] : undefined;
  const quoted = quote !== undefined && written.length > 1 && written.endsWith(quote);
  const value = quoted ? written.slice(1, -1) : written;
  const range = { start, end: start + text.length };
  const exact = place?.kind !== 'scalar' || contentRange(place).end - start === text.length;
  const at = { range: exact ? range : (place?.range ?? range), path };
  const from = start + equals + 1 + (quoted ? 1 : 0);
  const valueAt = exact ? { range: { start: from, end: from + value.length }, path } : at;
  return [{ key: derivedScalar(text.slice(0, equals), at), value: derivedScalar(value, valueAt), range: at.range }];
}

/** The lines of an env file: `KEY=value`, comments and empty lines left out. */
function envFileEntries(file: Artifact): YamlEntry[] {
  const entries: YamlEntry[] = [];
  let start = 0;
  for (const line of file.text.split('\n')) {
    const text = line.trim();
    const offset = start + line.length - line.trimStart().length;
    if (text !== '' && !text.startsWith('#'))
      // A name alone takes its value from the environment of whoever builds.
      entries.push(...assignment(text.includes('=') ? text : `${text}=`, offset, undefined, file.path));
    start += line.length + 1;
  }
  return entries;
}

/** `key=path` or a path, whose base name then is the key. */
function fileEntry(written: YamlScalar): YamlEntry {
  const equals = written.text.indexOf('=');
  const key = equals === -1 ? written.text.slice(written.text.lastIndexOf('/') + 1) : written.text.slice(0, equals);
  return { key: derivedScalar(key, written), value: derivedScalar('', written), range: written.range };
}
