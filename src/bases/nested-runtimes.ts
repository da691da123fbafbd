import { lastNameOf, parseImageReference } from '../core/image-reference.ts';

/**
 * Images of programs that start containers or mount file systems themselves: engines in containers, builders of images, clusters in
 * containers. Without rights over the kernel they do not start, rootless or not.
 * https://hub.docker.com/_/docker, https://github.com/moby/buildkit/blob/master/docs/rootless.md
 */
const nested =
  /^(?:moby\/buildkit|(?:buildah|podman|skopeo)\/(?:stable|upstream|testing)|kaniko-project\/executor|kaniko|kindest\/node|rancher\/(?:k3s|k3d|rancher)|k3s-io\/k3s|nestybox\/.+|docker\/docker-dind)$/;

/** True for an image of such a program, by its name: `docker:27-dind` is one, `docker:27-cli` none. */
export function runsContainers(image: string): boolean {
  const reference = parseImageReference(image);
  // A tag with a variable in it is none that the grammar knows.
  if (reference === undefined) return /(?:^|\/)docker:(?:[^@]*-)?dind(?:-|@|$)/.test(image);
  if (lastNameOf(image) === 'docker') return /(?:^|-)dind(?:-|$)/.test(reference.tag ?? '');
  // Mirrors put names of their own in front.
  return nested.test(reference.repository.split('/').slice(-2).join('/'));
}
