import type { Artifact } from '../core/artifact.ts';
import type { ComposeFile, ComposeService } from './compose.ts';
import { expandVariables } from './compose-text.ts';
import { type ComposeVariables, readComposeVariables } from './compose-variables.ts';
import { localPath } from './internal/read-compose-build.ts';
import { readComposeService } from './internal/read-compose-service.ts';
import { directoryOf, projectPath } from './project-path.ts';
import { readYaml } from './read-yaml.ts';
import {
  at,
  entriesAt,
  entryOf,
  itemsAt,
  scalarAt,
  scalarsAt,
  textAt,
  type YamlMap,
  type YamlNode,
} from './yaml-node.ts';

/** A file of the project by its path; undefined when there is none. */
export type FileLookup = (path: string) => Artifact | undefined;

const names = /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]*)?\.ya?ml$/;

/** True for the names that Compose files go by: `compose.yaml`, `docker-compose.prod.yml` … */
export function isComposePath(path: string): boolean {
  return names.test(path);
}

const maximumExtends = 16;

/**
 * Reads a Compose file; undefined when the text holds no `services`. What a service extends, in this file or in another one
 * that `files` knows, is put in. Never throws.
 * @param settings finds its `.env` file, when that is first asked for: it is no part of the project
 */
export function readCompose(
  artifact: Artifact,
  files: FileLookup = () => undefined,
  settings: FileLookup = () => undefined,
): ComposeFile | undefined {
  const { documents, problems } = readYaml(artifact);
  const document = documents[0];
  const root = document?.root;
  if (!document || root?.kind !== 'map' || at(root, 'services')?.kind !== 'map') return undefined;
  const reading: Reading = { files, roots: new Map([[artifact.path, root]]) };
  const directory = directoryOf(artifact.path);
  const services = entriesAt(root, 'services').flatMap(
    ({ key }) => serviceOf(reading, artifact.path, key.text, 0) ?? [],
  );
  const included = itemsAt(root, 'include').flatMap((item) => includedPaths(item, directory));
  const extended = entriesAt(root, 'services').flatMap(({ value }) => {
    const file = textAt(value, 'extends', 'file');
    return file === undefined ? [] : (localPath(directory, file) ?? []);
  });
  return {
    kind: 'compose',
    path: artifact.path,
    text: artifact.text,
    encoding: artifact.encoding,
    get lines() {
      return document.source.lines;
    },
    root,
    name: textAt(root, 'name'),
    version: scalarAt(root, 'version'),
    services,
    includes: [...new Set([...included, ...extended])],
    problems,
    expand: expandsIn(directory, settings),
  };
}

function expandsIn(directory: string, settings: FileLookup): ComposeFile['expand'] {
  let variables: ComposeVariables | undefined;
  return (text) => {
    if (!text.includes('$')) return { text, complete: true };
    variables ??= readComposeVariables(settings(projectPath(directory, '.env') ?? '')?.text ?? '');
    return expandVariables(text, variables);
  };
}

interface Reading {
  readonly files: FileLookup;
  /** The files read so far; undefined for one that is not there or holds nothing. */
  readonly roots: Map<string, YamlMap | undefined>;
}

function includedPaths(item: YamlNode, directory: string): readonly string[] {
  const written =
    item.kind === 'scalar' ? [item] : [...scalarsAt(item, 'path'), ...[scalarAt(item, 'path') ?? []].flat()];
  return written.flatMap((node) => localPath(directory, node.text) ?? []);
}

/** A service with what it extends; undefined when there is none of that name. */
function serviceOf(reading: Reading, path: string, name: string, depth: number): ComposeService | undefined {
  const entry = entryOf(at(rootOf(reading, path), 'services'), name);
  if (!entry) return undefined;
  const own = readComposeService(entry, directoryOf(path));
  const written = at(entry.value, 'extends');
  const service = written?.kind === 'scalar' ? written.text : textAt(written, 'service');
  if (service === undefined || depth >= maximumExtends) return own;
  const file = textAt(written, 'file');
  const basePath = file === undefined ? path : localPath(directoryOf(path), file);
  const base = basePath === undefined ? undefined : serviceOf(reading, basePath, service, depth + 1);
  // Without the base nothing is known to be missing.
  return base ? laidOver(base, own) : { ...own, partial: true };
}

function rootOf(reading: Reading, path: string): YamlMap | undefined {
  if (!reading.roots.has(path)) {
    const artifact = reading.files(path);
    const root = artifact && readYaml(artifact).documents[0]?.root;
    reading.roots.set(path, root?.kind === 'map' ? root : undefined);
  }
  return reading.roots.get(path);
}

/** `own` with what only `base` says. https://docs.docker.com/reference/compose-file/merge/ */
function laidOver(base: ComposeService, own: ComposeService): ComposeService {
  return {
    ...own,
    image: own.image ?? base.image,
    build: own.build ?? base.build,
    command: own.command ?? base.command,
    entrypoint: own.entrypoint ?? base.entrypoint,
    user: own.user ?? base.user,
    privileged: own.privileged ?? base.privileged,
    readOnly: own.readOnly ?? base.readOnly,
    networkMode: own.networkMode ?? base.networkMode,
    pid: own.pid ?? base.pid,
    ipc: own.ipc ?? base.ipc,
    restart: own.restart ?? base.restart,
    pullPolicy: own.pullPolicy ?? base.pullPolicy,
    healthcheck: own.healthcheck ?? base.healthcheck,
    logging: own.logging ?? base.logging,
    replicas: own.replicas ?? base.replicas,
    partial: base.partial && own.partial,
    capAdd: [...base.capAdd, ...own.capAdd],
    capDrop: [...base.capDrop, ...own.capDrop],
    securityOpt: [...base.securityOpt, ...own.securityOpt],
    ports: [...base.ports, ...own.ports],
    expose: [...base.expose, ...own.expose],
    environment: [
      ...base.environment.filter(({ name }) => !own.environment.some((o) => o.name === name)),
      ...own.environment,
    ],
    envFiles: [...base.envFiles, ...own.envFiles],
    volumes: [...base.volumes.filter(({ target }) => !own.volumes.some((o) => o.target === target)), ...own.volumes],
    resources: {
      memoryLimit: own.resources.memoryLimit ?? base.resources.memoryLimit,
      cpuLimit: own.resources.cpuLimit ?? base.resources.cpuLimit,
      memoryReservation: own.resources.memoryReservation ?? base.resources.memoryReservation,
      cpuReservation: own.resources.cpuReservation ?? base.resources.cpuReservation,
    },
    secrets: [...new Set([...base.secrets, ...own.secrets])],
    configs: [...new Set([...base.configs, ...own.configs])],
    dependsOn: [...new Set([...base.dependsOn, ...own.dependsOn])],
  };
}
