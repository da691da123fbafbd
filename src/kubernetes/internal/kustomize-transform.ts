import {
  at,
  entriesAt,
  entryOf,
  itemsAt,
  numberAt,
  scalarAt,
  textAt,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { parseImageName } from './image-name.ts';
import { isClusterScoped, kindOf, type Resource, remembered, withNode } from './kustomize-resource.ts';
import { changeAt, derivedMap, derivedScalar, entry, withEntry, withItems } from './node-edit.ts';

/** The transformations that a kustomization's fields stand for. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */

/** Which accounts that bindings name take the namespace, and whether it replaces another one. */
export interface NamespaceOptions {
  readonly unsetOnly: boolean;
  readonly subjects: 'defaultOnly' | 'allServiceAccounts' | 'none';
  /** A Namespace takes it as its name. */
  readonly renames: boolean;
}

const everywhere: NamespaceOptions = { unsetOnly: false, subjects: 'defaultOnly', renames: true };

/**
 * `namespace`: put in everywhere but on what has none. Accounts and Services that are among the
 * resources are followed later, see followReferences.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/namespace
 */
export function setNamespace(
  kustomization: YamlMap,
  resources: readonly Resource[],
  { unsetOnly, subjects, renames }: NamespaceOptions = everywhere,
): readonly Resource[] {
  const namespace = scalarAt(kustomization, 'namespace');
  if (!namespace) return resources;
  const put = (found: YamlNode | undefined) =>
    unsetOnly && found?.kind === 'scalar' && found.text !== '' ? found : namespace;
  return resources.map((resource) => {
    const kind = kindOf(resource.node);
    const path = kind === 'Namespace' ? ['metadata', 'name'] : ['metadata', 'namespace'];
    const keeps = kind === 'Namespace' ? !renames : isClusterScoped(kind);
    let node = keeps ? resource.node : changeAt(resource.node, path, put);
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding') node = withSubjects(node, subjects, put);
    return withNode(remembered(resource), node);
  });
}

function withSubjects(
  binding: YamlMap,
  mode: NamespaceOptions['subjects'],
  put: (found: YamlNode | undefined) => YamlNode,
): YamlMap {
  return changeAt(binding, ['subjects'], (subjects) => {
    if (subjects?.kind !== 'sequence' || mode === 'none') return subjects;
    const items = subjects.items.map((subject) => {
      if (subject.kind !== 'map') return subject;
      const isMeant =
        mode === 'defaultOnly' ? textAt(subject, 'name') === 'default' : kindOf(subject) === 'ServiceAccount';
      return isMeant ? changeAt(subject, ['namespace'], put) : subject;
    });
    return items.every((item, index) => item === subjects.items[index]) ? subjects : withItems(subjects, items);
  });
}

const neverRenamed = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

/** `namePrefix` and `nameSuffix`. */
export function rename(kustomization: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  const prefix = textAt(kustomization, 'namePrefix') ?? '';
  const suffix = textAt(kustomization, 'nameSuffix') ?? '';
  if (prefix === '' && suffix === '') return resources;
  return resources.map((resource) => {
    const name = scalarAt(resource.node, 'metadata', 'name');
    if (!name || neverRenamed.has(kindOf(resource.node))) return resource;
    const renamed = derivedScalar(prefix + name.text + suffix, name);
    const { prefixes, suffixes } = resource;
    return withNode(
      {
        ...remembered(resource),
        prefixes: prefix === '' ? prefixes : [...prefixes, prefix],
        suffixes: suffix === '' ? suffixes : [...suffixes, suffix],
      },
      changeAt(resource.node, ['metadata', 'name'], () => renamed),
    );
  });
}

/** `replicas`: a count for the workloads of a name. */
export function setReplicas(kustomization: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  let result = resources;
  for (const item of itemsAt(kustomization, 'replicas')) {
    const name = textAt(item, 'name');
    const count = scalarAt(item, 'count');
    if (name === undefined || !count || numberAt(item, 'count') === undefined) continue;
    result = result.map((resource) =>
      resource.names.includes(name) && replicated.has(kindOf(resource.node))
        ? withNode(
            resource,
            changeAt(resource.node, ['spec', 'replicas'], () => count),
          )
        : resource,
    );
  }
  return result;
}

const replicated = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController']);

/** `images`: another name, tag or digest for the images of a name, wherever containers are listed. */
export function setImages(kustomization: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  const changes = itemsAt(kustomization, 'images').filter((item) => textAt(item, 'name') !== undefined);
  if (changes.length === 0) return resources;
  return resources.map((resource) => {
    const node = withImages(resource.node, changes);
    return node.kind === 'map' ? withNode(resource, node) : resource;
  });
}

function withImages(node: YamlNode, changes: readonly YamlNode[]): YamlNode {
  if (node.kind === 'scalar') return node;
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => withImages(item, changes));
    return items.every((item, index) => item === node.items[index]) ? node : withItems(node, items);
  }
  let result = node;
  for (const { key, value } of node.entries) {
    const isList = key.text === 'containers' || key.text === 'initContainers';
    const changed =
      isList && value.kind === 'sequence'
        ? withItems(
            value,
            value.items.map((item) => withImage(item, changes)),
          )
        : withImages(value, changes);
    if (changed !== value) result = withEntry(result, entry(key.text, changed));
  }
  return result;
}

function withImage(container: YamlNode, changes: readonly YamlNode[]): YamlNode {
  let image = scalarAt(container, 'image');
  if (container.kind !== 'map' || !image) return container;
  for (const change of changes) image = changedImage(image, change);
  return changeAt(container, ['image'], () => image);
}

function changedImage(image: YamlScalar, change: YamlNode): YamlScalar {
  const { name, tag, digest } = parseImageName(image.text);
  if (name !== textAt(change, 'name')) return image;
  const newName = scalarAt(change, 'newName');
  const newTag = scalarAt(change, 'newTag');
  const newDigest = scalarAt(change, 'digest');
  const tagPart = newTag?.text ?? (newDigest ? undefined : tag);
  const digestPart = newDigest?.text ?? (newTag ? undefined : digest);
  const suffix = textAt(change, 'tagSuffix') ?? '';
  const text =
    (newName?.text ?? name) +
    (tagPart === undefined ? '' : `:${tagPart}${suffix}`) +
    (digestPart === undefined ? '' : `@${digestPart}`);
  return text === image.text ? image : derivedScalar(text, newTag ?? newDigest ?? newName ?? image);
}

const podTemplates: ReadonlyMap<string, readonly string[]> = new Map([
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job', 'Rollout'].map(
    (kind): [string, string[]] => [kind, ['spec', 'template']],
  ),
  ['CronJob', ['spec', 'jobTemplate', 'spec', 'template']],
]);

/** The selector that `commonLabels` adds to; one that is not `always` there only where it is written. */
interface SelectorPlace {
  readonly path: readonly string[];
  readonly always: boolean;
}

const selectors: ReadonlyMap<string, SelectorPlace> = new Map([
  ...['Service', 'ReplicationController'].map((kind): [string, SelectorPlace] => [
    kind,
    { path: ['spec', 'selector'], always: true },
  ]),
  ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((kind): [string, SelectorPlace] => [
    kind,
    { path: ['spec', 'selector', 'matchLabels'], always: true },
  ]),
  ['PodDisruptionBudget', { path: ['spec', 'selector', 'matchLabels'], always: false }],
  ['NetworkPolicy', { path: ['spec', 'podSelector', 'matchLabels'], always: false }],
]);

const terms = ['podAffinity', 'podAntiAffinity'].flatMap((kind) => [
  [kind, 'requiredDuringSchedulingIgnoredDuringExecution', 'labelSelector', 'matchLabels'],
  [kind, 'preferredDuringSchedulingIgnoredDuringExecution', 'podAffinityTerm', 'labelSelector', 'matchLabels'],
]);

/**
 * Selectors inside of lists, to which labels are added where they are written.
 * https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/konfig/builtinpluginconsts/commonlabels.go
 */
const innerSelectors: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ...['Deployment', 'StatefulSet'].map((kind): [string, string[][]] => [
    kind,
    [['topologySpreadConstraints', 'labelSelector', 'matchLabels'], ...terms.map((term) => ['affinity', ...term])].map(
      (path) => ['spec', 'template', 'spec', ...path],
    ),
  ]),
  [
    'NetworkPolicy',
    [
      ['spec', 'ingress', 'from', 'podSelector', 'matchLabels'],
      ['spec', 'egress', 'to', 'podSelector', 'matchLabels'],
    ],
  ],
]);

/** `labels`, `commonLabels` and `commonAnnotations`. */
export function setLabels(kustomization: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  const sets = [
    { pairs: at(kustomization, 'commonLabels'), inSelectors: true, inTemplates: true },
    ...itemsAt(kustomization, 'labels').map((item) => {
      const inSelectors = scalarAt(item, 'includeSelectors')?.value === true;
      return {
        pairs: at(item, 'pairs'),
        inSelectors,
        inTemplates: inSelectors || scalarAt(item, 'includeTemplates')?.value === true,
      };
    }),
  ];
  const annotations = at(kustomization, 'commonAnnotations');
  return resources.map((resource) => {
    let { node } = resource;
    const template = podTemplates.get(kindOf(node));
    for (const { pairs, inSelectors, inTemplates } of sets) {
      node = addPairs(node, ['metadata', 'labels'], pairs);
      if (inTemplates && template) node = addPairs(node, [...template, 'metadata', 'labels'], pairs);
      const selector = inSelectors ? selectors.get(kindOf(node)) : undefined;
      if (selector && (selector.always || at(node, ...selector.path))) node = addPairs(node, selector.path, pairs);
      if (inSelectors)
        for (const path of innerSelectors.get(kindOf(node)) ?? []) node = addWhereWritten(node, path, pairs);
    }
    node = addPairs(node, ['metadata', 'annotations'], annotations);
    if (template) node = addPairs(node, [...template, 'metadata', 'annotations'], annotations);
    return withNode(resource, node);
  });
}

function addPairs(node: YamlMap, path: readonly string[], pairs: YamlNode | undefined): YamlMap {
  const added = entriesAt(pairs);
  if (added.length === 0) return node;
  return changeAt(node, path, (found) => {
    const map = found?.kind === 'map' ? found : derivedMap([], found ?? node);
    return added.reduce(withEntry, map);
  });
}

/** Goes through the items of lists on the way, and adds nothing where the path ends before. */
function addWhereWritten(node: YamlMap, path: readonly string[], pairs: YamlNode | undefined): YamlMap {
  const changed = addBelow(node, path, entriesAt(pairs));
  return changed.kind === 'map' ? changed : node;
}

function addBelow(node: YamlNode, path: readonly string[], added: readonly YamlEntry[]): YamlNode {
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => addBelow(item, path, added));
    return items.some((item, index) => item !== node.items[index]) ? withItems(node, items) : node;
  }
  if (node.kind !== 'map') return node;
  const [key, ...rest] = path;
  if (key === undefined) return added.reduce(withEntry, node);
  const found = entryOf(node, key)?.value;
  if (found === undefined) return node;
  const changed = addBelow(found, rest, added);
  return changed === found ? node : withEntry(node, entry(key, changed));
}
