import type { JsonObject } from '../core/json-object.ts';
import type { Clock } from './clock.ts';
import { hasFault, kinds, type ObjectReference, type ResponderCluster } from './cluster.ts';
import { type Intent, isOpen, journalText, readJournal } from './journal.ts';
import { mostIntents, prunedIntents } from './ledger.ts';
import { textAt } from './object-fields.ts';

/** All intents, in memory and in a ConfigMap of the cluster. */
export interface JournalStore {
  readonly intents: ReadonlyMap<string, Intent>;
  /** Takes over the stored journal and puts this responder's name on it, so that whoever wrote it before cannot any more. */
  takeOver(): Promise<void>;
  /**
   * Counts from now on, and resolves when all are stored. Rejects where that failed: they count no more, unless they turn out to
   * be stored after all.
   */
  add(intents: readonly Intent[]): Promise<void>;
  /** New states of intents: they count from now on, and are stored together as soon as the cluster takes them. */
  update(...changed: readonly Intent[]): Promise<void>;
  /** Takes back what could not be stored. */
  revert(intent: Intent): void;
}

interface Waiting {
  readonly added: readonly Intent[];
  resolve(): void;
  reject(error: unknown): void;
}

const key = 'journal.json';
const holderKey = 'holder';
/** An object of etcd has at most 1.5 MiB, a ConfigMap 1 MiB. */
const longestJournal = 900 * 1024;

/**
 * @param found called with open intents that are in the stored journal and were not known here
 * @param lost called when another responder has taken the journal over
 */
export function journalStore({
  cluster,
  clock,
  reference,
  holder,
  longestWindow,
  found,
  lost,
}: {
  readonly cluster: ResponderCluster;
  readonly clock: Clock;
  readonly reference: Omit<ObjectReference, 'kind'>;
  readonly holder: string;
  longestWindow(): number;
  found(intent: Intent): void;
  lost(): void;
}): JournalStore {
  const object: ObjectReference = { kind: kinds.configMap, ...reference };
  const intents = new Map<string, Intent>();
  let version: string | undefined;
  let waiting: Waiting[] = [];
  let isWriting = false;
  let mustReload = true;

  async function reload(taking: boolean): Promise<void> {
    const stored = await cluster.get(object);
    const owner = textAt(stored, 'data', holderKey);
    if (!taking && owner !== undefined && owner !== holder) {
      lost();
      throw new Error('another responder has taken over');
    }
    if (taking) intents.clear();
    version = textAt(stored, 'metadata', 'resourceVersion');
    for (const intent of readJournal(textAt(stored, 'data', key) ?? '')) {
      const known = intents.get(intent.id);
      if (known && (!isOpen(known) || known.state === intent.state)) continue;
      const current = known ?? notFromTheFuture(intent, clock.now());
      intents.set(intent.id, current);
      if (known === undefined && isOpen(current)) found(current);
    }
    mustReload = false;
  }

  async function write(): Promise<void> {
    const kept = prunedIntents([...intents.values()], clock.now(), longestWindow());
    if (kept.length < intents.size) {
      const ids = new Set(kept.map(({ id }) => id));
      for (const id of intents.keys()) if (!ids.has(id)) intents.delete(id);
    }
    const text = journalText(kept);
    if (text.length > longestJournal || kept.length > mostIntents + 200)
      throw new Error('the journal has grown too long');
    const body: JsonObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: reference.name,
        namespace: reference.namespace,
        labels: { 'app.kubernetes.io/managed-by': 'plimsoll' },
        ...(version !== undefined && { resourceVersion: version }),
      },
      data: { [holderKey]: holder, [key]: text },
    };
    // Without a resourceVersion the API server would replace whatever is there.
    const stored =
      version === undefined
        ? await cluster.create(kinds.configMap, reference.namespace, body)
        : await cluster.replace(object, body);
    version = textAt(stored, 'metadata', 'resourceVersion');
  }

  /** One write at a time; what comes meanwhile goes with the next one, however much it is. */
  async function writeAll(): Promise<void> {
    if (isWriting) return;
    isWriting = true;
    try {
      while (waiting.length > 0) {
        const batch = waiting;
        waiting = [];
        try {
          if (mustReload) await reload(false);
          await write();
          for (const each of batch) each.resolve();
        } catch (error) {
          // Whether it was stored is not known after a timeout: the next write looks first.
          mustReload = true;
          for (const { added } of batch)
            for (const intent of added) if (intents.get(intent.id) === intent) intents.delete(intent.id);
          for (const each of batch) each.reject(error);
        }
      }
    } finally {
      isWriting = false;
    }
  }

  function store(added: readonly Intent[]): Promise<void> {
    return new Promise((resolve, reject) => {
      waiting.push({ added, resolve, reject });
      void writeAll();
    });
  }

  return {
    intents,
    async takeOver() {
      for (let tries = 0; ; tries++)
        try {
          await reload(true);
          return await write();
        } catch (error) {
          mustReload = true;
          if (tries === 3 || !hasFault(error, 'conflict')) throw error;
        }
    },
    add(added) {
      for (const intent of added) intents.set(intent.id, intent);
      return store(added);
    },
    update(...changed) {
      for (const intent of changed) intents.set(intent.id, intent);
      return store([]);
    },
    revert: (intent) => void intents.set(intent.id, intent),
  };
}

/** Written while the clock was ahead, it would hold back everything until then. */
function notFromTheFuture(intent: Intent, now: number): Intent {
  return {
    ...intent,
    decidedAt: Math.min(intent.decidedAt, now),
    since: Math.min(intent.since, now),
    endedAt: intent.endedAt === undefined ? undefined : Math.min(intent.endedAt, now),
    raise: intent.raise && {
      ...intent.raise,
      quietSince: intent.raise.quietSince === undefined ? undefined : Math.min(intent.raise.quietSince, now),
    },
  };
}
