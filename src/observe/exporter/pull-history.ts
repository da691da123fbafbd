import type { PullEvent } from './pull-events.ts';
import type { RunningContainer, WorkloadName } from './running-container.ts';

/** Whose pull it was. */
export interface PullKey {
  readonly workload: WorkloadName;
  readonly container: string;
  readonly image: string;
}

export interface PullCounts {
  readonly pulled: number;
  readonly present: number;
  readonly failed: number;
  /** The last one that was measured. */
  readonly last: PullEvent | undefined;
}

export interface PullHistory {
  /** Takes the events that exist now: those that were counted before are not counted again. */
  take(events: readonly PullEvent[], containers: readonly RunningContainer[]): void;
  readonly pulls: ReadonlyMap<string, { readonly key: PullKey; readonly counts: PullCounts }>;
}

/**
 * Remembers pulls beyond the hour that the API server keeps events for, as long as the workload runs the image. What happened before the
 * exporter began is measured but not counted, so that a restart does not count it twice.
 */
export function pullHistory(): PullHistory {
  let counted = new Map<string, number>();
  let pulls = new Map<string, { key: PullKey; counts: PullCounts }>();
  let first = true;
  return {
    get pulls() {
      return pulls;
    },
    take(events, containers) {
      const running = new Map<string, PullKey>();
      const byPod = new Map<string, PullKey>();
      for (const each of containers) {
        running.set(keyText(each), each);
        byPod.set(`${each.workload.namespace}/${each.pod}/${each.container}`, each);
      }
      const next = new Map<string, { key: PullKey; counts: PullCounts }>();
      for (const [text, { workload, container, image }] of running)
        next.set(text, { key: { workload, container, image }, counts: pulls.get(text)?.counts ?? none });
      for (const event of events) {
        const owner = byPod.get(`${event.namespace}/${event.pod}/${event.container}`);
        const entry = owner && next.get(keyText({ ...owner, image: owner.image }));
        if (!entry) continue;
        const more = first ? 0 : Math.max(0, event.count - (counted.get(event.uid) ?? 0));
        entry.counts = added(entry.counts, event, more);
      }
      counted = new Map(events.map(({ uid, count }) => [uid, count]));
      pulls = next;
      first = false;
    },
  };
}

const none: PullCounts = { pulled: 0, present: 0, failed: 0, last: undefined };

function added(counts: PullCounts, event: PullEvent, more: number): PullCounts {
  const isNewer = event.seconds !== undefined && event.at >= (counts.last?.at ?? 0);
  return {
    ...counts,
    [event.result]: counts[event.result] + more,
    last: isNewer ? event : counts.last,
  };
}

function keyText({ workload, container, image }: PullKey): string {
  return [workload.namespace, workload.kind, workload.name, container, image].join('\0');
}
