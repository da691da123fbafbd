import type { EngineName } from '../../core/engine-prune.ts';
import { exitCodes, UserError } from '../../core/errors.ts';
import { meantOf } from '../../core/nearest.ts';
import { printable } from '../../core/printable.ts';
import { dockerEndpoints, isDockerChosen } from '../../image/sources/engine-endpoints.ts';
import type { StorageElsewhere } from './engines/storage.ts';
import type { PrunableEngine } from './inventory.ts';

type Environment = Readonly<Record<string, string | undefined>>;

interface Finder {
  readonly name: EngineName;
  /** Undefined where it is not here; with an address it is, or it is an error. */
  find(
    address: string | undefined,
    environment: Environment,
    signal: AbortSignal,
    namespace: string | undefined,
  ): Promise<PrunableEngine | StorageElsewhere | undefined>;
}

const finders: readonly Finder[] = [
  {
    name: 'docker',
    async find(address, environment, signal) {
      const { dockerEngine } = await import('./engines/docker.ts');
      const [endpoint] = dockerEndpoints(
        address === undefined ? environment : { ...environment, DOCKER_HOST: address },
      );
      return endpoint && dockerEngine(endpoint, signal);
    },
  },
  ...(['podman', 'buildah'] as const).map(
    (name): Finder => ({
      name,
      async find(address, environment, signal) {
        const { storageEngine } = await import('./engines/storage.ts');
        if (address === undefined) return storageEngine(name, environment, signal);
        // Both programs take the place of a storage from a file (containers-storage.conf(5)).
        return storageEngine(name, { ...environment, CONTAINERS_STORAGE_CONF: address }, signal);
      },
    }),
  ),
  {
    name: 'containerd',
    async find(address, _, signal, namespace) {
      const { containerdEngine, containerdSocket, kubernetesNamespace } = await import('./engines/containerd.ts');
      const socket = address?.replace(/^unix:\/\//, '') ?? containerdSocket;
      return containerdEngine(socket, namespace ?? kubernetesNamespace, signal);
    },
  },
];

const remedy =
  'Name one: docker, podman, buildah or containerd, with its address where it is elsewhere: docker:unix:///run/docker.sock.';

/** An engine that was not named and is not looked at. */
export interface LeftOut {
  readonly name: EngineName;
  readonly why: UserError;
}

/** @throws UserError for a name that is none of an engine's; nothing is asked */
export function refuseUnknownEngines(named: readonly string[]): void {
  named.forEach(namedEngine);
}

function namedEngine(text: string): {
  readonly finder: (typeof finders)[number];
  readonly address: string | undefined;
} {
  const [, name = '', address] = /^([^:]*)(?::(.+))?$/s.exec(text) ?? [];
  const finder = finders.find((each) => each.name === name);
  if (finder === undefined)
    throw new UserError(
      `this names no engine: ${printable(text)}${meantOf(
        name,
        finders.map((each) => each.name),
      )}`,
      { remedy },
    );
  return { finder, address };
}

/**
 * The engines that are named (`docker`, `docker:unix:///run/docker.sock`, `podman`, `containerd:/run/containerd/containerd.sock`); without a name, those of
 * build servers that are here. `namespace` is containerd's. containerd is never taken unasked: it mostly is a node's, whose kubelet clears up itself.
 * @param onLeftOut told of what does not work or is elsewhere, where it was not named and another one is here
 * @throws UserError where one that is named, be it by the environment, is not there, or none is
 */
export async function findEngines(
  named: readonly string[],
  environment: Environment,
  signal: AbortSignal,
  { namespace, onLeftOut }: { readonly namespace?: string | undefined; onLeftOut?(leftOut: LeftOut): void } = {},
): Promise<PrunableEngine[]> {
  const wanted = named.length > 0 ? named : ['docker', 'podman', 'buildah'];
  const found: PrunableEngine[] = [];
  const leftOut: LeftOut[] = [];
  for (const text of wanted) {
    const { finder, address } = namedEngine(text);
    const { name } = finder;
    // Podman and Buildah share one storage.
    const isPodmans = [...leftOut, ...found].some((engine) => engine.name === 'podman');
    if (named.length === 0 && name === 'buildah' && isPodmans) continue;
    const engine = await orWhyNot(finder.find(address, environment, signal, namespace));
    if (engine !== undefined && 'elsewhere' in engine) {
      if (isAskedFor(finder.name, named, environment)) throw engine.elsewhere;
      leftOut.push({ name: finder.name, why: engine.elsewhere });
    } else if (engine !== undefined) found.push(engine);
    else if (named.length > 0)
      throw new UserError(
        name === 'docker' ? 'docker is not here, or it is Podman that answers in its place' : `${name} is not here`,
        { remedy, exitCode: 3 },
      );
  }
  if (found.length === 0) throw leftOut[0]?.why ?? new UserError('no engine is here', { remedy, exitCode: 3 });
  for (const each of leftOut) onLeftOut?.(each);
  return found;
}

/** True for an engine that somebody named, be it by the environment: where it fails, clearing up another one in its place is not what was meant. */
export function isAskedFor(name: EngineName, named: readonly string[], environment: Environment): boolean {
  return named.length > 0 || (name === 'docker' && isDockerChosen(environment));
}

/** A system that failed is no reason to leave the others as they are. What somebody set and nobody can follow is one. */
async function orWhyNot(found: ReturnType<Finder['find']>): ReturnType<Finder['find']> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof UserError && error.exitCode === exitCodes.system) return { elsewhere: error };
    throw error;
  }
}
