import { createHash } from 'node:crypto';
import { type IncomingMessage, request as sendRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { TrialRequest } from '../../trial.ts';

/** What came back: lines to compare, and whether it is an answer of HTTP at all. */
export interface HttpAnswer {
  /** Undefined: no answer of HTTP. */
  readonly status: number | undefined;
  readonly lines: readonly string[];
  readonly seconds: number;
}

const answerMilliseconds = 10_000;
const mostBodyBytes = 1 << 20;
/** Longer bodies are compared by their digest as well, and shown by their beginning. */
const mostLines = 2_000;

/**
 * Headers of one connection or moment, or that follow from the body, and the name of the server, which is none of its answers. Validators are made of a
 * file's time mostly, and a builder's cache keeps the times of another check-out: the body itself is compared.
 * https://www.rfc-editor.org/rfc/rfc9110#name-message-metadata
 */
const passing = new Set([
  'age',
  'connection',
  'content-length',
  'date',
  'etag',
  'keep-alive',
  'last-modified',
  'server',
  'transfer-encoding',
]);

/**
 * Headers that are sets of names, which a program may give in any order: Python's sets have another one in each process.
 * https://www.rfc-editor.org/rfc/rfc9110#field.allow, https://fetch.spec.whatwg.org/#http-new-header-syntax
 */
const sets = new Set([
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
  'allow',
  'vary',
]);

/** Makes one request over a connection. Redirects are not followed. Never throws: no answer is an answer, too. */
export async function ask(
  open: () => Promise<Duplex>,
  request: Omit<TrialRequest, 'from' | 'port'>,
  port: number,
): Promise<HttpAnswer> {
  const begun = performance.now();
  let socket: Duplex | undefined;
  try {
    socket = await open();
    const { status, lines } = await exchange(socket, request, port);
    return { status, lines, seconds: (performance.now() - begun) / 1000 };
  } catch (error) {
    return { status: undefined, lines: [noAnswer(error)], seconds: (performance.now() - begun) / 1000 };
  } finally {
    socket?.destroy();
  }
}

/** In words that do not depend on how the connection was made. */
function noAnswer(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/took longer/.test(message)) return 'no answer in 10 s';
  if (/Parse Error/i.test(message)) return 'an answer that is no HTTP';
  if (/TLS|SSL|ssl|EPROTO/.test(message)) return 'no TLS';
  return 'no answer';
}

function exchange(
  socket: Duplex,
  { method, scheme, path, headers, body }: Omit<TrialRequest, 'from' | 'port'>,
  port: number,
): Promise<{ readonly status: number; readonly lines: readonly string[] }> {
  return new Promise((resolve, reject) => {
    const given = new Set([...headers.keys()].map((name) => name.toLowerCase()));
    const sent = sendRequest({
      // Its name and port inside, however it is reached: programs write them into their answers.
      headers: {
        ...(!given.has('host') && { host: `localhost:${port}` }),
        ...(!given.has('user-agent') && { 'user-agent': 'plimsoll' }),
        ...(!given.has('accept') && { accept: '*/*' }),
        ...Object.fromEntries(headers),
        connection: 'close',
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
      setHost: false,
      // Small servers end lines as curl and browsers let them: what is compared is what they say.
      insecureHTTPParser: true,
      method,
      path,
      createConnection: () =>
        scheme === 'https' ? connectTls({ socket, rejectUnauthorized: false, servername: 'localhost' }) : socket,
    });
    const timer = setTimeout(() => sent.destroy(new Error('took longer')), answerMilliseconds);
    const fail = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.on('error', fail);
    sent.on('error', fail);
    sent.on('response', (response) => {
      readBody(response).then(({ bytes, end }) => {
        clearTimeout(timer);
        const { statusCode = 0 } = response;
        resolve({
          status: statusCode,
          lines: [`status ${statusCode}`, ...headerLines(response), ...bodyLines(bytes, end, response)],
        });
      }, fail);
    });
    sent.end(body);
  });
}

/** `cut`: longer than is read; `broken`: the connection or the time ended before it did. */
type BodyEnd = 'whole' | 'cut' | 'broken';

function readBody(response: IncomingMessage): Promise<{ readonly bytes: Buffer; readonly end: BodyEnd }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (end: BodyEnd) => {
      response.destroy();
      resolve({ bytes: Buffer.concat(chunks).subarray(0, mostBodyBytes), end });
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > mostBodyBytes) finish('cut');
    });
    response.on('end', () => finish('whole'));
    response.on('error', () => finish('broken'));
    response.on('close', () => finish('broken'));
  });
}

function headerLines({ rawHeaders }: IncomingMessage): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? '';
    const value = rawHeaders[at + 1] ?? '';
    if (!passing.has(name)) lines.push(`${name}: ${sets.has(name) ? inOrder(value) : value}`);
  }
  return lines.sort();
}

function inOrder(names: string): string {
  return names
    .split(',')
    .map((name) => name.trim())
    .sort()
    .join(', ');
}

function bodyLines(received: Buffer, end: BodyEnd, { headers }: IncomingMessage): readonly string[] {
  const note = end === 'whole' ? [] : [end === 'cut' ? 'body cut after 1 MiB' : 'body does not end'];
  const bytes = end === 'whole' ? decoded(received, headers['content-encoding']) : received;
  if (bytes.length === 0) return note;
  const text = bytes.toString('utf8');
  if (text.includes('\0') || (end !== 'cut' && text.includes('\ufffd') && !bytes.includes('\ufffd')))
    return [`body of ${bytes.length} bytes, sha256:${digest(bytes)}`, ...note];
  const lines = (/\bjson\b/i.test(headers['content-type'] ?? '') ? spreadJson(text) : text).split(/\r?\n/);
  if (lines.length <= mostLines) return [...lines, ...note];
  return [
    ...lines.slice(0, mostLines),
    `${lines.length - mostLines} more lines, sha256:${digest(lines.slice(mostLines).join('\n'))}`,
    ...note,
  ];
}

/**
 * What a compressed body holds, for how well it is compressed is no answer; that it is stands in the header. As it came where it cannot be read, or would be
 * longer than a body may be. https://www.rfc-editor.org/rfc/rfc9110#name-content-encoding
 */
function decoded(bytes: Buffer, encoding: string | undefined): Buffer {
  const bounded = { maxOutputLength: mostBodyBytes };
  try {
    if (encoding === 'gzip') return gunzipSync(bytes, bounded);
    if (encoding === 'br') return brotliDecompressSync(bytes, bounded);
  } catch {
    // Its digest is compared then.
  }
  return bytes;
}

function digest(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Each entry on a line of its own, nothing else changed: what differs is then a line. */
export function spreadJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|[{[,]/g, (token) => (token.startsWith('"') ? token : `${token}\n`));
}
