import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { PublishedSource } from '../published-sources.ts';
import type { SourceState } from './source-states.ts';

export interface FetchOptions {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Of silence, not of the whole download. */
  readonly timeoutSeconds: number;
  progress(name: string, done?: number, total?: number): void;
}

/** A source as it is at hand now. */
export type Fetched =
  | {
      readonly kind: 'file';
      readonly file: string;
      readonly from: string;
      readonly etag?: string;
      readonly modified?: string;
      readonly temporary: boolean;
    }
  | { readonly kind: 'unchanged' }
  /** A directory without one entry. */
  | { readonly kind: 'empty'; readonly from: string }
  | { readonly kind: 'missing'; readonly from: string };

/** No published export is anywhere near. */
const maximumBytes = 8 * 1024 ** 3;

/** Where a source is read from: its publisher, a mirror, or a directory. */
export type Origin =
  | { readonly kind: 'published' }
  | { readonly kind: 'mirror'; readonly url: string }
  | { readonly kind: 'directory'; readonly directory: string };

export function urlOf(source: PublishedSource, origin: Origin): string {
  return origin.kind === 'mirror' ? `${origin.url.replace(/\/+$/, '')}/${encodeURI(source.path)}` : source.url;
}

/** Takes a source from a directory, where its file or OSV's unpacked directory is. */
export function fileIn(directory: string, source: PublishedSource, state: SourceState | undefined): Fetched {
  const candidates = [source.path, ...(source.format === 'osv' ? [path.dirname(source.path)] : [])];
  for (const candidate of candidates) {
    const file = path.join(directory, candidate);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined || (stat.isDirectory() && source.format !== 'osv')) continue;
    if (stat.isDirectory() && !readdirSync(file).some((name) => name.endsWith('.json')))
      return { kind: 'empty', from: file };
    const modified = stat.mtime.toISOString();
    // A directory's own time says nothing of its files.
    if (stat.isFile() && state?.from === file && state.modified === modified && state.bytes === stat.size)
      return { kind: 'unchanged' };
    return { kind: 'file', file, from: file, modified, temporary: false };
  }
  return { kind: 'missing', from: path.join(directory, source.path) };
}

/**
 * Downloads a source into a file, unless the server says that it is the one of the last time. Throws a UserError with exit code 3 where the server cannot be reached or
 * answers with an error.
 */
export async function download(
  url: string,
  file: string,
  state: SourceState | undefined,
  options: FetchOptions,
): Promise<Fetched> {
  const known = state?.from === url ? state : undefined;
  const abort = new AbortController();
  const silence = silenceTimer(abort, options.timeoutSeconds, url);
  try {
    const response = await options.fetch(url, {
      headers: {
        ...(known?.etag !== undefined && { 'if-none-match': known.etag }),
        ...(known?.etag === undefined && known?.modified !== undefined && { 'if-modified-since': known.modified }),
      },
      signal: abort.signal,
    });
    silence.touch();
    if (response.status === 304) return { kind: 'unchanged' };
    if (response.status === 404 || response.status === 410) return { kind: 'missing', from: url };
    if (!response.ok) throw unreachable(url, `it answered ${response.status}`);
    await save(response, url, file, () => silence.touch(), options);
    const etag = response.headers.get('etag') ?? undefined;
    const modified = response.headers.get('last-modified') ?? undefined;
    return {
      kind: 'file',
      file,
      from: url,
      temporary: true,
      ...(etag !== undefined && { etag }),
      ...(modified !== undefined && { modified }),
    };
  } catch (error) {
    rmSync(file, { force: true });
    if (error instanceof UserError) throw error;
    throw unreachable(url, reasonOf(error), error);
  } finally {
    silence.end();
  }
}

function silenceTimer(abort: AbortController, seconds: number, url: string) {
  const start = () =>
    setTimeout(() => abort.abort(new Error(`${new URL(url).host} sent nothing for ${seconds} s`)), seconds * 1000);
  let timer = start();
  return {
    touch() {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}

export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

export function unreachable(url: string, reason: string, cause?: unknown): UserError {
  return new UserError(`advisories cannot be fetched: ${reason}`, {
    where: url,
    remedy:
      'The store stays as it was. Without a network, bring the exports into a directory and name it: plimsoll db update --from DIR.',
    exitCode: 3,
    cause,
  });
}

async function save(
  response: Response,
  url: string,
  file: string,
  touch: () => void,
  options: FetchOptions,
): Promise<void> {
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  const isPlain = response.headers.get('content-encoding') === null;
  const digest = createHash('md5');
  const descriptor = openSync(file, 'w', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(response)) {
      touch();
      bytes += chunk.length;
      if (bytes > maximumBytes) throw unreachable(url, 'it is larger than 8 GiB');
      digest.update(chunk);
      for (let at = 0; at < chunk.length; ) at += writeSync(descriptor, chunk, at);
      options.progress(`fetching ${new URL(url).pathname}`, bytes, announced);
    }
  } finally {
    closeSync(descriptor);
  }
  if (isPlain && announced >= 0 && bytes !== announced) throw unreachable(url, `${bytes} of ${announced} bytes came`);
  // https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash
  const sum = /(?:^|[,\s])md5=([\w+/=]+)/.exec(response.headers.get('x-goog-hash') ?? '')?.[1];
  if (isPlain && sum !== undefined && sum !== digest.digest('base64'))
    throw unreachable(url, 'its checksum is not the one that the server names');
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** The lines of an answer up to where `stop` says; undefined where there is no such file. */
export async function linesUntil(
  url: string,
  stop: (line: string) => boolean,
  options: FetchOptions,
): Promise<string[] | undefined> {
  const abort = new AbortController();
  const silence = silenceTimer(abort, options.timeoutSeconds, url);
  try {
    const response = await options.fetch(url, { signal: abort.signal });
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const lines: string[] = [];
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of chunksOf(response)) {
      silence.touch();
      const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        if (stop(line)) return lines;
        lines.push(line);
      }
    }
    if (rest !== '' && !stop(rest)) lines.push(rest);
    return lines;
  } catch {
    return undefined;
  } finally {
    silence.end();
  }
}
