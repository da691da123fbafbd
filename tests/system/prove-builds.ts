import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Builder, BuildOutcome, BuildRequest, BuiltImage, FailedBuild } from '../../src/prove/build.ts';
import { proofTag } from '../../src/prove/owner.ts';

/** A directory with a Dockerfile and other files, and builds of it. */
export interface Application {
  readonly directory: string;
  write(name: string, text: string): void;
  request(asked?: Partial<BuildRequest>): BuildRequest;
  log(): string;
  remove(): void;
}

export function application(dockerfile: string, files: Readonly<Record<string, string>> = {}): Application {
  const directory = mkdtempSync(path.join(tmpdir(), 'prove-builds-'));
  const context = path.join(directory, 'context');
  const logFile = path.join(directory, 'logs/build.log');
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(context, name)), { recursive: true });
    writeFileSync(path.join(context, name), text);
  };
  for (const [name, text] of Object.entries({ ...files, Dockerfile: dockerfile })) write(name, text);
  return {
    directory: context,
    write,
    request: (asked) => ({
      context,
      dockerfile: path.join(context, 'Dockerfile'),
      target: undefined,
      platform: undefined,
      network: 'host',
      arguments: new Map(),
      contexts: new Map(),
      secrets: [],
      cache: 'none',
      tag: proofTag('test'),
      logFile,
      timeoutSeconds: 120,
      ...asked,
    }),
    log: () => readFileSync(logFile, 'utf8'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const never = new AbortController().signal;

export async function build(builder: Builder, request: BuildRequest, signal = never): Promise<BuildOutcome> {
  return await builder.build(request, { signal });
}

export async function mustBuild(builder: Builder, request: BuildRequest): Promise<BuiltImage> {
  const outcome = await build(builder, request);
  if (outcome.ok) return outcome.image;
  throw new Error(`${outcome.failure.message}\n${readFileSync(request.logFile, 'utf8').slice(-3000)}`);
}

export async function mustFail(builder: Builder, request: BuildRequest, signal = never): Promise<FailedBuild> {
  const outcome = await build(builder, request, signal);
  if (outcome.ok) throw new Error('the build was to fail');
  return outcome.failure;
}

/** Whether a process with this in its command line is there. */
export function isRunning(text: string): boolean {
  try {
    return execFileSync('pgrep', ['-f', text], { encoding: 'utf8' }).trim() !== '';
  } catch {
    return false;
  }
}
