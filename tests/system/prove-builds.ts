import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Builder, BuildOutcome, BuildRequest, BuiltImage, FailedBuild } from '../../src/prove/build.ts';
import { proofTag } from '../../src/prove/owner.ts';
import { buildkitMissing, startBuildkit } from './buildkit-builder.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';

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

export type Environment = Readonly<Record<string, string | undefined>>;

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';

/** The engines of the tests, and what has to be in the environment to find them and not those of the machine. */
export interface Builders {
  readonly engine: ContainerEngine;
  readonly environment: Environment;
  /** Of the test's own. */
  readonly scratch: string;
  stop(): void;
}

/** A builder of buildx whose driver is `remote`: the BuildKit daemon. The one without a name is the engine's own. */
export const remoteBuilder = 'plimsoll-remote';

/** @param all a BuildKit daemon, too, where it was built (scripts/buildkit), and buildx with both */
export function startBuilders(all: boolean): Builders {
  const engine = startContainerEngine(['busybox']);
  const scratch = mkdtempSync(path.join(tmpdir(), 'prove-builders-'));
  const socket = spawnSync(path.join(root, 'scripts/engine'), ['up'], { encoding: 'utf8' }).stdout.trim();
  const environment = {
    ...process.env,
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_CONFIG: scratch,
    BUILDAH_ISOLATION: 'chroot',
    FROM_OUTSIDE: 'outside-value',
  };
  // Buildah takes it for an error where there is the directory and no such file.
  writeFileSync(path.join(scratch, 'config.json'), '{}');
  storeBase(environment, scratch);
  const variables = all && !buildkitMissing && startBuildkit() ? buildkitVariables() : undefined;
  if (variables !== undefined) addBuildx(environment, variables.BUILDKIT_HOST);
  return {
    engine,
    environment: { ...environment, ...variables },
    scratch,
    stop() {
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** As a plug-in of the client, in the configuration that is the test's own. */
function addBuildx(environment: Environment, daemon: string): void {
  const plugins = path.join(environment.DOCKER_CONFIG ?? '', 'cli-plugins');
  mkdirSync(plugins, { recursive: true });
  symlinkSync(path.join(root, '.cache/bin/buildx'), path.join(plugins, 'docker-buildx'));
  const create = ['buildx', 'create', '--name', remoteBuilder, '--driver', 'remote', daemon];
  const { status, stderr } = spawnSync(docker, create, { encoding: 'utf8', env: { ...environment } });
  if (status !== 0)
    throw new Error(`scripts/system-parts buildx makes buildx, which the tests of builders need: ${stderr}`);
}

/** Buildah and Podman take the base from their own storage. */
export function storeBase(environment: Environment, scratch: string): void {
  const env = { ...environment };
  if (spawnSync('buildah', ['inspect', '--type', 'image', 'busybox'], { env }).status === 0) return;
  const archive = path.join(scratch, 'busybox.tar');
  spawnSync(docker, ['-H', environment.DOCKER_HOST ?? '', 'save', '-o', archive, 'busybox:latest']);
  spawnSync('buildah', ['pull', `docker-archive:${archive}`], { env });
  rmSync(archive, { force: true });
}

function buildkitVariables() {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const directory = process.env.PLIMSOLL_BUILDKIT_DIR ?? path.join(cache, 'plimsoll/buildkit');
  const bin = readdirSync(directory).find((name) => name.startsWith('bin-')) ?? '';
  const PATH = `${process.env.PATH}:${path.join(directory, bin)}`;
  return { PATH, BUILDKIT_HOST: `unix://${path.join(directory, 'buildkitd.sock')}` };
}

/** Ends what runs from a directory of the test's own, takes what is mounted in it away, and removes it. */
export function removeWithMounts(directory: string): void {
  const inside = spawnSync('pgrep', ['-f', `${directory}/`], { encoding: 'utf8' }).stdout;
  for (const pid of inside.split('\n').filter((line) => line !== '')) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  for (const point of points.filter((each) => each === directory || each.startsWith(`${directory}/`)).reverse())
    spawnSync('umount', ['--lazy', point]);
  rmSync(directory, { recursive: true, force: true });
}
