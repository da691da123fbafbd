import { jsonElements, jsonPieces } from '../core/json-pieces.ts';
import { maskWords } from '../core/mask-secrets.ts';
import { mendedVersion } from '../vulnerabilities/mended-version.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import { attachmentsJson } from './attachment-view.ts';
import { contentBytes, type ImageView, layerRows, platformText, regularFiles, wasteRows } from './image-view.ts';
import { jsonReport } from './json.ts';
import { baseChangeCount, changeSentence, remedyRows } from './remedy-view.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const imageJsonVersion = 1;

/** An image as JSON that `schemas/image.schema.json` describes: every field always there, `null` where nothing is known. */
export function renderImageJson(view: ImageView): Iterable<string> {
  const { analysis } = view.image;
  return jsonPieces({
    format: 'plimsoll-image',
    version: imageJsonVersion,
    image: facts(view),
    sizes: {
      contentBytes: contentBytes(view),
      pulledBytes: analysis.pulledBytes ?? null,
      neededBytes: analysis.neededBytes,
      dive: { efficiency: analysis.efficiency, wastedBytes: analysis.wastedBytes },
    },
    layers: layers(view),
    waste: wasteRows(view).map(({ waste: { kind, what, bytes, files, layers: of, causes, paths }, place }) => ({
      kind,
      what,
      bytes,
      files,
      layers: of.map((layer) => layer + 1),
      causes: causes.map((layer) => layer + 1),
      paths,
      change: place,
    })),
    packages: jsonElements(() => packages(view)),
    vulnerabilities: vulnerabilities(view),
    base: base(view),
    remedies: remedies(view),
    advisories: view.advisories,
    attachments: attachmentsJson(view),
    secrets: analysis.secrets.map(({ kind, certainty, place, line, layer, hidden }) => ({
      kind,
      certainty,
      place,
      line: line ?? null,
      layer: layer === undefined ? null : layer + 1,
      hidden,
    })),
    gaps: analysis.gaps,
    report: jsonReport(view.report),
  });
}

function* packages({ image: { analysis } }: ImageView) {
  for (const { kind, name, version, purl, licences, bytes, path, layer, source } of analysis.packages)
    yield {
      kind,
      name,
      version,
      purl,
      licences,
      bytes: bytes ?? null,
      path,
      layer: layer + 1,
      source: source ?? null,
    };
}

function facts({ image: { analysis, origin } }: ImageView) {
  const { image, operatingSystem } = analysis;
  const { configuration } = image;
  return {
    name: image.name,
    source: image.source ?? null,
    digest: image.digest ?? null,
    indexDigest: image.indexDigest ?? null,
    configurationDigest: configuration.digest,
    platform: platformText(image) || null,
    created: configuration.created ?? null,
    user: configuration.user,
    entrypoint: configuration.entrypoint ? maskWords(configuration.entrypoint) : null,
    command: configuration.command ? maskWords(configuration.command) : null,
    workingDirectory: configuration.workingDirectory,
    exposedPorts: configuration.exposedPorts,
    volumes: configuration.volumes,
    // Names alone: a value may be a secret.
    environment: configuration.environment.map((text) => text.split('=', 1)[0] ?? ''),
    labels: [...configuration.labels.keys()],
    operatingSystem: operatingSystem
      ? {
          id: operatingSystem.id,
          versionId: operatingSystem.versionId ?? null,
          prettyName: operatingSystem.prettyName ?? null,
        }
      : null,
    files: regularFiles(analysis),
    dockerfile: origin?.dockerfile.path ?? null,
  };
}

function layers(view: ImageView) {
  const { analysis } = view.image;
  return layerRows(view).map(({ number, bytes, packedBytes, hiddenBytes, text, place }, index) => {
    const { layer, added, changed, removed, unpackedBytes } = analysis.layers[index] ?? {};
    return {
      number,
      digest: layer?.digest ?? null,
      diffId: layer?.diffId ?? null,
      contentBytes: bytes,
      unpackedBytes: unpackedBytes ?? 0,
      packedBytes: packedBytes ?? null,
      hiddenBytes,
      added: added ?? null,
      changed: changed ?? null,
      removed: removed ?? null,
      instruction: text,
      writtenAt: place ?? null,
    };
  });
}

function vulnerabilities({ image }: ImageView) {
  if (!image.vulnerabilities) return null;
  return image.vulnerabilities.map((each) => ({
    id: each.id,
    aliases: each.aliases,
    package: each.package.name,
    version: each.package.version,
    purl: each.package.purl,
    path: each.package.path,
    severity: each.severity,
    score: each.cvss?.score ?? null,
    vector: each.cvss?.vector ?? null,
    ...fix(each),
    status: each.status ?? null,
    summary: each.summary,
    published: each.published ?? null,
    epss: each.epss ?? null,
    knownExploited: each.knownExploited,
    references: each.references,
    sources: each.sources,
  }));
}

/** `fixedInSource` names the source package where the version is its, and the package's own cannot be told. */
function fix(vulnerability: Vulnerability) {
  const mended = mendedVersion(vulnerability);
  return {
    fixedIn: mended && !mended.above ? mended.version : null,
    fixedAbove: mended?.above ? mended.version : null,
    fixedInSource: mended?.source ?? null,
  };
}

function remedies(view: ImageView) {
  return (
    remedyRows(view)?.map(
      ({
        way,
        kind,
        name,
        version,
        packages,
        fixedIn,
        fixedAbove,
        worst,
        vulnerabilities: mended,
        layer,
        broughtBy,
      }) => ({
        way,
        kind,
        package: name,
        version,
        packages,
        fixedIn: fixedIn ?? null,
        fixedAbove: fixedAbove ?? null,
        worst,
        ids: mended.map(({ id }) => id),
        broughtBy,
        layer: layer === undefined ? null : layer + 1,
      }),
    ) ?? null
  );
}

function base(view: ImageView) {
  const { name, digest, namedBy, layers, endsBy, other } = view.image.base;
  const change = baseChangeCount(view);
  return {
    name: name ?? null,
    digest: digest ?? null,
    namedBy: namedBy ?? null,
    layers: layers ?? null,
    endsBy: endsBy ?? null,
    compared: other
      ? {
          name: other.name,
          operatingSystem: other.system ?? null,
          gone: change?.gone ?? null,
          of: change?.of ?? null,
          come: change?.come.map(({ id }) => id) ?? null,
          text: changeSentence(view),
        }
      : null,
  };
}
