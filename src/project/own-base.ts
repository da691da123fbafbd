import { officialImages } from '../bases/official-images.ts';
import { familiarName, parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from './project.ts';
import { externalBase } from './stage-facts.ts';

interface OwnImages {
  /** Each Dockerfile by the names that its images may have: those that a build names, and its directory's. */
  readonly byName: ReadonlyMap<string, Dockerfile>;
  /** The Dockerfiles that another one of the project is built on. */
  readonly bases: ReadonlySet<Dockerfile>;
}

const known = new WeakMap<readonly Dockerfile[], OwnImages>();

/**
 * The other Dockerfile of the project that makes an image, as far as names tell: a build of it is called so, or it lies in a directory that
 * has the last part of the image's name (`images/base-notebook` for `quay.io/jupyter/base-notebook`). Never for an official image, nor by the
 * directory for one that is called like one (`redis`).
 */
export function ownDockerfileOf(project: Project, dockerfile: Dockerfile, reference: string): Dockerfile | undefined {
  const own = find(ownImages(project).byName, reference);
  return own === dockerfile ? undefined : own;
}

/** Whether another Dockerfile of the project is built on an image of this one. */
export function isOwnBase(project: Project, dockerfile: Dockerfile): boolean {
  return ownImages(project).bases.has(dockerfile);
}

function ownImages(project: Project): OwnImages {
  let own = known.get(project.dockerfiles);
  if (own === undefined) {
    own = readOwnImages(project);
    known.set(project.dockerfiles, own);
  }
  return own;
}

function readOwnImages({ dockerfiles, builds }: Project): OwnImages {
  const byName = new Map<string, Dockerfile>();
  for (const dockerfile of dockerfiles) {
    const directory = dockerfile.path.split('/').at(-2);
    if (directory !== undefined) byName.set(directory, dockerfile);
  }
  for (const { dockerfile, images } of builds)
    for (const image of images) {
      const reference = parseImageReference(image);
      if (reference !== undefined) byName.set(familiarName(reference), dockerfile);
    }
  const bases = new Set<Dockerfile>();
  for (const dockerfile of dockerfiles)
    for (const stage of dockerfile.stages) {
      const base = externalBase(stage);
      const own = base.kind === 'image' ? find(byName, base.reference) : undefined;
      if (own !== undefined && own !== dockerfile) bases.add(own);
    }
  return { byName, bases };
}

function find(byName: OwnImages['byName'], text: string): Dockerfile | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined) return undefined;
  const name = familiarName(reference);
  const last = name.slice(name.lastIndexOf('/') + 1);
  if (last === name || Object.hasOwn(officialImages, last)) return byName.get(name);
  return byName.get(name) ?? byName.get(last);
}
