import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import { type Archive, openPlainArchive } from './archive.ts';
import { openCompressedArchive, unpacked } from './compressed-archive.ts';
import { imageOfDockerArchive } from './docker-archive.ts';
import type { ArchiveFormat } from './image-name.ts';
import type { ManifestImage } from './image-of-manifest.ts';
import { imageOfLayout } from './oci-layout.ts';
import type { OpenOptions } from './open-options.ts';
import { packingOfStart, startOf } from './packing.ts';
import { temporaryFile } from './temporary-file.ts';

export interface ArchiveImage extends ManifestImage {
  readonly kind: ArchiveFormat;
  close(): Promise<void>;
}

/**
 * The image of an archive: of an OCI layout, or as `docker save` writes it. Nothing is unpacked to disk.
 * @param kind undefined: its content tells. What has both, as Docker 25 and later write it, is read as OCI, which names digests.
 * @throws UserError
 */
export async function openArchive(
  path: string,
  name: string | undefined,
  kind: ArchiveFormat | undefined,
  { platform, temporaryFiles = false }: Pick<OpenOptions, 'platform' | 'temporaryFiles'>,
): Promise<ArchiveImage> {
  const archive = await filesOf(path, temporaryFiles);
  try {
    const isLayout = archive.size('oci-layout') !== undefined && archive.size('index.json') !== undefined;
    const isSaved = archive.size('manifest.json') !== undefined;
    const actual = kind ?? (isLayout ? 'OCI archive' : 'docker-archive');
    if (actual === 'OCI archive' ? !isLayout : !isSaved) throw noImage(path, actual);
    const image =
      actual === 'OCI archive'
        ? await imageOfLayout(archive, name, platform)
        : await imageOfDockerArchive(archive, name);
    return { ...image, kind: actual, close: () => archive.close() };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function filesOf(path: string, temporaryFiles: boolean): Promise<Archive> {
  const packing = packingOfStart(await startOf(path, 0));
  if (packing === 'none') return openPlainArchive(path, path, async () => {});
  if (packing !== 'gzip' && packing !== 'zstd')
    throw new UserError(`This archive is compressed with ${packing}, which is not read as a whole.`, {
      where: printable(path),
      remedy: `Unpack it first: ${packing} -d.`,
    });
  if (!temporaryFiles) return openCompressedArchive(path, packing, path);
  const file = await temporaryFile(unpacked(path, packing, path), path);
  return openPlainArchive(file.path, path, file.close).catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
}

function noImage(path: string, kind: ArchiveFormat): UserError {
  const lacks = kind === 'OCI archive' ? 'oci-layout and index.json' : 'manifest.json';
  return new UserError(`This archive holds no image: it lacks ${lacks}.`, {
    where: printable(path),
    remedy: 'Write one with docker save, podman save or skopeo copy. A root file system is named by its directory.',
  });
}
