import type { RegistryImage } from '../../image/registry-image.ts';
import { familyBuilder, type MetricFamily } from './metric-family.ts';
import { imageFinder, type NodeImage } from './node-images.ts';
import type { PullCounts, PullKey } from './pull-history.ts';
import type { RunningContainer } from './running-container.ts';

/** What is known of the cluster's images. */
export interface ImageFacts {
  readonly containers: readonly RunningContainer[];
  readonly nodeImages: readonly NodeImage[];
  /** The last pull of each container, and how many there were. */
  readonly pulls: ReadonlyMap<string, { readonly key: PullKey; readonly counts: PullCounts }>;
  /** By the digest that runs; only what a registry told. */
  readonly registry: ReadonlyMap<string, RegistryImage>;
}

const containerLabels = ['namespace', 'workload', 'workload_kind', 'container', 'image'] as const;

/** The metrics of images and of the containers that run them. @param now seconds since 1970 */
export function imageFamilies(facts: ImageFacts, now: number): MetricFamily[] {
  return [...containerFamilies(facts, now), ...pullFamilies(facts), ...nodeFamilies(facts), ...layerFamilies(facts)];
}

function containerFamilies({ containers, nodeImages, registry }: ImageFacts, now: number): MetricFamily[] {
  const info = familyBuilder({
    name: 'plimsoll_container_image_info',
    help: 'Containers of a workload that run an image: how many, and which digest it has',
    labels: [...containerLabels, 'digest', 'pull_policy'],
  });
  const age = familyBuilder({
    name: 'plimsoll_image_age_seconds',
    help: 'Time since the image was built, as its configuration in the registry says; absent where it does not',
    labels: containerLabels,
  });
  const size = familyBuilder({
    name: 'plimsoll_image_size_bytes',
    help: 'Size of the image as its node reports it; packed with containerd, unpacked with CRI-O',
    labels: containerLabels,
  });
  const restarts = familyBuilder({
    name: 'plimsoll_container_restarts',
    help: 'Restarts of the containers that exist now, by the reason of the last one',
    labels: [...containerLabels, 'reason'],
  });
  const waiting = familyBuilder({
    name: 'plimsoll_container_waiting',
    help: 'Containers that do not run, by the reason that the kubelet gives',
    labels: [...containerLabels, 'reason'],
  });
  const find = imageFinder(nodeImages);
  for (const each of containers) {
    const labels = labelsFor(each);
    info.add({ ...labels, digest: each.digest ?? '', pull_policy: each.pullPolicy }, 1, 'sum');
    const created = each.digest === undefined ? undefined : registry.get(each.digest)?.created;
    // During a rollout the older of two images under one name counts: it is the one to be told of.
    if (created !== undefined) age.add(labels, Math.max(0, now - created), 'max');
    const held = find(each);
    if (held) size.add(labels, held.bytes, 'max');
    if (each.restarts > 0) restarts.add({ ...labels, reason: each.lastReason ?? 'unknown' }, each.restarts, 'sum');
    if (each.waiting !== undefined) waiting.add({ ...labels, reason: each.waiting }, 1, 'sum');
  }
  return [info.family, age.family, size.family, restarts.family, waiting.family];
}

function pullFamilies({ pulls }: ImageFacts): MetricFamily[] {
  const seconds = familyBuilder({
    name: 'plimsoll_image_pull_seconds',
    help: 'What the last pull of the image took, as the kubelet told in an event',
    labels: containerLabels,
  });
  const waited = familyBuilder({
    name: 'plimsoll_image_pull_waiting_seconds',
    help: 'How long the last pull waited for other pulls of the node before it began',
    labels: containerLabels,
  });
  const bytes = familyBuilder({
    name: 'plimsoll_image_pull_bytes',
    help: 'Size of the image that was pulled last, as the event says',
    labels: containerLabels,
  });
  const total = familyBuilder({
    name: 'plimsoll_image_pulls_total',
    help: 'Pulls since the exporter began: pulled, present on the node already, failed',
    type: 'counter',
    labels: [...containerLabels, 'result'],
  });
  for (const { key, counts } of pulls.values()) {
    const labels = labelsFor(key);
    const { last } = counts;
    if (last?.seconds !== undefined) {
      seconds.add(labels, last.seconds);
      if (last.bytes !== undefined) bytes.add(labels, last.bytes);
      if (last.secondsWithWaiting !== undefined)
        waited.add(labels, Math.max(0, last.secondsWithWaiting - last.seconds));
    }
    for (const result of ['pulled', 'present', 'failed'] as const)
      total.add({ ...labels, result }, counts[result], 'sum');
  }
  return [seconds.family, waited.family, bytes.family, total.family];
}

function nodeFamilies({ nodeImages }: ImageFacts): MetricFamily[] {
  const bytes = familyBuilder({
    name: 'plimsoll_node_images_bytes',
    help: 'Sum of the images that a node reports; layers that several share are counted with each',
    labels: ['node'],
  });
  const count = familyBuilder({
    name: 'plimsoll_node_images',
    help: 'Images that a node reports: 50 at most, unless its nodeStatusMaxImages says otherwise',
    labels: ['node'],
  });
  for (const image of nodeImages) {
    bytes.add({ node: image.node }, image.bytes, 'sum');
    count.add({ node: image.node }, 1, 'sum');
  }
  return [bytes.family, count.family];
}

function layerFamilies({ containers, registry }: ImageFacts): MetricFamily[] {
  const labels = ['image', 'digest'];
  const layers = familyBuilder({ name: 'plimsoll_image_layers', help: 'Layers of a running image', labels });
  const packed = familyBuilder({
    name: 'plimsoll_image_packed_bytes',
    help: 'Sum of the packed layers of a running image, as the registry lists them: what a node transfers that has none of them',
    labels,
  });
  const shared = familyBuilder({
    name: 'plimsoll_image_shared_bytes',
    help: 'Packed layers of a running image that another running image has, too',
    labels,
  });
  const running = new Map(containers.map(({ digest, image }) => [digest ?? '', image]));
  const known = [...running].flatMap(([digest, image]) => {
    const found = registry.get(digest);
    return found ? [{ digest, image, found }] : [];
  });
  const users = usersOfLayers(known.map(({ found }) => found));
  for (const { digest, image, found } of known) {
    const own = new Map(found.layers.map((layer) => [layer.digest, layer.bytes]));
    layers.add({ image, digest }, found.layers.length);
    packed.add({ image, digest }, total(own.values()));
    const common = [...own].filter(([layer]) => (users.get(layer) ?? 0) > 1).map(([, bytes]) => bytes);
    shared.add({ image, digest }, total(common));
  }
  return [layers.family, packed.family, shared.family];
}

/** How many images have each layer. Two digests may name one image: an index and the manifest in it. */
function usersOfLayers(images: readonly RegistryImage[]): ReadonlyMap<string, number> {
  const users = new Map<string, number>();
  for (const image of new Map(images.map((each) => [each.digest, each])).values())
    for (const digest of new Set(image.layers.map((layer) => layer.digest)))
      users.set(digest, (users.get(digest) ?? 0) + 1);
  return users;
}

function total(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

function labelsFor({ workload, container, image }: PullKey) {
  return {
    namespace: workload.namespace,
    workload: workload.name,
    workload_kind: workload.kind,
    container,
    image,
  };
}
