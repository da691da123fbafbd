import type { ComposeHealthcheck, ComposePort, ComposeService, ComposeVariable, ComposeVolume } from '../compose.ts';
import { splitAtColons } from '../compose-text.ts';
import {
  at,
  contentRange,
  entriesAt,
  itemsAt,
  numberAt,
  scalarAt,
  scalarsAt,
  textAt,
  type YamlEntry,
  type YamlNode,
  type YamlScalar,
} from '../yaml-node.ts';
import { readComposeBuild } from './read-compose-build.ts';

/** One service as its own entry writes it, without what it extends. `directory` is that of the file. */
export function readComposeService(entry: YamlEntry, directory: string): ComposeService {
  const { key, value: node } = entry;
  const image = scalarAt(node, 'image');
  const build = readComposeBuild(at(node, 'build'), directory);
  const logging = at(node, 'logging');
  return {
    name: key.text,
    nameNode: key,
    place: key,
    node,
    partial: image === undefined && build === undefined,
    image,
    build,
    command: at(node, 'command'),
    entrypoint: at(node, 'entrypoint'),
    user: scalarAt(node, 'user'),
    privileged: scalarAt(node, 'privileged'),
    readOnly: scalarAt(node, 'read_only'),
    capAdd: scalarsAt(node, 'cap_add'),
    capDrop: scalarsAt(node, 'cap_drop'),
    securityOpt: scalarsAt(node, 'security_opt'),
    networkMode: scalarAt(node, 'network_mode'),
    pid: scalarAt(node, 'pid'),
    ipc: scalarAt(node, 'ipc'),
    restart: scalarAt(node, 'restart'),
    pullPolicy: scalarAt(node, 'pull_policy'),
    ports: itemsAt(node, 'ports').flatMap(readPort),
    expose: scalarsAt(node, 'expose'),
    environment: readEnvironment(at(node, 'environment')),
    envFiles: readEnvFiles(at(node, 'env_file')),
    volumes: itemsAt(node, 'volumes').map(readVolume),
    healthcheck: readHealthcheck(at(node, 'healthcheck')),
    logging: logging && { driver: scalarAt(logging, 'driver'), node: logging },
    resources: {
      memoryLimit: scalarAt(node, 'deploy', 'resources', 'limits', 'memory') ?? scalarAt(node, 'mem_limit'),
      cpuLimit: scalarAt(node, 'deploy', 'resources', 'limits', 'cpus') ?? scalarAt(node, 'cpus'),
      memoryReservation:
        scalarAt(node, 'deploy', 'resources', 'reservations', 'memory') ?? scalarAt(node, 'mem_reservation'),
      cpuReservation: scalarAt(node, 'deploy', 'resources', 'reservations', 'cpus'),
    },
    replicas: numberAt(node, 'deploy', 'replicas') ?? numberAt(node, 'scale'),
    secrets: readNames(at(node, 'secrets')),
    configs: readNames(at(node, 'configs')),
    dependsOn: readNames(at(node, 'depends_on')),
    profiles: scalarsAt(node, 'profiles').map((profile) => profile.text),
  };
}

/** Names in a list, in a list of maps with `source`, or as the keys of a map. */
function readNames(node: YamlNode | undefined): readonly string[] {
  if (node?.kind === 'map') return node.entries.map((entry) => entry.key.text);
  return itemsAt(node).flatMap((item) => (item.kind === 'scalar' ? item.text : (textAt(item, 'source') ?? [])));
}

function readEnvFiles(node: YamlNode | undefined): readonly YamlScalar[] {
  if (node?.kind === 'scalar') return node.value === null ? [] : [node];
  return itemsAt(node).flatMap((item) => (item.kind === 'scalar' ? item : (scalarAt(item, 'path') ?? [])));
}

function readEnvironment(node: YamlNode | undefined): readonly ComposeVariable[] {
  if (node?.kind === 'map') return entriesAt(node).flatMap(({ key, value }) => fromEntry(key, value));
  return scalarsAt(node).map(fromItem);
}

function fromEntry(key: YamlScalar, value: YamlNode): ComposeVariable[] {
  if (value.kind !== 'scalar') return [];
  if (value.value === null) return [{ name: key.text, node: key, value: undefined, valueRange: undefined }];
  return [{ name: key.text, node: key, value: value.text, valueRange: contentRange(value) }];
}

function fromItem(item: YamlScalar): ComposeVariable {
  const equals = item.text.indexOf('=');
  if (equals === -1) return { name: item.text, node: item, value: undefined, valueRange: undefined };
  const content = contentRange(item);
  const value = item.text.slice(equals + 1);
  // Escapes and line folds make the source longer than the text; then the whole item stands for its value.
  const exact = content.end - content.start === item.text.length;
  return {
    name: item.text.slice(0, equals),
    node: item,
    value,
    valueRange: exact ? { start: content.start + equals + 1, end: content.end } : item.range,
  };
}

function readHealthcheck(node: YamlNode | undefined): ComposeHealthcheck | undefined {
  if (node?.kind !== 'map') return undefined;
  const test = at(node, 'test');
  const none = test?.kind === 'sequence' ? textAt(test, 0) === 'NONE' : textAt(test) === 'NONE';
  return { node, disabled: none || textAt(node, 'disable') === 'true', test };
}

function readPort(node: YamlNode): ComposePort[] {
  if (node.kind === 'sequence') return [];
  if (node.kind === 'map')
    return [
      {
        node,
        target: numberAt(node, 'target'),
        published: textAt(node, 'published'),
        hostIp: textAt(node, 'host_ip'),
        protocol: textAt(node, 'protocol') ?? 'tcp',
      },
    ];
  const [address = '', protocol = 'tcp'] = node.text.split('/');
  const parts = splitAtColons(address);
  const target = Number(parts.at(-1));
  return [
    {
      node,
      target: Number.isInteger(target) ? target : undefined,
      published: parts.length > 1 ? parts.at(-2) : undefined,
      hostIp:
        parts.length > 2
          ? parts
              .slice(0, -2)
              .join(':')
              .replace(/^\[|\]$/g, '')
          : undefined,
      protocol,
    },
  ];
}

const volumeTypes: Readonly<Record<string, ComposeVolume['type']>> = { bind: 'bind', volume: 'volume', tmpfs: 'tmpfs' };

function readVolume(node: YamlNode): ComposeVolume {
  if (node.kind !== 'scalar')
    return {
      node,
      type: volumeTypes[textAt(node, 'type') ?? ''] ?? 'other',
      source: textAt(node, 'source'),
      target: textAt(node, 'target'),
      readOnly: textAt(node, 'read_only') === 'true',
    };
  const parts = splitAtColons(node.text);
  // A Windows path has a colon of its own: `C:\data:/data`.
  if (/^[A-Za-z]$/.test(parts[0] ?? '') && /^[\\/]/.test(parts[1] ?? '')) parts.splice(0, 2, `${parts[0]}:${parts[1]}`);
  const [first = '', second, mode = ''] = parts;
  if (second === undefined) return { node, type: 'volume', source: undefined, target: first, readOnly: false };
  const isPath = /^(?:[./~\\]|[A-Za-z]:|\$)/.test(first);
  return {
    node,
    type: isPath ? 'bind' : 'volume',
    source: first,
    target: second,
    readOnly: mode.split(',').includes('ro'),
  };
}
