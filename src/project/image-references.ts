import { type ImageReference, parseImageReference } from '../core/image-reference.ts';
import type { Project } from './project.ts';

/** The images of other people that a project builds on or runs by a tag: what a registry could tell the digest of. Each text once. */
export function taggedImages({ dockerfiles, workloads, composeFiles, builds }: Project): ImageReference[] {
  const built = new Set(builds.flatMap(({ images }) => images));
  const texts = new Set<string>();
  for (const { stages } of dockerfiles)
    for (const { base } of stages) if (base.kind === 'image' && base.complete) texts.add(base.reference);
  for (const { allContainers } of workloads)
    for (const { imageReference } of allContainers) if (imageReference) texts.add(imageReference.text);
  for (const { services } of composeFiles)
    for (const { image, build } of services) if (image && build === undefined) texts.add(image.text);
  return [...texts]
    .filter((text) => !built.has(text))
    .flatMap((text) => parseImageReference(text) ?? [])
    .filter(({ digest }) => digest === undefined);
}
