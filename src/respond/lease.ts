import type { JsonObject } from '../core/json-object.ts';
import type { Clock } from './clock.ts';
import { hasFault, kinds, type ResponderCluster } from './cluster.ts';
import { fieldAt, numberAt, textAt } from './object-fields.ts';

/** Seconds, as the control plane's own components have them (https://kubernetes.io/docs/concepts/architecture/leases/). */
const leaseSeconds = 15;
/** Who could not renew for this long stops acting, before anybody else may begin. */
const renewWithin = 10;
const tryEvery = 2;

export interface Leadership {
  /** Whether this responder may act now. Goes false by itself when the lease was not renewed in time. */
  isLeading(): boolean;
  /** Gives the lease back, so that the next one need not wait. */
  release(): Promise<void>;
}

/**
 * Takes turns with the other responders by a Lease. A lease is judged by when it was seen to change, not by the times in it:
 * the machines' clocks need not agree.
 */
export function electLeader({
  cluster,
  clock,
  namespace,
  name,
  identity,
  elected,
  lost,
  failed,
}: {
  readonly cluster: ResponderCluster;
  readonly clock: Clock;
  readonly namespace: string;
  readonly name: string;
  /** Of this instance. After a restart the same one takes its own lease again at once. */
  readonly identity: string;
  /** Resolves once this responder is ready to act; rejects where it has to let the next one try. */
  elected(): Promise<void>;
  lost(): void;
  failed(error: unknown): void;
}): Leadership {
  const reference = { kind: kinds.lease, namespace, name };
  const stopping = new AbortController();
  let seen: { readonly text: string; readonly at: number } | undefined;
  let leads = false;
  let renewedAt = Number.NEGATIVE_INFINITY;

  /** True where the lease is this one's, afterwards. */
  async function tryOnce(): Promise<boolean> {
    const asked = clock.now();
    const lease = await cluster.get(reference);
    const spec = fieldAt(lease, 'spec');
    const holder = textAt(spec, 'holderIdentity') ?? '';
    const text = JSON.stringify([holder, textAt(spec, 'renewTime')]);
    if (seen?.text !== text) seen = { text, at: asked };
    const lasts = (numberAt(spec, 'leaseDurationSeconds') ?? leaseSeconds) * 1000;
    if (lease && holder !== '' && holder !== identity && asked - seen.at < lasts) return false;
    const body = leaseObject(lease, holder);
    if (lease) await cluster.replace(reference, body);
    else await cluster.create(kinds.lease, namespace, body);
    renewedAt = asked;
    return true;
  }

  function leaseObject(lease: JsonObject | undefined, holder: string): JsonObject {
    const spec = fieldAt(lease, 'spec');
    const now = `${clock.wall().toISOString().slice(0, -1)}000Z`;
    const transitions = numberAt(spec, 'leaseTransitions') ?? 0;
    const version = textAt(lease, 'metadata', 'resourceVersion');
    return {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace, ...(version !== undefined && { resourceVersion: version }) },
      spec: {
        holderIdentity: identity,
        leaseDurationSeconds: leaseSeconds,
        acquireTime: holder === identity ? (textAt(spec, 'acquireTime') ?? now) : now,
        renewTime: now,
        leaseTransitions: holder === identity ? transitions : transitions + 1,
      },
    };
  }

  const isLeading = () => leads && clock.now() - renewedAt < renewWithin * 1000;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const has = await tryOnce();
        if (has && !leads) {
          await elected();
          leads = true;
        }
        if (!has && leads) giveUp();
      } catch (error) {
        // Two that try at once: one of them loses, as it should.
        if (!hasFault(error, 'conflict')) failed(error);
        if (leads && !isLeading()) giveUp();
      }
      await clock.sleep(tryEvery * 1000, stopping.signal);
    }
  }

  function giveUp(): void {
    leads = false;
    lost();
  }

  const running = run();
  return {
    isLeading,
    async release() {
      stopping.abort();
      await running;
      if (!isLeading()) return;
      leads = false;
      try {
        const lease = await cluster.get(reference);
        if (lease && textAt(lease, 'spec', 'holderIdentity') === identity)
          await cluster.replace(reference, {
            ...lease,
            spec: { ...leaseSpec(lease), holderIdentity: '', leaseDurationSeconds: 1 },
          });
      } catch (error) {
        failed(error);
      }
    },
  };
}

function leaseSpec(lease: JsonObject): JsonObject {
  const spec = fieldAt(lease, 'spec');
  return typeof spec === 'object' && spec !== null ? { ...spec } : {};
}
