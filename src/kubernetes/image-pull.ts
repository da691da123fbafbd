import { type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import type { ClusterObject } from './cluster-object.ts';

/** One pull of an image by a kubelet, as its event tells. */
export interface ImagePull {
  readonly namespace: string;
  readonly pod: string;
  readonly image: string;
  readonly node: string | undefined;
  /** From its request until it was there, waiting for others included. */
  readonly seconds: number;
  /** Compressed, as the registry sends it; older kubelets do not tell. */
  readonly bytes: number | undefined;
}

/**
 * The kubelet's words (pkg/kubelet/images/image_manager.go): `Successfully pulled image "nginx" in 1.2s (1.3s including waiting).
 * Image size: 71000000 bytes.` Undefined for an image that was there already.
 */
export function imagePull(event: ClusterObject): ImagePull | undefined {
  const message = typeof event.message === 'string' ? event.message : '';
  const told =
    /^Successfully pulled image "([^"]{1,4096})" in (\S{1,40}?)(?: \((\S{1,40}) including waiting\))?(?:\. Image size: (\d{1,15}) bytes)?\.?$/.exec(
      message,
    );
  if (!told) return undefined;
  const [, image = '', alone = '', waited, bytes] = told;
  const seconds = durationSeconds(waited ?? alone);
  if (seconds === undefined) return undefined;
  const involved: JsonObject = jsonObjectOf(event.involvedObject);
  const { host } = jsonObjectOf(event.source);
  return {
    namespace: typeof involved.namespace === 'string' ? involved.namespace : (event.metadata.namespace ?? ''),
    pod: typeof involved.name === 'string' ? involved.name : '',
    image,
    node: typeof host === 'string' && host !== '' ? host : undefined,
    seconds,
    bytes: bytes === undefined ? undefined : Number(bytes),
  };
}

const units: Readonly<Record<string, number>> = {
  h: 3600,
  m: 60,
  s: 1,
  ms: 1e-3,
  µs: 1e-6,
  μs: 1e-6,
  us: 1e-6,
  ns: 1e-9,
};

/** Go's durations: `1m3.5s`, `820ms`. */
function durationSeconds(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|µs|μs|us|ns))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|µs|μs|us|ns)/g))
    seconds += Number(amount) * (units[unit] ?? 0);
  return seconds;
}
