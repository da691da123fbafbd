import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { nearest } from '../core/nearest.ts';
import type { ImageBuild, Project } from '../project/project.ts';
import type { BuildRequest } from './build.ts';
import { composeSettings } from './compose-settings.ts';

/** How a build is asked for, apart from what changes between builds of one subject. */
export type BuildSettings = Pick<
  BuildRequest,
  'target' | 'platform' | 'network' | 'arguments' | 'contexts' | 'secrets'
>;

/** What is proved of: one image that the project builds. */
export interface Subject {
  /** What its image is called, else its directory: no two of a project have the same. */
  readonly name: string;
  readonly build: ImageBuild;
  /** Relative to the project's root. */
  readonly dockerfile: string;
  /** A directory, relative to the project's root; '' for the root itself. */
  readonly context: string;
  readonly settings: BuildSettings;
}

/** What the user chose. Names of images and paths of Dockerfiles, as written; empty: all. */
export interface Choice {
  readonly images: readonly string[];
  /** Relative to the project's root. */
  readonly dockerfiles: readonly string[];
  /** Goes before what the project says. */
  readonly settings: Partial<BuildSettings>;
}

/**
 * What of a project is proved, in the order in which it is written, with what Compose says of how it is built.
 * @throws UserError when something that was chosen is not there, or nothing can be built.
 */
export function subjectsOf(project: Project, choice: Choice): Subject[] {
  const all = withNames(project);
  const chosen = all.filter(
    ({ build, name }) =>
      (choice.images.length === 0 || choice.images.some((image) => isNamed(image, name, build))) &&
      (choice.dockerfiles.length === 0 || choice.dockerfiles.includes(build.dockerfile.path)),
  );
  for (const image of choice.images)
    if (!all.some(({ build, name }) => isNamed(image, name, build)))
      throw nothingCalled(
        image,
        all.map(({ name }) => name),
      );
  for (const file of choice.dockerfiles)
    if (!project.dockerfiles.some((each) => each.path === file))
      throw nothingCalled(
        file,
        project.dockerfiles.map((each) => each.path),
      );
  return chosen.flatMap(({ build, name }) => {
    const { context } = build;
    if (context === undefined) {
      if (choice.images.length + choice.dockerfiles.length === 0 && all.length > 1) return [];
      throw new UserError('it is not known what directory this is built from', {
        where: build.dockerfile.path,
        remedy: 'Call plimsoll prove with that directory and --dockerfile, or say it in a Compose file.',
      });
    }
    const settings = settingsOf(build, choice.settings);
    return [{ name, build, dockerfile: build.dockerfile.path, context: context.directory, settings }];
  });
}

/** The build of a project as it is read after a repair that is the same as this one. */
export function sameBuild({ builds }: Pick<Project, 'builds'>, build: ImageBuild): ImageBuild | undefined {
  const same = builds.filter(
    (each) =>
      each.dockerfile.path === build.dockerfile.path &&
      each.context?.directory === build.context?.directory &&
      each.toldBy === build.toldBy &&
      each.images.join() === build.images.join(),
  );
  return same.find(({ stage }) => stage?.name === build.stage?.name) ?? same[0];
}

/** The project's own word, and the user's before it. */
function settingsOf(build: ImageBuild, given: Partial<BuildSettings>): BuildSettings {
  const own = composeSettings(build);
  const { dockerfile, stage } = build;
  return {
    target: given.target ?? (stage === dockerfile.final ? undefined : (stage?.name ?? String(stage?.index))),
    platform: given.platform ?? own.platform,
    network: given.network ?? own.network ?? 'default',
    arguments: new Map([...own.arguments, ...(given.arguments ?? [])]),
    contexts: new Map([...own.contexts, ...(given.contexts ?? [])]),
    secrets: [
      ...own.secrets.filter(({ id }) => !given.secrets?.some((each) => each.id === id)),
      ...(given.secrets ?? []),
    ],
  };
}

function withNames(project: Project): { readonly name: string; readonly build: ImageBuild }[] {
  const builds = project.builds.filter(
    ({ dockerfile, stage }) => stage?.from !== undefined && !project.templates.has(dockerfile.path),
  );
  const names = builds.map((build) => nameOf(build, project));
  return builds.map((build, at) => {
    const name = names[at] ?? build.dockerfile.path;
    if (names.indexOf(name) === names.lastIndexOf(name)) return { build, name };
    const { dockerfile, stage } = build;
    const longer = `${name} (${dockerfile.path}${stage === dockerfile.final || !stage ? '' : `, ${stage.name ?? stage.index}`})`;
    const earlier = builds.slice(0, at).filter((each) => each.dockerfile === dockerfile && each.stage === stage).length;
    return { build, name: earlier === 0 ? longer : `${longer} ${earlier + 1}` };
  });
}

function nameOf({ images, dockerfile, runBy }: ImageBuild, project: Project): string {
  for (const image of images) {
    const repository = parseImageReference(image)?.repository.replace(/^library\//, '');
    if (repository !== undefined) return repository;
  }
  for (const use of runBy) if (use.kind === 'service') return use.service.name;
  const directory = path.posix.dirname(dockerfile.path);
  const file = path.posix.basename(dockerfile.path);
  const own = directory === '.' ? project.name : path.posix.basename(directory);
  return /^(?:Dockerfile|Containerfile)$/.test(file) ? own : `${own}/${file}`;
}

/** By its whole name, by that of one of its images with or without a tag, or by the last part of it. */
function isNamed(written: string, name: string, { images, runBy }: ImageBuild): boolean {
  const forms = images.flatMap((image) => {
    const reference = parseImageReference(image);
    return reference ? [image, reference.repository, image.replace(/:[\w.-]+$/, '')] : [image];
  });
  const services = runBy.flatMap((use) => (use.kind === 'service' ? [use.service.name] : []));
  return [name, ...forms, ...services].some((each) => each === written || each.endsWith(`/${written}`));
}

function nothingCalled(written: string, names: readonly string[]): UserError {
  const suggestion = nearest(written, [...new Set(names)]);
  return new UserError(`nothing that is built here is called «${written}»`, {
    remedy: suggestion
      ? `Is «${suggestion}» meant?`
      : `There ${names.length === 1 ? 'is' : 'are'}: ${[...new Set(names)].slice(0, 12).join(', ') || 'no Dockerfiles'}.`,
  });
}
