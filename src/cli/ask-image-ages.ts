import { fewAtOnce } from '../core/few-at-once.ts';
import { parseImageReference } from '../core/image-reference.ts';
import type { ClusterSnapshot } from '../kubernetes/cluster-snapshot.ts';
import type { Terminal } from './command.ts';
import { openSession } from './open-session.ts';

/** Requests under way at once. */
const atOnce = 8;
const timeoutSeconds = 5;
/** Seconds for all together. */
const longestSeconds = 30;

/**
 * Asks registries when the images of a cluster were built: by name as containers write it. What is not told within half a minute stays
 * unknown. Workloads choose the names: link-local addresses are never asked, private ones only for images that name them.
 */
export async function askImageAges(
  { pods, nodes }: ClusterSnapshot,
  terminal: Terminal,
  onProgress: (step: string, done: number, total: number) => void,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string | undefined>();
  for (const { containers } of pods)
    for (const { image, digest } of containers) if (!digests.has(image) || digest) digests.set(image, digest);
  const created = new Map<string, string>();
  const left = [...digests];
  const total = left.length;
  const platform = nodes.find((node) => node.platform?.startsWith('linux/'))?.platform ?? 'linux/amd64';
  const signal = AbortSignal.timeout(longestSeconds * 1000);
  const session = openSession(terminal, { guarded: true, timeoutSeconds, attempts: 1, signal });
  let asked = 0;
  await fewAtOnce(left, atOnce, async ([image, digest]) => {
    const reference = parseImageReference(image);
    onProgress('asking registries for the age of images', asked++, total);
    // What runs counts, not what the tag names today; an image's own id (of one that was imported) names nothing in a registry.
    const named = digest ?? reference?.digest;
    if (reference === undefined || named === undefined || signal.aborted) return;
    const answer = await session.image(reference, named, platform.slice('linux/'.length));
    if (answer.kind === 'image' && answer.image.created !== undefined)
      created.set(image, new Date(answer.image.created * 1000).toISOString());
  });
  session.end();
  return created;
}
