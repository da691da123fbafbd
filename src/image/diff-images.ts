import { groupBy } from '../core/group-by.ts';
import { maskTokens, maskWords } from '../core/mask-secrets.ts';
import { secretInVariable } from '../core/secret-text.ts';
import type { PackageKind } from '../ecosystems/installed-package.ts';
import type { ImageConfiguration } from './image.ts';
import type { ImageAnalysis, ImageFile, LayerAnalysis } from './image-analysis.ts';

/** A path that two images do not have alike. */
export interface FileChange {
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
  /** Content, in bytes; 0 where there is none. */
  readonly before: number;
  readonly after: number;
  /** Of a changed one: what differs. */
  readonly differs: readonly ('kind' | 'content' | 'mode' | 'owner' | 'target')[];
}

/** A package whose versions differ. */
export interface PackageChange {
  readonly kind: PackageKind;
  readonly name: string;
  /** Empty: it is not there. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

export interface ConfigurationChange {
  readonly field: string;
  /** Undefined: not set, or nothing that may be shown. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Layers that two images share, by what is in them. Bytes of content. */
export interface SharedLayers {
  readonly shared: number;
  readonly sharedBytes: number;
  readonly onlyBefore: { readonly layers: number; readonly bytes: number };
  readonly onlyAfter: { readonly layers: number; readonly bytes: number };
}

export interface ImageDifference {
  /** The most bytes first. */
  readonly files: readonly FileChange[];
  readonly packages: readonly PackageChange[];
  readonly configuration: readonly ConfigurationChange[];
  readonly layers: SharedLayers;
}

/** In what an image differs from an earlier one. */
export function diffImages(before: ImageAnalysis, after: ImageAnalysis): ImageDifference {
  return {
    files: fileChanges(before, after),
    packages: packageChanges(before, after),
    configuration: configurationChanges(before.image.configuration, after.image.configuration),
    layers: sharedLayers(before.layers, after.layers),
  };
}

function fileChanges(before: ImageAnalysis, after: ImageAnalysis): FileChange[] {
  const changes: FileChange[] = [];
  for (const file of after.files) {
    const old = before.files.find(file.path);
    const differs = old ? differencesOf(old, file) : [];
    if (old && differs.length === 0) continue;
    changes.push({
      path: file.path,
      change: old ? 'changed' : 'added',
      before: old?.bytes ?? 0,
      after: file.bytes,
      differs,
    });
  }
  for (const file of before.files)
    if (!after.files.find(file.path))
      changes.push({ path: file.path, change: 'removed', before: file.bytes, after: 0, differs: [] });
  const weight = (change: FileChange) => Math.max(change.before, change.after);
  return changes.sort((one, other) => weight(other) - weight(one) || (one.path < other.path ? -1 : 1));
}

function differencesOf(one: ImageFile, other: ImageFile): FileChange['differs'] {
  return [
    ...(one.kind === other.kind ? [] : (['kind'] as const)),
    ...(one.bytes === other.bytes && one.content === other.content ? [] : (['content'] as const)),
    // A link has no mode of its own.
    ...(one.mode === other.mode || one.kind === 'symlink' ? [] : (['mode'] as const)),
    ...(one.user === other.user && one.group === other.group ? [] : (['owner'] as const)),
    ...(one.target === other.target ? [] : (['target'] as const)),
  ];
}

function packageChanges(before: ImageAnalysis, after: ImageAnalysis): PackageChange[] {
  const all = [
    ...before.packages.map((each) => ({ each, old: true })),
    ...after.packages.map((each) => ({ each, old: false })),
  ];
  const groups = groupBy(all, ({ each }) => `${each.kind}\0${each.name}`);
  return [...groups.values()]
    .flatMap((group): PackageChange[] => {
      const versions = (old: boolean) =>
        [...new Set(group.filter((entry) => entry.old === old).map(({ each }) => each.version))].sort();
      const [was, is, first] = [versions(true), versions(false), group[0]?.each];
      if (first === undefined || was.join('\0') === is.join('\0')) return [];
      return [{ kind: first.kind, name: first.name, before: was, after: is }];
    })
    .sort((one, other) => (one.kind + one.name < other.kind + other.name ? -1 : 1));
}

function configurationChanges(before: ImageConfiguration, after: ImageConfiguration): ConfigurationChange[] {
  const [was, is] = [settingsOf(before), settingsOf(after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((field) => {
    const [one, other] = [was.get(field), is.get(field)];
    if (one === other) return [];
    return [{ field, before: shownValue(field, one, before), after: shownValue(field, other, after) }];
  });
}

/** Values of variables may be secrets; so may be what labels and commands hold. */
function shownValue(
  field: string,
  value: string | undefined,
  { command, entrypoint, healthcheck }: ImageConfiguration,
): string | undefined {
  if (value === undefined) return undefined;
  if (field.startsWith('env ')) return '•••';
  if (field.startsWith('label '))
    return secretInVariable(field.slice('label '.length), value) ? '•••' : maskTokens(value);
  const words = { command, entrypoint, 'health check': healthcheck }[field];
  return words ? maskWords(words).join(' ') : value;
}

function settingsOf(configuration: ImageConfiguration): ReadonlyMap<string, string> {
  const { platform, labels, environment } = configuration;
  const list = (words: readonly string[] | undefined) => (words && words.length > 0 ? words.join(' ') : '');
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['platform', [platform.os, platform.architecture, platform.variant].filter(Boolean).join('/')],
    ['created', configuration.created],
    ['user', configuration.user],
    ['entrypoint', list(configuration.entrypoint)],
    ['command', list(configuration.command)],
    ['working directory', configuration.workingDirectory],
    ['ports', list(configuration.exposedPorts)],
    ['volumes', list(configuration.volumes)],
    ['stop signal', configuration.stopSignal],
    ['health check', list(configuration.healthcheck)],
    ...environment.map((text) => [`env ${text.split('=', 1)[0]}`, text.slice(text.indexOf('=') + 1)] as const),
    ...[...labels].map(([name, value]) => [`label ${name}`, value] as const),
  ];
  return new Map(fields.flatMap(([field, value]) => (value === undefined || value === '' ? [] : [[field, value]])));
}

/** Names a layer by what is in it, so that one that is packed in another way is the same. */
export function layerKey({ layer }: LayerAnalysis, index: number): string {
  return layer.diffId ?? layer.digest ?? `layer ${index}`;
}

function sharedLayers(before: readonly LayerAnalysis[], after: readonly LayerAnalysis[]): SharedLayers {
  const [was, is] = [before, after].map((layers) => new Set(layers.map((layer, at) => layerKey(layer, at))));
  const sum = (layers: readonly LayerAnalysis[]) => ({
    layers: layers.length,
    bytes: layers.reduce((total, { contentBytes }) => total + contentBytes, 0),
  });
  const shared = sum(after.filter((layer, at) => was?.has(layerKey(layer, at))));
  return {
    shared: shared.layers,
    sharedBytes: shared.bytes,
    onlyBefore: sum(before.filter((layer, at) => !is?.has(layerKey(layer, at)))),
    onlyAfter: sum(after.filter((layer, at) => !was?.has(layerKey(layer, at)))),
  };
}
