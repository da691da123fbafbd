import type { Image } from '../image.ts';
import { noConfiguration } from './read-configuration.ts';

/** A root file system on disk: one layer, and nothing known of how it is run. */
export function imageOfDirectory(path: string): Omit<Image, 'name' | 'source' | 'close'> {
  return {
    annotations: new Map(),
    configuration: noConfiguration,
    layers: [{ packing: 'none', foreign: false, content: { kind: 'directory', path } }],
  };
}
