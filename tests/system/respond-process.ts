import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const main = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../dist/cli/main.js');

/** One line of its log. */
export type LogLine = Readonly<Record<string, unknown>>;

/** `plimsoll respond` as a process of its own. */
export interface RespondProcess {
  readonly log: LogLine[];
  readonly url: string;
  /** Its exit code once it has ended; null after a signal. */
  readonly ended: Promise<number | null>;
  isRunning(): boolean;
  kill(signal: NodeJS.Signals): void;
}

/** Starts it and waits until it listens. */
export async function startRespond(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  listen = '127.0.0.1:0',
): Promise<RespondProcess> {
  const child = spawn(process.execPath, [main, 'respond', '--listen', listen, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  const log: LogLine[] = [];
  let errors = '';
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) log.push(JSON.parse(line));
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const url = await Promise.race([
    until(() => log.find(({ message }) => message === 'listening')?.address, 30),
    ended.then((code) => {
      throw new Error(`plimsoll respond ended with ${code}: ${errors}`);
    }),
  ]);
  return {
    log,
    url: String(url),
    ended,
    isRunning: () => isRunning(child),
    kill: (signal) => void child.kill(signal),
  };
}

function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** What a question answers once it answers something. @throws Error after so many seconds */
export async function until<Answer>(ask: () => Answer | undefined | false, seconds: number): Promise<Answer> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = ask();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${ask}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A webhook of Alertmanager with one alert. */
export function webhookOf(labels: Readonly<Record<string, string>>, startsAt: string, status = 'firing'): object {
  return {
    version: '4',
    groupKey: '{}:{}',
    truncatedAlerts: 0,
    status,
    receiver: 'respond',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: 'http://alertmanager',
    alerts: [
      {
        status,
        labels,
        annotations: { summary: 'of the test' },
        startsAt,
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '',
      },
    ],
  };
}

/** Sends it; the status, or undefined where the connection broke. */
export async function send(url: string, token: string, body: object): Promise<number | undefined> {
  try {
    const response = await fetch(`${url}/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    await response.text();
    return response.status;
  } catch {
    return undefined;
  }
}
