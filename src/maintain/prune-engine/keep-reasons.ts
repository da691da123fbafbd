import { ageText } from '../../core/age.ts';
import type { KeptReason } from '../../core/engine-prune.ts';
import { groupBy } from '../../core/group-by.ts';
import { familiarName, parseImageReference } from '../../core/image-reference.ts';
import { globPattern } from '../prune-registry/keep-policy.ts';
import { type EngineItem, itemKey } from './inventory.ts';
import type { EnginePolicy } from './policy.ts';

/** Why each item stays, by its key; what is not in it goes. */
export type KeepReasons = ReadonlyMap<string, readonly KeptReason[]>;

type Reasons = Map<string, KeptReason[]>;

/**
 * What the policy keeps, and what that stands on. An item of which something is unknown stays.
 * @param now in milliseconds
 */
export function keepReasons(items: readonly EngineItem[], policy: EnginePolicy, now: number): KeepReasons {
  const reasons: Reasons = new Map();
  const keep = (item: EngineItem, why: KeptReason['why'], text: string) => {
    const known = reasons.get(itemKey(item));
    if (known === undefined) reasons.set(itemKey(item), [{ why, text }]);
    else if (!known.some((each) => each.text === text)) known.push({ why, text });
  };
  for (const item of items) {
    if (item.inUse !== undefined) keep(item, 'in-use', item.inUse);
    const label = policy.labels.find((each) => hasLabel(item, each));
    if (label !== undefined) keep(item, 'labelled', `has the label ${label}`);
  }
  const images = items.filter(({ kind }) => kind === 'image');
  keepImages(images, policy, now, keep);
  keepContainers(items, policy, now, keep);
  keepVolumes(items, policy, keep);
  keepCache(items, policy, now, keep, reasons);
  // First what containers are made of: that has bases, too.
  keepNeeded(items, reasons, keep);
  keepBases(images, reasons, keep);
  keepNeeded(items, reasons, keep);
  return reasons;
}

type Keep = (item: EngineItem, why: KeptReason['why'], text: string) => void;

/** As `docker ps --filter label=` takes it. */
function hasLabel({ labels }: EngineItem, wanted: string): boolean {
  const cut = wanted.indexOf('=');
  return cut === -1 ? labels.has(wanted) : labels.get(wanted.slice(0, cut)) === wanted.slice(cut + 1);
}

function keepImages(images: readonly EngineItem[], policy: EnginePolicy, now: number, keep: Keep): void {
  const named = policy.images.map((glob) => ({ glob, pattern: globPattern(glob) }));
  const wanted = policy.repositories.map(globPattern);
  for (const image of images) {
    const repositories = repositoriesOf(image);
    if (!policy.deleteImages) keep(image, 'not-asked', 'images are not asked for');
    // A step's image goes when all go that stand on it.
    else if (wanted.length > 0 && !image.intermediate) keepOutside(image, wanted, keep);
    const by = named.find(({ pattern }) =>
      [...image.names, ...image.names.map(shortName), ...repositories].some((name) => pattern.test(name)),
    );
    if (by !== undefined) keep(image, 'named', `--keep-image ${by.glob} names it`);
    const who = policy.neededBy?.(image);
    if (who !== undefined) keep(image, 'roll-back', who);
    // An image of a step has no date of its own that would say when it was used.
    if (image.intermediate) continue;
    if (image.time === undefined) keep(image, 'undated', 'nobody knows how old it is');
    else if (image.time > now + 300_000) keep(image, 'undated', 'is of the future: a clock is wrong');
    else if (image.time > now - policy.youngerThan * 1000)
      keep(image, 'younger', `is younger than ${ageText(policy.youngerThan)}`);
  }
  keepLast(images, policy.keepLast, keep);
}

/** An image goes with all of its names: one that nobody asked for keeps it. */
function keepOutside(image: EngineItem, wanted: readonly RegExp[], keep: Keep): void {
  const isAsked = (name: string) =>
    repositoriesOf({ names: [name] }).some((each) => wanted.some((one) => one.test(each)));
  const outside = image.names.find((name) => !isAsked(name));
  if (!image.names.some(isAsked)) keep(image, 'not-asked', 'is of no repository that is asked for');
  else if (outside !== undefined) keep(image, 'not-asked', `has the name ${shortName(outside)}, too`);
}

/** So many, and all that are as new as the last of them: which of these came first nobody knows. */
function keepLast(images: readonly EngineItem[], count: number, keep: Keep): void {
  if (count === 0) return;
  const ofRepository = new Map<string, EngineItem[]>();
  for (const image of images)
    for (const name of repositoriesOf(image)) ofRepository.set(name, [...(ofRepository.get(name) ?? []), image]);
  for (const [name, all] of ofRepository) {
    const dated = all.filter(({ time }) => time !== undefined).sort(newestFirst);
    const oldest = dated[count - 1]?.time ?? Number.NEGATIVE_INFINITY;
    for (const image of dated)
      if ((image.time ?? 0) >= oldest)
        keep(image, 'last', `is ${count === 1 ? 'the newest' : `among the last ${count}`} of ${name}`);
  }
}

function newestFirst(one: EngineItem, other: EngineItem): number {
  return (other.time ?? 0) - (one.time ?? 0);
}

function keepContainers(items: readonly EngineItem[], policy: EnginePolicy, now: number, keep: Keep): void {
  const { stoppedLongerThan } = policy;
  for (const item of items) {
    if (item.kind !== 'container') continue;
    if (stoppedLongerThan === undefined) keep(item, 'not-asked', 'containers are not asked for');
    else if (item.time === undefined) keep(item, 'undated', 'nobody knows when it ended');
    else if (item.time > now - stoppedLongerThan * 1000)
      keep(item, 'younger', `ended less than ${ageText(stoppedLongerThan)} ago`);
  }
}

function keepVolumes(items: readonly EngineItem[], { volumes }: EnginePolicy, keep: Keep): void {
  for (const item of items)
    if (item.kind === 'volume' && !item.names.some((name) => volumes.includes(name)))
      keep(item, 'not-asked', 'only volumes that are named go');
}

function keepCache(
  items: readonly EngineItem[],
  policy: EnginePolicy,
  now: number,
  keep: Keep,
  reasons: Reasons,
): void {
  const { cacheOlderThan, cacheBytes } = policy;
  const cache = items.filter(({ kind }) => kind === 'cache');
  if (cacheOlderThan === undefined && cacheBytes === undefined) {
    for (const item of cache) keep(item, 'not-asked', 'build cache is not asked for');
    return;
  }
  for (const item of cache) if (item.time === undefined) keep(item, 'undated', 'nobody knows when it was used last');
  const isOld = ({ time = now }: EngineItem) => cacheOlderThan !== undefined && time <= now - cacheOlderThan * 1000;
  let bytes = 0;
  // What is over the size goes, the least recently used first, and what is over the age besides.
  for (const item of cache.toSorted((one, other) => (other.time ?? now) - (one.time ?? now))) {
    bytes += item.listedBytes;
    if (reasons.has(itemKey(item)) || isOld(item)) continue;
    if (cacheBytes === undefined) keep(item, 'younger', `was used within ${ageText(cacheOlderThan ?? 0)}`);
    else if (bytes <= cacheBytes) keep(item, 'cache-size', 'is among the most recently used that fit');
  }
}

/** An image whose layers another one begins with: its deletion frees nothing, and takes the base's name from the next build. */
function keepBases(images: readonly EngineItem[], reasons: Reasons, keep: Keep): void {
  const byTop = groupBy(
    images.filter(({ layers }) => layers.length > 0),
    ({ layers }) => layers.at(-1) ?? '',
  );
  // An engine lists images of one second in any order; the reason that is shown is always the same.
  for (const image of images.toSorted(newestFirst)) {
    if (!reasons.has(itemKey(image))) continue;
    for (const layer of image.layers.slice(0, -1))
      for (const base of byTop.get(layer) ?? [])
        if (base !== image) keep(base, 'base', `is the base of ${image.names[0] ?? image.id}`);
  }
}

/** What is kept keeps what the engine does not delete under it. */
function keepNeeded(items: readonly EngineItem[], reasons: Reasons, keep: Keep): void {
  const byKey = new Map(items.map((item) => [itemKey(item), item]));
  const queue = items.filter((item) => reasons.has(itemKey(item)));
  for (const item of queue)
    for (const key of item.needs) {
      const needed = byKey.get(key);
      if (needed === undefined) continue;
      const isNew = !reasons.has(key);
      if (item.kind === 'container')
        keep(needed, 'in-use', `the container ${item.names[0] ?? item.id.slice(0, 12)} is made of it`);
      else if (isNew) keep(needed, 'needed', `${item.names[0] ?? item.id.slice(0, 19)} stands on it`);
      if (isNew) queue.push(needed);
    }
}

/** As people write it: `nginx:1` for `docker.io/library/nginx:1`. */
function shortName(name: string): string {
  const reference = parseImageReference(name);
  if (reference === undefined) return name;
  return reference.tag === undefined ? familiarName(reference) : `${familiarName(reference)}:${reference.tag}`;
}

/** Names of an image's repositories, `docker.io/library/` left out. */
export function repositoriesOf({ names }: Pick<EngineItem, 'names'>): string[] {
  return [
    ...new Set(
      names.map((name) => {
        const reference = parseImageReference(name);
        return reference === undefined ? name : familiarName(reference);
      }),
    ),
  ];
}
