import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';
import type { Builder, BuildOptions, BuildOutcome, BuildRequest, BuiltImage, EngineAddress } from '../build.ts';
import { buildkitProgress } from './buildkit-progress.ts';
import { carryOut } from './carry-out.ts';
import { classicProgress } from './classic-progress.ts';
import { argumentFlags, secretFlags } from './client-flags.ts';
import { type AskedEngine, askEngine, engineTime, imageId, removeImages, removeMade } from './engine-images.ts';
import type { Environment } from './environment.ts';
import { isSameEngine, moveImage } from './hand-to.ts';

/** A Docker Engine that answered, and the client that fits it. */
export interface DockerEngine {
  readonly address: EngineAddress;
  /** What the client is started with, and what `openImage` needs to find the engine's images. */
  readonly environment: Environment;
  readonly version: string;
  /** Its name of the builder that is the engine's own; undefined where the client has BuildKit built in and knows no others. */
  readonly ownBuilder: string | undefined;
}

/** Builds with Docker Engine's own BuildKit. */
export function dockerBuilder(engine: DockerEngine): Builder {
  const { ownBuilder } = engine;
  const cacheMounts = cacheMountSpaces();
  const title = `Docker Engine ${engine.version} (BuildKit)`;
  const environment = {
    ...engine.environment,
    DOCKER_BUILDKIT: '1',
    // Attestations make an index of what is one image.
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    ...(ownBuilder !== undefined && { BUILDX_BUILDER: ownBuilder }),
  };
  return engineBuilder(engine, {
    kind: 'docker',
    title,
    async build(request, options, asked) {
      if (request.contexts.size > 0 && ownBuilder === undefined)
        throw unable(title, 'named contexts', 'Install the buildx plug-in of this client (docker-buildx).');
      const { flags, variables } = argumentFlags(request);
      const contexts = [...request.contexts].flatMap(([name, where]) => ['--build-context', `${name}=${where}`]);
      const args = ['--progress=plain', ...cacheMounts(request), ...flags, ...secretFlags(request), ...contexts];
      return await carryOut(
        {
          ...common(engine, asked, request, title),
          command: clientCommand(engine, request, args, { ...environment, ...variables }),
          reader: buildkitProgress(options.onStep),
          environment,
          discard: () => removeImages(asked, [request.tag]),
        },
        request,
        options,
      );
    },
  });
}

/** Builds with Docker Engine's builder of before BuildKit. Each step of it leaves an image and a container: both are removed. */
export function classicBuilder(engine: DockerEngine): Builder {
  const title = `Docker Engine ${engine.version} (classic builder)`;
  const environment = { ...engine.environment, DOCKER_BUILDKIT: '0' };
  /** What the steps of images made that are still there. */
  const made: { readonly ids: readonly string[]; readonly since: number }[] = [];
  return engineBuilder(engine, {
    kind: 'docker-classic',
    title,
    async build(request, options, asked) {
      if (request.secrets.length > 0)
        throw unable(title, 'secrets', 'Choose a builder that does: --builder docker, buildkitd, podman or buildah.');
      if (request.contexts.size > 0)
        throw unable(title, 'named contexts', 'Choose a builder that does: --builder docker, buildkitd or buildah.');
      const { flags, variables } = argumentFlags(request);
      const reader = classicProgress(options.onStep);
      const since = await engineTime(asked);
      const outcome = await carryOut(
        {
          ...common(engine, asked, request, title),
          command: clientCommand(engine, request, ['--force-rm', ...flags], { ...environment, ...variables }),
          reader,
          environment,
          async discard() {
            await removeImages(asked, [request.tag]);
            if (since !== undefined) await removeMade(asked, reader.made(), since);
          },
        },
        request,
        options,
      );
      if (outcome.ok && since !== undefined) made.push({ ids: reader.made(), since });
      return outcome;
    },
    async close(asked) {
      for (const { ids, since } of made.splice(0).reverse()) await removeMade(asked, ids, since);
    },
  });
}

interface EngineBuild extends Pick<Builder, 'kind' | 'title'> {
  build(request: BuildRequest, options: BuildOptions, engine: AskedEngine): Promise<BuildOutcome>;
  close?(engine: AskedEngine): Promise<void>;
}

/** What is alike of builders whose images are in an engine. */
export function engineBuilder({ address, environment }: AskedEngine, own: EngineBuild): Builder {
  const asked = { address, environment };
  const tags = new Set<string>();
  return {
    kind: own.kind,
    title: own.title,
    engine: address,
    environment,
    async build(request, options) {
      // Known before it is there: a build that is broken off may have got to its end.
      tags.add(request.tag);
      return await own.build(request, options, asked);
    },
    async handTo(engine, image) {
      if (!isSameEngine(address, engine)) await moveImage(address, image.tag, engine, environment);
    },
    async forget(image) {
      tags.delete(image.tag);
      await removeImages(asked, [image.tag]);
    },
    async close() {
      await removeImages(asked, [...tags]);
      tags.clear();
      await own.close?.(asked);
    },
  };
}

function common(engine: DockerEngine, asked: AskedEngine, { tag }: BuildRequest, builder: string) {
  return {
    builder,
    answers: async () => (await askEngine(asked, ['version', '--format', '{{.Server.Version}}'])).code === 0,
    find: async (): Promise<Pick<BuiltImage, 'id' | 'source'> | undefined> => {
      const id = await imageId({ address: engine.address, environment: engine.environment }, tag);
      return id === undefined ? undefined : { id, source: `docker-daemon:${tag}` };
    },
  };
}

function clientCommand(
  { address }: DockerEngine,
  { context, dockerfile, target, platform, network, cache, tag }: BuildRequest,
  args: readonly string[],
  environment: Environment,
) {
  const [program = '', ...flags] = address.client;
  return {
    program,
    arguments: [
      ...flags,
      ...['build', '--file', dockerfile, '--tag', tag],
      ...(target === undefined ? [] : ['--target', target]),
      ...(platform === undefined ? [] : ['--platform', platform]),
      ...(network === 'default' ? [] : ['--network', network]),
      ...(cache === 'none' ? ['--no-cache'] : []),
      ...args,
      context,
    ],
    environment,
  };
}

/**
 * Cache mounts outlive `--no-cache`. So that a build without cache is one, its mounts get a name space of their own, which warm builds of the same Dockerfile
 * then go on with (https://docs.docker.com/reference/dockerfile/#buildkit-built-in-build-args).
 */
export function cacheMountSpaces(): (request: BuildRequest) => string[] {
  const spaces = new Map<string, string>();
  return ({ dockerfile, cache, target, platform, arguments: given }) => {
    const text = readFileSync(dockerfile, 'utf8');
    if (!/type=cache/i.test(text) || given.has('BUILDKIT_CACHE_MOUNT_NS')) return [];
    const key = JSON.stringify([text, target, platform]);
    const known = cache === 'warm' ? spaces.get(key) : undefined;
    const space = known ?? `plimsoll-prove-${randomBytes(6).toString('hex')}`;
    spaces.set(key, space);
    return ['--build-arg', `BUILDKIT_CACHE_MOUNT_NS=${space}`];
  };
}

export function unable(builder: string, what: string, remedy: string): UserError {
  return new UserError(`${builder} knows no ${what}.`, { remedy });
}
