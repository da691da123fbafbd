import { officialImages } from '../bases/official-images.ts';
import { familiarName, parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { once } from '../dockerfile/once.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Project } from './project.ts';
import { externalBase } from './stage-facts.ts';

interface OwnNames {
  /** Each Dockerfile by the names that builds give its images. */
  readonly byBuild: ReadonlyMap<string, Dockerfile>;
  /** By the name of its directory, and by `base` of `Dockerfile.base`; undefined in it where several have the name. */
  readonly byPlace: ReadonlyMap<string, Dockerfile | undefined>;
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
 * Never for an official image. Never by the directory or file for one that is called like one (`redis`), where several have the name, where the Dockerfile
 * is built on that very image, or where the images that builds of the project name have all another registry or namespace.
 */
export function ownDockerfileOf(project: Project, dockerfile: Dockerfile, reference: string): Dockerfile | undefined {
  const own = find(ownImages(project), reference);
  return own === dockerfile ? undefined : own;
}

/** The Dockerfile of the project that makes what a stage stands on, and its last stage, which a build takes where nothing else is said. */
export function ownBaseOf(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
): { readonly dockerfile: Dockerfile; readonly stage: Stage } | undefined {
  const base = externalBase(stage);
  const own = base.kind === 'image' && base.complete ? ownDockerfileOf(project, dockerfile, base.reference) : undefined;
  return own?.final && { dockerfile: own, stage: own.final };
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
  const byBuild = new Map<string, Dockerfile>();
  const byPlace = new Map<string, Dockerfile | undefined>();
  const owners = new Set<string>();
  for (const dockerfile of dockerfiles) {
    const names = new Set([nameOfFile(dockerfile.path), dockerfile.path.split('/').at(-2)]);
    for (const name of names) if (name !== undefined) byPlace.set(name, byPlace.has(name) ? undefined : dockerfile);
  }
  for (const { dockerfile, images } of builds)
    for (const image of images) {
      const reference = parseImageReference(image);
      if (reference === undefined) continue;
      const name = familiarName(reference);
      byBuild.set(name, dockerfile);
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
      const own = base.kind === 'image' ? find(names, base.reference) : undefined;
      if (own !== undefined && own !== dockerfile) bases.add(own);
    }
  return bases;
}

function find({ byBuild, byPlace, owners }: OwnNames, text: string): Dockerfile | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const name = familiarName(reference);
  if (Object.hasOwn(officialImages, name)) return undefined;
  const built = byBuild.get(name);
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (built !== undefined || last === name || Object.hasOwn(officialImages, last)) return built;
  if (owners.size > 0 && !owners.has(ownerOf(name))) return undefined;
  const beside = byPlace.get(last);
  return beside === undefined || isBuiltOn(beside, name) ? undefined : beside;
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
