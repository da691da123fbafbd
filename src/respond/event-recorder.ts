import { createHash } from 'node:crypto';
import type { JsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import type { Clock } from './clock.ts';
import { hasFault, kinds, type ResponderCluster } from './cluster.ts';
import { bucket } from './token-bucket.ts';

/** One thing that is told as an Event of Kubernetes, on the object that it is about. */
export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning';
  /** In the form of a name: `PlimsollRestarted`. */
  readonly reason: string;
  readonly message: string;
  readonly namespace: string;
  readonly about: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name: string;
    readonly uid: string | undefined;
  };
}

export interface EventRecorder {
  /** Never rejects and never waits. */
  record(event: RecordedEvent): void;
  /** Events that were counted together with another one, or left out under a storm. */
  readonly suppressed: number;
  /** Writes what has gathered. */
  flush(): Promise<void>;
}

interface Gathered {
  event: RecordedEvent;
  count: number;
  written: number;
  readonly name: string;
  readonly first: Date;
  last: Date;
}

/** As the control plane's own recorder: 25 at once, then one in five seconds for what repeats. */
const writes = { burst: 25, perSecond: 0.5 };
const mostGathered = 500;
const flushEvery = 1000;
const longestMessage = 1024;

/**
 * Writes events, those that say the same of the same object as one with a count. Under a storm few are written, and the counts
 * are right all the same once it is over.
 */
export function eventRecorder(
  cluster: ResponderCluster,
  clock: Clock,
  component: { readonly name: string; readonly instance: string },
  failed: (error: unknown) => void,
): EventRecorder {
  const gathered = new Map<string, Gathered>();
  const allowed = bucket(writes, clock.now);
  let suppressed = 0;
  let timer: NodeJS.Timeout | undefined;

  async function write(key: string, each: Gathered): Promise<void> {
    const { count, event } = each;
    const object = eventObject(each, component);
    const reference = { kind: kinds.event, namespace: event.namespace, name: each.name };
    try {
      if (each.written === 0) await cluster.create(kinds.event, event.namespace, object);
      else await cluster.replace(reference, object);
      each.written = count;
    } catch (error) {
      // It may be from before a restart; and events are removed after an hour.
      if (hasFault(error, 'conflict')) each.written = count;
      else gathered.delete(key);
      if (!hasFault(error, 'conflict') && !hasFault(error, 'not-found')) failed(error);
    }
  }

  async function flush(): Promise<void> {
    timer = undefined;
    for (const [key, each] of [...gathered]) {
      if (each.count === each.written) {
        if (clock.now() - each.last.getTime() > 600_000) gathered.delete(key);
        continue;
      }
      if (!allowed.take()) break;
      await write(key, each);
    }
    if ([...gathered.values()].some(({ count, written }) => count > written)) schedule();
  }

  function schedule(): void {
    timer ??= setTimeout(() => void flush(), flushEvery);
    timer.unref();
  }

  return {
    get suppressed() {
      return suppressed;
    },
    flush,
    record(event) {
      const { about } = event;
      const key = JSON.stringify([event.namespace, about.kind, about.name, event.reason, event.type]);
      const at = new Date(clock.now());
      const known = gathered.get(key);
      if (known) {
        known.count++;
        known.event = event;
        known.last = at;
        suppressed++;
      } else if (gathered.size >= mostGathered) {
        suppressed++;
        return;
      } else {
        const name = `${about.name.slice(0, 200)}.${createHash('sha256').update(`${key}${at.getTime()}`).digest('hex').slice(0, 16)}`;
        gathered.set(key, { event, count: 1, written: 0, name, first: at, last: at });
      }
      schedule();
    },
  };
}

/** https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/, in the older form that kubectl describes. */
function eventObject(
  { event, count, name, first, last }: Gathered,
  component: { name: string; instance: string },
): JsonObject {
  const time = (date: Date) => date.toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: event.namespace },
    involvedObject: {
      apiVersion: event.about.apiVersion,
      kind: event.about.kind,
      name: event.about.name,
      namespace: event.namespace,
      ...(event.about.uid !== undefined && { uid: event.about.uid }),
    },
    type: event.type,
    reason: event.reason,
    message: printable(event.message).slice(0, longestMessage),
    source: { component: component.name },
    reportingComponent: component.name,
    reportingInstance: component.instance,
    firstTimestamp: time(first),
    lastTimestamp: time(last),
    count,
  };
}
