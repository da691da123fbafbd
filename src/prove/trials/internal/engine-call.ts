import { spawn } from 'node:child_process';
import type { EngineAddress } from '../../build.ts';

export interface CallOptions {
  /** Ends the client; what it started in the engine goes on. */
  readonly signal?: AbortSignal | undefined;
  readonly seconds?: number;
  readonly input?: string | undefined;
  /** Added to the client's own. */
  readonly environment?: ReadonlyMap<string, string>;
}

export interface Called {
  /** Undefined: the time was over. */
  readonly status: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** More than a person reads of one container; the rest is thrown away as it comes. */
const mostBytes = 1 << 20;

/**
 * Calls the engine's client. Its output is cut after 1 MiB.
 * @throws the signal's reason when it is aborted; Error when there is no such program
 */
export function callEngine(
  { client }: EngineAddress,
  args: readonly string[],
  { signal, seconds = 60, input, environment }: CallOptions = {},
): Promise<Called> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const [program = '', ...flags] = client;
    const child = spawn(program, [...flags, ...args], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...Object.fromEntries(environment ?? []) },
    });
    let isLate = false;
    const end = () => child.kill('SIGKILL');
    const timer = setTimeout(() => {
      isLate = true;
      end();
    }, seconds * 1000);
    signal?.addEventListener('abort', end, { once: true });
    const output = keep(child.stdout);
    const errors = keep(child.stderr);
    const settle = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
    };
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code) => {
      settle();
      if (signal?.aborted) reject(signal.reason);
      else resolve({ status: isLate ? undefined : (code ?? 1), output: output(), errors: errors() });
    });
    // A program that does not read its input closes it.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

function keep(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (length < mostBytes) chunks.push(chunk.subarray(0, mostBytes - length));
    length += chunk.length;
  });
  return () => Buffer.concat(chunks).toString('utf8') + (length > mostBytes ? '\n(more than 1 MiB: cut here)\n' : '');
}

/** What a client says last, without its advice: the reason, where it fails. */
export function lastLine(text: string): string {
  return (
    text
      .trim()
      .split('\n')
      .findLast((line) => !/^See '|^Run '|^\s*$/.test(line)) ?? ''
  ).slice(0, 500);
}

export function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 500) ?? '';
}
