import { UserError } from '../../core/errors.ts';
import type { Builder, BuildRequest, BuiltImage, EngineAddress } from '../build.ts';
import { buildkitProgress } from './buildkit-progress.ts';
import { cacheMountSpaces } from './cache-mounts.ts';
import { carryOut } from './carry-out.ts';
import { classicProgress } from './classic-progress.ts';
import { argumentFlags, secretFlags } from './client-flags.ts';
import { askEngine, engineTime, imageId, removeImages, removeMade } from './engine-images.ts';
import type { Environment } from './environment.ts';
import { moveImage } from './hand-to.ts';
import { keepingImages, type OwnBuilder } from './kept-images.ts';
import { openMadeJournal } from './made-journal.ts';

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
  const title = `Docker Engine ${engine.version} (BuildKit)`;
  return buildkitOf(engine, { kind: 'docker', title, name: engine.ownBuilder, command: ['build'] });
}

/** Builds with a builder of buildx, which may be anywhere, and loads what it made into the engine. */
export function buildxBuilder(engine: DockerEngine, { name, title }: { name: string; title: string }): Builder {
  return buildkitOf(engine, { kind: 'buildx', title, name, command: ['buildx', 'build', '--load'] });
}

/** A BuildKit that is reached through an engine's client. */
interface ClientBuildkit extends Pick<Builder, 'kind' | 'title'> {
  /** As buildx calls it; undefined where the client has no buildx. */
  readonly name: string | undefined;
  readonly command: readonly string[];
}

function buildkitOf(engine: DockerEngine, { kind, title, name, command }: ClientBuildkit): Builder {
  const cacheMounts = cacheMountSpaces();
  const environment = {
    ...engine.environment,
    DOCKER_BUILDKIT: '1',
    // Attestations make an index of what is one image.
    BUILDX_NO_DEFAULT_ATTESTATIONS: '1',
    ...(name !== undefined && { BUILDX_BUILDER: name }),
  };
  return keepingImages({
    ...inEngine(engine),
    kind,
    title,
    async build(request, options) {
      if (request.contexts.size > 0 && name === undefined)
        throw unable(title, 'named contexts', 'Install the buildx plug-in of this client (docker-buildx).');
      const { flags, variables } = argumentFlags(request);
      const contexts = [...request.contexts].flatMap(([name, where]) => ['--build-context', `${name}=${where}`]);
      const args = [
        '--progress=plain',
        ...cacheMounts(request).flatMap((each) => ['--build-arg', each]),
        ...flags,
        ...secretFlags(request),
        ...contexts,
        // The engine's own does not ask for it.
        ...(kind === 'buildx' && request.network === 'host' ? ['--allow', 'network.host'] : []),
      ];
      return await carryOut(
        {
          ...common(engine, request, title),
          command: clientCommand(engine, request, [...command, ...args], { ...environment, ...variables }),
          reader: buildkitProgress(options.onStep),
          environment,
          discard: () => removeImages(engine, [request.tag]),
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
  return keepingImages({
    ...inEngine(engine),
    kind: 'docker-classic',
    title,
    async build(request, options) {
      if (request.secrets.length > 0)
        throw unable(title, 'secrets', 'Choose a builder that does: --builder docker, buildkitd, podman or buildah.');
      if (request.contexts.size > 0)
        throw unable(title, 'named contexts', 'Choose a builder that does: --builder docker, buildkitd or buildah.');
      const { flags, variables } = argumentFlags(request);
      const since = await engineTime(engine);
      const journal = since === undefined ? undefined : openMadeJournal(placeOf(engine), since);
      const reader = classicProgress(options.onStep, journal?.add);
      const outcome = await carryOut(
        {
          ...common(engine, request, title),
          command: clientCommand(engine, request, ['build', '--force-rm', ...flags], { ...environment, ...variables }),
          reader,
          environment,
          async discard() {
            await removeImages(engine, [request.tag]);
            if (since !== undefined) await removeMade(engine, reader.made(), since);
          },
        },
        request,
        options,
      ).finally(() => journal?.close());
      if (outcome.ok && since !== undefined) made.push({ ids: reader.made(), since });
      return outcome;
    },
    async close() {
      for (const { ids, since } of made.splice(0).reverse()) await removeMade(engine, ids, since);
    },
  });
}

/** What an engine is called in what is written down of it. */
export function placeOf({ address }: DockerEngine): string {
  return JSON.stringify(address.client.slice(1));
}

/** Its images are where they are run. */
function inEngine(engine: DockerEngine): Pick<OwnBuilder, 'engine' | 'environment' | 'give' | 'remove'> {
  const { address, environment } = engine;
  return {
    engine: address,
    environment,
    give: (to, { tag }) => moveImage(address, tag, to, environment),
    remove: (tags) => removeImages(engine, tags),
  };
}

function common(engine: DockerEngine, { tag }: BuildRequest, builder: string) {
  return {
    builder,
    answers: async () => (await askEngine(engine, ['version', '--format', '{{.Server.Version}}'])).code === 0,
    find: async (): Promise<Pick<BuiltImage, 'id' | 'source'> | undefined> => {
      const id = await imageId(engine, tag);
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
      ...args,
      ...['--file', dockerfile, '--tag', tag],
      ...(target === undefined ? [] : ['--target', target]),
      ...(platform === undefined ? [] : ['--platform', platform]),
      ...(network === 'default' ? [] : ['--network', network]),
      ...(cache === 'none' ? ['--no-cache'] : []),
      context,
    ],
    environment,
  };
}

export function unable(builder: string, what: string, remedy: string): UserError {
  return new UserError(`${builder} knows no ${what}.`, { remedy });
}
