import { fewAtOnce } from '../../core/few-at-once.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import { belongsToRegistry, guardedFetch } from '../../image/guarded-fetch.ts';
import type { RegistryOptions } from '../../image/registry-digest.ts';
import { type RegistryImage, registryImage } from '../../image/registry-image.ts';
import type { RunningContainer } from './running-container.ts';

/** Which registries may be asked: all but this machine's own, these only, or none. */
export type RegistryChoice = 'public' | 'none' | readonly string[];

export interface RegistryFacts {
  /**
   * Asks for images that are not known yet, some of them each time.
   * @param architectures of the nodes, by their names
   * @throws Error with a reason when nothing could be had of any
   */
  refresh(containers: readonly RunningContainer[], architectures: ReadonlyMap<string, string>): Promise<void>;
  /** By the digest that runs. */
  readonly images: ReadonlyMap<string, RegistryImage>;
  /** Why nothing is known of an image, by its digest. */
  readonly failures: ReadonlyMap<string, { readonly reason: string }>;
}

/** A registry that fails is asked again after ten minutes, then twenty, up to a day: there are limits to pulls, and manifests count. */
const firstPause = 600;
const longestPause = 86_400;
/** Of each refresh: a cluster of a thousand images is known after some twenty of them. */
const imagesAtOnce = 50;
const requestsAtOnce = 4;
/** What is remembered: some 10 KB each. */
const maximumImages = 5_000;

const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/;

interface Failure {
  readonly until: number;
  readonly pause: number;
  readonly reason: string;
}

/**
 * What registries say of the images that run. An image is asked for by its digest, so that an answer holds for ever and no tag that has moved on is
 * taken for what runs. A pod may name any host as its image's registry: this machine's own addresses are asked only where they are named, private ones only
 * for images that name them, link-local ones never.
 * @param clock seconds
 */
export function registryFacts(choice: RegistryChoice, options: RegistryOptions, clock: () => number): RegistryFacts {
  const images = new Map<string, RegistryImage>();
  const failures = new Map<string, Failure>();
  const mayAsk = (registry: string) =>
    choice === 'public' ? !loopback.test(registry) : choice !== 'none' && choice.includes(registry);

  const ask = async (container: RunningContainer, digest: string, architecture: string): Promise<void> => {
    const reference = parseImageReference(container.image);
    if (!reference) return;
    const fetch = guardedFetch(
      options.fetch,
      (host) => (choice !== 'public' && choice.includes(host)) || belongsToRegistry(host, reference.registry),
    );
    const answer = await registryImage({ ...reference, digest }, architecture, { ...options, fetch });
    if (answer.kind === 'image') {
      images.set(digest, answer.image);
      failures.delete(digest);
      return;
    }
    const pause = Math.min((failures.get(digest)?.pause ?? firstPause / 2) * 2, longestPause);
    failures.set(digest, { until: clock() + pause, pause, reason: `${container.image}: ${answer.reason}` });
  };

  return {
    images,
    failures,
    async refresh(containers, architectures) {
      const running = new Map(
        containers.flatMap((each) => (each.digest === undefined ? [] : [[each.digest, each] as const])),
      );
      for (const digest of [...images.keys()]) if (!running.has(digest)) images.delete(digest);
      for (const digest of [...failures.keys()]) if (!running.has(digest)) failures.delete(digest);
      const due = [...running]
        .slice(0, maximumImages)
        .filter(([digest, { image }]) => {
          const reference = parseImageReference(image);
          return (
            reference !== undefined &&
            mayAsk(reference.registry) &&
            !images.has(digest) &&
            (failures.get(digest)?.until ?? 0) <= clock()
          );
        })
        .slice(0, imagesAtOnce);
      await fewAtOnce(due, requestsAtOnce, ([digest, container]) =>
        ask(container, digest, architectures.get(container.node) ?? 'amd64'),
      );
      // Some images are in no registry at all: loaded by hand, or deleted since. That says nothing of the registries.
      const [first] = failures.values();
      if (first && images.size === 0) throw new Error(first.reason);
    },
  };
}
