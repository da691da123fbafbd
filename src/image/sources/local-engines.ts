import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Image, ImageLayer } from '../image.ts';
import type { KnownImages } from '../known-images.ts';
import { openPlainArchive } from './archive.ts';
import { imageOfDockerArchive } from './docker-archive.ts';
import { exportImage, inspectImage } from './engine.ts';
import { dockerEndpoints, type EngineEndpoint, podmanEndpoints } from './engine-endpoints.ts';
import { isIdentifier } from './image-name.ts';
import { exportedLater } from './known-image.ts';
import type { OpenOptions } from './open-options.ts';
import { idInStorage, saveFromStorage, storageProgram } from './storage.ts';
import { type TemporaryFile, temporaryFile } from './temporary-file.ts';

type FoundImage = Omit<Image, 'name'>;

/**
 * The image of an engine that is asked by name.
 * @throws UserError: of input where it has no such image, of a failed system where it does not answer
 */
export async function fromEngine(
  engine: 'docker' | 'podman',
  image: string,
  options: OpenOptions,
): Promise<FoundImage> {
  const endpoints = engine === 'docker' ? dockerEndpoints(options.environment) : podmanEndpoints(options.environment);
  let failure: unknown;
  for (const endpoint of endpoints) {
    try {
      const found = await exportedFrom(endpoint, image, options);
      if (found !== undefined) return found;
    } catch (error) {
      if (!isSystemFailure(error)) throw error;
      failure ??= error;
    }
  }
  if (engine === 'podman') {
    const found = await fromStorageIfThere(image, options);
    if (found !== undefined) return found;
  }
  if (failure !== undefined) throw failure;
  throw notThere(image, engine === 'docker' ? 'Docker Engine' : 'Podman', endpoints);
}

/** The image of the storage that Podman and Buildah share. @throws UserError, likewise */
export async function fromStorage(image: string, options: OpenOptions): Promise<FoundImage> {
  const found = await fromStorageIfThere(image, options);
  if (found !== undefined) return found;
  const program = storageProgram(options.environment);
  throw new UserError(
    program === undefined
      ? 'The storage of Podman and Buildah is read with podman, skopeo or buildah; none is installed.'
      : 'This user’s storage of Podman and Buildah has no such image.',
    { where: printable(image), ...(program === undefined && { exitCode: 3 }) },
  );
}

/**
 * The image of any engine on this machine. Undefined where none has it. One that does not answer is told of and passed over: the registry may have the
 * image.
 */
export async function fromAnyEngine(image: string, options: OpenOptions): Promise<FoundImage | undefined> {
  const { environment, progress } = options;
  const engines = [...dockerEndpoints(environment), ...podmanEndpoints(environment)];
  const ask = [
    ...engines.map((endpoint) => () => exportedFrom(endpoint, image, options)),
    () => fromStorageIfThere(image, options),
  ];
  for (const one of ask) {
    try {
      const found = await one();
      if (found !== undefined) return found;
    } catch (error) {
      if (!isSystemFailure(error)) throw error;
      progress?.(error.message);
    }
  }
  return undefined;
}

async function exportedFrom(
  endpoint: EngineEndpoint,
  image: string,
  options: OpenOptions,
): Promise<FoundImage | undefined> {
  const { progress, signal, platform, known } = options;
  progress?.(`asking ${endpoint.engine} at ${printable(endpoint.address)}`);
  const found = await inspectImage(endpoint, image, options);
  if (found === undefined) return undefined;
  const other =
    platform && (platform.architecture !== found.platform.architecture || platform.os !== found.platform.os);
  if (other) return undefined;
  const exported = async (name: string) => {
    progress?.(`exporting ${printable(image)} from ${endpoint.engine}`);
    const file = await temporaryFile(exportImage(endpoint, name, signal), image, found.bytes);
    return openSpooled(file, image, endpoint.engine);
  };
  const digest = /^(?:sha256:)?([0-9a-f]{64})$/.exec(found.id)?.[1];
  // What its id names cannot change: by it, the same image is exported later.
  const later = () => exported(found.id);
  return exportedOnce(known, digest && `sha256:${digest}`, image, endpoint.engine, () => exported(image), later);
}

/**
 * An image as it was known before, exported only if bytes of it are asked for; else exported, and known from then on.
 * @param digest of its configuration, as its engine says; undefined where it does not
 */
async function exportedOnce(
  known: KnownImages | undefined,
  digest: string | undefined,
  image: string,
  source: string,
  exported: () => Promise<FoundImage>,
  later: () => Promise<FoundImage>,
): Promise<FoundImage> {
  if (known === undefined || digest === undefined) return exported();
  const before = known.find(digest, image);
  if (before !== undefined) return { ...exportedLater(before, later), source };
  const opened = await exported();
  keepKnown(known, digest, image, opened);
  return opened;
}

/** Engines that name an image by its manifest export another configuration than the id: it is not known by that. */
function keepKnown(known: KnownImages, digest: string, name: string, opened: FoundImage): void {
  const { configuration, layers, reference } = opened;
  if (configuration.digest !== digest || opened.digest !== undefined) return;
  known.keep(digest, name, {
    configuration,
    layers: layers.map(({ content: _, ...layer }) => layer),
    ...(reference !== undefined && { reference }),
  });
}

async function fromStorageIfThere(
  image: string,
  { environment, progress, signal, known }: OpenOptions,
): Promise<FoundImage | undefined> {
  const program = storageProgram(environment);
  if (program === undefined) return undefined;
  progress?.(`asking ${program.name}`);
  const id = await idInStorage(program, image, environment);
  if (id === undefined) return undefined;
  const source = 'storage of Podman and Buildah';
  const exported = async () => {
    progress?.(`exporting ${printable(image)} with ${program.name}`);
    return openSpooled(await saveFromStorage(program, image, environment, signal), image, source);
  };
  return exportedOnce(known, id, image, source, exported, exported);
}

/** An engine gives all layers in one stream, in its own order; they are read in parallel and more than once. */
async function openSpooled(file: TemporaryFile, image: string, source: string): Promise<FoundImage> {
  const archive = await openPlainArchive(file.path, `${image} (${source})`, file.close).catch(
    async (error: unknown) => {
      await file.close();
      throw error;
    },
  );
  try {
    const found = await imageOfDockerArchive(archive, undefined);
    const named = isIdentifier(image) ? {} : { reference: image };
    return { ...found, ...named, layers: found.layers.map(ofEngine), source, close: () => archive.close() };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** Layers that are written as they are unpacked are those that the engine keeps by their diffId. */
function ofEngine(layer: ImageLayer): ImageLayer {
  const { content, digest } = layer;
  return content.kind === 'file' && digest === undefined
    ? { ...layer, content: { ...content, byDiffId: true } }
    : layer;
}

function isSystemFailure(error: unknown): error is UserError {
  return error instanceof UserError && error.exitCode === 3;
}

function notThere(image: string, engine: string, endpoints: readonly EngineEndpoint[]): UserError {
  if (endpoints.length > 0) return new UserError(`${engine} has no such image.`, { where: printable(image) });
  return new UserError(`${engine} is not here: none of its sockets is there.`, {
    where: printable(image),
    remedy: 'Start it, or set DOCKER_HOST or CONTAINER_HOST.',
    exitCode: 3,
  });
}
