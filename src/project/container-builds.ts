import type { Container } from '../kubernetes/workload.ts';
import type { ImageBuild, Project } from './project.ts';

const indexes = new WeakMap<Project, ReadonlyMap<Container, ImageBuild>>();

/** The build whose image a container runs, when it is built in this project. Constant time after the first call. */
export function buildRunBy(project: Project, container: Container): ImageBuild | undefined {
  let index = indexes.get(project);
  if (!index) {
    index = new Map(
      project.builds.flatMap((build) =>
        build.runBy.flatMap((use) => (use.kind === 'container' ? [[use.container, build] as const] : [])),
      ),
    );
    indexes.set(project, index);
  }
  return index.get(container);
}

/**
 * True when the manifest leaves the version out because Skaffold, which builds the image, writes it into the manifest that it
 * applies. https://skaffold.dev/docs/taggers/
 */
export function isTaggedBySkaffold(project: Project, container: Container): boolean {
  const { imageReference: reference } = container;
  if (reference === undefined || reference.tag !== undefined) return false;
  return buildRunBy(project, container)?.toldBy === 'skaffold' || project.skaffoldImages?.has(reference.text) === true;
}
