import { exitCodes, UserError } from '../../core/errors.ts';
import { type BuilderKind, builderKinds } from '../../core/evidence.ts';
import { printable } from '../../core/printable.ts';
import type { Builder } from '../build.ts';
import { removeLeftScratch } from '../scratch.ts';
import { classicBuilder, dockerBuilder, placeOf } from './docker.ts';
import { removeLeftImages, removeMade } from './engine-images.ts';
import type { Environment } from './environment.ts';
import { findBuildkitd } from './find-buildkitd.ts';
import { findBuildx } from './find-buildx.ts';
import { findDocker } from './find-docker.ts';
import { findBuildah, findPodman } from './find-storage.ts';
import { endLeftClients } from './left-clients.ts';
import { type LeftMade, leftMade } from './made-journal.ts';
import { programsNamed } from './programs.ts';

/** What `--builder` says: `docker`, `docker:unix:///run/user/1000/docker.sock`, `buildx:NAME`, `buildkitd:tcp://…`. */
export interface BuilderChoice {
  readonly kind: BuilderKind;
  /** An address, or the name of a context or builder. */
  readonly where: string | undefined;
}

/** @throws UserError where it is none */
export function parseBuilderChoice(text: string): BuilderChoice {
  const [, name = '', where] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const kind = builderKinds.find((each) => each === name);
  if (kind === undefined || where === '')
    throw new UserError(`--builder takes a kind and where it is, not «${printable(text)}».`, {
      remedy: `One of ${builderKinds.join(', ')}; with an address or a name: docker:unix:///run/docker.sock, buildx:NAME.`,
    });
  return { kind, where };
}

/** A builder, or one sentence why there is none. */
export type Looked = Builder | string;

/**
 * Finds what builds: what was chosen, else the first of these that answers. The ones whose images can be run where they are built come first.
 * 1. `docker`: Docker Engine's BuildKit, at `DOCKER_HOST`, the chosen context or the usual sockets, by the first client on PATH that can use it;
 * 2. `docker-classic`: the same engine without it, where no client can;
 * 3. `podman`: at `CONTAINER_HOST`, else of this machine;
 * 4. `buildkitd`: a BuildKit daemon at `BUILDKIT_HOST` or its usual sockets, by `buildctl`;
 * 5. `buildah`.
 *
 * Builders of buildx are taken where they are asked for: `buildx` is the one that is in use, `buildx:NAME` another one.
 *
 * An engine that `DOCKER_HOST` names and that does not answer is not passed over for another builder: it is what the user set.
 *
 * What killed runs left in it is removed first.
 * @throws UserError (exit code 3) that says what was looked for; the signal's reason
 */
export async function findBuilder(
  choice: BuilderChoice | undefined,
  environment: Environment,
  signal: AbortSignal,
): Promise<Builder> {
  const written = leftMade();
  await endLeftClients();
  removeLeftScratch();
  const looked: string[] = [];
  for (const { kind, look } of finders) {
    if (choice === undefined ? kind === 'buildx' : choice.kind !== kind) continue;
    const found = await look(choice?.where, environment, signal, written);
    signal.throwIfAborted();
    if (typeof found !== 'string') return found;
    looked.push(`${kind}: ${found}`);
    if (choice === undefined && kind === 'docker-classic' && namesEngine(environment))
      throw new UserError(`The Docker Engine that DOCKER_HOST names does not answer: ${found}.`, {
        remedy: 'Start it, unset DOCKER_HOST, or choose another builder with --builder KIND[:ADDRESS].',
        exitCode: exitCodes.system,
      });
  }
  const what = choice === undefined ? 'No builder answers' : `The builder ${choice.kind} does not answer`;
  throw new UserError(`${what}. Looked for ${looked.join('; ')}.`, {
    remedy: 'Start one, set DOCKER_HOST or BUILDKIT_HOST, or choose with --builder KIND[:ADDRESS].',
    exitCode: exitCodes.system,
  });
}

function namesEngine(environment: Environment): boolean {
  return Boolean(environment.DOCKER_HOST) && programsNamed('docker', environment).length > 0;
}

interface Finder {
  readonly kind: BuilderKind;
  look(
    where: string | undefined,
    environment: Environment,
    signal: AbortSignal,
    written: readonly LeftMade[],
  ): Promise<Looked>;
}

const finders: readonly Finder[] = [
  {
    kind: 'docker',
    async look(where, environment, signal) {
      const { buildkit, why } = await findDocker(where, environment, signal);
      if (buildkit === undefined) return why;
      await removeLeftImages(buildkit);
      return dockerBuilder(buildkit);
    },
  },
  {
    kind: 'docker-classic',
    async look(where, environment, signal, written) {
      const { any, why } = await findDocker(where, environment, signal);
      if (any === undefined) return why;
      await removeLeftImages(any);
      for (const { place, ids, since } of written) if (place === placeOf(any)) await removeMade(any, ids, since);
      return classicBuilder(any);
    },
  },
  { kind: 'buildx', look: findBuildx },
  { kind: 'podman', look: findPodman },
  { kind: 'buildkitd', look: findBuildkitd },
  { kind: 'buildah', look: (_, ...given) => findBuildah(...given) },
];
