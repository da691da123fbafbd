import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { BuildContext } from '../context/build-context.ts';
import type { ContextUse } from '../context/context-use.ts';
import { openContext } from '../context/open-context.ts';
import type { Artifact } from '../core/artifact.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { ComposeBuild, ComposeFile } from '../kubernetes/compose.ts';
import { contextUses } from './context-uses.ts';
import { tracksDirectory } from './git-tracked.ts';
import type { ImageBuild, ImageUse } from './project.ts';

/** What some file says of how an image is built. Paths are relative to the project's root, '' is the root itself. */
export interface ToldBuild {
  readonly dockerfilePath: string;
  readonly contextDirectory: string | undefined;
  readonly target: string | undefined;
  readonly images: readonly string[];
  readonly arguments: ReadonlyMap<string, string | undefined>;
  readonly toldBy: ImageBuild['toldBy'];
  readonly toldIn?: string;
  /** The Compose service that builds it, which also runs it. */
  readonly service?: ImageUse;
}

/** A build whose `runBy` is still to be filled. */
export interface LinkedBuild extends ImageBuild {
  readonly runBy: ImageUse[];
}

/** More Dockerfiles than this in one directory are a collection: the directory is no build context of theirs. */
const largestFamily = 20;

/**
 * The ways in which each Dockerfile is built: those that Compose, bake and skaffold files tell of, else by convention: the
 * directory, its own or one above it, that has the files that it copies.
 */
export function linkBuilds(
  root: string,
  dockerfiles: readonly Dockerfile[],
  told: readonly ToldBuild[],
  artifacts: ReadonlyMap<string, Artifact>,
  earlier: readonly BuildContext[] = [],
): { readonly builds: readonly LinkedBuild[]; readonly contexts: readonly BuildContext[] } {
  const families = new Map<string, number>();
  for (const { path: file } of dockerfiles) families.set(directoryOf(file), (families.get(directoryOf(file)) ?? 0) + 1);
  const plans = dockerfiles.flatMap((dockerfile) => {
    const own = withoutRepeats(told.filter(({ dockerfilePath }) => dockerfilePath === dockerfile.path));
    if (own.length > 0) return own.map((each) => ({ dockerfile, told: each }));
    const collection = (families.get(directoryOf(dockerfile.path)) ?? 0) > largestFamily;
    return [{ dockerfile, told: byConvention(root, dockerfile, collection) }];
  });
  const read = new Set(dockerfiles.map(({ path: file }) => file));
  const unread = told.filter(({ dockerfilePath }) => !read.has(dockerfilePath) && isThere(root, dockerfilePath));
  const contexts = openContexts(root, plans, unread, artifacts, earlier);
  const builds = plans.map(
    ({ dockerfile, told: each }): LinkedBuild => ({
      dockerfile,
      // Asked for late: it parses the file, and a file may be another thread's to look at.
      get stage() {
        return stageNamed(dockerfile, each.target);
      },
      context: contexts.get(contextKey(dockerfile, each, artifacts)),
      images: each.images,
      arguments: each.arguments,
      toldBy: each.toldBy,
      ...(each.toldIn !== undefined && { toldIn: each.toldIn }),
      runBy: each.service ? [each.service] : [],
    }),
  );
  return { builds, contexts: [...new Set(contexts.values())] };
}

/** A command in a CI file that builds what a Compose file builds, too, or twice, tells nothing new. */
function withoutRepeats(own: readonly ToldBuild[]): readonly ToldBuild[] {
  return own.filter(
    (build, at) =>
      build.toldBy !== 'ci' ||
      !own.some(
        (other, place) =>
          other.contextDirectory === build.contextDirectory &&
          other.target === build.target &&
          (other.toldBy !== 'ci' || place < at),
      ),
  );
}

interface Plan {
  readonly dockerfile: Dockerfile;
  readonly told: ToldBuild;
}

function openContexts(
  root: string,
  plans: readonly Plan[],
  unread: readonly ToldBuild[],
  artifacts: ReadonlyMap<string, Artifact>,
  earlier: readonly BuildContext[],
): Map<string, BuildContext> {
  const grouped = new Map<
    string,
    { directory: string; dockerfiles: Set<Dockerfile>; ignoreFile: Artifact | undefined }
  >();
  for (const { dockerfile, told } of plans) {
    if (told.contextDirectory === undefined) continue;
    const key = contextKey(dockerfile, told, artifacts);
    const group = grouped.get(key) ?? {
      directory: told.contextDirectory,
      dockerfiles: new Set(),
      ignoreFile: ignoreFileOf(dockerfile, told.contextDirectory, artifacts),
    };
    group.dockerfiles.add(dockerfile);
    grouped.set(key, group);
  }
  const tracks = tracksDirectory(root);
  return new Map(
    [...grouped].map(([key, { directory, dockerfiles, ignoreFile }]) => [
      key,
      openContext({
        root,
        directory,
        ignoreFile,
        uses: [
          ...[...dockerfiles].flatMap((each) => contextUses(each)),
          ...unread
            .filter(
              (each) => each.contextDirectory === directory && !artifacts.has(`${each.dockerfilePath}.dockerignore`),
            )
            .map(unknownUse),
        ],
        earlier,
        tracks,
      }),
    ]),
  );
}

function isThere(root: string, file: string): boolean {
  return root !== '' && existsSync(path.join(root, file));
}

/** Of a Dockerfile that is built, too, and was not read, by its name: it may need anything. */
function unknownUse({ dockerfilePath }: ToldBuild): ContextUse {
  return {
    path: dockerfilePath,
    range: { start: 0, end: 0 },
    sources: [],
    excludes: [],
    parents: false,
    known: false,
  };
}

/** Contexts differ by directory and by the ignore file in force. */
function contextKey(dockerfile: Dockerfile, told: ToldBuild, artifacts: ReadonlyMap<string, Artifact>): string {
  if (told.contextDirectory === undefined) return '';
  return `${told.contextDirectory}\0${ignoreFileOf(dockerfile, told.contextDirectory, artifacts)?.path ?? ''}`;
}

/** `<Dockerfile>.dockerignore` beside the Dockerfile wins over the context's own. https://docs.docker.com/build/concepts/context/#filename-and-location */
function ignoreFileOf(
  dockerfile: Dockerfile,
  context: string,
  artifacts: ReadonlyMap<string, Artifact>,
): Artifact | undefined {
  return (
    artifacts.get(`${dockerfile.path}.dockerignore`) ??
    artifacts.get(join(context, '.dockerignore')) ??
    artifacts.get(join(context, '.containerignore'))
  );
}

function stageNamed(dockerfile: Dockerfile, target: string | undefined): Stage | undefined {
  if (target === undefined) return dockerfile.final;
  const number = /^\d+$/.test(target) ? Number(target) : -1;
  return (
    dockerfile.stages.find(({ name, index }) => name === target.toLowerCase() || index === number) ?? dockerfile.final
  );
}

function byConvention(root: string, dockerfile: Dockerfile, collection: boolean): ToldBuild {
  const own = directoryOf(dockerfile.path);
  return {
    dockerfilePath: dockerfile.path,
    contextDirectory:
      collection || root === '' || own.startsWith('..') ? undefined : likelyContext(root, dockerfile, own),
    target: undefined,
    images: [],
    arguments: new Map(),
    toldBy: 'convention',
  };
}

/**
 * Of the Dockerfile's directory and those above it the one that has most of what it copies. Where nothing tells: its own, unless
 * that holds nothing but Dockerfiles and so cannot be what a COPY of the whole context wants.
 */
function likelyContext(root: string, dockerfile: Dockerfile, own: string): string | undefined {
  if (own === '') return own;
  const all = contextUses(dockerfile).flatMap((use) => use.sources);
  const whole = all.some((source) => /^(?:\.?\/?|\*)$/.test(source));
  const sources = all
    .filter((source) => !/^https?:|^git@|[*?[$]/.test(source))
    .map((source) => source.replace(/^\/+/, ''))
    .filter((source) => source !== '' && source !== '.' && source !== './');
  let best = own;
  let bestCount = 0;
  for (let directory = own; ; directory = directoryOf(directory)) {
    const count = sources.filter((source) => existsSync(path.join(root, directory, source))).length;
    if (count > bestCount) {
      best = directory;
      bestCount = count;
    }
    if (directory === '') break;
  }
  return bestCount === 0 && whole && holdsOnlyDockerfiles(path.join(root, own)) ? undefined : best;
}

function holdsOnlyDockerfiles(directory: string): boolean {
  try {
    return readdirSync(directory).every((name) => /(?:docker|container)(?:file|ignore)|^\.|^readme/i.test(name));
  } catch {
    return false;
  }
}

/** Builds that Compose files tell of. */
export function composeBuilds(files: readonly ComposeFile[]): ToldBuild[] {
  return files.flatMap((file) =>
    file.services.flatMap((service) => {
      const { build } = service;
      if (build?.dockerfilePath === undefined) return [];
      return {
        dockerfilePath: build.dockerfilePath,
        contextDirectory: build.contextPath,
        target: build.target,
        images: [...(service.image ? [service.image.text] : []), ...build.tags],
        arguments: givenArguments(file, build.args),
        toldBy: 'compose' as const,
        service: { kind: 'service' as const, file, service },
      };
    }),
  );
}

/** One without a value is taken from the environment, to which the `.env` file belongs: https://docs.docker.com/reference/compose-file/build/#args */
function givenArguments(file: ComposeFile, written: ComposeBuild['args']): ComposeBuild['args'] {
  const fromSettings = (name: string) => {
    // Behind the sign another name would end sooner.
    if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
    const { text, complete } = file.expand(`$${name}`);
    return complete ? text : undefined;
  };
  return new Map([...written].map(([name, value]) => [name, value ?? fromSettings(name)]));
}

/** '' at the root. The live objects of a namespace (`cluster:shop/deployment/web`) stand together as the files of a directory do. */
export function directoryOf(file: string): string {
  const slash = file.startsWith('cluster:') ? file.indexOf('/') : file.lastIndexOf('/');
  return slash === -1 ? '' : file.slice(0, slash);
}

function join(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}
