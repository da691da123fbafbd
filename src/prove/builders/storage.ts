import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { isLeftOver, repositoryPrefix } from '../owner.ts';
import type { Environment } from './environment.ts';
import type { LeftMade } from './made-journal.ts';
import { type Answer, ask } from './run-client.ts';

/** The storage of Buildah and Podman, and a program that works with it. */
export interface Storage {
  readonly kind: 'buildah' | 'podman';
  readonly program: string;
  /** Before every command: `--url …`. */
  readonly flags: readonly string[];
  readonly environment: Environment;
  /** Where working containers are described: a directory each. Undefined where the storage is another machine's. */
  readonly containers: string | undefined;
}

/** What it is called in what is written down of it. */
export function placeOf({ kind, containers, flags }: Storage): string {
  return containers ?? JSON.stringify([kind, ...flags]);
}

const slow = { timeoutSeconds: 120 };

function call(storage: Storage, ...args: string[]): Promise<Answer> {
  const { program, flags, environment } = storage;
  return ask({ program, arguments: [...flags, ...args], environment }, slow);
}

/** `info` of both says where the storage is, in other cases of letters. */
export function containersDirectory(info: string): string | undefined {
  const { store } = parseJsonObject(info) ?? {};
  const found = new Map(Object.entries(jsonObjectOf(store)).map(([name, value]) => [name.toLowerCase(), value]));
  const [root, driver] = [found.get('graphroot'), found.get('graphdrivername')];
  return typeof root === 'string' && typeof driver === 'string' ? path.join(root, `${driver}-containers`) : undefined;
}

/** The identifier of the image that has this tag; undefined where none has. */
export async function storedId(storage: Storage, tag: string): Promise<string | undefined> {
  const [command, format] = imageFormat(storage, '{{.FromImageID}}', '{{.Id}}');
  const { code, output } = await call(storage, ...command, '--format', format, tag);
  const id = output.trim().replace(/^(?:sha256:)?/, 'sha256:');
  return code === 0 && /^sha256:[0-9a-f]{64}$/.test(id) ? id : undefined;
}

/** Images of steps of one build. */
export interface MadeImages {
  /** As far as the builder told of them; they may be shortened. */
  readonly ids: readonly string[];
  /** When the build began. */
  readonly since: number;
  /** What it had carried out: the image of the last step may be there and not have been told of when a build is broken off. */
  readonly instructions: readonly string[];
}

/** Removes images by their tags. Never throws. */
export async function removeStoredImages(storage: Storage, tags: readonly string[]): Promise<void> {
  if (tags.length > 0) await call(storage, 'rmi', '--force', ...tags);
}

/**
 * Removes images of steps that have no name and are no older than their build: what a step prints may look like an identifier of an image that somebody else
 * made. Never throws.
 */
export async function removeMadeImages(storage: Storage, { ids, since, instructions }: MadeImages): Promise<void> {
  const young = (await storedImages(storage)).filter(({ names, created }) => names.length === 0 && created >= since);
  young.sort((one, other) => other.created - one.created);
  for (const { id } of young) {
    const isTold = ids.some((each) => id.startsWith(each) || each.startsWith(id));
    // One by one: an image that another one stands on by now is not the end of it.
    if (isTold || (await isOf(storage, id, instructions))) await call(storage, 'rmi', id);
  }
}

/** Whether an image's last step is one of these instructions: `/bin/sh -c make`, `/bin/sh -c #(nop) COPY file:… in /`. */
async function isOf(storage: Storage, id: string, instructions: readonly string[]): Promise<boolean> {
  const [command, format] = imageFormat(
    storage,
    '{{range .OCIv1.History}}{{println .CreatedBy}}{{end}}',
    '{{range .History}}{{println .CreatedBy}}{{end}}',
  );
  const { output } = await call(storage, ...command, '--format', format, id);
  const last = output.trim().split('\n').at(-1) ?? '';
  return instructions.some((instruction) => {
    const [, name = '', text = ''] = /^([A-Z]+)\s+(.*)$/is.exec(instruction) ?? [];
    return /^run$/i.test(name) ? last.endsWith(`-c ${text}`) : last.includes(`#(nop) ${name.toUpperCase()} `);
  });
}

function imageFormat({ kind }: Storage, ofBuildah: string, ofPodman: string): readonly [readonly string[], string] {
  return kind === 'buildah' ? [['inspect', '--type', 'image'], ofBuildah] : [['image', 'inspect'], ofPodman];
}

interface StoredImage {
  readonly id: string;
  readonly names: readonly string[];
  /** In milliseconds. */
  readonly created: number;
}

async function storedImages(storage: Storage): Promise<StoredImage[]> {
  const { output } = await call(
    storage,
    'images',
    '--all',
    ...(storage.kind === 'buildah' ? ['--json'] : ['--format', 'json']),
  );
  const { images } = parseJsonObject(`{"images":${output.trim() || '[]'}}`) ?? {};
  if (!Array.isArray(images)) return [];
  return images.map((image: unknown) => {
    // Buildah writes `id`, Podman `Id`; one `createdatraw`, the other `CreatedAt`, both with nanoseconds.
    const found = new Map(Object.entries(jsonObjectOf(image)).map(([name, value]) => [name.toLowerCase(), value]));
    const names: unknown = found.get('names');
    const raw = found.get('createdatraw') ?? found.get('createdat');
    return {
      id: String(found.get('id') ?? ''),
      names: Array.isArray(names) ? names.map(String) : [],
      created: typeof raw === 'string' ? Date.parse(raw) : Number.NaN,
    };
  });
}

const markedHost = 'plimsoll-prove-owner-';

/**
 * The mark on a build's working containers, which have no names of ours: a host name that leads nowhere in their /etc/hosts, which is no part of the
 * image. Containers of a build that was killed are told from those of others by it.
 */
export function markFlag(owner: string): string[] {
  return ['--add-host', `${markedHost}${owner}:127.0.0.1`];
}

/** Removes working containers whose owner is asked for. Never throws. */
export async function removeContainers(storage: Storage, isWanted: (owner: string) => boolean): Promise<void> {
  const ids = markedContainers(storage.containers).filter(({ owner }) => isWanted(owner));
  for (const { id } of ids) await call(storage, 'rm', ...(storage.kind === 'podman' ? ['--force'] : []), id);
}

/** Removes what killed runs left: working containers, images, and images of steps that they wrote down. Never throws. */
export async function removeLeftStored(storage: Storage, written: readonly LeftMade[]): Promise<void> {
  await removeContainers(storage, isLeftOver);
  const names = (await storedImages(storage)).flatMap((image) => image.names);
  const left = names.filter((name) => name.includes(`${repositoryPrefix}/`) && isLeftOver(name));
  await removeStoredImages(storage, left);
  for (const each of written)
    if (each.place === placeOf(storage)) await removeMadeImages(storage, { ...each, instructions: [] });
}

/** Buildah describes each in its `userdata` (https://github.com/containers/buildah/blob/main/buildah.go, `stateFile`). */
function markedContainers(directory: string | undefined): { readonly id: string; readonly owner: string }[] {
  if (directory === undefined) return [];
  return namesIn(directory).flatMap((id) => {
    try {
      const state = readFileSync(path.join(directory, id, 'userdata/buildah.json'), 'utf8');
      const owner = new RegExp(`${markedHost}([0-9a-z-]+):`).exec(state)?.[1];
      return owner === undefined ? [] : [{ id, owner }];
    } catch {
      return [];
    }
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
