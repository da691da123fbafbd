import { errorCode, UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Whatever is asked for. */
export const maximumAttempts = 10;

/** In milliseconds. */
const firstWait = 500;
const longestWait = 20_000;
/** Whoever asks for more is asked no more. */
export const longestAskedWait = 60_000;

/** Answers that may be others a moment later. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status <= 504);
}

/** What Node.js says of a host that is not there, does not listen, or is not who it says: a second attempt would end alike. */
const lasting = /^(?:ENOTFOUND|ECONNREFUSED|EPROTO|ERR_TLS_|ERR_SSL_|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/;

/** Whether there is no use in asking again after an error. */
export function isLasting(error: unknown): boolean {
  if (error instanceof UserError) return true;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return lasting.test(errorCode(cause) ?? '');
}

/** Why a registry said nothing; where it was not asked, the error names the host and is the whole reason. */
export function silenceText(registry: string, error: unknown): string {
  if (error instanceof UserError && error.where !== undefined) return error.message;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return `${registry} did not answer: ${printable(cause instanceof Error ? cause.message : String(cause))}`;
}

/** What `Retry-After` asks for, in milliseconds (RFC 9110, section 10.2.3); infinite where nobody would wait so long. */
export function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const asked = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  if (Number.isNaN(asked)) return undefined;
  return asked > longestAskedWait ? Number.POSITIVE_INFINITY : Math.max(0, asked);
}

/** Waits after a number of attempts: each time about twice as long, by chance a little less or more, so that many do not come back at once. */
export async function backOff(
  attempt: number,
  asked: number | undefined,
  signal: AbortSignal | undefined,
  sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void> = wait,
): Promise<void> {
  const longest = Math.min(longestWait, firstWait * 2 ** (attempt - 1));
  await sleep(Math.max(asked ?? 0, longest * (0.5 + Math.random() / 2)), signal);
}

/** Rejects with the signal's reason when that ends it. */
export function wait(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
