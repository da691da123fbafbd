import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port.ts';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/opensearch');

/** A real OpenSearch on loopback. */
export interface SearchEngine {
  readonly url: string;
  readonly port: number;
  /** @throws Error with the engine's words for an answer that is none of 2xx. */
  request(method: string, path: string, body?: unknown): Promise<unknown>;
  stop(): Promise<void>;
}

export function hasSearchEngine(): boolean {
  return spawnSync(script, ['check']).status === 0;
}

/** Starts it over an empty directory and waits until it answers, at most three minutes. */
export async function startSearchEngine(directory: string): Promise<SearchEngine> {
  const port = await freePort();
  const child = spawn(script, ['run', directory, String(port)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said = (said + text).slice(-4000);
    });
  const url = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 180_000;
  while (!(await answers(url))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`OpenSearch does not answer: ${said}`);
    }
    await wait(500);
  }
  return {
    url,
    port,
    request: (method, where, body) => request(url, method, where, body),
    stop: () => stop(child),
  };
}

async function request(url: string, method: string, where: string, body: unknown): Promise<unknown> {
  const response = await fetch(`${url}${where}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${text.slice(0, 1000)}`);
  return text === '' ? undefined : JSON.parse(text);
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_cluster/health?local=true`)).ok;
  } catch {
    return false;
  }
}

/** Its standard input ends, which is its signal; if it does not go, it is ended. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(timer);
}
