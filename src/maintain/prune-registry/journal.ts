import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import type { PrunedItem, PrunePlan } from '../../core/registry-prune.ts';
import { isDigest } from '../../image/sources/digest.ts';
import { deletedIn } from './plan.ts';

/** Digests by repository. */
export type Pending = ReadonlyMap<string, ReadonlySet<string>>;

/** What a run meant to delete and what it did, written down before and after. */
export interface Journal {
  /** Written to the disk before a manifest is deleted. */
  begin(repository: string, digest: string): void;
  end(item: PrunedItem): void;
  close(): void;
}

/** No run of a person's registry writes more. */
const maximumBytes = 1 << 28;

const fileName = 'journal.jsonl';

/**
 * What earlier runs meant to delete and did not: manifests without a tag among it that no registry would list any more. It is only looked at again, and judged
 * anew. Nothing where there is no journal.
 */
export function readPending(directory: string): Pending {
  const pending = new Map<string, Set<string>>();
  for (const line of linesOf(path.join(directory, fileName))) {
    // The last line of a run that was killed may be half a line.
    const { repository, digest, state } = parseJsonObject(line) ?? {};
    if (typeof repository !== 'string' || !isDigest(digest)) continue;
    const known = pending.get(repository) ?? new Set();
    if (state === 'planned') known.add(digest);
    else if (state === 'deleted' || state === 'gone already') known.delete(digest);
    pending.set(repository, known);
  }
  return pending;
}

/**
 * Begins the journal of a run.
 * @param pending of earlier runs: what is of repositories that this plan is not about, or could not read, stays in it
 * @throws UserError where it cannot be written
 */
export function openJournal(directory: string, plan: PrunePlan, pending: Pending): Journal {
  const file = path.join(directory, fileName);
  const read = new Set(plan.repositories.filter(({ problem }) => problem === undefined).map(({ name }) => name));
  const planned = [
    ...[...pending].flatMap(([repository, digests]) =>
      read.has(repository) ? [] : [...digests].map((digest) => ({ repository, digest })),
    ),
    ...plan.repositories.flatMap((repository) =>
      deletedIn(repository).map(({ digest }) => ({ repository: repository.name, digest })),
    ),
  ];
  const head = { plan: plan.id, registry: plan.registry, begun: new Date().toISOString() };
  const lines = [head, ...planned.map((each) => ({ ...each, state: 'planned' }))];
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const draft = `${file}.new`;
    const written = openSync(draft, 'w', 0o600);
    writeSync(written, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    fsyncSync(written);
    closeSync(written);
    renameSync(draft, file);
    const descriptor = openSync(file, 'a');
    const append = (line: object) => {
      writeSync(descriptor, `${JSON.stringify(line)}\n`);
      fsyncSync(descriptor);
    };
    return {
      begin: (repository, digest) => append({ repository, digest, state: 'deleting', at: new Date().toISOString() }),
      end: ({ repository, digest, outcome, reason }) =>
        append({ repository, digest, state: outcome, reason, at: new Date().toISOString() }),
      close: () => closeSync(descriptor),
    };
  } catch (cause) {
    throw new UserError('the journal cannot be written; nothing was deleted', {
      where: file,
      remedy: 'Name a directory that can be written to: --state DIR.',
      cause,
    });
  }
}

function linesOf(file: string): string[] {
  try {
    const text = readFileSync(file, 'utf8');
    return text.length > maximumBytes ? [] : text.split('\n');
  } catch {
    return [];
  }
}
