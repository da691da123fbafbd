import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import type { Builder, BuildRequest, BuiltImage } from '../build.ts';
import { makeScratch, type Scratch } from '../scratch.ts';
import { buildkitProgress } from './buildkit-progress.ts';
import { cacheMountSpaces } from './cache-mounts.ts';
import { carryOut } from './carry-out.ts';
import { csvField, secretFlags } from './client-flags.ts';
import type { Environment } from './environment.ts';
import { loadArchive } from './hand-to.ts';
import { keepingImages } from './kept-images.ts';
import { namedContextFlags } from './named-contexts.ts';
import { ask } from './run-client.ts';

/** A BuildKit daemon that answers. */
export interface BuildkitDaemon {
  /** buildctl. */
  readonly program: string;
  readonly address: string;
  readonly environment: Environment;
}

/**
 * Builds with a BuildKit daemon and keeps each image as an archive in a scratch directory: the daemon has no store of images that others could look into.
 * **Build arguments' values stand in the list of processes** while a build runs: buildctl takes them in no other way.
 */
export function buildkitdBuilder(daemon: BuildkitDaemon, title: string): Builder {
  const { program, address, environment } = daemon;
  const cacheMounts = cacheMountSpaces();
  /** Scratch directories by tag. */
  const kept = new Map<string, Scratch>();
  const remove = (tag: string) => {
    kept.get(tag)?.remove();
    kept.delete(tag);
  };
  const archiveOf = ({ directory }: Scratch) => path.join(directory, 'image.tar');
  return keepingImages({
    kind: 'buildkitd',
    title,
    engine: undefined,
    environment,
    async build(request, options) {
      remove(request.tag);
      const scratch = makeScratch();
      kept.set(request.tag, scratch);
      const metadata = path.join(scratch.directory, 'metadata.json');
      return await carryOut(
        {
          builder: title,
          command: {
            program,
            arguments: [
              ...[
                '--addr',
                address,
                'build',
                '--progress=plain',
                '--frontend',
                'dockerfile.v0',
                '--metadata-file',
                metadata,
              ],
              ...outputFlags(request.tag, archiveOf(scratch)),
              ...buildFlags(request, environment),
              ...cacheMounts(request).flatMap((each) => ['--opt', `build-arg:${each}`]),
              ...secretFlags(request),
              ...namedContextFlags(request.contexts),
            ],
            environment,
          },
          reader: buildkitProgress(options.onStep),
          environment,
          answers: async () =>
            (await ask({ program, arguments: ['--addr', address, 'debug', 'workers'], environment })).code === 0,
          find: async () => builtImage(metadata, archiveOf(scratch)),
          discard: async () => remove(request.tag),
        },
        request,
        options,
      );
    },
    async give(to, { tag }) {
      const scratch = kept.get(tag);
      if (scratch !== undefined) await loadArchive(to, archiveOf(scratch), environment);
    },
    remove: async (tags) => tags.forEach(remove),
  });
}

/** Not compressed: an engine does not compress either, and the time of a build is compared. */
function outputFlags(tag: string, archive: string): string[] {
  const fields = ['type=docker', `name=${tag}`, 'compression=uncompressed', `dest=${archive}`];
  return ['--output', fields.map(csvField).join(',')];
}

function buildFlags(
  { context, dockerfile, target, platform, network, cache, arguments: given }: BuildRequest,
  environment: Environment,
): string[] {
  const options = [`filename=${path.basename(dockerfile)}`];
  if (target !== undefined) options.push(`target=${target}`);
  if (platform !== undefined) options.push(`platform=${platform}`);
  if (network !== 'default') options.push(`force-network-mode=${network}`);
  for (const [name, value = environment[name]] of given)
    if (value !== undefined) options.push(`build-arg:${name}=${value}`);
  return [
    ...['--local', `context=${context}`, '--local', `dockerfile=${path.dirname(dockerfile)}`],
    ...options.flatMap((option) => ['--opt', option]),
    ...(network === 'host' ? ['--allow', 'network.host'] : []),
    ...(cache === 'none' ? ['--no-cache'] : []),
  ];
}

function builtImage(metadata: string, archive: string): Pick<BuiltImage, 'id' | 'source'> | undefined {
  const { 'containerimage.config.digest': id } = jsonObjectOf(parseJsonObject(readFileSync(metadata, 'utf8')));
  rmSync(metadata, { force: true });
  return typeof id === 'string' ? { id, source: `docker-archive:${archive}` } : undefined;
}
