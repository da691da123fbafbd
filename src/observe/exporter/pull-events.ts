import { jsonObjectOf } from '../../core/json-object.ts';
import { goDurationSeconds } from '../../kubernetes/go-duration.ts';
import { partsOf, textOf } from './running-container.ts';

/** What an event tells of one pull. */
export interface PullEvent {
  readonly uid: string;
  /** How often the same thing happened since the event was made. */
  readonly count: number;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly image: string;
  /** `present`: the node had it already. */
  readonly result: 'pulled' | 'present' | 'failed';
  /** Seconds that the pull itself took. */
  readonly seconds: number | undefined;
  /** With the wait for other pulls of the node. */
  readonly secondsWithWaiting: number | undefined;
  readonly bytes: number | undefined;
  /** Seconds since 1970 when it happened last. */
  readonly at: number;
}

const longestMessage = 4096;

/**
 * Reads an event of a pod's container; undefined for events that tell of no pull. The wording is the kubelet's
 * (https://github.com/kubernetes/kubernetes/blob/v1.37.0/pkg/kubelet/images/image_manager.go).
 */
export function pullEventOf(event: unknown): PullEvent | undefined {
  const { metadata } = partsOf(event);
  const { reason, message, count, series, involvedObject, lastTimestamp, eventTime } = jsonObjectOf(event);
  const { kind, namespace, name, fieldPath } = jsonObjectOf(involvedObject);
  const container = /^spec\.(?:initC|c|ephemeralC)ontainers\{(.+)\}$/.exec(textOf(fieldPath))?.[1];
  if (kind !== 'Pod' || container === undefined) return undefined;
  const told = messageOf(textOf(reason), textOf(message).slice(0, longestMessage));
  if (!told) return undefined;
  const repeated = jsonObjectOf(series).count;
  const when = Date.parse(textOf(lastTimestamp) || textOf(eventTime) || textOf(metadata.creationTimestamp));
  return {
    uid: textOf(metadata.uid),
    count: typeof repeated === 'number' ? repeated : typeof count === 'number' ? count : 1,
    namespace: textOf(namespace),
    pod: textOf(name),
    container,
    at: Number.isNaN(when) ? 0 : when / 1000,
    ...told,
  };
}

type Told = Pick<PullEvent, 'image' | 'result' | 'seconds' | 'secondsWithWaiting' | 'bytes'>;

const nothingMeasured = { seconds: undefined, secondsWithWaiting: undefined, bytes: undefined };

function messageOf(reason: string, message: string): Told | undefined {
  if (reason === 'Failed') {
    const image = /^Failed to pull image "([^"]+)"/.exec(message)?.[1];
    return image === undefined ? undefined : { image, result: 'failed', ...nothingMeasured };
  }
  if (reason !== 'Pulled') return undefined;
  const present = /^Container image "([^"]+)" already present on machine/.exec(message)?.[1];
  if (present !== undefined) return { image: present, result: 'present', ...nothingMeasured };
  const pulled =
    /^Successfully pulled image "([^"]+)" in ([0-9.a-zµ]+)(?: \(([0-9.a-zµ]+) including waiting\))?(?:\. Image size: (\d+) bytes)?/.exec(
      message,
    );
  if (pulled?.[1] === undefined) return undefined;
  return {
    image: pulled[1],
    result: 'pulled',
    seconds: goDurationSeconds(pulled[2] ?? ''),
    secondsWithWaiting: goDurationSeconds(pulled[3] ?? ''),
    bytes: pulled[4] === undefined ? undefined : Number(pulled[4]),
  };
}
