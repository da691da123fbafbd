import type { IncomingMessage } from 'node:http';
import { errorCode, UserError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { EngineEndpoint } from './engine-endpoints.ts';

const maximumAnswerBytes = 8 * 1024 * 1024;

/** One request to an engine's API. */
export interface EngineRequest {
  readonly path: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Milliseconds until the answer begins. */
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
}

/** @throws UserError (of a failed system) where it does not answer; the signal's reason */
export async function askEngine(
  endpoint: EngineEndpoint,
  { path, method = 'GET', timeout, signal }: EngineRequest,
): Promise<IncomingMessage> {
  const { socketPath, host, port, tls } = endpoint;
  const { request } = await (tls === undefined ? import('node:http') : import('node:https'));
  const where = socketPath === undefined ? { host, port } : { socketPath };
  return new Promise((resolve, reject) => {
    const asked = request(
      { ...where, path, method, ...tls, headers: { host: host ?? 'localhost' }, agent: false, signal },
      resolve,
    );
    const timer = setTimeout(() => asked.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    asked.on('response', () => clearTimeout(timer));
    asked.on('error', (error) => {
      clearTimeout(timer);
      reject(signal?.aborted ? signal.reason : engineFailed(endpoint, `does not answer: ${error.message}`, error));
    });
    asked.end();
  });
}

/** The whole answer. @throws UserError (of a failed system) where it is too long or stalls */
export async function boundedText(
  response: IncomingMessage,
  endpoint: EngineEndpoint,
  timeout: number,
  maximumBytes = maximumAnswerBytes,
): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.setTimeout(timeout, () => response.destroy(new Error('it stalled')));
  try {
    for await (const part of response) {
      bytes += part.length;
      if (bytes > maximumBytes) throw new Error(`it has more than ${maximumBytes} bytes`);
      parts.push(part);
    }
  } catch (error) {
    throw engineFailed(
      endpoint,
      `gave no answer that can be read: ${error instanceof Error ? error.message : ''}`,
      error,
    );
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A name in a path. Slashes stay, as engines want them. */
export function encodedName(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/');
}

/** What an engine said went wrong. */
export function messageIn(object: JsonObject | undefined): string {
  const message = object?.message ?? object?.cause;
  return typeof message === 'string' ? printable(message.slice(0, 500)) : 'no reason';
}

export function engineFailed({ engine, address }: EngineEndpoint, what: string, cause?: unknown): UserError {
  const denied = errorCode(cause) === 'EACCES';
  return new UserError(`${engine} ${what}.`, {
    where: printable(address),
    remedy: denied
      ? 'Its socket may not be used by this user: join its group, or use sudo.'
      : 'See whether it runs, and whether DOCKER_HOST or CONTAINER_HOST name it.',
    exitCode: 3,
    cause,
  });
}
