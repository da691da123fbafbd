import type { Artifact } from '../../core/artifact.ts';
import { readYaml } from '../read-yaml.ts';
import type { YamlSource, YamlStream } from '../yaml-document.ts';
import { at, entryOf, itemsAt, scalarAt, textAt, type YamlMap, type YamlNode, type YamlScalar } from '../yaml-node.ts';
import { readEmbedded } from './embedded-yaml.ts';
import { applyJsonPatch } from './json-patch.ts';
import {
  asPart,
  groupOf,
  isPatchFor,
  kindOf,
  type Resource,
  remembered,
  type Telling,
  targets,
  withNode,
} from './kustomize-resource.ts';
import { changeAt } from './node-edit.ts';
import { type MergeSchema, mergeMaps, mergeOptionsFor } from './strategic-merge.ts';

/** What a kustomization's patches need of the world around them. */
export interface PatchContext extends Telling {
  readonly source: YamlSource;
  /** True when a part of the resources could not be had, which was said: a patch may be for one of them. */
  incomplete(): boolean;
  /** The file at a path as the kustomization writes it; undefined when there is none, which is said already. */
  open(written: YamlScalar): Artifact | undefined;
  /** The same, and nothing is said. */
  peek(written: string): Artifact | undefined;
  /** What `openapi` says, in place of what Kustomize knows. */
  readonly mergeSchema: MergeSchema | undefined;
}

/**
 * Applies all patches of a kustomization, in Kustomize's order: `patchesStrategicMerge`, `patches`, then, behind everything
 * else, `patchesJson6902`, which therefore has a function of its own.
 */
export function applyPatches(
  kustomization: YamlMap,
  resources: readonly Resource[],
  context: PatchContext,
): readonly Resource[] {
  let result = resources;
  for (const item of itemsAt(kustomization, 'patchesStrategicMerge'))
    if (item.kind === 'scalar')
      result = applyWritten(result, textOrFile(item, context), undefined, undefined, item, context);
  for (const item of itemsAt(kustomization, 'patches')) result = applyEntry(result, item, context);
  return result;
}

export function applyJsonPatches(
  kustomization: YamlMap,
  resources: readonly Resource[],
  context: PatchContext,
): readonly Resource[] {
  return itemsAt(kustomization, 'patchesJson6902').reduce(
    (result, item) => applyEntry(result, item, context),
    resources,
  );
}

function applyEntry(resources: readonly Resource[], item: YamlNode, context: PatchContext): readonly Resource[] {
  const path = scalarAt(item, 'path');
  const inline = scalarAt(item, 'patch');
  const file = path && context.open(path);
  const stream = inline ? readEmbedded(inline, context.source) : file && readYaml(file);
  return applyWritten(resources, stream, at(item, 'target'), at(item, 'options'), item, context);
}

function textOrFile(item: YamlScalar, context: PatchContext): YamlStream | undefined {
  if (item.text.includes('\n')) return readEmbedded(item, context.source);
  const file = context.open(item);
  return file && readYaml(file);
}

function applyWritten(
  resources: readonly Resource[],
  stream: YamlStream | undefined,
  target: YamlNode | undefined,
  options: YamlNode | undefined,
  item: YamlNode,
  context: PatchContext,
): readonly Resource[] {
  let result = resources;
  // Of a patch that cannot be had whole only its target, if it has one, says which objects it may be for.
  if (!stream || stream.problems.length > 0)
    result = resources.map((each) => (target && targets(target, each) === false ? each : asPart(each)));
  if (!stream) return result;
  for (const problem of stream.problems)
    context.report(problem.kind, problem.message, { ...item, range: problem.range, path: problem.path });
  for (const { root } of stream.documents) {
    if (root.kind === 'sequence' && target) result = jsonPatched(result, root, target, context);
    else if (root.kind === 'map') result = merged(result, root, target, options, context);
    else
      context.report('invalid', 'this is neither a strategic merge patch nor a list of operations with a target', root);
  }
  return result;
}

type Answers = ReadonlyMap<Resource, boolean | undefined>;

/** What the target says of each resource; undefined where that is not known, which is told. */
function chosen(resources: readonly Resource[], target: YamlNode, context: PatchContext): Answers {
  const answers = new Map(resources.map((resource) => [resource, targets(target, resource)]));
  if ([...answers.values()].includes(undefined))
    context.report(
      'unsupported',
      "the patch's target holds a regular expression or a selector that is not evaluated here",
      target,
    );
  return answers;
}

function jsonPatched(
  resources: readonly Resource[],
  operations: YamlNode,
  target: YamlNode,
  context: PatchContext,
): readonly Resource[] {
  const answers = chosen(resources, target, context);
  return resources.map((resource) => {
    const wanted = answers.get(resource);
    if (wanted !== true) return wanted === undefined ? asPart(resource) : resource;
    const result = applyJsonPatch(resource.node, operations);
    if ('node' in result) return withNode(remembered(resource), result.node);
    context.report('invalid', `the patch cannot be applied: ${result.failure}`, result.operation ?? operations);
    return asPart(resource);
  });
}

function merged(
  resources: readonly Resource[],
  patch: YamlMap,
  target: YamlNode | undefined,
  options: YamlNode | undefined,
  context: PatchContext,
): readonly Resource[] {
  const answers: Answers = target
    ? chosen(resources, target, context)
    : new Map(resources.map((each) => [each, isPatchFor(patch, each)]));
  if (!target && ![...answers.values()].includes(true) && !context.incomplete())
    context.report(
      'invalid',
      `the patch is for ${kindOf(patch)} ${nameOf(patch)}, which is not among the resources`,
      patch,
    );
  return resources.flatMap((resource) => {
    const wanted = answers.get(resource);
    if (wanted !== true) return [wanted === undefined ? asPart(resource) : resource];
    const merging =
      context.mergeSchema?.(textAt(resource.node, 'apiVersion') ?? '', kindOf(resource.node)) ??
      mergeOptionsFor(groupOf(resource.node));
    const node = mergeMaps(resource.node, withIdentityOf(patch, resource, options), merging);
    const isNamed = scalarAt(options, 'allowNameChange')?.value === true;
    return node ? [withNode(isNamed ? remembered(resource) : resource, node)] : [];
  });
}

/**
 * Name, namespace and kind in a patch say which object it is for, by what that was called at first, and change nothing unless the
 * patch's options let them.
 */
function withIdentityOf(patch: YamlMap, resource: Resource, options: YamlNode | undefined): YamlMap {
  const allowed = (key: string) => scalarAt(options, key)?.value === true;
  let result = patch;
  if (!allowed('allowKindChange'))
    for (const key of ['apiVersion', 'kind'])
      if (entryOf(patch, key)) result = changeAt(result, [key], () => at(resource.node, key));
  const kept = allowed('allowNameChange') ? ['namespace'] : ['name', 'namespace'];
  for (const key of kept)
    if (at(patch, 'metadata', key))
      result = changeAt(result, ['metadata', key], () => at(resource.node, 'metadata', key));
  return result;
}

function nameOf(node: YamlNode): string {
  return scalarAt(node, 'metadata', 'name')?.text ?? 'without a name';
}
