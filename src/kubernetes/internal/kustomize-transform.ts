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
import { kindOf, type Resource, withNode } from './kustomize-resource.ts';
import { changeAt, derivedMap, derivedScalar, entry, withEntry, withItems } from './node-edit.ts';

/** The transformations that a kustomization's fields stand for. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/ */

const clusterScoped = new Set([
  'Namespace',
  'Node',
  'PersistentVolume',
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'StorageClass',
  'PriorityClass',
  'IngressClass',
  'RuntimeClass',
  'APIService',
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'CSIDriver',
  'ClusterIssuer',
]);

/**
 * `namespace`: put in everywhere but on what has none. A Namespace takes it as its name, and the accounts that bindings name follow
 * the accounts that are among the resources. https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/namespace
 */
export function setNamespace(kustomization: YamlMap, resources: readonly Resource[]): readonly Resource[] {
  const namespace = scalarAt(kustomization, 'namespace');
  if (!namespace) return resources;
  const accounts = resources.filter(({ node }) => kindOf(node) === 'ServiceAccount');
  const services = resources.filter(({ node }) => kindOf(node) === 'Service');
  return resources.map((resource) => {
    const kind = kindOf(resource.node);
    const path = kind === 'Namespace' ? ['metadata', 'name'] : ['metadata', 'namespace'];
    const placed =
      kind !== 'Namespace' && clusterScoped.has(kind) ? resource.node : changeAt(resource.node, path, () => namespace);
    if (kind === 'RoleBinding' || kind === 'ClusterRoleBinding')
      return withNode(resource, withSubjects(placed, accounts, namespace));
    return withNode(resource, callsServices.has(kind) ? withServices(placed, services, namespace) : placed);
  });
}

/** Kinds whose objects say which Service the API server calls. */
const callsServices = new Set(['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']);

function withServices(node: YamlMap, services: readonly Resource[], namespace: YamlScalar): YamlMap {
  return changeAt(node, ['webhooks'], (webhooks) => {
    if (webhooks?.kind !== 'sequence') return webhooks;
    const items = webhooks.items.map((webhook) =>
      webhook.kind === 'map' && isAmong(services, at(webhook, 'clientConfig', 'service'))
        ? changeAt(webhook, ['clientConfig', 'service', 'namespace'], () => namespace)
        : webhook,
    );
    return items.every((item, index) => item === webhooks.items[index]) ? webhooks : withItems(webhooks, items);
  });
}

/** Whether a reference by name and namespace means one of the resources. */
function isAmong(resources: readonly Resource[], reference: YamlNode | undefined): boolean {
  const name = textAt(reference, 'name');
  const namespace = textAt(reference, 'namespace');
  return resources.some(
    ({ names, namespaces }) =>
      name !== undefined && names.includes(name) && (namespace === undefined || namespaces.includes(namespace)),
  );
}

function withSubjects(binding: YamlMap, accounts: readonly Resource[], namespace: YamlScalar): YamlMap {
  return changeAt(binding, ['subjects'], (subjects) => {
    if (subjects?.kind !== 'sequence') return subjects;
    const items = subjects.items.map((subject) => {
      if (subject.kind !== 'map' || kindOf(subject) !== 'ServiceAccount') return subject;
      const isMeant = textAt(subject, 'name') === 'default' || isAmong(accounts, subject);
      return isMeant ? changeAt(subject, ['namespace'], () => namespace) : subject;
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
    return withNode(
      resource,
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
