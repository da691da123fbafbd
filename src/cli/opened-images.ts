import type { Image } from '../image/image.ts';
import type { BuiltImage } from '../prove/build.ts';

/** Images that are kept open: the first of the original's two is looked at again after the second. */
const mostOpen = 2;

/** Images that were built, each opened once for all that is asked of it. */
export interface OpenedImages {
  /** @throws what opening the image throws, and `look` */
  look<Value>(built: BuiltImage, look: (image: Image) => Value | Promise<Value>): Promise<Value>;
  /** Never throws. */
  close(): Promise<void>;
}

/**
 * Keeps the last two images open: to open one of an engine is to have all of it written to this disk, a gigabyte and half a minute sometimes, and a proof
 * asks three things of each. One at a time: what is looked at must not be closed by another call.
 */
export function openedImages(open: (built: BuiltImage) => Promise<Image>): OpenedImages {
  const opened = new Map<string, Image>();
  const closeOldest = async (left: number) => {
    for (const [tag, image] of opened) {
      if (opened.size <= left) return;
      opened.delete(tag);
      await image.close().catch(() => undefined);
    }
  };
  return {
    async look(built, look) {
      const known = opened.get(built.tag);
      if (known === undefined) await closeOldest(mostOpen - 1);
      const image = known ?? (await open(built));
      // The one that was used last goes last.
      opened.delete(built.tag);
      opened.set(built.tag, image);
      return await look(image);
    },
    close: () => closeOldest(0),
  };
}
