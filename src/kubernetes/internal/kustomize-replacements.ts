import type { Artifact } from '../../core/artifact.ts';
import { readYaml } from '../read-yaml.ts';
import {
  at,
  entryOf,
  isNull,
  itemsAt,
  numberAt,
  scalarAt,
  textAt,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { type Resource, type Telling, targets, withNode } from './kustomize-resource.ts';
import { derivedMap, derivedScalar, entry, withEntry, withItems } from './node-edit.ts';

interface ReplacementContext extends Telling {
  /** True when a part of the resources could not be had: what is looked for may be in it. */
  incomplete(): boolean;
  open(written: YamlScalar): Artifact | undefined;
}

/**
 * `replacements`: a value of one object, or one that is given, put into fields of others. Names of targets may be patterns, as newer releases of
 * Kustomize take them. What cannot be found is said, and the rest is done.
 * https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/replacements/
 */
export function applyReplacements(
  kustomization: YamlMap,
  resources: readonly Resource[],
  context: ReplacementContext,
): readonly Resource[] {
  let result = resources;
  for (const item of itemsAt(kustomization, 'replacements'))
    for (const replacement of written(item, context)) result = applyOne(result, replacement, context);
  return result;
}

/** A replacement as it stands, or those of the file that it names: one, or a list. */
function written(item: YamlNode, context: ReplacementContext): readonly YamlNode[] {
  const path = scalarAt(item, 'path');
  if (!path) return [item];
  const file = context.open(path);
  const { documents = [], problems = [] } = file ? readYaml(file) : {};
  for (const { kind, message, range, path: where } of problems)
    context.report(kind, message, { ...path, range, path: where });
  return documents.flatMap(({ root }) => (root.kind === 'sequence' ? root.items : [root]));
}

function applyOne(
  resources: readonly Resource[],
  replacement: YamlNode,
  context: ReplacementContext,
): readonly Resource[] {
  const value = sourceValue(resources, replacement, context);
  if (!value) return resources;
  let result = resources;
  for (const target of itemsAt(replacement, 'targets')) {
    const select = at(target, 'select') ?? target;
    const written = itemsAt(target, 'fieldPaths').filter((each): each is YamlScalar => each.kind === 'scalar');
    const options = at(target, 'options');
    result = result.map((resource) => {
      const rejected = itemsAt(target, 'reject').map((reject) => targets(reject, resource));
      const selected = targets(select, resource);
      if (selected === undefined || rejected.includes(undefined)) {
        context.report(
          'unsupported',
          "the replacement's target holds a regular expression or a selector that is not evaluated here",
          target,
        );
        return resource;
      }
      if (!selected || rejected.includes(true)) return resource;
      const paths =
        written.length > 0 ? written.map((path) => [path.text, path] as const) : [['metadata.name', target] as const];
      let { node } = resource;
      for (const [path, place] of paths) {
        const put: Put = { value, options, found: false, failure: undefined };
        const changed = putAt(node, pathSteps(path), put);
        if (put.failure ?? !put.found)
          context.report('invalid', `the replacement cannot be done: ${put.failure ?? `there is no ${path}`}`, place);
        if (changed.kind === 'map') node = changed;
      }
      return withNode(resource, node);
    });
  }
  return result;
}

function sourceValue(
  resources: readonly Resource[],
  replacement: YamlNode,
  context: ReplacementContext,
): YamlNode | undefined {
  const given = scalarAt(replacement, 'sourceValue');
  if (given) return given;
  const source = at(replacement, 'source');
  const fail = (message: string) => {
    if (!context.incomplete())
      context.report('invalid', `the replacement cannot be done: ${message}`, source ?? replacement);
    return undefined;
  };
  if (!source) return fail('it has no source');
  const found = resources.filter((resource) => isSource(source, resource));
  const [resource] = found;
  if (!resource) return fail('its source is not among the resources');
  if (found.length > 1) return fail('its source is more than one of the resources');
  const path = textAt(source, 'fieldPath') ?? 'metadata.name';
  const value = nodesAt(resource.node, pathSteps(path))[0];
  if (!value) return fail(`its source has no ${path}`);
  const delimiter = textAt(source, 'options', 'delimiter');
  if (delimiter === undefined || delimiter === '') return value;
  const index = numberAt(source, 'options', 'index') ?? 0;
  const part = value.kind === 'scalar' ? value.text.split(delimiter)[index] : undefined;
  return part === undefined ? fail(`${path} of its source has no part ${index}`) : derivedScalar(part, value);
}

/** Names of a source are no patterns. */
function isSource(source: YamlNode, resource: Resource): boolean {
  const name = textAt(source, 'name');
  const namespace = textAt(source, 'namespace');
  if (name !== undefined && name !== '' && !resource.names.includes(name)) return false;
  if (
    namespace !== undefined &&
    namespace !== '' &&
    !resource.namespaces.some((each) => (each ?? 'default') === namespace)
  )
    return false;
  return ['group', 'version', 'kind'].every((key) => {
    const wanted = textAt(source, key);
    if (wanted === undefined || wanted === '') return true;
    const apiVersion = textAt(resource.node, 'apiVersion') ?? '';
    const slash = apiVersion.indexOf('/');
    const own = {
      group: apiVersion.slice(0, Math.max(0, slash)),
      version: apiVersion.slice(slash + 1),
      kind: textAt(resource.node, 'kind'),
    };
    return own[key === 'group' ? 'group' : key === 'version' ? 'version' : 'kind'] === wanted;
  });
}

/** The steps of a path: `spec.containers.[name=web].env.0`, `metadata.annotations.[example.com/note]`, `data.a\.b`. */
export function pathSteps(path: string): readonly string[] {
  const steps: string[] = [];
  for (const [, bracket, plain] of path.matchAll(/\[([^\]]*)\]|((?:[^.[\\]|\\.)+)/g)) {
    if (bracket !== undefined) steps.push(bracket.includes('=') ? `[${bracket}]` : bracket);
    else steps.push((plain ?? '').replaceAll(/\\(.)/g, '$1'));
  }
  return steps;
}

/** Positions in a list that a step means. */
function positionsOf(items: readonly YamlNode[], step: string): readonly number[] {
  const all = [...items.keys()];
  if (step === '*') return all;
  const [, key, value] = /^\[([^=]*)=(.*)\]$/.exec(step) ?? [];
  if (key !== undefined)
    return all.filter((index) => {
      const item = items[index];
      return key === '' ? item?.kind === 'scalar' && item.text === value : textAt(item, key) === value;
    });
  return /^\d+$/.test(step) && Number(step) < items.length ? [Number(step)] : [];
}

/** The nodes at the steps of a path, of which there are several where it goes through `*`. */
export function nodesAt(node: YamlNode, [step, ...rest]: readonly string[]): readonly YamlNode[] {
  if (step === undefined) return [node];
  if (node.kind === 'sequence')
    return positionsOf(node.items, step).flatMap((index) => {
      const item = node.items[index];
      return item ? nodesAt(item, rest) : [];
    });
  if (node.kind !== 'map') return [];
  const below = step === '*' ? node.entries.map(({ value }) => value) : [entryOf(node, step)?.value];
  return below.flatMap((each) => (each ? nodesAt(each, rest) : []));
}

interface Put {
  readonly value: YamlNode;
  readonly options: YamlNode | undefined;
  found: boolean;
  failure: string | undefined;
}

function putAt(node: YamlNode, steps: readonly string[], put: Put): YamlNode {
  const [step, ...rest] = steps;
  if (step === undefined) {
    put.found = true;
    return replaced(node, put);
  }
  if (node.kind === 'sequence') {
    const positions = new Set(positionsOf(node.items, step));
    return withItems(
      node,
      node.items.map((item, index) => (positions.has(index) ? putAt(item, rest, put) : item)),
    );
  }
  if (node.kind !== 'map') return node;
  if (step === '*')
    return node.entries.reduce((map, { key, value }) => withEntry(map, entry(key.text, putAt(value, rest, put))), node);
  const value = entryOf(node, step)?.value;
  if (value && !(isNull(value) && rest.length > 0)) return withEntry(node, entry(step, putAt(value, rest, put)));
  if (scalarAt(put.options, 'create')?.value !== true) return node;
  // What would be a list on the way is not made up.
  if (rest.some((each) => /^(?:\[.*|\d+|-|\*)$/.test(each))) return node;
  put.found = true;
  const made = rest.reduceRight<YamlNode>((below, key) => derivedMap([entry(key, below)], put.value), put.value);
  return withEntry(node, entry(step, made));
}

/** A text takes the place of a scalar and keeps that one's type; anything else is taken as it is. */
function replaced(target: YamlNode, put: Put): YamlNode {
  const { value, options } = put;
  const delimiter = textAt(options, 'delimiter') ?? '';
  if (delimiter === '') {
    return target.kind === 'scalar' && value.kind === 'scalar' ? typed(value.text, target, value) : value;
  }
  if (target.kind !== 'scalar' || value.kind !== 'scalar') {
    put.failure = 'a delimiter is for texts only';
    return target;
  }
  const parts = target.text.split(delimiter);
  const index = numberAt(options, 'index') ?? 0;
  if (index < 0) parts.unshift(value.text);
  else if (index >= parts.length) parts.push(value.text);
  else parts[index] = value.text;
  return typed(parts.join(delimiter), target, value);
}

function typed(text: string, target: YamlScalar, source: YamlScalar): YamlScalar {
  const made = derivedScalar(text, source);
  if (typeof target.value === 'number' && text.trim() !== '' && !Number.isNaN(Number(text)))
    return { ...made, value: Number(text) };
  if (typeof target.value === 'boolean' && (text === 'true' || text === 'false'))
    return { ...made, value: text === 'true' };
  return made;
}
