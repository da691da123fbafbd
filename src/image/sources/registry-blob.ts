import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { RegistryConnection } from '../internal/registry-request.ts';
import { backOff, isLasting } from '../internal/registry-retries.ts';

export interface BlobDownload {
  readonly digest: string;
  readonly bytes: number;
  /** For messages. */
  readonly place: string;
  /** How long may nothing arrive, in seconds. */
  readonly timeoutSeconds: number;
  /** How often it is gone on after nearly nothing arrived. */
  readonly attempts: number;
  sleep?(milliseconds: number, signal: AbortSignal | undefined): Promise<void>;
}

/** What a connection has to bring before it counts as one that works. */
const goodBytes = 1024 * 1024;

/** However much each brings. */
const maximumConnections = 100;

/** Slower than a telephone: bytes in each span of the timeout. */
const slowestBytesASecond = 512;

/**
 * A blob's bytes as they arrive. A connection that is dropped or stalls is taken up again where it ended. The number of bytes is held to; what they are
 * is not looked at.
 * @throws UserError (of a failed system) where the registry does not give them all, or gives more
 */
export async function* downloadBlob(
  connection: RegistryConnection,
  download: BlobDownload,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { bytes, attempts, sleep } = download;
  let at = 0;
  let failures = 0;
  for (let connections = 0; at < bytes; connections++) {
    const begun = at;
    let cause: unknown;
    try {
      for await (const chunk of oneConnection(connection, download, at, signal)) {
        if (at + chunk.length > bytes) throw failed('The registry gives more bytes than the manifest says', download);
        at += chunk.length;
        yield chunk;
      }
      cause = new Error(`the connection ended after ${at} of ${bytes} bytes`);
    } catch (error) {
      if (error instanceof UserError || signal.aborted) throw error;
      // What a server answered before may be refused for a moment only.
      if (at === 0 && isLasting(error)) failures = attempts;
      cause = error;
    }
    if (at === bytes) return;
    failures = at - begun >= goodBytes ? 1 : failures + 1;
    if (failures >= attempts || connections >= maximumConnections)
      throw failed(`The registry did not give the whole blob: ${reasonOf(cause)}`, download, cause);
    await backOff(failures, undefined, signal, sleep);
  }
}

/** The cause of what fetch throws says more than «fetch failed». */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return printable(cause instanceof Error ? cause.message : String(cause));
}

async function* oneConnection(
  connection: RegistryConnection,
  download: BlobDownload,
  from: number,
  outer: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const controller = new AbortController();
  const end = () => controller.abort(outer.reason);
  outer.addEventListener('abort', end, { once: true });
  try {
    const response = await connection.request(`blobs/${download.digest}`, {
      method: 'GET',
      accept: '*/*',
      streaming: true,
      from,
      signal: controller.signal,
    });
    let passedOver = skipped(response, from, download);
    for await (const chunk of timely(response?.body, download.timeoutSeconds, controller)) {
      const over = Math.min(passedOver, chunk.length);
      passedOver -= over;
      if (over < chunk.length) yield over === 0 ? chunk : chunk.subarray(over);
    }
  } finally {
    outer.removeEventListener('abort', end);
    // Whoever stops reading lets go of the connection.
    controller.abort();
  }
}

/** How many bytes of an answer are known already: none where it begins where it was asked to. */
function skipped(response: Response | undefined, from: number, download: BlobDownload): number {
  if (response === undefined) throw failed('The registry asks for a login that is not known', download);
  if (response.status === 200) return from;
  if (response.status === 206) {
    const begins = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (begins !== undefined && Number(begins) === from) return 0;
    throw failed('The registry goes on at another place than it was asked to', download);
  }
  if (response.status === 416) throw failed('The registry has fewer bytes than the manifest says', download);
  throw failed(`The registry answered ${response.status} for a blob`, download);
}

async function* timely(
  body: ReadableStream<Uint8Array> | null | undefined,
  timeoutSeconds: number,
  controller: AbortController,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!body) return;
  const reader = body.getReader();
  let waited = 0;
  let arrived = 0;
  for (;;) {
    const begun = performance.now();
    const timer = setTimeout(
      () => controller.abort(new Error(`nothing arrived for ${timeoutSeconds} s`)),
      timeoutSeconds * 1000,
    );
    const { done, value } = await reader.read().finally(() => clearTimeout(timer));
    if (done) return;
    waited += performance.now() - begun;
    arrived += value.length;
    if (waited > timeoutSeconds * 1000) {
      if (arrived < timeoutSeconds * slowestBytesASecond)
        throw new Error(`only ${arrived} bytes arrived in ${timeoutSeconds} s`);
      waited = 0;
      arrived = 0;
    }
    yield value;
  }
}

function failed(message: string, { digest, place }: BlobDownload, cause?: unknown): UserError {
  return new UserError(`${message}.`, {
    where: `${printable(place)}, ${digest}`,
    remedy: 'Try again; where it stays so, push the image again.',
    exitCode: 3,
    cause,
  });
}
