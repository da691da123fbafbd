import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import { dockerEndpoints } from '../../image/sources/engine-endpoints.ts';
import type { DockerEngine } from './docker.ts';
import type { Environment } from './environment.ts';
import { programsNamed } from './programs.ts';
import { ask } from './run-client.ts';

/** What was found where one was looked for. */
export interface FoundDocker {
  /** The engine with the client that can have it build with BuildKit. */
  readonly buildkit: DockerEngine | undefined;
  /** The same with any client that it answers. */
  readonly any: DockerEngine | undefined;
  /** One sentence where one of both is missing. */
  readonly why: string;
}

/** An address as flags of the client and, where `openImage` has to know it, as variables. */
interface Address {
  readonly flags: readonly string[];
  readonly variables: Environment;
  readonly context: string | undefined;
  readonly text: string;
}

/**
 * Finds the Docker Engine that the environment names (`DOCKER_HOST`, `DOCKER_CONTEXT`, the chosen context, the usual sockets) or `address` (`unix://…`, `tcp://…`,
 * `ssh://…`, a path of a socket, the name of a context), and on PATH the client that fits it: the first that can use its BuildKit.
 */
export async function findDocker(
  address: string | undefined,
  environment: Environment,
  signal: AbortSignal,
): Promise<FoundDocker> {
  const programs = programsNamed('docker', environment);
  if (programs.length === 0) return { buildkit: undefined, any: undefined, why: 'no docker client on PATH' };
  const addresses = address === undefined ? usualAddresses(environment) : [addressOf(address)];
  if (addresses.length === 0)
    return { buildkit: undefined, any: undefined, why: 'DOCKER_HOST is not set and no socket of an engine is there' };
  let any: DockerEngine | undefined;
  let why = '';
  for (const at of addresses)
    for (const program of programs) {
      signal.throwIfAborted();
      const found = await askDocker(program, at, environment, signal);
      if ('why' in found) why ||= found.why;
      else if (found.canBuildkit) return { buildkit: found.engine, any: any ?? found.engine, why: '' };
      else any ??= found.engine;
    }
  if (any !== undefined)
    why = `${any.address.client[0]} has no buildx plug-in, which it needs to use BuildKit of Docker Engine ${any.version}`;
  return { buildkit: undefined, any, why };
}

function usualAddresses(environment: Environment): Address[] {
  const { DOCKER_HOST, DOCKER_CONTEXT } = environment;
  if (DOCKER_HOST) return [addressOf(DOCKER_HOST)];
  const chosen = DOCKER_CONTEXT ?? currentContext(environment);
  if (chosen !== undefined && chosen !== '' && chosen !== 'default') return [addressOf(chosen)];
  return dockerEndpoints({ ...environment, DOCKER_CONTEXT: 'default' }).flatMap(({ socketPath }) =>
    socketPath === undefined ? [] : [addressOf(`unix://${socketPath}`)],
  );
}

function addressOf(text: string): Address {
  const host = path.isAbsolute(text) ? `unix://${text}` : text;
  return host.includes('://')
    ? { flags: ['-H', host], variables: { DOCKER_HOST: host, DOCKER_CONTEXT: undefined }, context: undefined, text }
    : { flags: ['--context', text], variables: { DOCKER_CONTEXT: text, DOCKER_HOST: undefined }, context: text, text };
}

function currentContext({ DOCKER_CONFIG, HOME }: Environment): string | undefined {
  try {
    const file = path.join(DOCKER_CONFIG ?? path.join(HOME ?? homedir(), '.docker'), 'config.json');
    const { currentContext: name } = parseJsonObject(readFileSync(file, 'utf8')) ?? {};
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

type Asked = { readonly engine: DockerEngine; readonly canBuildkit: boolean } | { readonly why: string };

async function askDocker(program: string, at: Address, given: Environment, signal: AbortSignal): Promise<Asked> {
  const environment = { ...given, ...at.variables };
  const command = (args: readonly string[]) => ({ program, arguments: [...at.flags, ...args], environment });
  const { code, output, errors } = await ask(command(['version', '--format', '{{json .}}']), { signal });
  const { Client, Server } = parseJsonObject(output) ?? {};
  const version = versionIn(Server);
  if (code !== 0 || version === undefined) {
    const said = errors.trim().split('\n').at(-1) ?? '';
    return { why: `${program}, asked for ${printable(at.text)}: ${printable(said).slice(0, 300) || 'no engine'}` };
  }
  const address = { kind: 'docker', client: [program, ...at.flags] } as const;
  const isBuiltIn = majorOf(versionIn(Client)) < firstWithoutBuildkit;
  const hasPlugin = isBuiltIn || (await ask(command(['buildx', 'version']), { signal })).code === 0;
  const ownBuilder = isBuiltIn ? undefined : (at.context ?? 'default');
  return {
    engine: { address, environment, version: version.replace(/[+~].*/, ''), ownBuilder },
    canBuildkit: hasPlugin && majorOf(version) >= firstWithBuildkit,
  };
}

/** The client has BuildKit by its plug-in buildx alone since: https://docs.docker.com/engine/release-notes/23.0/. */
const firstWithoutBuildkit = 23;

/** https://docs.docker.com/engine/release-notes/18.09/ */
const firstWithBuildkit = 18;

function versionIn(value: unknown): string | undefined {
  const { Version: version } = jsonObjectOf(value);
  return typeof version === 'string' && /^\d+\./.test(version) ? version : undefined;
}

function majorOf(version: string | undefined): number {
  return Number.parseInt(version ?? '', 10);
}
