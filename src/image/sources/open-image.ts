import { statSync } from 'node:fs';
import { errorCode, UserError } from '../../core/errors.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';
import type { Image } from '../image.ts';
import { platformText } from './choose-platform.ts';
import { type ImageName, kindOfPath, readImageName } from './image-name.ts';
import { directoryArchive } from './layout-directory.ts';
import { fromAnyEngine, fromEngine, fromStorage } from './local-engines.ts';
import { imageOfLayout, imageOfSkopeoDirectory } from './oci-layout.ts';
import { openArchive } from './open-archive.ts';
import type { OpenOptions } from './open-options.ts';
import { imageOfRegistry } from './registry.ts';
import { registryOptions } from './registry-options.ts';
import { imageOfDirectory } from './root-directory.ts';

export type { OpenOptions };

type FoundImage = Omit<Image, 'name'>;

/**
 * Finds an image, wherever it is; of its layers nothing is read. A name is understood as `docs/image.md` says: with a scheme (`oci:`, `oci-archive:`,
 * `docker-archive:`, `docker-daemon:`, `podman:`, `containers-storage:`, `dir:`, `rootfs:`, `docker://`, `registry:`) as that; without one as the path of a
 * directory or an archive where it leads to one; else as a reference, which the engines on this machine are asked for first, then its registry.
 * @throws UserError with exit code 2 where the name or the image is wrong, 3 where an engine or a registry failed
 */
export async function openImage(name: string, options: OpenOptions): Promise<Image> {
  const found = await find(readImageName(name), options).catch((error: unknown) => {
    throw ofFile(error, name);
  });
  const { platform } = found.configuration;
  const { platform: wanted } = options;
  const other = wanted && (platform.architecture !== wanted.architecture || platform.os !== wanted.os);
  if (!other || platform.architecture === '') return { ...found, name };
  await found.close();
  throw new UserError(`This image is for ${printable(platformText(platform))}, not for ${platformText(wanted)}.`, {
    where: printable(name),
  });
}

async function find(name: ImageName, options: OpenOptions): Promise<FoundImage> {
  const { platform } = options;
  switch (name.kind) {
    case 'rootfs':
      if (!statSync(name.path).isDirectory())
        throw new UserError('A root file system is named by its directory; this is a file.', {
          where: printable(name.path),
        });
      return { ...imageOfDirectory(name.path), source: 'directory', close };
    case 'layout': {
      const files = directoryArchive(name.path, name.path);
      return { ...(await imageOfLayout(files, name.image, platform)), source: 'OCI layout', close };
    }
    case 'skopeo-directory': {
      const files = directoryArchive(name.path, name.path);
      return { ...(await imageOfSkopeoDirectory(files, platform)), source: 'directory of skopeo', close };
    }
    case 'archive': {
      const { kind, ...image } = await openArchive(name.path, name.image, name.format, options);
      return { ...image, source: kind };
    }
    case 'registry':
      return fromRegistry(name.reference, options);
    case 'docker':
    case 'podman':
      return fromEngine(name.kind, name.image, options);
    case 'storage':
      return fromStorage(name.image, options);
    case 'anywhere': {
      const found = await fromAnyEngine(name.image, options);
      if (found !== undefined) return found;
      if (name.reference !== undefined)
        return fromRegistry(name.reference, options).catch((error) => afterEngines(error, name.image));
      throw new UserError('No engine here has this image.', {
        where: printable(name.image),
        ...hinting(undefined, name.image),
      });
    }
  }
}

async function fromRegistry(reference: ImageReference, options: OpenOptions): Promise<FoundImage> {
  const { progress, platform } = options;
  progress?.(`asking registry ${reference.registry}`);
  const image = await imageOfRegistry(reference, platform, registryOptions(options));
  return { ...image, source: `registry ${reference.registry}`, reference: reference.text, close };
}

/** What the file system says of a path: not there, not readable, no file. */
function ofFile(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const code = errorCode(error);
  if (code === undefined) return error;
  const what =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'There is no file or directory of this name.'
      : `The image cannot be read: ${printable(error.message)}.`;
  return new UserError(what, { where: printable(name), cause: error });
}

/** Whoever means an image of an engine is not helped by what a registry says alone. */
function afterEngines(error: unknown, name: string): never {
  if (!(error instanceof UserError)) throw error;
  const { message, where, remedy, exitCode, cause } = error;
  throw new UserError(`No engine here has this image, and ${message}`, {
    exitCode,
    cause,
    ...(where !== undefined && { where }),
    ...hinting(remedy, name),
  });
}

/** What to do, with the path that was meant where a file or a directory has the name of the image. */
function hinting(remedy: string | undefined, name: string): { readonly remedy?: string } {
  const kind = kindOfPath(name);
  const hint = kind && `A ${kind} of this name is here: ./${printable(name)} names it.`;
  const sentences = [hint, remedy].filter((each) => each !== undefined);
  return sentences.length > 0 ? { remedy: sentences.join(' ') } : {};
}

/** Nothing is held open. */
async function close(): Promise<void> {}
