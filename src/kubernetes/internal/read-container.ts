import { type ImageReference, parseImageReference } from '../../core/image-reference.ts';
import { parseQuantity } from '../quantity.ts';
import type {
  Container,
  ContainerPort,
  ContainerRole,
  EnvReference,
  EnvSource,
  EnvVariable,
  Probe,
  ResourceAmount,
  Resources,
  Volume,
  VolumeMount,
  Workload,
} from '../workload.ts';
import {
  at,
  booleanAt,
  entriesAt,
  entryOf,
  itemsAt,
  numberAt,
  scalarAt,
  scalarsAt,
  textAt,
  type YamlMap,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { readSecurity } from './read-security.ts';

/** Reads one container; what costs is read on first use. */
export function readContainer(
  node: YamlMap,
  role: ContainerRole,
  workload: Workload,
  volumes: () => ReadonlyMap<string, Volume>,
): Container {
  const image = scalarAt(node, 'image');
  const nameNode = scalarAt(node, 'name');
  let reference: { readonly parsed: ImageReference | undefined } | undefined;
  let env: readonly EnvVariable[] | undefined;
  let resources: Resources | undefined;
  let volumeMounts: readonly VolumeMount[] | undefined;
  let security: Container['security'] | undefined;
  return {
    name: nameNode?.text ?? '',
    role,
    node,
    workload,
    place: nameNode ?? image ?? node,
    image,
    get imageReference() {
      reference ??= { parsed: image && parseImageReference(image.text) };
      return reference.parsed;
    },
    imagePullPolicy: scalarAt(node, 'imagePullPolicy'),
    command: wordsAt(node, 'command'),
    args: wordsAt(node, 'args'),
    workingDir: scalarAt(node, 'workingDir'),
    ports: itemsAt(node, 'ports').map(readPort),
    get env() {
      env ??= itemsAt(node, 'env').flatMap(readVariable);
      return env;
    },
    envFrom: itemsAt(node, 'envFrom').map(readEnvSource),
    get resources() {
      resources ??= readResources(at(node, 'resources'));
      return resources;
    },
    livenessProbe: readProbe(node, 'livenessProbe'),
    readinessProbe: readProbe(node, 'readinessProbe'),
    startupProbe: readProbe(node, 'startupProbe'),
    lifecycle: at(node, 'lifecycle'),
    get volumeMounts() {
      volumeMounts ??= itemsAt(node, 'volumeMounts').map((mount) => readMount(mount, volumes()));
      return volumeMounts;
    },
    get security() {
      security ??= readSecurity(at(node, 'securityContext'), workload.securityContext);
      return security;
    },
    terminationMessagePolicy: scalarAt(node, 'terminationMessagePolicy'),
  };
}

function wordsAt(node: YamlNode, key: string): readonly YamlScalar[] | undefined {
  return at(node, key)?.kind === 'sequence' ? scalarsAt(node, key) : undefined;
}

function readPort(node: YamlNode): ContainerPort {
  return {
    node,
    name: textAt(node, 'name'),
    containerPort: numberAt(node, 'containerPort'),
    hostPort: scalarAt(node, 'hostPort'),
    protocol: textAt(node, 'protocol') ?? 'TCP',
  };
}

function readVariable(node: YamlNode): EnvVariable[] {
  if (node.kind !== 'map') return [];
  const nameNode = scalarAt(node, 'name');
  const source = at(node, 'valueFrom');
  return [
    {
      name: nameNode?.text ?? '',
      nameNode,
      node,
      value: scalarAt(node, 'value'),
      from: source && readReference(source),
    },
  ];
}

function readReference(node: YamlNode): EnvReference {
  const optional = (key: string) => booleanAt(node, key, 'optional') ?? false;
  const keyed = (kind: EnvReference['kind'], key: string): EnvReference => ({
    kind,
    name: textAt(node, key, 'name'),
    key: textAt(node, key, 'key'),
    optional: optional(key),
    node,
  });
  if (at(node, 'secretKeyRef')) return keyed('secret', 'secretKeyRef');
  if (at(node, 'configMapKeyRef')) return keyed('configMap', 'configMapKeyRef');
  const field = textAt(node, 'fieldRef', 'fieldPath');
  if (field !== undefined) return { kind: 'field', name: undefined, key: field, optional: false, node };
  const resource = textAt(node, 'resourceFieldRef', 'resource');
  if (resource !== undefined) return { kind: 'resource', name: undefined, key: resource, optional: false, node };
  return { kind: 'other', name: undefined, key: undefined, optional: false, node };
}

function readEnvSource(node: YamlNode): EnvSource {
  const key = at(node, 'secretRef') ? 'secretRef' : 'configMapRef';
  return {
    kind: at(node, 'secretRef') ? 'secret' : at(node, 'configMapRef') ? 'configMap' : 'other',
    name: textAt(node, key, 'name'),
    prefix: textAt(node, 'prefix') ?? '',
    optional: booleanAt(node, key, 'optional') ?? false,
    node,
  };
}

function readResources(node: YamlNode | undefined): Resources {
  return { node, requests: readAmounts(at(node, 'requests')), limits: readAmounts(at(node, 'limits')) };
}

function readAmounts(node: YamlNode | undefined): ReadonlyMap<string, ResourceAmount> {
  const amounts = new Map<string, ResourceAmount>();
  for (const { key, value } of entriesAt(node)) {
    if (value.kind !== 'scalar' || value.value === null) continue;
    amounts.set(key.text, { node: value, key, amount: parseQuantity(value.text) });
  }
  return amounts;
}

const handlers = ['httpGet', 'tcpSocket', 'exec', 'grpc'] as const;

function readProbe(container: YamlMap, name: Probe['name']): Probe | undefined {
  const entry = entryOf(container, name);
  if (entry?.value.kind !== 'map') return undefined;
  const node = entry.value;
  const handler = handlers.find((key) => entryOf(node, key)) ?? 'none';
  return {
    name,
    node,
    place: entry.key,
    handler,
    port: scalarAt(node, handler, 'port'),
    path: scalarAt(node, handler, 'path'),
    command: scalarsAt(node, 'exec', 'command'),
    initialDelaySeconds: numberAt(node, 'initialDelaySeconds') ?? 0,
    periodSeconds: numberAt(node, 'periodSeconds') ?? 10,
    timeoutSeconds: numberAt(node, 'timeoutSeconds') ?? 1,
    successThreshold: numberAt(node, 'successThreshold') ?? 1,
    failureThreshold: numberAt(node, 'failureThreshold') ?? 3,
  };
}

function readMount(node: YamlNode, volumes: ReadonlyMap<string, Volume>): VolumeMount {
  const name = textAt(node, 'name');
  return {
    node,
    name,
    mountPath: scalarAt(node, 'mountPath'),
    subPath: scalarAt(node, 'subPath') ?? scalarAt(node, 'subPathExpr'),
    readOnly: booleanAt(node, 'readOnly') ?? false,
    volume: name === undefined ? undefined : volumes.get(name),
  };
}

/** A pod's volume. */
export function readVolume(node: YamlNode): Volume {
  const source = entriesAt(node).find((entry) => entry.key.text !== 'name');
  const kind = source?.key.text;
  const settings = source?.value;
  return {
    node,
    name: textAt(node, 'name') ?? '',
    kind,
    settings,
    hostPath: kind === 'hostPath' ? scalarAt(settings, 'path') : undefined,
    refersTo: textAt(settings, 'name') ?? textAt(settings, 'secretName') ?? textAt(settings, 'claimName'),
  };
}
