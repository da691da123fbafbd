import { UserError } from '../../core/errors.ts';
import { fewAtOnce } from '../../core/few-at-once.ts';
import { printable } from '../../core/printable.ts';
import type { PruneItem, PruneRepository } from '../../core/registry-prune.ts';
import type { RegistryRepository } from '../../image/registry-repository.ts';
import { subjectOfTag } from './attached-tag.ts';
import type { ManifestFacts, RepositoryInventory } from './inventory.ts';
import { manifestFacts } from './manifest-facts.ts';
import { partsOf } from './plan.ts';

/** What happens in a repository between its plan and the end of its deletions. */
export interface RepositoryWatch {
  /** Looks at all tags again where the last look is not fresh. @throws UserError where a kept one is gone, or the registry does not answer */
  look(): Promise<void>;
  /** Why a manifest has to be left alone since something changed; undefined where nothing did. */
  changed(digest: string): string | undefined;
  /** Looks at one manifest that is about to be deleted: `gone`, a reason to leave it alone, or undefined where it is as it was planned. */
  check(item: PruneItem): Promise<'gone' | { readonly leave: string } | undefined>;
  /** A manifest was deleted, and its tags with it. */
  deleted(digest: string): void;
  /** Looks at everything that is kept. @throws UserError where something of it is gone */
  finish(): Promise<void>;
}

const requestsAtOnce = 8;
/**
 * A look at where all tags point counts for so many milliseconds, and for three times as long as it took: of thousands of tags each look takes seconds. Which tags
 * there are is asked before each deletion.
 */
const freshFor = 1000;
const freshShare = 3;

/**
 * @param plan of the repository that its inventory was made of
 * @param now milliseconds that never go back
 */
export function watchRepository(
  repository: RegistryRepository,
  inventory: RepositoryInventory,
  plan: PruneRepository,
  hasReferrers: boolean,
  now: () => number,
): RepositoryWatch {
  const items = new Map(plan.items.map((item) => [item.digest, item]));
  /** What lists or is about an item has the item among those that it takes along. */
  const dependents = new Map<string, string[]>();
  for (const { digest, after } of plan.items)
    for (const before of after) dependents.set(before, [...(dependents.get(before) ?? []), digest]);
  const manifests = new Map<string, ManifestFacts>(inventory.manifests);
  const tags = new Map(inventory.tags);
  const protectedBy = new Map<string, string>();
  const gone = new Set<string>();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let tookLast = 0;

  /** It and all that belongs to it. */
  async function protect(digest: string, reason: string): Promise<void> {
    const waiting = [digest];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (protectedBy.has(next)) continue;
      protectedBy.set(next, reason);
      const facts = await factsOf(next);
      const parts = facts ? [...partsOf(facts)].filter((part) => items.has(part) || facts.children.includes(part)) : [];
      waiting.push(...parts, ...(dependents.get(next) ?? []));
      if (facts?.subject !== undefined) waiting.push(facts.subject);
      for (const tag of items.get(next)?.tags ?? []) {
        const subject = subjectOfTag(tag);
        if (subject !== undefined) waiting.push(subject);
      }
    }
  }

  async function factsOf(digest: string): Promise<ManifestFacts | undefined> {
    const known = manifests.get(digest);
    if (known !== undefined) return known;
    const stored = await repository.manifest(digest);
    if (stored === undefined) return undefined;
    const { facts } = manifestFacts(stored.digest, stored.bytes, stored.contentType);
    manifests.set(digest, facts);
    return facts;
  }

  async function compare(tag: string, digest: string | undefined): Promise<void> {
    const planned = tags.get(tag);
    if (digest === planned) return;
    if (digest === undefined) {
      tags.delete(tag);
      // It went with its manifest.
      if (planned === undefined || gone.has(planned)) return;
      if (items.get(planned)?.decision === 'keep') throw lost(`the tag ${printable(tag)}`);
      return protect(planned, `its tag ${tag} was deleted since the plan`);
    }
    tags.set(tag, digest);
    const subject = subjectOfTag(tag);
    const what = planned === undefined ? 'pushed' : 'moved';
    if (planned !== undefined && !gone.has(planned)) await protect(planned, `its tag ${tag} moved since the plan`);
    await protect(digest, `the tag ${tag} was ${what} since the plan`);
    if (subject !== undefined) await protect(subject, `the tag ${tag}, which refers to it, was ${what} since the plan`);
  }

  /** What was pushed or taken away since the last look. The list alone is no proof: each such tag is asked for itself. */
  async function compareNames(): Promise<void> {
    const listed = new Set((await repository.tags()) ?? []);
    const appeared = [...listed].filter((tag) => !tags.has(tag));
    const missing = [...tags.keys()].filter((tag) => !listed.has(tag));
    await fewAtOnce([...appeared, ...missing], requestsAtOnce, async (tag) => {
      const digest = await repository.head(tag);
      if (digest !== undefined && !listed.has(tag))
        throw new UserError(`the registry has the tag ${printable(tag)} and does not list it; no more is deleted`, {
          where: repository.name,
          remedy: 'Its list of tags, or that of a proxy before it, is not whole: tags that nobody lists would be lost.',
          exitCode: 3,
        });
      await compare(tag, digest);
    });
  }

  function lost(what: string): UserError {
    return new UserError(`${what} of ${repository.name} was kept and is not there any more; no more is deleted`, {
      where: repository.name,
      remedy: 'Somebody else deleted it, or the registry deletes more than it is told: look into its log.',
      exitCode: 3,
    });
  }

  return {
    async look() {
      const begun = now();
      if (begun - lookedAt < Math.max(freshFor, freshShare * tookLast)) return;
      const names = new Set([...((await repository.tags()) ?? []), ...tags.keys()]);
      const found = new Map<string, string | undefined>();
      await fewAtOnce([...names], requestsAtOnce, async (tag) => {
        found.set(tag, await repository.head(tag));
      });
      for (const [tag, digest] of found) await compare(tag, digest);
      lookedAt = begun;
      tookLast = now() - begun;
    },
    changed: (digest) => protectedBy.get(digest),
    async check({ digest, tags: planned }) {
      const there = await repository.head(digest);
      if (there === undefined) return 'gone';
      if (there !== digest)
        throw new UserError(`the registry names ${there} when it is asked for ${digest}; no more is deleted`, {
          where: repository.name,
          exitCode: 3,
        });
      if (hasReferrers)
        for (const referrer of await repository.referrers(digest))
          if (!inventory.manifests.has(referrer))
            await protect(digest, 'something that refers to it was pushed since the plan');
      // Last, so that as little time as can be is left for a tag that is pushed here and goes with the digest.
      for (const tag of planned) if (tags.get(tag) === digest) await compare(tag, await repository.head(tag));
      await compareNames();
      const leave = protectedBy.get(digest);
      return leave === undefined ? undefined : { leave };
    },
    deleted(digest) {
      gone.add(digest);
      for (const [tag, of] of tags) if (of === digest) tags.delete(tag);
    },
    async finish() {
      lookedAt = Number.NEGATIVE_INFINITY;
      await this.look();
      const kept = plan.items.filter(({ decision }) => decision === 'keep');
      await fewAtOnce(kept, requestsAtOnce, async ({ digest, tags: its }) => {
        if (its.some((tag) => tags.get(tag) === digest)) return;
        // A manifest whose tag somebody moved away may be gone by his will; one that never had a tag may not.
        if (its.length === 0 && (await repository.head(digest)) === undefined) throw lost(digest);
      });
    },
  };
}
