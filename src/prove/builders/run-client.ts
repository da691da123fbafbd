import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';
import { ownerName } from '../owner.ts';
import type { Environment } from './environment.ts';
import { ownerVariable } from './left-clients.ts';

/** A builder's client program and what it is started with. */
export interface ClientCommand {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Environment;
}

export interface ClientRun {
  readonly signal: AbortSignal;
  readonly timeoutSeconds: number;
  /** What the program prints is written here, as `mask` leaves it. */
  readonly logFile: string;
  mask(line: string): string;
  /** Each line of both outputs as it was printed, without its end. */
  onLine(line: string, isError: boolean): void;
}

/** How the program ended. `missing`: it could not be started; `why` says the reason. */
export interface ClientEnd {
  readonly how: 'exit' | 'timeout' | 'cancelled' | 'missing';
  readonly code: number | undefined;
  readonly why: string | undefined;
  readonly seconds: number;
}

/** What a program that was asked to end may take to do so, and to have its daemon end the build. */
const graceMilliseconds = 5000;

/** A line that is longer is no line of a builder: it is cut in two. */
const longestLine = 64 * 1024;

/** A step that never stops talking does not fill the disk. */
const longestLog = 64 * 1024 * 1024;

/**
 * Runs a builder's client to its end, its time or its cancellation. At the end of both, neither it nor a program that it started is running: they are of
 * one process group, which is asked with SIGINT (clients then tell their daemon) and ended with SIGKILL. Only a log that cannot be written throws.
 */
export async function runClient(command: ClientCommand, run: ClientRun): Promise<ClientEnd> {
  await mkdir(path.dirname(run.logFile), { recursive: true });
  // Its name can be guessed: a link that lies there already is not followed, for it leads wherever a repository wants it to.
  await rm(run.logFile, { force: true });
  const log = createWriteStream(run.logFile, { mode: 0o600, flags: 'wx' });
  // A full disk is told at the end, when nothing runs any more.
  log.on('error', () => {});
  const begun = performance.now();
  let how: ClientEnd['how'] = 'exit';
  const seconds = () => (performance.now() - begun) / 1000;
  if (run.signal.aborted) return await ended(log, { how: 'cancelled', code: undefined, why: undefined, seconds: 0 });
  const child = spawn(command.program, command.arguments, {
    env: { ...command.environment, [ownerVariable]: ownerName() },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let ending: Promise<void> | undefined;
  let logged = 0;
  const end = (reason: 'timeout' | 'cancelled') => () => {
    if (ending !== undefined) return;
    how = reason;
    ending = endGroup(child);
  };
  const cancel = end('cancelled');
  const timer = setTimeout(end('timeout'), run.timeoutSeconds * 1000);
  run.signal.addEventListener('abort', cancel, { once: true });
  readLines(child, (line, isError) => {
    run.onLine(line, isError);
    const masked = `${run.mask(line)}\n`;
    logged += masked.length;
    if (logged <= longestLog) log.write(masked);
    else if (logged - masked.length <= longestLog) log.write('[the log is cut here: it is longer than 64 MiB]\n');
  });
  const result = await new Promise<Pick<ClientEnd, 'code' | 'why'>>((resolve) => {
    child.once('error', (error) => {
      how = 'missing';
      resolve({ code: undefined, why: error.message });
    });
    child.once('close', (code, signal) => resolve({ code: code ?? undefined, why: signal ?? undefined }));
  });
  clearTimeout(timer);
  run.signal.removeEventListener('abort', cancel);
  await ending;
  return await ended(log, { how, ...result, seconds: seconds() });
}

async function ended(log: WriteStream, end: ClientEnd): Promise<ClientEnd> {
  log.end();
  await finished(log);
  return end;
}

function readLines(child: ChildProcess, onLine: ClientRun['onLine']): void {
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream?.on('data', (data: Buffer) => {
      const lines = (rest + decoder.write(data)).split(/\r?\n|\r(?=.)/s);
      rest = lines.pop() ?? '';
      if (rest.length > longestLine) lines.push(rest.slice(0, longestLine));
      rest = rest.slice(rest.length > longestLine ? longestLine : 0);
      for (const line of lines) onLine(stripVTControlCharacters(line), stream === child.stderr);
    });
    stream?.on('end', () => {
      if (rest !== '') onLine(stripVTControlCharacters(rest), stream === child.stderr);
    });
  }
}

/** Resolves when no process of the group is left. */
async function endGroup({ pid }: ChildProcess): Promise<void> {
  if (pid === undefined) return;
  const until = performance.now() + graceMilliseconds;
  signalGroup(pid, 'SIGINT');
  while (performance.now() < until && signalGroup(pid, 0)) await new Promise((resolve) => setTimeout(resolve, 50));
  signalGroup(pid, 'SIGKILL');
}

/** Whether there was a process to signal. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** What a program that is only asked something said. */
export interface Answer {
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

const mostBytes = 4 * 1024 * 1024;

/** Asks a program something, within a time. Never throws: where it cannot be started, `code` is undefined and `errors` says why. */
export async function ask(
  { program, arguments: args, environment }: ClientCommand,
  { timeoutSeconds = 20, signal }: { readonly timeoutSeconds?: number; readonly signal?: AbortSignal } = {},
): Promise<Answer> {
  return await new Promise((resolve) => {
    execFile(
      program,
      [...args],
      {
        env: { ...environment },
        encoding: 'utf8',
        maxBuffer: mostBytes,
        timeout: timeoutSeconds * 1000,
        killSignal: 'SIGKILL',
        ...(signal && { signal }),
      },
      (error, output, errors) => {
        if (error === null) return resolve({ code: 0, output, errors });
        const code = typeof error.code === 'number' ? error.code : undefined;
        resolve({ code, output, errors: errors || error.message });
      },
    );
  });
}
