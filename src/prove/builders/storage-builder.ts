import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Builder, BuildRequest, EngineAddress } from '../build.ts';
import { ownerName } from '../owner.ts';
import { largeParent, makeScratch } from '../scratch.ts';
import { buildahProgress } from './buildah-progress.ts';
import { carryOut } from './carry-out.ts';
import { argumentFlags, secretFlags } from './client-flags.ts';
import { loadArchive, notLoaded } from './hand-to.ts';
import { keepingImages } from './kept-images.ts';
import { openMadeJournal } from './made-journal.ts';
import { ask } from './run-client.ts';
import {
  type MadeImages,
  markFlag,
  placeOf,
  removeContainers,
  removeMadeImages,
  removeStoredImages,
  type Storage,
  storedId,
} from './storage.ts';

/** Builds with Buildah, or with Podman, which has it built in, into the storage of this user that both share. */
export function storageBuilder(storage: Storage, title: string, engine: EngineAddress | undefined): Builder {
  const { program, flags, environment, kind } = storage;
  const owner = ownerName();
  const made: MadeImages[] = [];
  return keepingImages({
    kind,
    title,
    engine,
    environment,
    async build(request, options) {
      const given = argumentFlags(request);
      // Both clocks are this machine's.
      const since = Date.now() - 1000;
      const journal = openMadeJournal(placeOf(storage), since);
      const reader = buildahProgress(options.onStep, journal.add);
      const left = (): MadeImages => {
        const { steps } = reader.result();
        return { ids: reader.made(), since, instructions: steps.flatMap(({ instruction }) => instruction ?? []) };
      };
      // A killed one leaves directories.
      const scratch = makeScratch(environment.TMPDIR ?? (existsSync(largeParent) ? largeParent : undefined));
      const outcome = await carryOut(
        {
          builder: title,
          command: {
            program,
            arguments: [
              ...flags,
              ...buildFlags(request, owner),
              ...given.flags,
              ...secretFlags(request),
              request.context,
            ],
            environment: { ...environment, ...given.variables, TMPDIR: scratch.directory },
          },
          reader,
          environment,
          answers: async () => (await ask({ program, arguments: [...flags, 'info'], environment })).code === 0,
          async find() {
            const id = await storedId(storage, request.tag);
            return id === undefined ? undefined : { id, source: sourceOf(storage, request.tag) };
          },
          async discard() {
            await removeContainers(storage, (name) => name === owner);
            await removeStoredImages(storage, [request.tag]);
            await removeMadeImages(storage, left());
          },
        },
        request,
        options,
      ).finally(() => {
        scratch.remove();
        journal.close();
      });
      if (outcome.ok) made.push({ ...left(), instructions: [] });
      return outcome;
    },
    give: (to, { tag }) => give(storage, to, tag),
    remove: (tags) => removeStoredImages(storage, tags),
    async close() {
      for (const each of made.splice(0).reverse()) await removeMadeImages(storage, each);
      await removeContainers(storage, (name) => name === owner);
    },
  });
}

/**
 * Of Docker's image format: in the other one Buildah leaves out HEALTHCHECK, SHELL and ONBUILD
 * (https://github.com/containers/buildah/blob/main/docs/buildah-build.1.md, `--format`).
 */
function buildFlags(
  { dockerfile, tag, target, platform, network, cache, contexts }: BuildRequest,
  owner: string,
): string[] {
  return [
    ...['build', '--layers', '--force-rm', '--format', 'docker', '--pull=false', ...markFlag(owner)],
    ...['--file', dockerfile, '--tag', tag],
    ...(target === undefined ? [] : ['--target', target]),
    ...(platform === undefined ? [] : ['--platform', platform]),
    ...(network === 'default' ? [] : ['--network', network]),
    ...(cache === 'none' ? ['--no-cache'] : []),
    ...[...contexts].flatMap(([name, where]) => ['--build-context', `${name}=${where}`]),
  ];
}

/** What `openImage` finds it by. */
function sourceOf({ kind, containers }: Storage, tag: string): string {
  const isElsewhere = kind === 'podman' && containers === undefined;
  return isElsewhere ? `podman:${tag}` : `containers-storage:${storedName(tag)}`;
}

/** Both put a name without a registry's under `localhost`. */
function storedName(tag: string): string {
  const [first = ''] = tag.split('/');
  return /[.:]|^localhost$/.test(first) ? tag : `localhost/${tag}`;
}

async function give({ program, flags, environment }: Storage, to: EngineAddress, tag: string): Promise<void> {
  const scratch = makeScratch();
  try {
    const archive = path.join(scratch.directory, 'image.tar');
    const args = [...flags, 'push', '--quiet', storedName(tag), `docker-archive:${archive}:${tag}`];
    // An archive needs no login, and one that names a directory without a file of logins is an error.
    const variables = { ...environment, DOCKER_CONFIG: undefined, REGISTRY_AUTH_FILE: undefined };
    const command = { program, arguments: args, environment: variables };
    const { code, errors } = await ask(command, { timeoutSeconds: 1800 });
    if (code !== 0) throw notLoaded(to, errors);
    await loadArchive(to, archive, environment);
  } finally {
    scratch.remove();
  }
}
