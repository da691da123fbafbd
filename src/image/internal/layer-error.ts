import { UserError } from '../../core/errors.ts';
import type { ImageLayer } from '../image.ts';

/** An error about a layer, which names it by its digest. */
export function layerError(
  layer: ImageLayer,
  what: string,
  details: { readonly remedy?: string; readonly cause?: unknown; readonly exitCode?: 2 | 3 } = {},
): UserError {
  return new UserError(what, { where: layerName(layer), ...details });
}

export function layerName(layer: ImageLayer): string {
  return `layer ${layer.digest ?? layer.diffId ?? 'without a digest'}`;
}
