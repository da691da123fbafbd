import type http from 'node:http';
import { type JsonObject, parseJsonObject } from '../../core/json-object.ts';
import { ClusterError, connectionError } from '../cluster-error.ts';
import { timeoutError } from './cluster-transport.ts';

interface BodyBounds {
  /** Milliseconds without a byte. */
  readonly timeout: number;
  /** Bytes. */
  readonly maximum: number;
  readonly server: string;
}

/** All of an answer. @throws ClusterError where it is larger than it may be, stops coming, or ends early. */
export async function readBody(
  stream: http.IncomingMessage,
  { timeout, maximum, server }: BodyBounds,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  const stop = () => stream.destroy(timeoutError(timeout, server));
  let timer = setTimeout(stop, timeout);
  try {
    for await (const part of stream) {
      clearTimeout(timer);
      size += part.length;
      if (size > maximum) throw tooLarge(maximum, server);
      parts.push(part);
      timer = setTimeout(stop, timeout);
    }
  } catch (error) {
    stream.destroy();
    throw connectionError(error, server);
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(parts, size);
}

/** No object of a cluster is larger: etcd takes 1.5 MiB, and JSON of it is not ten times that. */
const longestLine = 16 * 1024 * 1024;

/** The objects of a stream with one a line, as a watch is. Lines that hold none are left out. */
export async function* jsonLines(stream: http.IncomingMessage, server: string): AsyncGenerator<JsonObject> {
  let rest: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of stream) {
      let from = 0;
      for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
        rest.push(chunk.subarray(from, end));
        const value = parseJsonObject(Buffer.concat(rest).toString('utf8'));
        rest = [];
        size = 0;
        from = end + 1;
        if (value) yield value;
      }
      rest.push(chunk.subarray(from));
      size += chunk.length - from;
      if (size > longestLine) throw tooLarge(longestLine, server);
    }
  } catch (error) {
    throw connectionError(error, server);
  }
}

function tooLarge(maximum: number, server: string): ClusterError {
  const message = `the API server's answer is larger than ${maximum / 1024 / 1024} MiB`;
  return new ClusterError(message, { fault: 'server', server });
}
