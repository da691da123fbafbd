import type { Artifact } from '../core/artifact.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { removeKey, type YamlRecord } from '../kubernetes/edit-yaml.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import {
  at,
  entriesAt,
  entryOf,
  isNull,
  itemsAt,
  scalarAt,
  textAt,
  type YamlMap,
  type YamlNode,
} from '../kubernetes/yaml-node.ts';
import type { Project } from '../project/project.ts';
import { type Edits, fileOf, holds, manifestFix, replaceIn, setIn, together } from './manifest-edits.ts';

/**
 * What must be there, or must not, for an object of an old version to be one of the new version as it stands: paths of keys.
 * https://kubernetes.io/docs/reference/using-api/deprecation-guide/
 */
interface SameShape {
  readonly needs?: readonly (readonly string[])[];
  readonly without?: readonly (readonly string[])[];
}

const workload: SameShape = {
  needs: [['spec', 'template']],
  without: [
    ['spec', 'rollbackTo'],
    ['spec', 'templateGeneration'],
  ],
};
const plain: SameShape = {};

/** By old version and kind; `*` stands for all kinds. */
const sameShapes: Readonly<Record<string, Readonly<Record<string, SameShape>>>> = {
  'extensions/v1beta1': { Deployment: workload, DaemonSet: workload, ReplicaSet: workload, NetworkPolicy: plain },
  'apps/v1beta1': {
    Deployment: workload,
    StatefulSet: {
      needs: [
        ['spec', 'template'],
        ['spec', 'serviceName'],
      ],
    },
  },
  'apps/v1beta2': { '*': workload },
  'networking.k8s.io/v1beta1': { IngressClass: plain },
  'rbac.authorization.k8s.io/v1beta1': { '*': plain },
  'rbac.authorization.k8s.io/v1alpha1': { Role: plain, ClusterRole: plain },
  'apiregistration.k8s.io/v1beta1': { '*': plain },
  'coordination.k8s.io/v1beta1': { Lease: plain },
  'scheduling.k8s.io/v1beta1': { PriorityClass: plain },
  'storage.k8s.io/v1beta1': {
    StorageClass: plain,
    CSIDriver: plain,
    VolumeAttachment: plain,
    CSIStorageCapacity: plain,
  },
  'batch/v1beta1': { CronJob: plain },
  'batch/v2alpha1': { CronJob: plain },
  'autoscaling/v2beta2': { HorizontalPodAutoscaler: plain },
  // An empty selector chose no pods, and chooses all now.
  'policy/v1beta1': { PodDisruptionBudget: { needs: [['spec', 'selector']] } },
  'node.k8s.io/v1beta1': { RuntimeClass: plain },
  'flowcontrol.apiserver.k8s.io/v1beta1': { FlowSchema: plain },
  'flowcontrol.apiserver.k8s.io/v1beta2': { FlowSchema: plain },
  'flowcontrol.apiserver.k8s.io/v1beta3': { '*': plain },
};

/** Kinds that did without a selector, and took the labels of their pods. */
const selecting: ReadonlySet<string> = new Set(['Deployment', 'DaemonSet', 'ReplicaSet', 'StatefulSet']);

/** Writes the version that took the place of a removed one, where nothing else changes or what does is known. */
export function renewApi(project: Project, object: KubernetesObject, use: string): Fix | undefined {
  const version = scalarAt(object.node, 'apiVersion');
  if (!version) return undefined;
  const renamed = replaceIn(project, object, version, use);
  const title = `Write ${use}`;
  const refused = holds(`Kubernetes refuses the object as it is, and what it says means the same in ${use}.`);
  if (object.kind === 'Ingress' && use === 'networking.k8s.io/v1') {
    const file = fileOf(project, object, object.node);
    const moved = file && ingressEdits(project, object, file);
    return manifestFix(`${title}, with its backends as that has them`, together([renamed, moved]), [refused]);
  }
  const shape = shapeOf(object);
  if (!shape) return undefined;
  const added = selectorOf(project, object);
  const assumptions: readonly Assumption[] = [refused];
  return manifestFix(title, together([renamed, added]), assumptions);
}

function shapeOf(object: KubernetesObject): SameShape | undefined {
  const kinds = Object.hasOwn(sameShapes, object.apiVersion) ? sameShapes[object.apiVersion] : undefined;
  const shape = kinds?.[object.kind] ?? kinds?.['*'];
  if (!shape) return undefined;
  const { needs = [], without = [] } = shape;
  if (needs.some((path) => isEmpty(at(object.node, ...path)))) return undefined;
  return without.some((path) => at(object.node, ...path)) ? undefined : shape;
}

function isEmpty(node: YamlNode | undefined): boolean {
  return node === undefined || isNull(node) || (node.kind === 'map' && node.entries.length === 0);
}

/** The selector that the old version took from the labels of the template. */
function selectorOf(project: Project, object: KubernetesObject): Edits {
  const spec = at(object.node, 'spec');
  if (!selecting.has(object.kind) || spec?.kind !== 'map' || at(spec, 'selector')) return [];
  const labels: Record<string, string> = {};
  for (const { key, value } of entriesAt(spec, 'template', 'metadata', 'labels')) {
    if (value.kind !== 'scalar' || value.derived) return undefined;
    labels[key.text] = value.text;
  }
  if (Object.keys(labels).length === 0) return undefined;
  return setIn(
    project,
    object,
    spec,
    { selector: { matchLabels: labels } },
    at(spec, 'replicas') ? { after: 'replicas' } : 'first',
  );
}

// --- Ingress ---------------------------------------------------------------------------------------------------------------

function ingressEdits(project: Project, object: KubernetesObject, file: Artifact): Edits {
  const spec = at(object.node, 'spec');
  if (spec?.kind !== 'map') return undefined;
  const parts: Edits[] = [];
  const shared = entryOf(spec, 'backend');
  if (shared) {
    if (shared.key.derived || shared.key.path !== file.path) return undefined;
    parts.push([{ path: file.path, range: shared.key.range, replacement: 'defaultBackend' }]);
    parts.push(backendEdits(file, shared.value));
  }
  for (const rule of itemsAt(spec, 'rules'))
    for (const path of itemsAt(rule, 'http', 'paths')) {
      if (path.kind !== 'map') return undefined;
      parts.push(backendEdits(file, at(path, 'backend')));
      if (!at(path, 'pathType')) {
        // What the old version did: each controller as it likes. Without a path that is not allowed.
        const type = at(path, 'path') ? 'ImplementationSpecific' : 'Prefix';
        const record: YamlRecord = at(path, 'path') ? { pathType: type } : { path: '/', pathType: type };
        parts.push(setIn(project, object, path, record, { after: 'path' }));
      }
    }
  return together(parts);
}

/** `serviceName` and `servicePort` as one `service`. */
function backendEdits(file: Artifact, backend: YamlNode | undefined): readonly TextEdit[] | undefined {
  if (backend?.kind !== 'map' || backend.derived || backend.path !== file.path) return undefined;
  if (at(backend, 'service') || at(backend, 'resource')) return [];
  const name = entryOf(backend, 'serviceName');
  const port = entryOf(backend, 'servicePort');
  const portText = textAt(backend, 'servicePort');
  if (!name || !port || portText === undefined || backend.entries.length !== 2) return undefined;
  const removed = withoutPort(file, backend);
  if (!removed) return undefined;
  const written = file.text.slice(name.value.range.start, name.value.range.end);
  const isNumber = /^\d+$/.test(portText);
  const portKey = isNumber ? 'number' : 'name';
  const replacement = backend.flow
    ? flowService(written, portKey, portText, name.key.style === 'double-quoted')
    : blockService(file, backend, written, portKey, portText);
  if (replacement === undefined) return undefined;
  return [...removed, { path: file.path, range: name.range, replacement }];
}

function withoutPort(file: Artifact, backend: YamlMap): readonly TextEdit[] | undefined {
  return removeKey(file, backend, ['servicePort']);
}

function flowService(name: string, key: string, port: string, json: boolean): string {
  const quote = (text: string) => (json ? `"${text}"` : text);
  const value = key === 'number' ? port : quote(port);
  return `${quote('service')}: {${quote('name')}: ${name}, ${quote('port')}: {${quote(key)}: ${value}}}`;
}

function blockService(file: Artifact, backend: YamlMap, name: string, key: string, port: string): string | undefined {
  const start = file.text.lastIndexOf('\n', backend.range.start - 1) + 1;
  const indent = file.text.slice(start, backend.range.start);
  if (!/^ *$/.test(indent)) return undefined;
  const lineEnd = file.text.includes('\r\n') ? '\r\n' : '\n';
  return ['service:', `  name: ${name}`, '  port:', `    ${key}: ${port}`].join(`${lineEnd}${indent}`);
}
