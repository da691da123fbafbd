import { ClusterError } from '../kubernetes/cluster-error.ts';
import type { ResponsePolicy } from '../kubernetes/response/response-policy.ts';
import { type CarriedOut, type CarryOutContext, carryOut } from './carry-out.ts';
import type { Clock } from './clock.ts';
import { isPassing } from './cluster.ts';
import { raisesAfter } from './give-back.ts';
import type { Intent } from './journal.ts';
import type { JournalStore } from './journal-store.ts';

/** Carries out what is written down, one intent after the other. */
export interface Worker {
  /** One more intent is to be carried out. */
  enqueue(intent: Intent): void;
  /** Forgets all: another responder is at it. */
  clear(): void;
  stop(): Promise<void>;
}

/** How an intent ended, for all who are told of it. */
export interface Ended extends Omit<CarriedOut, 'state'> {
  readonly intent: Intent;
}

interface Queued {
  readonly id: string;
  readonly tries: number;
  /** In the responder's time. */
  readonly due: number;
}

const longestWait = 60;
const expiryCheck = 1000;

export function worker({
  store,
  clock,
  context,
  isLeading,
  look,
  ended,
  failed,
}: {
  readonly store: JournalStore;
  readonly clock: Clock;
  context(): CarryOutContext & { readonly policy: ResponsePolicy };
  isLeading(): boolean;
  /** Called every second: what time alone makes due. Never rejects. */
  look(): Promise<void>;
  /** Tells and records it. The intent counts as ended only afterwards, so that nothing of it is forgotten. */
  ended(ended: Ended): Promise<void>;
  failed(error: unknown, intent: Intent): void;
}): Worker {
  let queue: Queued[] = [];
  let sleeping = new AbortController();
  let stopped = false;

  async function run(): Promise<void> {
    while (!stopped) {
      if (isLeading()) await expire();
      if (isLeading()) await look();
      const next = isLeading() ? takeDue() : undefined;
      if (next) await attempt(next);
      else {
        const soonest = Math.min(...queue.map(({ due }) => due)) - clock.now();
        await clock.sleep(Math.max(10, Math.min(expiryCheck, soonest)), sleeping.signal);
      }
    }
  }

  function takeDue(): Queued | undefined {
    const now = clock.now();
    const index = queue.findIndex(({ due }) => due <= now);
    return index === -1 ? undefined : queue.splice(index, 1)[0];
  }

  async function attempt({ id, tries }: Queued): Promise<void> {
    const intent = store.intents.get(id);
    if (intent?.state !== 'intended') return;
    const { policy } = context();
    try {
      const { state, ...carried } = await carryOut(intent, context());
      await finish({ ...carried, intent: { ...intent, state, result: carried.detail, target: carried.target } });
    } catch (error) {
      if (!isLeading()) return;
      failed(error, intent);
      const late = clock.now() - intent.since > policy.giveUpAfter * 1000;
      if (isPassing(error) && !late) {
        const wait = (error instanceof ClusterError && error.retryAfterSeconds) || Math.min(longestWait, 2 ** tries);
        queue.push({ id, tries: tries + 1, due: clock.now() + Math.min(longestWait, wait) * 1000 });
      } else await giveUp(intent, error, late);
    }
  }

  async function giveUp(intent: Intent, error: unknown, late: boolean): Promise<void> {
    const reason = error instanceof ClusterError ? error.fault : 'fault';
    const remedy = error instanceof ClusterError && error.remedy ? `; ${error.remedy}` : '';
    const detail =
      `${late ? 'given up: ' : ''}${error instanceof Error ? error.message : String(error)}${remedy}`.slice(0, 500);
    await finish({
      reason,
      detail,
      target: intent.target,
      found: undefined,
      evidence: undefined,
      stillRaised: true,
      intent: { ...intent, state: 'failed', result: detail },
    });
  }

  async function finish(end: Ended): Promise<void> {
    const intent = { ...end.intent, result: end.detail.slice(0, 300), endedAt: clock.now() };
    await ended({ ...end, intent });
    const { reason, stillRaised } = end;
    await keep(intent, raisesAfter(intent, store.intents, { reason, stillRaised, now: clock.now() }));
  }

  /** In memory it counts at once; stored with the next write that succeeds. Who is killed before finds the id on the workload. */
  async function keep(intent: Intent, changed: readonly Intent[]): Promise<void> {
    for (let tries = 0; !stopped; tries++)
      try {
        return await store.update(...(tries === 0 ? changed : []));
      } catch (error) {
        if (!isLeading()) return;
        failed(error, intent);
        await clock.sleep(Math.min(longestWait, 2 ** tries) * 1000, sleeping.signal);
      }
  }

  /** Nobody confirmed them in time. */
  async function expire(): Promise<void> {
    const { policy } = context();
    const lasts = (policy.approval?.expires ?? 0) * 1000;
    for (const intent of [...store.intents.values()])
      if (intent.state === 'awaiting' && clock.now() - intent.decidedAt > lasts)
        await finish({
          reason: 'not-approved',
          detail: 'nobody confirmed it in time',
          target: intent.target,
          found: undefined,
          evidence: undefined,
          stillRaised: false,
          intent: { ...intent, state: 'expired' },
        });
  }

  const running = run();
  return {
    enqueue({ id }) {
      queue.push({ id, tries: 0, due: clock.now() });
      sleeping.abort();
      sleeping = new AbortController();
    },
    clear() {
      queue = [];
    },
    async stop() {
      stopped = true;
      sleeping.abort();
      await running;
    },
  };
}
