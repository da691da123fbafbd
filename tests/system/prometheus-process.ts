import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { jsonObjectOf } from '../../src/core/json-object.ts';

const binary = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin/prometheus');

/** A series at one moment. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** A real Prometheus on loopback. */
export interface PrometheusProcess {
  readonly address: string;
  query(expression: string): Promise<readonly Sample[]>;
  /** `/api/v1/…` of it. @throws Error when it answers with an error. */
  ask(path: string): Promise<unknown>;
  /** What it logged. */
  log(): string;
  /** Has it read its configuration again. */
  reload(): void;
  stop(): void;
}

/** Starts Prometheus with a configuration and waits until it is ready. */
export async function startPrometheus(
  configuration: string,
  directory: string,
  port: number,
): Promise<PrometheusProcess> {
  const address = `127.0.0.1:${port}`;
  const process: ChildProcess = spawn(
    binary,
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${path.join(directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  process.stderr?.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const ask = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://${address}/api/v1/${path}`);
    const { status, data, error } = jsonObjectOf(await response.json());
    if (status !== 'success') throw new Error(`${path}: ${String(error)}`);
    return data;
  };
  const until = performance.now() + 30_000;
  for (;;) {
    const ready = await fetch(`http://${address}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) break;
    if (performance.now() > until || process.exitCode !== null) {
      process.kill('SIGKILL');
      throw new Error(`Prometheus does not start\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return {
    address,
    ask,
    async query(expression) {
      const data = await ask(`query?query=${encodeURIComponent(expression)}`);
      return isResult(data) ? data.result : [];
    },
    log: () => log,
    reload: () => void process.kill('SIGHUP'),
    stop: () => process.kill('SIGKILL'),
  };
}

function isResult(data: unknown): data is { readonly result: readonly Sample[] } {
  return typeof data === 'object' && data !== null && 'result' in data && Array.isArray(data.result);
}
