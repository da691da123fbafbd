import type { Artifact } from '../core/artifact.ts';
import type { ReportedPlace } from '../core/rule.ts';
import type { SourceRange } from '../core/text.ts';
import { readYaml } from './read-yaml.ts';
import type { YamlDocument, YamlProblem, YamlSource } from './yaml-document.ts';
import { entryOf, itemsAt, scalarAt, textAt, textsAt, type YamlMap, type YamlNode } from './yaml-node.ts';

/** How an object came to be: read as it is written, made by Kustomize from base and overlay, or rendered by Helm. */
export type ObjectOrigin =
  | { readonly kind: 'file' }
  /** `partly`: a patch or a replacement of it could not be had, which may give what the object lacks. */
  | { readonly kind: 'kustomize'; readonly overlay: string; readonly partly?: true }
  | { readonly kind: 'helm'; readonly chart: string };

/** One Kubernetes object. What costs is computed on first use and kept. */
export interface KubernetesObject {
  /** As written: `apps/v1`. */
  readonly apiVersion: string;
  /** `apps` of `apps/v1`, '' of `v1`. */
  readonly group: string;
  readonly kind: string;
  /** `metadata.name`, else `generateName`, else ''. */
  readonly name: string;
  /** As written; undefined when the manifest leaves it to whoever applies it. */
  readonly namespace: string | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly annotations: ReadonlyMap<string, string>;
  readonly node: YamlMap;
  /** Where to say something of the object as a whole: its name, else its kind. */
  readonly place: ReportedPlace;
  /** The file that declares it. Nodes of a patched object may lie in other files: each node has its own `path`. */
  readonly path: string;
  readonly source: YamlSource;
  /** The document that it is, or its item of a list. */
  readonly range: SourceRange;
  readonly origin: ObjectOrigin;
}

/** Why a manifest, or a part of one, could not be read. */
export type ManifestProblem = YamlProblem;

export interface Manifests {
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly ManifestProblem[];
}

/** API groups of files that only tools read, and that no cluster has: their objects are not of the audited system. */
const clientSideGroups = new Set([
  'kustomize.config.k8s.io',
  'skaffold',
  'kind.x-k8s.io',
  'k3d.io',
  'kubeadm.k8s.io',
  'kubelet.config.k8s.io',
  'kubeproxy.config.k8s.io',
  'kubescheduler.config.k8s.io',
  'apiserver.config.k8s.io',
  'audit.k8s.io',
  'client.authentication.k8s.io',
  'ctlptl.dev',
  'eksctl.io',
  'backstage.io',
  'helm.config',
  'config.kubernetes.io',
  'tanka.dev',
]);

/**
 * True when a text may hold Kubernetes objects: a quick look that saves reading other YAML files. It lets some through that
 * hold none.
 */
export function mayHoldManifests(text: string): boolean {
  return text.includes('apiVersion') && text.includes('kind');
}

/** Reads every Kubernetes object of a YAML or JSON file; lists are taken apart. Never throws. */
export function readManifests(artifact: Artifact): Manifests {
  const { documents, problems } = readYaml(artifact);
  return { objects: documents.flatMap((document) => objectsOf(document)), problems };
}

const fromFile: ObjectOrigin = { kind: 'file' };

/** The objects of one document: none when it is something else than a Kubernetes object. */
export function objectsOf(document: YamlDocument, origin: ObjectOrigin = fromFile): KubernetesObject[] {
  const objects: KubernetesObject[] = [];
  collect(document.root, document.source, document.range, origin, objects);
  return objects;
}

function collect(
  root: YamlNode,
  source: YamlSource,
  range: SourceRange,
  origin: ObjectOrigin,
  objects: KubernetesObject[],
): void {
  const apiVersion = textAt(root, 'apiVersion');
  const kind = textAt(root, 'kind');
  if (root.kind !== 'map' || !apiVersion || !kind) return;
  if (kind.endsWith('List') && entryOf(root, 'items')?.value.kind === 'sequence') {
    for (const item of itemsAt(root, 'items')) collect(item, source, item.range, origin, objects);
    return;
  }
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  if (clientSideGroups.has(group)) return;
  objects.push(objectFrom(root, { source, range, origin }));
}

/** A chart is rendered for no namespace in particular, and Helm then writes `default` for the release's. */
function namespaceOf(node: YamlMap, origin: ObjectOrigin): string | undefined {
  const namespace = textAt(node, 'metadata', 'namespace');
  return origin.kind === 'helm' && namespace === 'default' ? undefined : namespace;
}

/** An object of a node that is known to be one: it has `apiVersion` and `kind`. */
export function objectFrom(
  node: YamlMap,
  from: { readonly source: YamlSource; readonly range: SourceRange; readonly origin: ObjectOrigin },
): KubernetesObject {
  const apiVersion = textAt(node, 'apiVersion') ?? '';
  let labels: ReadonlyMap<string, string> | undefined;
  let annotations: ReadonlyMap<string, string> | undefined;
  const nameNode = scalarAt(node, 'metadata', 'name') ?? scalarAt(node, 'metadata', 'generateName');
  return {
    apiVersion,
    group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
    kind: textAt(node, 'kind') ?? '',
    name: nameNode?.text ?? '',
    namespace: namespaceOf(node, from.origin),
    get labels() {
      labels ??= textsAt(node, 'metadata', 'labels');
      return labels;
    },
    get annotations() {
      annotations ??= textsAt(node, 'metadata', 'annotations');
      return annotations;
    },
    node,
    place: nameNode ?? scalarAt(node, 'kind') ?? node,
    path: from.source.path,
    source: from.source,
    range: from.range,
    origin: from.origin,
  };
}
