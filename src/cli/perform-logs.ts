import { createReadStream, statSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import { logCheck } from '../observe/log-check/check-log.ts';
import type { LogReport } from '../observe/log-check/log-report.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { isColored } from './is-colored.ts';
import { logsJson, logsText } from './logs-output.ts';
import { progressOn } from './progress.ts';

/** Where the bytes come from. */
interface Source {
  /** `web.log`, `pod shop/web-7d9f`. */
  readonly name: string;
  /** In bytes, where it is known. */
  readonly size: number | undefined;
  chunks(): AsyncIterable<Uint8Array | string>;
}

/** `plimsoll logs check`: reads to the end, or until interrupted, and prints the report. Gives the exit code. */
export async function performLogs(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const [verb, ...files] = parsed.positionals;
  if (verb !== 'check') throw noVerb(verb);
  const stop = new AbortController();
  const source = await sourceOf(parsed, terminal, files, stop.signal);
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt);
  try {
    const report = await readAll(source, parsed, terminal, stop.signal);
    if (report.lines === 0) terminal.stderr.write(`plimsoll: ${source.name}: there is no line to judge\n`);
    terminal.stdout.write(
      parsed.has('json') ? logsJson(report, source.name) : logsText(report, source.name, isColored(parsed, terminal)),
    );
    return report.findings.some(({ severity }) => severity !== 'note') ? exitCodes.findings : exitCodes.clean;
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

function noVerb(verb: string | undefined): UserError {
  const message =
    verb === undefined ? 'logs needs to be told what to do' : `logs does not know «${verb}»${meantOf(verb, ['check'])}`;
  return new UserError(message, { remedy: '«plimsoll logs check FILE» reads a log and judges it.' });
}

async function readAll(
  source: Source,
  parsed: ParsedArguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<LogReport> {
  const progress = progressOn(terminal, parsed.has('json'));
  const format = parsed.value('format');
  const check = logCheck(format === 'cri' || format === 'docker' || format === 'plain' ? format : 'auto');
  let read = 0;
  try {
    for await (const chunk of source.chunks()) {
      const bytes =
        typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      read += bytes.length;
      check.push(bytes);
      progress.step(`reading ${source.name}`, read, source.size);
      if (signal.aborted) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.end();
  }
  return check.end();
}

async function sourceOf(
  parsed: ParsedArguments,
  terminal: Terminal,
  files: readonly string[],
  signal: AbortSignal,
): Promise<Source> {
  if (files.length > 1)
    throw new UserError('logs check takes one file', {
      remedy: 'Call it once for each: formats are told apart by file.',
    });
  const pod = parsed.value('pod');
  const [file] = files;
  if (pod !== undefined) {
    if (file !== undefined) throw new UserError('logs check reads a pod or a file, not both');
    return podSource(pod, parsed, terminal, signal);
  }
  const lone = ['container', 'previous', 'tail', 'kubeconfig', 'context'].find((flag) => parsed.has(flag));
  if (lone !== undefined || parsed.value('follow') === 'yes')
    throw new UserError(`--${lone ?? 'follow'} is for a pod`, { remedy: 'Name one: --pod NAMESPACE/POD' });
  if (file !== undefined && file !== '-') return fileSource(path.resolve(terminal.cwd, file), file);
  if (file === undefined && 'isTTY' in terminal.stdin && terminal.stdin.isTTY === true)
    throw new UserError('there is nothing to read: no file, no pod, and standard input is a terminal', {
      remedy: 'plimsoll logs check FILE, or --pod NAMESPACE/POD, or COMMAND | plimsoll logs check',
    });
  return { name: 'standard input', size: undefined, chunks: () => terminal.stdin };
}

function fileSource(absolute: string, written: string): Source {
  let size: number;
  try {
    const stat = statSync(absolute);
    if (stat.isDirectory())
      throw new UserError('this is a directory', { where: written, remedy: 'Name one log file.' });
    size = stat.size;
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError('there is no such file, or it cannot be read', { where: written, cause });
  }
  return { name: written, size, chunks: () => chunksOf(absolute, written) };
}

async function* chunksOf(absolute: string, written: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(absolute, { highWaterMark: 256 * 1024 });
  } catch (cause) {
    throw new UserError('the file cannot be read', { where: written, cause });
  }
}

async function podSource(
  pod: string,
  parsed: ParsedArguments,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<Source> {
  const match = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/.exec(pod);
  if (!match) throw new UserError(`--pod takes NAMESPACE/POD, as shop/web-7d9f; not «${pod}»`);
  const tail = parsed.value('tail');
  if (tail !== undefined && !/^[1-9]\d{0,8}$/.test(tail))
    throw new UserError(`--tail takes a number of lines; not «${tail}»`);
  const [, namespace = '', name = ''] = match;
  const { openCluster } = await import('../kubernetes/cluster-client.ts');
  const client = await openCluster({
    kubeconfig: parsed.value('kubeconfig'),
    context: parsed.value('context'),
    environment: terminal.environment,
    cwd: terminal.cwd,
  });
  return {
    name: `pod ${pod}`,
    size: undefined,
    async *chunks() {
      try {
        yield* client.log(
          { namespace, name },
          {
            container: parsed.value('container'),
            follow: parsed.value('follow') === 'yes',
            previous: parsed.has('previous'),
            ...(tail !== undefined && { tailLines: Number(tail) }),
            signal,
          },
        );
      } finally {
        client.close();
      }
    },
  };
}
