import { parseImageReference } from '../../core/image-reference.ts';
import type { Project } from '../../project/project.ts';
import { bakeImages } from './bake-images.ts';
import { ciImages } from './ci-images.ts';
import { chartImages, kustomizationImages, manifestImages, sorted } from './cluster-file-images.ts';
import { composeImages } from './compose-images.ts';
import { dockerfileImages } from './dockerfile-images.ts';
import { givenNames } from './from-arguments.ts';
import { type NamedImages, type NamedPlace, separateNames } from './named-image.ts';

/**
 * Every image of others that the files of a project name, Dockerfiles each by itself and what stands in all other files together: with what is built here left
 * out. A line that several overlays or includes bring is there once.
 */
export function namedImages(project: Project): readonly NamedImages[] {
  const built = new Set(project.builds.flatMap(({ images }) => images.flatMap((text) => repositoryIn(text) ?? [])));
  const isOthers = ({ text }: NamedPlace) => !built.has(repositoryIn(text) ?? '');
  const given = givenNames(project);
  const { names, unresolved } = sorted([
    ...composeImages(project, given),
    ...kustomizationImages(project),
    // Before the manifests that Helm renders with them: the same place.
    ...chartImages(project),
    ...manifestImages(project),
    ...ciImages(project),
    ...bakeImages(project, given),
  ]);
  const seen = new Set<string>();
  const isFirst = ({ path, range }: Pick<NamedPlace, 'path' | 'range'>) => {
    const key = `${path}:${range.start}`;
    return seen.has(key) ? false : seen.add(key);
  };
  const others = separateNames(
    names.filter(({ place }) => isOthers(place) && isFirst(place)),
    unresolved.filter(isFirst),
  );
  const inDockerfiles = project.dockerfiles.map((dockerfile) => {
    const found = dockerfileImages(project, dockerfile, (written) => given.isGiven(dockerfile, written));
    return { ...found, places: found.places.filter(isOthers) };
  });
  return [...inDockerfiles, others];
}

function repositoryIn(text: string): string | undefined {
  const reference = parseImageReference(text);
  return reference && `${reference.registry}/${reference.repository}`;
}
