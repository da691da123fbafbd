import { UserError } from '../../core/errors.ts';
import type { Image } from '../image.ts';
import { packedBytes } from '../internal/packed-bytes.ts';
import type { KnownImage } from '../known-images.ts';

type FoundImage = Omit<Image, 'name'>;

/**
 * An image of which all but the bytes is known. It is exported, once, when the first bytes of a layer are asked for.
 * @param exportImage what gives the same image with its layers; closed with the image
 */
export function exportedLater(known: KnownImage, exportImage: () => Promise<FoundImage>): FoundImage {
  let exported: Promise<FoundImage> | undefined;
  async function* bytesOf(index: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    exported ??= exportImage();
    const { layers, configuration } = await exported;
    const layer = layers[index];
    if (
      configuration.digest !== known.configuration.digest ||
      layer === undefined ||
      layer.content.kind === 'directory'
    )
      throw new UserError('The engine exports another image than it names.', {
        where: known.configuration.digest,
        remedy: 'Run the command again: the image was changed meanwhile.',
        exitCode: 3,
      });
    yield* packedBytes(layer.content, signal);
  }
  return {
    ...known,
    annotations: new Map(),
    layers: known.layers.map((layer, index) => ({
      ...layer,
      content: { kind: 'stream', byDiffId: true, open: (signal) => bytesOf(index, signal) },
    })),
    async close() {
      const opened = await exported?.catch(() => undefined);
      await opened?.close();
    },
  };
}
