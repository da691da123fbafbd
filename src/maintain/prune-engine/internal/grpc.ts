import { connect as connectHttp, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { printable } from '../../../core/printable.ts';
import { protobufMessage, type ReceivedMessage, readProtobuf } from './protobuf.ts';

/** A server of gRPC behind a Unix socket. */
export interface GrpcServer {
  /** All messages that it answers with, one for a plain call. @throws GrpcError */
  call(
    method: string,
    request: Buffer,
    options: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<ReceivedMessage[]>;
  close(): void;
}

/** https://grpc.io/docs/guides/status-codes/ */
export const grpcCodes = { notFound: 5, failedPrecondition: 9, unimplemented: 12, unavailable: 14 } as const;

export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;

  constructor(message: string, code: number) {
    super(message);
    this.code = code;
  }
}

const timeout = 120_000;
const maximumBytes = 256 * 1024 * 1024;

/** Connects with the first call (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
export function grpcServer(socket: string): GrpcServer {
  const session = connectHttp('http://localhost', { createConnection: () => connectSocket(socket) });
  let broken: Error | undefined;
  session.on('error', (error) => {
    broken = error;
  });
  return {
    call: (method, request, { signal, headers = {} }) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        if (broken !== undefined || session.destroyed) {
          reject(new GrpcError(broken?.message ?? 'the connection is closed', grpcCodes.unavailable));
          return;
        }
        const stream = session.request({
          ':method': 'POST',
          ':path': `/${method}`,
          'content-type': 'application/grpc',
          te: 'trailers',
          ...headers,
        });
        const parts: Buffer[] = [];
        let bytes = 0;
        let status: number | undefined;
        let message = '';
        const read = (given: Readonly<Record<string, unknown>>) => {
          if (given['grpc-status'] === undefined) return;
          status = Number(given['grpc-status']);
          message = textOf(given['grpc-message']);
        };
        const abort = () => stream.close(constants.NGHTTP2_CANCEL);
        signal.addEventListener('abort', abort, { once: true });
        stream.setTimeout(timeout, () => stream.destroy(new Error(`no answer within ${timeout / 1000} s`)));
        stream.on('response', read);
        stream.on('trailers', read);
        stream.on('data', (part: Buffer) => {
          bytes += part.length;
          if (bytes > maximumBytes) stream.destroy(new Error(`an answer of more than ${maximumBytes} bytes`));
          else parts.push(part);
        });
        let failure: Error | undefined;
        stream.on('error', (error) => {
          failure = error;
        });
        stream.on('close', () => {
          signal.removeEventListener('abort', abort);
          if (signal.aborted) reject(signal.reason);
          else if (failure !== undefined || status === undefined)
            reject(new GrpcError((broken ?? failure)?.message ?? 'it broke off', grpcCodes.unavailable));
          else if (status !== 0) reject(new GrpcError(printable(message), status));
          else {
            try {
              resolve(messagesIn(Buffer.concat(parts)));
            } catch (error) {
              reject(error);
            }
          }
        });
        stream.end(framed(request));
      }),
    close: () => session.close(),
  };
}

/** As a header it is percent-encoded. */
function textOf(value: unknown): string {
  const text = String(value ?? '').slice(0, 1000);
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function messagesIn(bytes: Buffer): ReceivedMessage[] {
  const messages: ReceivedMessage[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at + 1);
    if (bytes[at] !== 0) throw new RangeError('a packed message, which nobody asked for');
    if (at + 5 + length > bytes.length) throw new RangeError('a message without its end');
    messages.push(readProtobuf(bytes.subarray(at + 5, at + 5 + length)));
    at += 5 + length;
  }
  return messages;
}

export const emptyMessage = protobufMessage({});
