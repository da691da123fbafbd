import { baseImage } from '../bases/base-image.ts';
import { officialImages } from '../bases/official-images.ts';
import { familiarName, type ImageReference, parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { once } from '../dockerfile/once.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { type ImageBuild, type Project, shippedStages } from './project.ts';
import { externalBase, type FinalUser, finalUser } from './stage-facts.ts';

interface NamedBuild {
  readonly build: ImageBuild;
  /** `latest` where none is written. */
  readonly tag: string;
}

interface Place {
  readonly dockerfile: Dockerfile;
  /** By `base` of `Dockerfile.base`; else by the directory, which is seldom called like an image by chance. */
  readonly byFile: boolean;
}

interface OwnNames {
  /** Builds by the names that they give their images. */
  readonly byBuild: ReadonlyMap<string, readonly NamedBuild[]>;
  /** By the name of its directory, and by `base` of `Dockerfile.base`; undefined in it where several have the name. */
  readonly byPlace: ReadonlyMap<string, Place | undefined>;
  /** Registries with namespaces in which builds name images. */
  readonly owners: ReadonlySet<string>;
}

interface OwnImages extends OwnNames {
  /** The Dockerfiles that another one of the project is built on. */
  bases(): ReadonlySet<Dockerfile>;
}

const known = new WeakMap<readonly Dockerfile[], OwnImages>();

/**
 * The other Dockerfile of the project that makes an image, as far as names tell: a build of it is called so, or it lies in a directory that
 * has the last part of the image's name (`images/base-notebook` for `quay.io/jupyter/base-notebook`), or is called by it (`Dockerfile.base-notebook`).
 * Never for an image that is known, official or other. Never by the directory or file for one that is called like an official one (`redis`), where several
 * have the name, where the Dockerfile is built on that very image, or where the images that builds of the project name have all another registry or
 * namespace; by the file only where one of them has it.
 */
export function ownDockerfileOf(project: Project, dockerfile: Dockerfile, reference: string): Dockerfile | undefined {
  const parsed = parseImageReference(reference);
  const own = parsed && find(ownImages(project), parsed);
  return own === dockerfile ? undefined : own;
}

/** A Dockerfile of the project and the stage of it that makes an image. */
export interface OwnBase {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
}

/**
 * The Dockerfile of the project that makes what a stage stands on, with the stage that its builds take. Only where a build names the image, or one in
 * the same registry and namespace; undefined where builds of it take several stages.
 */
export function ownBaseOf(project: Project, dockerfile: Dockerfile, stage: Stage): OwnBase | undefined {
  const reference = completeBase(stage);
  if (reference === undefined) return undefined;
  const own = ownImages(project);
  const built = builtAs(own, reference);
  if (built.length > 0) return onlyStage(dockerfile, built);
  if (!own.owners.has(ownerOf(familiarName(reference)))) return undefined;
  const beside = find(own, reference);
  if (beside === undefined || beside === dockerfile) return undefined;
  const [only, ...others] = shippedStages(project, beside);
  return only && others.length === 0 ? { dockerfile: beside, stage: only } : undefined;
}

/** The same, only where a build of the project gives an image the very name and tag: what a fix may count on. */
export function surelyOwnBaseOf(project: Project, dockerfile: Dockerfile, stage: Stage): OwnBase | undefined {
  const reference = completeBase(stage);
  if (reference === undefined || reference.digest !== undefined) return undefined;
  const built = builtAs(ownImages(project), reference).filter(({ tag }) => tag === (reference.tag ?? 'latest'));
  return onlyStage(dockerfile, built);
}

/** As whom a container of a stage's image runs, where the Dockerfiles of the project that make its bases say it. */
export function userOfOwnBases(project: Project, dockerfile: Dockerfile, stage: Stage): FinalUser {
  const seen = new Set<Stage>();
  let at: OwnBase | undefined = { dockerfile, stage };
  let user = finalUser(dockerfile, stage);
  while (user.instruction === undefined && user.isRoot === undefined && at !== undefined && !seen.has(at.stage)) {
    seen.add(at.stage);
    at = ownBaseOf(project, at.dockerfile, at.stage);
    if (at !== undefined) user = finalUser(at.dockerfile, at.stage);
  }
  return user;
}

function completeBase(stage: Stage): ImageReference | undefined {
  const base = externalBase(stage);
  return base.kind === 'image' && base.complete ? parseImageReference(base.reference) : undefined;
}

function onlyStage(dockerfile: Dockerfile, built: readonly NamedBuild[]): OwnBase | undefined {
  const [only, ...others] = new Set(built.map(({ build }) => build));
  if (only?.stage === undefined || only.dockerfile === dockerfile) return undefined;
  return others.every((each) => each.dockerfile === only.dockerfile && each.stage === only.stage)
    ? { dockerfile: only.dockerfile, stage: only.stage }
    : undefined;
}

/** Whether another Dockerfile of the project is built on an image of this one. */
export function isOwnBase(project: Project, dockerfile: Dockerfile): boolean {
  return ownImages(project).bases().has(dockerfile);
}

function ownImages(project: Project): OwnImages {
  let own = known.get(project.dockerfiles);
  if (own === undefined) {
    own = readOwnImages(project);
    known.set(project.dockerfiles, own);
  }
  return own;
}

function readOwnImages(project: Project): OwnImages {
  const names = readOwnNames(project);
  return { ...names, bases: once(() => ownBases(project.dockerfiles, names)) };
}

function readOwnNames({ dockerfiles, builds }: Project): OwnNames {
  const byBuild = new Map<string, NamedBuild[]>();
  const byPlace = new Map<string, Place | undefined>();
  const owners = new Set<string>();
  for (const dockerfile of dockerfiles) {
    const directory = dockerfile.path.split('/').at(-2);
    for (const name of new Set([nameOfFile(dockerfile.path), directory]))
      if (name !== undefined)
        byPlace.set(name, byPlace.has(name) ? undefined : { dockerfile, byFile: name !== directory });
  }
  for (const build of builds)
    for (const image of build.images) {
      const reference = parseImageReference(image);
      if (reference === undefined) continue;
      const name = familiarName(reference);
      const named = { build, tag: reference.tag ?? 'latest' };
      const others = byBuild.get(name);
      if (others) others.push(named);
      else byBuild.set(name, [named]);
      if (name.includes('/')) owners.add(ownerOf(name));
    }
  return { byBuild, byPlace, owners };
}

/** Every Dockerfile is read for it, in every thread: not where none of them has a name. */
function ownBases(dockerfiles: readonly Dockerfile[], names: OwnNames): ReadonlySet<Dockerfile> {
  const bases = new Set<Dockerfile>();
  if (names.byBuild.size + names.byPlace.size === 0) return bases;
  for (const dockerfile of dockerfiles)
    for (const stage of dockerfile.stages) {
      const base = externalBase(stage);
      const reference = base.kind === 'image' ? parseImageReference(base.reference) : undefined;
      const own = reference && find(names, reference);
      if (own !== undefined && own !== dockerfile) bases.add(own);
    }
  return bases;
}

function find(own: OwnNames, reference: ImageReference): Dockerfile | undefined {
  if (isKnown(reference)) return undefined;
  const built = builtAs(own, reference).at(-1)?.build.dockerfile;
  const name = familiarName(reference);
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (built !== undefined || last === name || Object.hasOwn(officialImages, last)) return built;
  const isOwned = own.owners.has(ownerOf(name));
  if (own.owners.size > 0 && !isOwned) return undefined;
  const beside = own.byPlace.get(last);
  return beside === undefined || (beside.byFile && !isOwned) || isBuiltOn(beside.dockerfile, name)
    ? undefined
    : beside.dockerfile;
}

/** The builds that name an image so, whatever the tag. None for an image that is known: a build may call a copy of it so. */
function builtAs({ byBuild }: OwnNames, reference: ImageReference): readonly NamedBuild[] {
  return isKnown(reference) ? [] : (byBuild.get(familiarName(reference)) ?? []);
}

/** What a digest alone hides is known by the name. */
function isKnown(reference: ImageReference): boolean {
  const name = familiarName(reference);
  return (
    [reference.text, name].some((each) => baseImage(each).distribution !== 'unknown') ||
    Object.hasOwn(officialImages, name)
  );
}

/** `base` of `Dockerfile.base` and of `base.Dockerfile`; a number names no image. */
export function nameOfFile(path: string): string | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return (
    /^(?:Dockerfile|Containerfile)[.-]([a-z].*)$/i.exec(file)?.[1] ??
    /^([a-z].*)\.(?:Dockerfile|Containerfile)$/i.exec(file)?.[1]
  );
}

function ownerOf(name: string): string {
  return name.slice(0, name.lastIndexOf('/'));
}

function isBuiltOn({ stages }: Dockerfile, name: string): boolean {
  return stages.some((stage) => {
    const base = externalBase(stage);
    const reference = base.kind === 'image' ? parseImageReference(base.reference) : undefined;
    return reference !== undefined && familiarName(reference) === name;
  });
}
