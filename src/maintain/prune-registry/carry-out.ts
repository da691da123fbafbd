import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { PrunedItem, PruneItem, PrunePlan, PruneRepository, PruneRun } from '../../core/registry-prune.ts';
import type { Deletion, RegistryRepository } from '../../image/registry-repository.ts';
import type { Inventory } from './inventory.ts';
import type { Journal } from './journal.ts';
import type { PruneLock } from './lock.ts';
import { deletedIn, shortDigest } from './plan.ts';
import { type RepositoryWatch, watchRepository } from './watch-repository.ts';

export interface CarryOut {
  readonly plan: PrunePlan;
  /** That the plan was made of. */
  readonly inventory: Inventory;
  repository(name: string): RegistryRepository;
  readonly journal: Journal;
  readonly lock: Pick<PruneLock, 'isHeld'>;
  /** Deletions a second, at most. */
  readonly rate: number;
  readonly signal?: AbortSignal;
  onProgress?(name: string, done: number, total: number): void;
  /** Milliseconds that never go back. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The digest of no manifest: who deletes at all answers that it is not there. */
export const noManifest = `sha256:${'0'.repeat(64)}`;

/**
 * Deletes what a plan says, in its order, and nothing else. Each manifest is looked at again before: what changed since the plan is left alone, and what belongs
 * to it. Whatever is not as expected ends the run; what was done until then is in its result.
 * @throws UserError where the registry does not delete at all: then nothing was deleted
 */
export async function carryOut(work: CarryOut): Promise<PruneRun> {
  const repositories = work.plan.repositories.filter((repository) => deletedIn(repository).length > 0);
  const [first] = repositories;
  if (first === undefined) return { items: [], stopped: undefined };
  await mustDelete(work, first.name);
  const items: PrunedItem[] = [];
  const pace = paceOf(work);
  const total = repositories.reduce((count, repository) => count + deletedIn(repository).length, 0);
  const record = (item: PrunedItem) => {
    work.journal.end(item);
    items.push(item);
    work.onProgress?.(item.repository, items.length, total);
  };
  try {
    for (const repository of repositories) await clear(repository, work, pace, record);
    return { items, stopped: undefined };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const where = error instanceof UserError && error.where !== undefined ? ` (${error.where})` : '';
    const reason = work.signal?.aborted ? 'it was interrupted' : `${printable(error.message)}${where}`;
    return { items, stopped: `${reason}. What is left of the plan is looked at again by the next run.` };
  }
}

/** @throws UserError where the registry answers that it deletes nothing, or nothing for this login */
async function mustDelete({ plan, repository }: CarryOut, name: string): Promise<void> {
  const answer = await repository(name).delete(noManifest);
  switch (answer.kind) {
    case 'deleted':
    case 'absent':
      return;
    case 'unsupported':
      throw new UserError(
        `${plan.registry} does not delete manifests (it answers ${answer.status}); nothing was deleted`,
        {
          where: plan.registry,
          remedy:
            'docker-registry has to be told: «delete: {enabled: true}» below «storage» in its configuration, or REGISTRY_STORAGE_DELETE_ENABLED=true.',
          exitCode: 3,
        },
      );
    case 'refused':
      // A registry that holds on to its rules for digests may call this one wrong: that is no answer about others.
      if (answer.status !== 401 && answer.status !== 403) return;
      throw new UserError(
        `${plan.registry} lets this login delete nothing (it answers ${answer.status}); nothing was deleted`,
        {
          where: `${plan.registry}/${name}`,
          remedy: `docker login ${plan.registry} with an account that may delete.`,
          exitCode: 3,
        },
      );
    case 'failed':
      throw new UserError(`${plan.registry} cannot be asked to delete: ${answer.reason}; nothing was deleted`, {
        where: plan.registry,
        remedy: 'Try again later.',
        exitCode: 3,
      });
  }
}

async function clear(
  repository: PruneRepository,
  work: CarryOut,
  pace: () => Promise<void>,
  record: (item: PrunedItem) => void,
): Promise<void> {
  const inventory = work.inventory.repositories.find(({ name }) => name === repository.name);
  if (inventory === undefined) return;
  const registry = work.repository(repository.name);
  const watch = watchRepository(registry, inventory, repository, work.inventory.hasReferrers, work.now);
  const gone = new Set<string>();
  for (const item of deletedIn(repository)) {
    work.signal?.throwIfAborted();
    await pace();
    const done = await deleteItem(item, registry, watch, gone, work);
    if (done.outcome !== 'left alone') {
      gone.add(item.digest);
      watch.deleted(item.digest);
    }
    record({ repository: repository.name, digest: item.digest, ...done });
  }
  await watch.finish();
}

type Done = Pick<PrunedItem, 'outcome' | 'reason'>;

async function deleteItem(
  item: PruneItem,
  registry: RegistryRepository,
  watch: RepositoryWatch,
  gone: ReadonlySet<string>,
  work: CarryOut,
): Promise<Done> {
  const leave = (reason: string): Done => ({ outcome: 'left alone', reason });
  const still = item.after.find((digest) => !gone.has(digest));
  if (still !== undefined)
    return leave(
      watch.changed(item.digest) ?? `${shortDigest(still)}, which needs it or is what it refers to, is still there`,
    );
  await watch.look();
  const found = await watch.check(item);
  if (found === 'gone') return { outcome: 'gone already', reason: 'somebody else deleted it since the plan' };
  if (found !== undefined) return leave(found.leave);
  if (!work.lock.isHeld()) throw new UserError('another run has taken the lock of this one', { exitCode: 3 });
  work.journal.begin(registry.name, item.digest);
  const answer = await registry.delete(item.digest);
  if (answer.kind === 'absent') return { outcome: 'gone already', reason: 'somebody else deleted it since the plan' };
  if (answer.kind === 'failed' && (await isGone(item.digest, registry, work)))
    return { outcome: 'deleted', reason: item.reason };
  if (answer.kind !== 'deleted') throw refusal(item, registry, answer);
  // What it lists and what refers to it may go only after it: its word alone is not enough.
  if (!(await isGone(item.digest, registry, work)))
    return leave('the registry says that it deleted it, and has it still');
  return { outcome: 'deleted', reason: item.reason };
}

/** Some registries take a moment. */
async function isGone(digest: string, registry: RegistryRepository, { sleep }: CarryOut): Promise<boolean> {
  for (let attempt = 0; attempt < 3; attempt++) {
    if ((await registry.head(digest)) === undefined) return true;
    await sleep(300 * 2 ** attempt);
  }
  return false;
}

function refusal(
  { digest }: PruneItem,
  { name }: RegistryRepository,
  answer: Exclude<Deletion, { kind: 'deleted' } | { kind: 'absent' }>,
): UserError {
  const why = answer.kind === 'failed' ? answer.reason : `it answered ${answer.status}`;
  return new UserError(`the registry did not delete ${digest}: ${why}`, { where: name, exitCode: 3 });
}

/** Waits until the next deletion may begin. */
function paceOf({ rate, now, sleep }: CarryOut): () => Promise<void> {
  let next = Number.NEGATIVE_INFINITY;
  return async () => {
    const wait = next - now();
    if (wait > 0) await sleep(wait);
    next = Math.max(next, now()) + 1000 / rate;
  };
}
