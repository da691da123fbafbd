import { parseJsonObject } from '../../core/json-object.ts';
import type { Platform } from '../image.ts';
import type { EngineEndpoint } from './engine-endpoints.ts';
import { askEngine, boundedText, encodedName, engineFailed, messageIn } from './engine-request.ts';
import type { OpenOptions } from './open-options.ts';
import { platformOf } from './read-manifest.ts';

/** What an engine says of an image that it has. */
export interface EngineImage {
  readonly id: string;
  readonly bytes: number;
  readonly platform: Platform;
}

/** An engine that does not say within this whether it has an image is not waited for. */
const defaultTimeoutSeconds = 10;

/** Before the first byte an engine may write the whole image to its own disk. */
const exportTimeout = 600_000;
const stallTimeout = 120_000;

/**
 * Asks an engine whether it has an image. Undefined where it has not.
 * @throws UserError (of a failed system) where it does not answer, or not as an engine does
 */
export async function inspectImage(
  endpoint: EngineEndpoint,
  image: string,
  { signal, engineTimeoutSeconds = defaultTimeoutSeconds }: Pick<OpenOptions, 'signal' | 'engineTimeoutSeconds'> = {},
): Promise<EngineImage | undefined> {
  const timeout = engineTimeoutSeconds * 1000;
  const response = await askEngine(endpoint, { path: `/images/${encodedName(image)}/json`, timeout, signal });
  const text = await boundedText(response, endpoint, timeout);
  if (response.statusCode === 404) return undefined;
  const object = parseJsonObject(text);
  if (response.statusCode !== 200 || object === undefined)
    throw engineFailed(endpoint, `answered ${response.statusCode}: ${messageIn(object)}`);
  const { Id: id, Size: bytes, Os: os, Architecture: architecture, Variant: variant } = object;
  return {
    id: typeof id === 'string' ? id : '',
    bytes: typeof bytes === 'number' && bytes >= 0 ? bytes : 0,
    platform: platformOf({ os, architecture, variant }),
  };
}

/**
 * An image as `docker save` would write it, as it comes.
 * @throws UserError (of a failed system)
 */
export async function* exportImage(
  endpoint: EngineEndpoint,
  image: string,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const response = await askEngine(endpoint, {
    path: `/images/${encodedName(image)}/get`,
    timeout: exportTimeout,
    signal,
  });
  if (response.statusCode !== 200) {
    const text = await boundedText(response, endpoint, stallTimeout);
    throw engineFailed(
      endpoint,
      `does not export the image: ${response.statusCode} ${messageIn(parseJsonObject(text))}`,
    );
  }
  response.setTimeout(stallTimeout, () => response.destroy(new Error(`nothing arrived for ${stallTimeout / 1000} s`)));
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    throw engineFailed(
      endpoint,
      `broke off the export: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  } finally {
    response.destroy();
  }
}
