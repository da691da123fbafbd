import { parse } from 'yaml';
import { isJsonObject, type JsonObject, jsonObjectOf, textFieldsOf } from '../../src/core/json-object.ts';
import type { PackageKind } from '../../src/ecosystems/installed-package.ts';
import type { HistoryEntry, Image, ImageLayer } from '../../src/image/image.ts';
import type {
  FileKind,
  ImageAnalysis,
  ImageFile,
  ImagePackage,
  LayerAnalysis,
} from '../../src/image/image-analysis.ts';
import { hiddenHows } from '../../src/image/image-analysis.ts';
import type { Vulnerability, VulnerabilitySeverity } from '../../src/vulnerabilities/vulnerability.ts';

/** The name of the file that stands for an image in a rule's case. */
export const imageFile = 'image.yaml';

/**
 * An analysis as a short YAML text describes it; CONTRIBUTING.md shows the form. What is not said is plain: one Debian image, made by no one, with
 * nothing wrong.
 */
export function analysisFrom(text: string): {
  readonly analysis: ImageAnalysis;
  readonly vulnerabilities: readonly Vulnerability[];
} {
  const said = jsonObjectOf(parse(text));
  const steps = objects(said.steps);
  const history = steps.map(historyEntry);
  const layers = steps.flatMap((step, index) => (step.empty === true ? [] : [layerOf(step, index)]));
  const withLayer = steps.filter((step) => step.empty !== true);
  const files = withLayer.flatMap((step, layer) => objects(step.files).map((file) => fileOf(file, layer)));
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  const brought = new Map(
    steps.flatMap((step) => objects(step.files).map(({ path, brought: by }) => [path, by] as const)),
  );
  const packages = withLayer.flatMap((step, layer) => objects(step.packages).map((each) => packageOf(each, layer)));
  const analysis: ImageAnalysis = {
    image: imageOf(said, history, layers),
    layers: layers.map((layer, index) => layerAnalysis(layer, withLayer[index] ?? {})),
    files: {
      size: files.length,
      find: (path) => files.find((file) => file.path === path),
      [Symbol.iterator]: () => files.values(),
    },
    broughtBy: (path) => {
      const by = brought.get(path);
      return typeof by === 'number' ? by : files.find((file) => file.path === path)?.layer;
    },
    packages,
    operatingSystem: { id: textOf(said.os, 'debian'), idLike: [], versionId: '12', prettyName: 'Debian 12' },
    accounts: objects(said.accounts).map((account) => ({
      name: textOf(account.name, 'root'),
      user: numberOf(account.user, 0),
      group: 0,
      home: '/',
      shell: '/bin/sh',
      password: account.password === 'none' ? 'none' : 'locked',
    })),
    secrets: objects(said.secrets).map((secret) => ({
      kind: textOf(secret.kind, 'private key'),
      certainty: secret.certainty === 'likely' ? 'likely' : 'certain',
      place: textOf(secret.place, 'root/.ssh/id_rsa'),
      ...(typeof secret.layer === 'number' && { layer: secret.layer }),
      ...(typeof secret.line === 'number' && { line: secret.line }),
      hidden: secret.hidden === true,
    })),
    waste: objects(said.waste).map((waste) => ({
      kind: waste.kind === 'duplicate' || waste.kind === 'hidden' ? waste.kind : 'leftover',
      what: textOf(waste.what, ''),
      bytes: numberOf(waste.bytes, 0),
      files: numberOf(waste.files, 1),
      layers: Array.isArray(waste.layers) ? waste.layers.map(Number) : [0],
      causes: Array.isArray(waste.causes) ? waste.causes.map(Number) : [],
      paths: texts(waste.paths),
    })),
    efficiency: numberOf(said.efficiency, 1),
    wastedBytes: numberOf(said.wastedBytes, 0),
    pulledBytes: layers.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    neededBytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    gaps: texts(said.gaps),
  };
  const vulnerabilities = objects(said.vulnerabilities).map((each) => vulnerabilityOf(each, packages));
  return { analysis, vulnerabilities };
}

function imageOf(said: JsonObject, history: readonly HistoryEntry[], layers: readonly ImageLayer[]): Image {
  const digest = `sha256:${'d'.repeat(64)}`;
  return {
    name: textOf(said.name, 'shop/web:1'),
    digest,
    annotations: textFieldsOf(said.annotations),
    configuration: {
      digest: `sha256:${'c'.repeat(64)}`,
      platform: { os: 'linux', architecture: textOf(said.architecture, 'amd64') },
      created: textOf(said.created, '2026-11-20T10:00:00Z'),
      user: textOf(said.user, ''),
      exposedPorts: texts(said.ports),
      environment: texts(said.environment),
      ...(Array.isArray(said.entrypoint) && { entrypoint: texts(said.entrypoint) }),
      ...(Array.isArray(said.command) && { command: texts(said.command) }),
      volumes: texts(said.volumes),
      workingDirectory: textOf(said.workingDirectory, '/'),
      labels: textFieldsOf(said.labels),
      ...(Array.isArray(said.healthcheck) && { healthcheck: texts(said.healthcheck) }),
      history,
      diffIds: layers.flatMap(({ diffId }) => diffId ?? []),
    },
    layers,
    close: async () => {},
  };
}

function historyEntry(step: JsonObject): HistoryEntry {
  const comment = textOf(step.comment, '');
  return { createdBy: textOf(step.by, ''), emptyLayer: step.empty === true, ...(comment !== '' && { comment }) };
}

function layerOf(step: JsonObject, history: number): ImageLayer {
  const hex = String(history).padStart(64, '0');
  return {
    digest: textOf(step.digest, `sha256:${hex}`),
    diffId: `sha256:${hex}`,
    packing: 'gzip',
    bytes: numberOf(step.packed, 1000),
    ...(typeof step.by === 'string' && { history }),
    foreign: false,
    content: { kind: 'file', path: '/nowhere', offset: 0, length: 0 },
  };
}

function layerAnalysis(layer: ImageLayer, step: JsonObject): LayerAnalysis {
  const files = objects(step.files);
  const bytes = files.reduce((sum, file) => sum + numberOf(file.bytes, 0), 0);
  const removedHow = hiddenHows.find((how) => how === step.removedHow);
  return {
    layer,
    unpackedBytes: numberOf(step.unpacked, bytes),
    contentBytes: bytes,
    added: { files: files.length, bytes },
    changed: { files: 0, bytes: 0 },
    removed: { files: 0, bytes: numberOf(step.removed, 0) },
    ...(Array.isArray(step.removedPaths) && { removedPaths: texts(step.removedPaths) }),
    ...(removedHow && { removedHow }),
    hiddenBytes: numberOf(step.hidden, 0),
  };
}

function fileOf(file: JsonObject, layer: number): ImageFile {
  const kinds: readonly FileKind[] = ['directory', 'symlink', 'hardlink', 'device', 'fifo'];
  return {
    path: textOf(file.path, ''),
    kind: kinds.find((kind) => kind === file.kind) ?? 'file',
    bytes: numberOf(file.bytes, 0),
    mode: Number.parseInt(String(file.mode ?? 644), 8),
    user: numberOf(file.user, 0),
    group: 0,
    layer,
    ...(typeof file.content === 'string' && { content: file.content }),
    ...(typeof file.target === 'string' && { target: file.target }),
  };
}

function packageOf(each: JsonObject, layer: number): ImagePackage {
  const kinds: readonly PackageKind[] = ['apk', 'rpm', 'npm', 'pypi', 'golang', 'maven', 'gem'];
  const kind = kinds.find((known) => known === each.kind) ?? 'deb';
  const [name, version] = [textOf(each.name, 'openssl'), textOf(each.version, '1.0')];
  return {
    kind,
    name,
    version,
    purl: `pkg:${kind}/${name}@${version}`,
    licences: [],
    path: textOf(each.path, 'var/lib/dpkg/status'),
    ...(Array.isArray(each.requires) && { requires: texts(each.requires) }),
    layer,
  };
}

function vulnerabilityOf(each: JsonObject, packages: readonly ImagePackage[]): Vulnerability {
  const severities: readonly VulnerabilitySeverity[] = ['critical', 'high', 'medium', 'low', 'negligible'];
  const found = packages.find(({ name }) => name === each.package);
  if (!found) throw new Error(`no package ${String(each.package)} in the case`);
  return {
    id: textOf(each.id, 'CVE-2026-0001'),
    aliases: [],
    package: found,
    severity: severities.find((severity) => severity === each.severity) ?? 'unknown',
    ...(typeof each.fixedIn === 'string' && { fixedIn: each.fixedIn }),
    ...(typeof each.fixedAbove === 'string' && { fixedAbove: each.fixedAbove }),
    ...(typeof each.published === 'string' && { published: each.published }),
    summary: '',
    knownExploited: each.exploited === true,
    references: [],
    sources: ['plimsoll'],
  };
}

function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function textOf(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
