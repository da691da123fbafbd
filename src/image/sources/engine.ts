import type { IncomingMessage } from 'node:http';
import { UserError } from '../../core/errors.ts';
import { type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { Platform } from '../image.ts';
import type { EngineEndpoint } from './engine-endpoints.ts';
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

const maximumAnswerBytes = 8 * 1024 * 1024;

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
  const response = await ask(endpoint, `/images/${encoded(image)}/json`, timeout, signal);
  const text = await boundedText(response, endpoint, timeout);
  if (response.statusCode === 404) return undefined;
  const object = parseJsonObject(text);
  if (response.statusCode !== 200 || object === undefined)
    throw failed(endpoint, `answered ${response.statusCode}: ${messageIn(object)}`);
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
  const response = await ask(endpoint, `/images/${encoded(image)}/get`, exportTimeout, signal);
  if (response.statusCode !== 200) {
    const text = await boundedText(response, endpoint, stallTimeout);
    throw failed(endpoint, `does not export the image: ${response.statusCode} ${messageIn(parseJsonObject(text))}`);
  }
  response.setTimeout(stallTimeout, () => response.destroy(new Error(`nothing arrived for ${stallTimeout / 1000} s`)));
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    throw failed(endpoint, `broke off the export: ${error instanceof Error ? error.message : String(error)}`, error);
  } finally {
    response.destroy();
  }
}

async function ask(
  endpoint: EngineEndpoint,
  path: string,
  timeout: number,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const { socketPath, host, port, tls } = endpoint;
  const { request } = await (tls === undefined ? import('node:http') : import('node:https'));
  const where = socketPath === undefined ? { host, port } : { socketPath };
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...where, path, ...tls, headers: { host: host ?? 'localhost' }, agent: false, signal },
      resolve,
    );
    const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    asked.on('response', () => clearTimeout(timer));
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(signal?.aborted ? signal.reason : failed(endpoint, `does not answer: ${error.message}`, error));
    });
    asked.end();
  });
}

async function boundedText(response: IncomingMessage, endpoint: EngineEndpoint, timeout: number): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.setTimeout(timeout, () => response.destroy(new Error('it stalled')));
  try {
    for await (const part of response) {
      bytes += part.length;
      if (bytes > maximumAnswerBytes) throw new Error(`it has more than ${maximumAnswerBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw failed(endpoint, `gave no answer that can be read: ${error instanceof Error ? error.message : ''}`, error);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Slashes stay, as engines want them. */
function encoded(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/');
}

function messageIn(object: JsonObject | undefined): string {
  const message = object?.message ?? object?.cause;
  return typeof message === 'string' ? printable(message.slice(0, 500)) : 'no reason';
}

function failed({ engine, address }: EngineEndpoint, what: string, cause?: unknown): UserError {
  const denied = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
  return new UserError(`${engine} ${what}.`, {
    where: printable(address),
    remedy: denied
      ? 'Its socket may not be used by this user: join its group, or use sudo.'
      : 'See whether it runs, and whether DOCKER_HOST or CONTAINER_HOST name it.',
    exitCode: 3,
    cause,
  });
}
