import type { SourceRange } from '../../core/text.ts';
import { type KubernetesObject, type ObjectOrigin, objectFrom } from '../manifest.ts';
import { selects } from '../selector.ts';
import type { YamlProblem, YamlSource } from '../yaml-document.ts';
import { entryOf, textAt, textsAt, type YamlMap, type YamlNode } from '../yaml-node.ts';

/** An object on its way through Kustomize. */
export interface Resource {
  readonly node: YamlMap;
  readonly source: YamlSource;
  readonly range: SourceRange;
  /** Names and namespaces that it has had on the way: a patch may mean it by any of them. */
  readonly names: readonly string[];
  readonly namespaces: readonly (string | undefined)[];
  /**
   * Names under which others may still refer to it: Kustomize remembers one before each prefix, suffix, namespace, JSON patch
   * and hash, whether or not it changes.
   */
  readonly formerNames: readonly string[];
  /** What was put before and behind its name, in order: of several that had a name, the one with the referrer's is meant. */
  readonly prefixes: readonly string[];
  readonly suffixes: readonly string[];
  /** The entries of `vars` that mean it: what it was called where they stand decides, and others may be called so later. */
  readonly vars: readonly YamlNode[];
  /** Something that was to change it, or may have been, is not there or cannot be applied. */
  readonly partly?: true;
}

/** What one build tells of. */
export interface Telling {
  report(kind: YamlProblem['kind'], message: string, at: YamlNode): void;
}

export function toResource(object: KubernetesObject): Resource {
  const { node, source, range } = object;
  return {
    node,
    source,
    range,
    names: [object.name],
    namespaces: [object.namespace],
    formerNames: [],
    prefixes: [],
    suffixes: [],
    vars: [],
  };
}

export function toObject(resource: Resource, origin: ObjectOrigin): KubernetesObject {
  return objectFrom(resource.node, { source: resource.source, range: resource.range, origin });
}

/** The resource as one that may lack what could not be had. */
export function asPart(resource: Resource): Resource {
  return resource.partly ? resource : { ...resource, partly: true };
}

/** The resource with the name that it has now remembered as one that others may refer to it by. */
export function remembered(resource: Resource): Resource {
  const name = textAt(resource.node, 'metadata', 'name') ?? '';
  return resource.formerNames.includes(name) ? resource : { ...resource, formerNames: [...resource.formerNames, name] };
}

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

/** Whether the kind's objects are in no namespace. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.has(kind);
}

/** The resource with another node, its former names remembered. */
export function withNode(resource: Resource, node: YamlMap): Resource {
  if (node === resource.node) return resource;
  const name = textAt(node, 'metadata', 'name') ?? '';
  const namespace = textAt(node, 'metadata', 'namespace');
  return {
    ...resource,
    node,
    names: resource.names.includes(name) ? resource.names : [...resource.names, name],
    namespaces: resource.namespaces.includes(namespace) ? resource.namespaces : [...resource.namespaces, namespace],
  };
}

export function groupOf(node: YamlNode): string {
  const apiVersion = textAt(node, 'apiVersion') ?? '';
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}

/** Of `apps/v1` the part behind the slash. */
export function versionOf(node: YamlNode): string {
  const apiVersion = textAt(node, 'apiVersion') ?? '';
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

export function kindOf(node: YamlNode): string {
  return textAt(node, 'kind') ?? '';
}

/**
 * Whether a patch's `target` means a resource; undefined when it holds a regular expression of more than `.*` and `|`, or a
 * selector that Kubernetes does not read, which are not evaluated here. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/
 */
export function targets(target: YamlNode, resource: Resource): boolean | undefined {
  const apiVersion = textAt(resource.node, 'apiVersion') ?? '';
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const answers = [
    fits(target, 'group', [groupOf(resource.node)]),
    fits(target, 'version', [version]),
    fits(target, 'kind', [kindOf(resource.node)]),
    fits(target, 'name', resource.names),
    fits(
      target,
      'namespace',
      resource.namespaces.map((namespace) => namespace ?? 'default'),
    ),
    labelsFit(textAt(target, 'labelSelector'), textsAt(resource.node, 'metadata', 'labels')),
    labelsFit(textAt(target, 'annotationSelector'), textsAt(resource.node, 'metadata', 'annotations')),
  ];
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

function fits(target: YamlNode, key: string, values: readonly string[]): boolean | undefined {
  const pattern = textAt(target, key);
  if (pattern === undefined || pattern === '') return true;
  const answers = values.map((value) => matchesPattern(pattern, value));
  return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false;
}

/** `.*`, `|` and literal text; undefined for any other regular expression. Linear time. */
export function matchesPattern(pattern: string, value: string): boolean | undefined {
  const bare = pattern.replace(/^\^/, '').replace(/\$$/, '');
  if (/[\\^$*+?()[\]{}]/.test(bare.replaceAll('.*', ''))) return undefined;
  return bare.split('|').some((alternative) => matchesWildcards(alternative.split('.*'), value));
}

function matchesWildcards(pieces: readonly string[], value: string): boolean {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return value === first;
  if (!value.startsWith(first)) return false;
  const last = rest.pop() ?? '';
  let at = first.length;
  for (const piece of rest) {
    const found = value.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return value.length - last.length >= at && value.endsWith(last);
}

/** A selector as text: `app=web,tier!=db,extra,stage in (dev, test)`. https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#list-and-watch-filtering */
function labelsFit(text: string | undefined, labels: ReadonlyMap<string, string>): boolean | undefined {
  if (text === undefined || text === '') return true;
  const pieces = text.match(/(?:[^,()]|\([^()]*\))+/g) ?? [];
  // A parenthesis without another is in no piece.
  if (pieces.join(',') !== text) return undefined;
  const requirements = pieces.map((part) => part.trim());
  const others = requirements.filter((requirement) => !setBased.test(requirement));
  if (others.some((requirement) => /[()]/.test(requirement))) return undefined;
  const matchExpressions = requirements.flatMap((requirement) => {
    const [, key = '', word, values = ''] = setBased.exec(requirement) ?? [];
    if (word === undefined) return [];
    return [{ key, operator: word === 'in' ? 'In' : 'NotIn', values: values.split(',').map((value) => value.trim()) }];
  });
  if (!selects({ matchLabels: new Map(), matchExpressions }, labels)) return false;
  return others.every((requirement) => {
    const [key = '', value] = requirement.split(/!=|==?/).map((side) => side.trim());
    if (value === undefined)
      return requirement.startsWith('!') ? !labels.has(requirement.slice(1).trim()) : labels.has(key);
    const equal = selects({ matchLabels: new Map([[key, value]]), matchExpressions: [] }, labels);
    return requirement.includes('!=') ? !equal : equal;
  });
}

const setBased = /^([^\s,()=!]+)\s+(in|notin)\s*\(([^()]*)\)$/;

/** True when a strategic merge patch is for the resource: same group, kind and name, and the same namespace if it says one. */
export function isPatchFor(patch: YamlMap, resource: Resource): boolean {
  const namespace = textAt(patch, 'metadata', 'namespace');
  return (
    kindOf(patch) === kindOf(resource.node) &&
    groupOf(patch) === groupOf(resource.node) &&
    resource.names.includes(textAt(patch, 'metadata', 'name') ?? '') &&
    (namespace === undefined || resource.namespaces.includes(namespace))
  );
}

/** True when the value is there and not empty. */
export function has(node: YamlNode, key: string): boolean {
  const value = entryOf(node, key)?.value;
  if (!value) return false;
  return value.kind === 'scalar' ? value.value !== null : value.kind === 'map' || value.items.length > 0;
}
