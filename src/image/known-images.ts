import type { ImageConfiguration, ImageLayer } from './image.ts';
import { cacheFiles, namedResults } from './internal/cache-files.ts';
import type { LayerCacheOptions } from './layer-cache.ts';

/** All that an engine's export told of an image but its bytes. */
export interface KnownImage {
  readonly reference?: string;
  readonly configuration: ImageConfiguration;
  readonly layers: readonly Omit<ImageLayer, 'content'>[];
}

/** Images of engines that were exported before, by the digest of their configuration, which names all of it. */
export interface KnownImages {
  /** @param name as it was asked for, for the reference that the export told */
  find(digest: string, name: string): KnownImage | undefined;
  /** Best effort: what cannot be written is exported again. */
  keep(digest: string, name: string, image: KnownImage): void;
}

/** Kept beside what was found in layers. */
export function knownImages({ directory, code, maximumBytes }: LayerCacheOptions): KnownImages {
  const kept = namedResults<KnownImage>(cacheFiles(directory, maximumBytes), ['engine image', code]);
  return {
    find: (digest, name) => kept.find(digest, name),
    keep(digest, name, image) {
      try {
        kept.keep(image, digest, name);
      } catch {}
    },
  };
}
