import { createHash } from 'node:crypto';

/** What an address served when it was asked. */
export interface Served {
  /** Of the whole file, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

export type ChecksumAnswer =
  | { readonly kind: 'served'; readonly served: Served }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface ChecksumOptions {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** How long one download may take, in seconds. */
  readonly timeoutSeconds: number;
  /** A longer file is given up. */
  readonly maximumBytes: number;
}

const maximumRedirects = 10;

/**
 * Downloads what an address serves, through SHA-256 and nowhere else: no byte of it is kept. Over https alone, redirects too. Never rejects:
 * what cannot be had is a reason.
 */
export async function askChecksum(url: string, options: ChecksumOptions): Promise<ChecksumAnswer> {
  try {
    return await ask(url, AbortSignal.timeout(options.timeoutSeconds * 1000), options);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return unknown(cause instanceof Error ? cause.message : String(cause));
  }
}

async function ask(url: string, signal: AbortSignal, options: ChecksumOptions): Promise<ChecksumAnswer> {
  let address = url;
  for (let hop = 0; hop <= maximumRedirects; hop++) {
    if (new URL(address).protocol !== 'https:') return unknown('it is not served over https');
    // As it is stored: a builder compares the file and not how it came.
    const headers = { 'accept-encoding': 'identity' };
    const response = await options.fetch(address, { headers, redirect: 'manual', signal });
    const next = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel();
      address = new URL(next, address).href;
      continue;
    }
    if (response.status !== 200) {
      await response.body?.cancel();
      return unknown(`${new URL(address).host} answered ${response.status}`);
    }
    return await read(response, options.maximumBytes);
  }
  return unknown('it redirects too often');
}

async function read(response: Response, maximumBytes: number): Promise<ChecksumAnswer> {
  const encoding = response.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity' || response.body === null) {
    await response.body?.cancel();
    return unknown(response.body === null ? 'the answer is empty' : `it is served encoded, as ${encoding}`);
  }
  const hash = createHash('sha256');
  const reader = response.body.getReader();
  let bytes = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    bytes += next.value.length;
    if (bytes > maximumBytes) {
      await reader.cancel();
      return unknown(`it has more than ${maximumBytes} bytes`);
    }
    hash.update(next.value);
  }
  const announced = response.headers.get('content-length');
  if (bytes === 0 || (announced !== null && Number(announced) !== bytes)) return unknown('the answer ended early');
  return { kind: 'served', served: { sha256: hash.digest('hex'), bytes } };
}

function unknown(reason: string): ChecksumAnswer {
  return { kind: 'unknown', reason };
}
