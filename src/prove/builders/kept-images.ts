import type { Builder, BuiltImage, EngineAddress } from '../build.ts';
import { askEngine, removeImages, removeLeftImages } from './engine-images.ts';
import { isSameEngine } from './hand-to.ts';

/** What is of one kind of builder alone. */
export interface OwnBuilder extends Pick<Builder, 'kind' | 'title' | 'engine' | 'environment' | 'build'> {
  /** Gives an image to an engine that is not the builder's. @throws UserError (exit code 3) */
  give(engine: EngineAddress, image: BuiltImage): Promise<void>;
  /** Removes images by their tags; those that are not there do not matter. Never throws. */
  remove(tags: readonly string[]): Promise<void>;
  /** What there is to remove when all images are gone. Never throws. */
  close?(): Promise<void>;
}

/** A builder that knows which images it made and whom it gave them, and removes them everywhere. */
export function keepingImages(own: OwnBuilder): Builder {
  const { kind, title, engine, environment } = own;
  const tags = new Set<string>();
  const given = new Map<string, EngineAddress[]>();
  const swept: EngineAddress[] = [];
  const removeGiven = async (tag: string) => {
    // Buildah and Podman write names into their archives with a registry's name: Docker Engine keeps that name, too.
    for (const address of given.get(tag) ?? []) await removeImages({ address, environment }, [tag, `localhost/${tag}`]);
    given.delete(tag);
  };
  return {
    kind,
    title,
    engine,
    environment,
    async build(request, options) {
      // Known before it is there: a build that is broken off may have got to its end.
      tags.add(request.tag);
      return await own.build(request, options);
    },
    async handTo(to, image) {
      const { tag } = image;
      if (engine !== undefined && isSameEngine(engine, to)) return;
      if (given.get(tag)?.some((each) => isSameEngine(each, to))) return;
      const asked = { address: to, environment };
      if (!swept.some((each) => isSameEngine(each, to))) await removeLeftImages(asked);
      swept.push(to);
      given.set(tag, [...(given.get(tag) ?? []), to]);
      await own.give(to, image);
      // Podman puts images without a registry's name into a place of its own.
      await askEngine(asked, ['tag', image.id, tag]);
    },
    async forget({ tag }) {
      tags.delete(tag);
      await removeGiven(tag);
      await own.remove([tag]);
    },
    async close() {
      for (const tag of [...given.keys()]) await removeGiven(tag);
      await own.remove([...tags]);
      tags.clear();
      await own.close?.();
    },
  };
}
