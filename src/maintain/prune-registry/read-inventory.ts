import { UserError } from '../../core/errors.ts';
import { fewAtOnce } from '../../core/few-at-once.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import { buildDate } from '../../image/registry-image.ts';
import {
  type RegistryOptions,
  type RegistryRepository,
  registryRepository,
  type StoredManifest,
} from '../../image/registry-repository.ts';
import { isDigest } from '../../image/sources/digest.ts';
import { subjectOfTag } from './attached-tag.ts';
import type { Inventory, ManifestFacts, RepositoryInventory } from './inventory.ts';
import { manifestFacts } from './manifest-facts.ts';

/** What is known of a repository's manifests from elsewhere than the registry's API: digests, with when they were pushed. */
export type KnownManifests = ReadonlyMap<string, KnownManifest>;

export interface KnownManifest {
  /** Seconds since 1970. */
  readonly pushed?: number;
  /** An earlier run meant to delete it, and was interrupted. */
  readonly leftOver?: boolean;
}

export interface InventoryRequest {
  readonly registry: string;
  readonly repositories: readonly string[];
  readonly isWhole: boolean;
  readonly options: RegistryOptions;
  /** Digests that are asked for beside those of tags: named by workloads, left over by an interrupted run, found in the registry's storage. */
  known(repository: string): KnownManifests;
  /** The tags of a repository as the registry's storage has them, which `known` has every manifest of; undefined where nobody can look there. */
  readonly storedTags?: ((repository: string) => ReadonlyMap<string, string>) | undefined;
  /** This machine's clock, in seconds since 1970. */
  readonly clock: number;
  /** Ends it between two requests. */
  readonly signal?: AbortSignal | undefined;
  onProgress?(name: string, done: number, total: number): void;
}

/** Repositories, and requests in each of them, at a time. */
const repositoriesAtOnce = 4;
const requestsAtOnce = 8;

/** Before the reason why a repository was not read whole. */
const partly = 'not all of it is known: ';

/** Clocks that differ by more are told of. Seconds. */
const clockTolerance = 300;

interface Reading {
  readonly signal: AbortSignal | undefined;
  /** Build dates by the digest of a configuration: what was pushed to many repositories is read once. */
  readonly dates: Map<string, Promise<number | undefined>>;
  /** Whether the registry knows the API of referrers; asked once. */
  referrers: Promise<boolean> | undefined;
  /** The registry's clock, as it told it first. */
  clock: number | undefined;
}

/**
 * Reads what repositories of a registry hold. A repository of which not all can be read says why; it takes nothing from the others.
 * @throws UserError where the registry does not answer at all
 */
export async function readInventory(request: InventoryRequest): Promise<Inventory> {
  const { registry, options, clock, signal } = request;
  const reading: Reading = { signal, dates: new Map(), referrers: undefined, clock: undefined };
  const found: RepositoryInventory[] = [];
  let done = 0;
  await fewAtOnce([...request.repositories.entries()], repositoriesAtOnce, async ([at, name]) => {
    found[at] = await readRepository(registryRepository(registry, name, options), request, reading);
    signal?.throwIfAborted();
    request.onProgress?.(name, ++done, request.repositories.length);
  });
  const unreadable = found.find(({ problem }) => problem !== undefined);
  if (unreadable?.problem !== undefined && found.every(({ problem }) => problem !== undefined))
    throw new UserError(`nothing of ${registry} could be read: ${unreadable.problem.replace(partly, '')}`, {
      where: `${registry}/${unreadable.name}`,
      remedy: 'Nothing was deleted.',
      exitCode: 3,
    });
  const skew = reading.clock === undefined ? 0 : clock - reading.clock;
  return {
    registry,
    now: Math.min(clock, reading.clock ?? clock),
    repositories: found,
    hasReferrers: (await reading.referrers) === true,
    isWhole: request.isWhole,
    unknown: [
      ...(Math.abs(skew) > clockTolerance
        ? [
            `The clocks of this machine and of ${registry} differ by ${Math.round(Math.abs(skew))} s: ages are counted from the earlier one.`,
          ]
        : []),
      ...(request.storedTags
        ? []
        : [
            `${registry} does not list manifests without a tag: those that nothing else tells of are kept, and not shown.`,
          ]),
      ...((await reading.referrers) === false
        ? [`${registry} has no referrers API: what refers to an image is known by its tags, and by its own word.`]
        : []),
    ],
  };
}

async function readRepository(
  repository: RegistryRepository,
  { known: knownOf, storedTags }: InventoryRequest,
  reading: Reading,
): Promise<RepositoryInventory> {
  const known = knownOf(repository.name);
  const tags = new Map<string, string>();
  const manifests = new Map<string, ManifestFacts>();
  const leftOver = new Set([...known].filter(([, each]) => each.leftOver).map(([digest]) => digest));
  try {
    const listed = await repository.tags();
    const names = listed ?? [];
    const read = manifestReader(repository, manifests, reading);
    await fewAtOnce([...new Set(names)], requestsAtOnce, async (tag) => {
      const digest = await read.byTag(tag);
      if (digest !== undefined) tags.set(tag, digest);
    });
    const subjects = names.flatMap((tag) => subjectOfTag(tag) ?? []);
    await fewAtOnce([...new Set([...known.keys(), ...subjects])], requestsAtOnce, read.byDigest);
    await read.rest();
    if (storedTags) mustAgree(tags, storedTags(repository.name), known, manifests);
    else if (listed === undefined && manifests.size > 0)
      throw new Error('the registry says that there is no such repository, and gives manifests of it');
    return {
      name: repository.name,
      isThere: listed !== undefined || manifests.size > 0,
      tags,
      manifests: withDates(manifests, known),
      leftOver,
      problem: undefined,
    };
  } catch (error) {
    if (reading.signal?.aborted) throw error;
    const reason = error instanceof Error ? printable(error.message).replace(/\.$/, '') : 'it cannot be read';
    return {
      name: repository.name,
      isThere: true,
      tags,
      manifests: withDates(manifests, known),
      leftOver,
      problem: `${partly}${reason}`,
    };
  }
}

/**
 * A list of tags that is not whole, from whatever stands before the registry, would make images that are in use seem to have none.
 * @throws Error where the registry tells something else than its storage
 */
function mustAgree(
  tags: ReadonlyMap<string, string>,
  stored: ReadonlyMap<string, string>,
  known: KnownManifests,
  manifests: ReadonlyMap<string, ManifestFacts>,
): void {
  for (const [tag, digest] of stored)
    if (tags.get(tag) !== digest)
      throw new Error(
        `its storage has the tag ${printable(tag)} at ${printable(digest.slice(0, 80))}, the registry tells ${tags.get(tag) ?? 'of no such tag'}`,
      );
  const other = [...tags.keys()].find((tag) => !stored.has(tag));
  if (other !== undefined)
    throw new Error(`the registry tells of the tag ${printable(other)}, which is not in its storage`);
  for (const [digest, { pushed }] of known)
    if (pushed !== undefined && !manifests.has(digest))
      throw new Error(`its storage has the manifest ${digest}, and the registry does not give it`);
}

/** Reads manifests into a map, each once, and what they name. */
function manifestReader(repository: RegistryRepository, manifests: Map<string, ManifestFacts>, reading: Reading) {
  const asked = new Set<string>();
  const withoutReferrers: string[] = [];
  const take = async (stored: StoredManifest): Promise<void> => {
    reading.clock ??= stored.clock;
    if (manifests.has(stored.digest)) return;
    asked.add(stored.digest);
    const { facts, dateIn } = manifestFacts(stored.digest, stored.bytes, stored.contentType);
    manifests.set(stored.digest, facts);
    withoutReferrers.push(stored.digest);
    if (dateIn === undefined || facts.date !== undefined) return;
    const date = await dateOf(dateIn, repository, reading);
    if (date !== undefined) manifests.set(stored.digest, { ...facts, date, dated: 'built' });
  };
  const byDigest = async (digest: string): Promise<void> => {
    if (asked.has(digest) || !isDigest(digest)) return;
    asked.add(digest);
    reading.signal?.throwIfAborted();
    const stored = await repository.manifest(digest);
    if (stored) await take(stored);
  };
  return {
    byDigest,
    async byTag(tag: string): Promise<string | undefined> {
      reading.signal?.throwIfAborted();
      const stored = await repository.manifest(tag);
      if (stored === undefined) return undefined;
      if (stored.namedDigest !== undefined && stored.namedDigest !== stored.digest)
        throw new Error(
          `the registry names ${printable(stored.namedDigest.slice(0, 80))} as the digest of ${tag}, which has ${stored.digest}`,
        );
      await take(stored);
      return stored.digest;
    },
    /** What indexes list and what refers to what is there, as far as it goes. */
    async rest(): Promise<void> {
      for (let round = 0; withoutReferrers.length > 0; round++) {
        if (round === maximumRounds) throw new Error(`manifests name each other over more than ${maximumRounds} steps`);
        const these = withoutReferrers.splice(0);
        await fewAtOnce(these, requestsAtOnce, async (digest) => {
          for (const child of manifests.get(digest)?.children ?? []) await byDigest(child);
          const { subject } = manifests.get(digest) ?? {};
          if (subject !== undefined) await byDigest(subject);
          reading.referrers ??= repository.knowsReferrers(digest);
          if (await reading.referrers) for (const other of await repository.referrers(digest)) await byDigest(other);
        });
      }
    },
  };
}

/** An index of indexes with signatures of signatures has four. */
const maximumRounds = 50;

function dateOf(configuration: string, repository: RegistryRepository, reading: Reading): Promise<number | undefined> {
  const known = reading.dates.get(configuration);
  if (known) return known;
  const asked = repository
    .configuration(configuration)
    .then((bytes) => (bytes ? buildDate(parseJsonObject(bytes.toString('utf8'))?.created) : undefined));
  reading.dates.set(configuration, asked);
  return asked;
}

/** As young as its push, where somebody tells of it, and as what it is built of: an index as the youngest that it lists. */
function withDates(manifests: ReadonlyMap<string, ManifestFacts>, known: KnownManifests): Map<string, ManifestFacts> {
  const youngest = new Map<string, number | undefined>();
  const dateIn = (digest: string): number | undefined => {
    const facts = manifests.get(digest);
    if (facts === undefined || youngest.has(digest)) return youngest.get(digest);
    // Nobody can make two manifests that list each other, but what is known of them may come from anywhere.
    youngest.set(digest, facts.date);
    const dates = [facts.date, ...facts.children.map(dateIn)].filter((date) => date !== undefined);
    youngest.set(digest, dates.length === 0 ? undefined : Math.max(...dates));
    return youngest.get(digest);
  };
  return new Map(
    [...manifests].map(([digest, facts]) => {
      const built = dateIn(digest);
      const pushed = known.get(digest)?.pushed;
      const isPushed = pushed !== undefined && pushed >= (built ?? pushed);
      const date = isPushed ? pushed : built;
      return [digest, { ...facts, date, dated: isPushed ? 'pushed' : date === undefined ? undefined : 'built' }];
    }),
  );
}
