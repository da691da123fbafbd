import { parseImageReference } from '../core/image-reference.ts';
import { belongsToRegistry, guardedFetch } from '../image/guarded-fetch.ts';
import { registryCredentials } from '../image/registry-credentials.ts';
import { registryImage } from '../image/registry-image.ts';
import type { ClusterSnapshot } from '../kubernetes/cluster-snapshot.ts';
import type { Terminal } from './command.ts';

/** Requests under way at once. */
const atOnce = 8;
const timeoutSeconds = 5;
/** A registry that is not reached from here is not asked again and again. Seconds for all together. */
const longestSeconds = 30;

/**
 * Asks registries when the images of a cluster were built: by name as containers write it. What is not told within half a minute stays
 * unknown. Workloads choose the names: link-local addresses are never asked, private ones only for images that name them.
 */
export async function askImageAges(
  { pods, nodes }: ClusterSnapshot,
  { environment }: Terminal,
  onProgress: (step: string, done: number, total: number) => void,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string | undefined>();
  for (const { containers } of pods)
    for (const { image, digest } of containers) if (!digests.has(image) || digest) digests.set(image, digest);
  const created = new Map<string, string>();
  const silent = new Set<string>();
  const until = Date.now() + longestSeconds * 1000;
  const left = [...digests];
  const total = left.length;
  const platform = nodes.find((node) => node.platform?.startsWith('linux/'))?.platform ?? 'linux/amd64';
  const request = { timeoutSeconds, credentials: registryCredentials(environment) };
  const worker = async () => {
    for (let next = left.pop(); next !== undefined && Date.now() < until; next = left.pop()) {
      const [image, digest] = next;
      const reference = parseImageReference(image);
      if (!reference || silent.has(reference.registry)) continue;
      onProgress('asking registries for the age of images', total - left.length, total);
      const guarded = guardedFetch(fetch, (host) => belongsToRegistry(host, reference.registry));
      const reached = async (url: string, init: RequestInit) => {
        try {
          return await guarded(url, init);
        } catch (error) {
          silent.add(reference.registry);
          throw error;
        }
      };
      // What runs counts, not what the tag names today; an image's own id (of one that was imported) names nothing in a registry.
      const asked = digest ?? reference.digest;
      if (asked === undefined) continue;
      const options = { ...request, fetch: reached };
      const answer = await registryImage({ ...reference, digest: asked }, platform.slice('linux/'.length), options);
      if (answer.kind === 'image' && answer.image.created !== undefined)
        created.set(image, new Date(answer.image.created * 1000).toISOString());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return created;
}
