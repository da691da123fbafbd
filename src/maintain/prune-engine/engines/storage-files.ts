import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  isJsonObject,
  type JsonObject,
  jsonObjectOf,
  parseJsonObject,
  textFieldsOf,
} from '../../../core/json-object.ts';
import type { Piece } from '../inventory.ts';
import type { HistoryStep } from './history.ts';
import { knownTime, timeOf } from './times.ts';

/** A layer of the storage; its identifier is its own, not its digest. */
export interface StoredLayer {
  readonly id: string;
  readonly parent: string | undefined;
  readonly piece: Piece;
}

/** An image as the storage describes it. */
export interface StoredImage {
  readonly id: string;
  readonly names: readonly string[];
  /** Of its manifest. */
  readonly digest: string | undefined;
  /** Made or, if later, put here. */
  readonly time: number | undefined;
  readonly labels: ReadonlyMap<string, string>;
  readonly history: readonly HistoryStep[];
  readonly diffIds: readonly string[];
  /** Whether its manifest is a registry's: builds keep theirs with layers that are not packed. */
  readonly pulled: boolean;
  /** Identifiers of its layers, base first. */
  readonly layers: readonly string[];
  /** Besides, for users of other name spaces. */
  readonly otherLayers: readonly string[];
  readonly description: Piece;
}

export interface StoredContainer {
  readonly id: string;
  readonly names: readonly string[];
  readonly image: string;
  readonly created: number | undefined;
  readonly layers: readonly string[];
  readonly description: Piece;
  /** Who made it. */
  readonly of: 'buildah' | 'podman' | 'other';
}

/** All that lies in a storage (https://github.com/containers/storage/blob/main/docs/containers-storage.conf.5.md, `graphroot`). */
export interface StorageFiles {
  readonly layers: ReadonlyMap<string, StoredLayer>;
  readonly images: readonly StoredImage[];
  readonly containers: readonly StoredContainer[];
}

/** @throws SyntaxError where a list is damaged: what is not known may need any layer */
export function readStorage(root: string, driver: string): StorageFiles {
  const folder = (kind: string) => path.join(root, `${driver}-${kind}`);
  const layers = new Map<string, StoredLayer>();
  for (const layer of [
    ...listIn(folder('layers'), 'layers.json'),
    ...listIn(folder('layers'), 'volatile-layers.json'),
  ]) {
    const { id, parent, 'diff-size': size } = layer;
    if (!isId(id)) continue;
    const directory = driver === 'vfs' ? path.join(root, 'vfs/dir', id) : path.join(root, driver, id);
    const paths = [directory, path.join(folder('layers'), `${id}.tar-split.gz`)];
    const bytes = typeof size === 'number' && size >= 0 ? size : undefined;
    layers.set(id, { id, parent: isId(parent) ? parent : undefined, piece: { id: `layer:${id}`, paths, bytes } });
  }
  return {
    layers,
    images: listIn(folder('images'), 'images.json').flatMap((image) => imageOf(image, folder('images'), layers) ?? []),
    containers: [
      ...listIn(folder('containers'), 'containers.json'),
      ...listIn(folder('containers'), 'volatile-containers.json'),
    ].flatMap((container) => containerOf(container, folder('containers'), layers) ?? []),
  };
}

/** The list that one of the storage's files holds; empty where there is none. */
function listIn(folder: string, name: string): JsonObject[] {
  const file = path.join(folder, name);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const list: unknown = text.trim() === '' ? [] : JSON.parse(text);
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function imageOf(image: JsonObject, folder: string, layers: ReadonlyMap<string, StoredLayer>): StoredImage | undefined {
  const { id, names, digest, layer, created, 'mapped-layers': mapped } = image;
  if (!isId(id)) return undefined;
  const directory = path.join(folder, id);
  const configuration = bigData(directory, `sha256:${id}`);
  const manifest = bigData(directory, 'manifest');
  const { history, rootfs, config, created: built } = configuration;
  const diffIds = jsonObjectOf(rootfs).diff_ids;
  const made = knownTime(built) ?? knownTime(created);
  const put = statSync(directory, { throwIfNoEntry: false })?.mtimeMs;
  return {
    id,
    names: textsIn(names),
    digest: typeof digest === 'string' && digest !== '' ? digest : undefined,
    time: made === undefined ? put : Math.max(made, put ?? 0),
    labels: textFieldsOf(jsonObjectOf(config).Labels),
    history: (Array.isArray(history) ? history.filter(isJsonObject) : []).map(stepOf),
    diffIds: textsIn(diffIds),
    pulled: Array.isArray(manifest.layers) && manifest.layers.some(isPacked),
    layers: isId(layer) ? chainOf(layer, layers) : [],
    otherLayers: textsIn(mapped)
      .filter(isId)
      .flatMap((each) => chainOf(each, layers)),
    description: { id: `description:${id}`, paths: [directory], bytes: 0 },
  };
}

function stepOf({ created, created_by: createdBy }: JsonObject): HistoryStep {
  return {
    created: timeOf(created),
    createdBy: typeof createdBy === 'string' ? createdBy : '',
    bytes: undefined,
  };
}

function isPacked(layer: unknown): boolean {
  const { mediaType } = jsonObjectOf(layer);
  return typeof mediaType === 'string' && /gzip|zstd/.test(mediaType);
}

function containerOf(
  container: JsonObject,
  folder: string,
  layers: ReadonlyMap<string, StoredLayer>,
): StoredContainer | undefined {
  const { id, names, image, layer, created, metadata } = container;
  if (!isId(id)) return undefined;
  const directory = path.join(folder, id);
  const isBuildahs = existsSync(path.join(directory, 'userdata/buildah.json'));
  return {
    id,
    names: textsIn(names),
    image: typeof image === 'string' ? image : '',
    created: knownTime(created),
    layers: isId(layer) ? chainOf(layer, layers) : [],
    description: { id: `container:${id}`, paths: [directory], bytes: 0 },
    of: isBuildahs ? 'buildah' : typeof metadata === 'string' && metadata.includes('"image-id"') ? 'podman' : 'other',
  };
}

/** Base first. */
function chainOf(top: string, layers: ReadonlyMap<string, StoredLayer>): string[] {
  const chain = new Set<string>();
  for (let next: string | undefined = top; next !== undefined && !chain.has(next); next = layers.get(next)?.parent)
    chain.add(next);
  return [...chain].reverse();
}

/** Big data of an image: names with other characters are in Base64 (containers/storage: `makeBigDataBaseName`). */
function bigData(directory: string, name: string): JsonObject {
  const file = /^[\w.-]+$/.test(name) ? name : `=${Buffer.from(name).toString('base64')}`;
  try {
    return parseJsonObject(readFileSync(path.join(directory, file), 'utf8')) ?? {};
  } catch {
    return {};
  }
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{12,64}$/.test(value);
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/**
 * By an image's identifier, the one of which one more step of a build made it: the engines do not delete that before it. Its history is the other one's with
 * one step behind it.
 */
export function storedParents(images: readonly StoredImage[]): ReadonlyMap<string, string> {
  const text = ({ created, createdBy }: HistoryStep) => JSON.stringify([created, createdBy]);
  const byHistory = new Map(images.map((image) => [image.history.map(text).join('\n'), image]));
  return new Map(
    images.flatMap((image): [string, string][] => {
      if (image.history.length < 2) return [];
      const parent = byHistory.get(image.history.slice(0, -1).map(text).join('\n'));
      const stands = parent?.diffIds.every((diff, at) => image.diffIds[at] === diff);
      return parent !== undefined && parent !== image && stands ? [[image.id, parent.id]] : [];
    }),
  );
}
