import { type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import type { ClusterObject } from './cluster-object.ts';
import { goDurationSeconds } from './go-duration.ts';

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
  const seconds = goDurationSeconds(waited ?? alone);
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
