import { createHash } from 'node:crypto';
import { ageText } from '../../core/age.ts';
import { compareCodes } from '../../core/natural-order.ts';
import type { KeepReason, PruneItem, PrunePlan, PruneRepository, PruneRoots } from '../../core/registry-prune.ts';
import { subjectOfTag } from './attached-tag.ts';
import type { Inventory, ManifestFacts, RepositoryInventory } from './inventory.ts';
import { describePolicy, type KeepPolicy, rulesFor } from './keep-policy.ts';
import type { Mention, Mentions } from './mentions.ts';
import { keptByRules } from './tag-policy.ts';

/** Clocks differ by so much without anybody's fault. Seconds. */
const clockTolerance = 300;

interface Kept {
  readonly keeps: KeepReason;
  readonly reason: string;
}

/**
 * What of a registry is kept and what is deleted. A manifest is kept where a root reaches it: what the policy keeps, what is young or of unknown age, what is
 * named by a cluster or in git; from there all that an index lists, all that refers to it and what it refers to. All else is deleted, in an order in which
 * nothing that is left ever lists or is about something that is gone.
 */
export function prunePlan(
  inventory: Inventory,
  policy: KeepPolicy,
  mentions: Mentions,
  roots: readonly PruneRoots[],
): PrunePlan {
  const elsewhere = new Set(inventory.repositories.flatMap(({ manifests }) => [...manifests.keys()]));
  const repositories = inventory.repositories.map((repository) =>
    planRepository(repository, policy, mentions, inventory, elsewhere),
  );
  return {
    registry: inventory.registry,
    id: planId(repositories),
    now: inventory.now,
    policy: describePolicy(policy),
    roots,
    repositories,
    freedBytes: freedBytes(inventory, repositories),
    freedAtMost: inventory.isWhole ? '' : 'repositories that were not asked for may share layers',
    unknown: [
      ...inventory.unknown,
      ...roots.flatMap(({ unknown }) => unknown),
      ...agesByBuild(inventory, repositories),
    ],
  };
}

/** A build date stands for that of a push, where nobody tells it: what was promoted yesterday may be old. */
function agesByBuild({ registry }: Inventory, repositories: readonly PruneRepository[]): string[] {
  const count = repositories.flatMap(deletedIn).filter(({ dated }) => dated === 'built').length;
  if (count === 0) return [];
  return [
    `${registry} does not tell when something was pushed: ${count} of what is deleted ${count === 1 ? 'counts as old as its build' : 'count as old as their builds'}, though pushed or promoted lately. Keep such by a tag, or give --storage.`,
  ];
}

/** What a repository is cleared of, in the order in which it is. */
export function deletedIn({ items, problem }: PruneRepository): readonly PruneItem[] {
  return problem === undefined ? items.filter(({ decision }) => decision === 'delete') : [];
}

/** What is kept since somebody wants it: not since nobody knows better, and not by the side of something else. */
const wanted: ReadonlySet<KeepReason | undefined> = new Set<KeepReason>(['policy', 'young', 'cluster', 'git']);

/**
 * Repositories of which every image with a tag goes that could be judged; where nothing has a tag, every manifest. What is kept only since its age is unknown
 * says nothing for the policy.
 */
export function emptiedBy(plan: PrunePlan): readonly PruneRepository[] {
  return plan.repositories.filter((repository) => {
    if (repository.problem !== undefined) return false;
    const tagged = repository.items.filter(({ tags }) => tags.some((tag) => !isAboutSomething(tag)));
    const judged = tagged.length > 0 ? tagged : repository.items;
    return judged.some(({ decision }) => decision === 'delete') && !judged.some(({ keeps }) => wanted.has(keeps));
  });
}

function planId(repositories: readonly PruneRepository[]): string {
  const hash = createHash('sha256');
  const deleted = repositories.flatMap((each) => deletedIn(each).map(({ digest }) => `${each.name}@${digest}\n`));
  for (const line of deleted.sort(compareCodes)) hash.update(line);
  return hash.digest('hex').slice(0, 12);
}

function planRepository(
  repository: RepositoryInventory,
  policy: KeepPolicy,
  mentions: Mentions,
  { now, isWhole }: Inventory,
  everywhere: ReadonlySet<string>,
): PruneRepository {
  const graph = graphOf(repository);
  const roots = rootsOf(graph, repository, policy, mentions, now);
  for (const [digest, reason] of aboutOthers(graph, repository, everywhere, isWhole))
    if (!roots.has(digest)) roots.set(digest, { keeps: 'referrer', reason });
  const kept = reach(graph, roots);
  const { problem } = repository;
  const items = [...repository.manifests.values()].map((facts): PruneItem => {
    const known = problem === undefined ? kept.get(facts.digest) : { keeps: 'unknown' as const, reason: problem };
    return {
      ...shown(facts, graph),
      ...(known
        ? { decision: 'keep', keeps: known.keeps, reason: known.reason, after: [] }
        : { decision: 'delete', reason: whyDeleted(facts, graph, now), after: before(facts, graph) }),
    };
  });
  return { name: repository.name, items: inOrder(items), problem };
}

function shown(facts: ManifestFacts, { tags }: Graph): Omit<PruneItem, 'decision' | 'reason' | 'after'> {
  const { digest, kind, bytes, blobs, date, dated } = facts;
  return {
    digest,
    tags: tags.get(digest) ?? [],
    kind,
    bytes: bytes + sum(blobs.map((blob) => blob.bytes)),
    date,
    dated,
  };
}

/** How the manifests of a repository hang together. */
interface Graph {
  readonly manifests: ReadonlyMap<string, ManifestFacts>;
  readonly tags: ReadonlyMap<string, readonly string[]>;
  /** Indexes that list a manifest. */
  readonly listedBy: ReadonlyMap<string, readonly string[]>;
  /** What a manifest refers to, by its own word or by its tag's; as far as that is there. */
  readonly about: ReadonlyMap<string, readonly string[]>;
  readonly referrers: ReadonlyMap<string, readonly string[]>;
}

function graphOf({ manifests, tags }: RepositoryInventory): Graph {
  const tagsOf = new Map<string, string[]>();
  const listedBy = new Map<string, string[]>();
  const about = new Map<string, string[]>();
  const referrers = new Map<string, string[]>();
  const refers = (digest: string, subject: string | undefined) => {
    if (subject === undefined || subject === digest || !manifests.has(subject)) return;
    if (about.get(digest)?.includes(subject)) return;
    put(about, digest, subject);
    put(referrers, subject, digest);
  };
  for (const [tag, digest] of tags) {
    put(tagsOf, digest, tag);
    if (manifests.has(digest)) refers(digest, subjectOfTag(tag));
  }
  for (const facts of manifests.values()) {
    for (const part of partsOf(facts)) if (manifests.has(part)) put(listedBy, part, facts.digest);
    refers(facts.digest, facts.subject);
  }
  for (const list of tagsOf.values()) list.sort(compareCodes);
  return { manifests, tags: tagsOf, listedBy, about, referrers };
}

/** All that a manifest names as its own: what an artifact has among its layers may be a manifest, too. */
export function partsOf({ digest, children, blobs }: ManifestFacts): ReadonlySet<string> {
  const parts = new Set([...children, ...blobs.map((blob) => blob.digest)]);
  parts.delete(digest);
  return parts;
}

/** What refers to something that is not in its repository and may be in another one: signatures can be kept apart from images. */
function aboutOthers(
  { manifests, tags }: Graph,
  { leftOver }: RepositoryInventory,
  everywhere: ReadonlySet<string>,
  isWhole: boolean,
): [string, string][] {
  return [...manifests.values()].flatMap(({ digest, subject }): [string, string][] => {
    const subjects = [subject, ...(tags.get(digest) ?? []).map(subjectOfTag)];
    const missing = subjects.find((each) => each !== undefined && !manifests.has(each));
    if (missing === undefined || leftOver.has(digest)) return [];
    const name = shortDigest(missing);
    if (everywhere.has(missing)) return [[digest, `it refers to ${name}, which is in another repository`]];
    return isWhole ? [] : [[digest, `it refers to ${name}, which may be in a repository that was not looked at`]];
  });
}

function rootsOf(
  graph: Graph,
  repository: RepositoryInventory,
  policy: KeepPolicy,
  mentions: Mentions,
  now: number,
): Map<string, Kept> {
  const roots = new Map<string, Kept>();
  const root = (digest: string | undefined, keeps: KeepReason, reason: string) => {
    if (digest !== undefined && graph.manifests.has(digest) && !roots.has(digest)) roots.set(digest, { keeps, reason });
  };
  const named = mentions.repositories.get(repository.name);
  const namedBy = (what: string, { kind, by }: Mention) => [kind, `${by} names ${what}`] as const;
  for (const [digest, mention] of named?.digests ?? []) root(digest, ...namedBy('its digest', mention));
  for (const [tag, mention] of named?.tags ?? []) root(repository.tags.get(tag), ...namedBy(`the tag ${tag}`, mention));
  for (const { digest, configuration } of graph.manifests.values())
    for (const each of [digest, configuration]) {
      const mention = each === undefined ? undefined : mentions.digests.get(each);
      if (mention) root(digest, ...namedBy(each === digest ? 'its digest' : 'its image ID', mention));
    }
  const rules = rulesFor(policy, repository.name);
  const isPast = (date: number | undefined) => (date !== undefined && date <= now + clockTolerance ? date : undefined);
  const images = [...graph.manifests.values()].flatMap(({ digest, date }) => {
    const tags = ordinaryTags(digest, graph);
    return tags.length > 0 ? [{ digest, tags, date: isPast(date) }] : [];
  });
  for (const [digest, reason] of keptByRules(images, rules)) root(digest, 'policy', reason);
  for (const { digest, date, dated } of graph.manifests.values()) {
    // What refers to something shares its fate, however young it is: reports are attached anew every night.
    if ((graph.about.get(digest) ?? []).length > 0 && ordinaryTags(digest, graph).length === 0) continue;
    if (date !== undefined) {
      const kept = keptByAge(date, dated, isPast(date) !== undefined, now, rules.youngerThan);
      if (kept) root(digest, kept.keeps, kept.reason);
    } else if (!isListed(digest, graph) && !isOfGoneSubject(digest, repository, graph))
      root(digest, 'unknown', 'nothing says when it was pushed or built');
  }
  return roots;
}

/** A date to come says nothing of the age. */
function keptByAge(
  date: number,
  dated: string | undefined,
  isPast: boolean,
  now: number,
  youngerThan: number,
): Kept | undefined {
  const on = `${dated} on ${day(date)}`;
  if (!isPast) return { keeps: 'unknown', reason: `${on}, which is to come: some clock is wrong, and its age unknown` };
  if (date <= now - youngerThan) return undefined;
  const reason = `${on}, ${ageText(Math.max(0, now - date))} ago: younger than ${ageText(youngerThan)}`;
  return { keeps: 'young', reason };
}

/** It was as old as what it belonged to, which is gone. */
function isOfGoneSubject(digest: string, repository: RepositoryInventory, graph: Graph): boolean {
  return repository.leftOver.has(digest) && ordinaryTags(digest, graph).every(isAboutSomething);
}

/** Tags that somebody gave, not those that are about another manifest that is there. */
function ordinaryTags(digest: string, { tags, manifests }: Graph): readonly string[] {
  return (tags.get(digest) ?? []).filter((tag) => {
    const subject = subjectOfTag(tag);
    return subject === undefined || !manifests.has(subject);
  });
}

function isAboutSomething(tag: string): boolean {
  return subjectOfTag(tag) !== undefined;
}

/** Whether it is there as a part of something else, and by no tag of its own. */
function isListed(digest: string, graph: Graph): boolean {
  return (graph.listedBy.get(digest) ?? []).length > 0 && ordinaryTags(digest, graph).length === 0;
}

/** All that roots reach, each with how. */
function reach(graph: Graph, roots: Map<string, Kept>): ReadonlyMap<string, Kept> {
  const kept = new Map(roots);
  // The map's own order is the queue: what is added while it is gone through comes last.
  for (const [digest] of kept) {
    const name = nameOf(digest, graph);
    const keep = (other: string, keeps: KeepReason, reason: string) => {
      if (graph.manifests.has(other) && !kept.has(other)) kept.set(other, { keeps, reason });
    };
    const facts = graph.manifests.get(digest);
    for (const part of facts ? partsOf(facts) : []) keep(part, 'listed', `${name} lists it`);
    for (const other of graph.referrers.get(digest) ?? []) keep(other, 'referrer', `it refers to ${name}`);
    for (const subject of graph.about.get(digest) ?? []) keep(subject, 'referrer', `${name} refers to it`);
  }
  return kept;
}

function whyDeleted({ digest, date, dated }: ManifestFacts, graph: Graph, now: number): string {
  const [subject] = graph.about.get(digest) ?? [];
  if (subject !== undefined && ordinaryTags(digest, graph).length === 0)
    return `it refers to ${nameOf(subject, graph)}, which is deleted`;
  const parents = graph.listedBy.get(digest) ?? [];
  if (isListed(digest, graph))
    return `only ${parents.map((each) => nameOf(each, graph)).join(', ')} lists it, which is deleted`;
  const age = date === undefined ? '' : `${dated} on ${day(date)}, ${ageText(now - date)} ago; `;
  const tags = ordinaryTags(digest, graph).length > 0 ? 'no rule of the policy keeps it' : 'no tag points to it';
  return `${age}${tags}, and nothing that was asked needs it`;
}

/** What has to be gone before. */
function before({ digest }: ManifestFacts, graph: Graph): string[] {
  return [...new Set([...(graph.listedBy.get(digest) ?? []), ...(graph.about.get(digest) ?? [])])].sort(compareCodes);
}

/** What is kept, by its tags; then what is deleted, nothing before what it waits for. */
function inOrder(items: readonly PruneItem[]): PruneItem[] {
  const sorted = [...items].sort(
    (one, other) => compareCodes(one.tags[0] ?? '~', other.tags[0] ?? '~') || compareCodes(one.digest, other.digest),
  );
  const waiting = new Map(sorted.filter(({ decision }) => decision === 'delete').map((item) => [item.digest, item]));
  const ordered: PruneItem[] = [];
  for (let left = -1; left !== waiting.size; ) {
    left = waiting.size;
    for (const item of [...waiting.values()]) {
      if (item.after.some((digest) => waiting.has(digest))) continue;
      waiting.delete(item.digest);
      ordered.push(item);
    }
  }
  // What waits for each other in a circle stands last, and is left alone when its turn comes.
  return [...sorted.filter(({ decision }) => decision === 'keep'), ...ordered, ...waiting.values()];
}

/** What is needed by what a plan keeps: its manifests and all that they name. */
export function neededBlobs({ repositories }: PrunePlan, inventory: Inventory): ReadonlySet<string> {
  return blobsOf(inventory, repositories).needed;
}

/** Of everything that is deleted, what nothing that is left needs, in any repository. */
function freedBytes(inventory: Inventory, repositories: readonly PruneRepository[]): number {
  const { needed, named } = blobsOf(inventory, repositories);
  return sum([...named].filter(([digest]) => !needed.has(digest)).map(([, bytes]) => bytes));
}

/** Blobs and manifests that what is kept needs, and those that what is deleted names. */
function blobsOf(inventory: Inventory, repositories: readonly PruneRepository[]) {
  const needed = new Set<string>();
  const named = new Map<string, number>();
  for (const [at, repository] of inventory.repositories.entries()) {
    const plan = repositories[at];
    const deleted = new Set(plan ? deletedIn(plan).map(({ digest }) => digest) : []);
    for (const { digest, bytes, blobs } of repository.manifests.values())
      for (const blob of [{ digest, bytes }, ...blobs])
        if (!deleted.has(digest)) needed.add(blob.digest);
        else named.set(blob.digest, blob.bytes);
  }
  return { needed, named };
}

function nameOf(digest: string, { tags }: Graph): string {
  const [tag] = tags.get(digest) ?? [];
  return tag ?? shortDigest(digest);
}

/** `sha256:3f9c2ab01d44`. */
export function shortDigest(digest: string): string {
  return digest.slice(0, digest.indexOf(':') + 13);
}

function day(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? 'an impossible day' : date.toISOString().slice(0, 10);
}

function put(map: Map<string, string[]>, key: string, value: string): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
