import { familiarName, type ImageReference, lastNameOf, parseImageReference } from '../core/image-reference.ts';
import { copiedFrom } from './mirrored-image.ts';

/**
 * Images of programs that start containers themselves: engines in containers, builders of images, clusters in containers. Without rights over
 * the kernel they do not start, rootless or not.
 * https://hub.docker.com/_/docker, https://github.com/moby/buildkit/blob/master/docs/rootless.md,
 * https://github.com/containers/image_build, https://docs.k3s.io/advanced
 */
const engines =
  /^(?:moby\/buildkit|quay\.io\/(?:buildah|podman)\/(?:stable|upstream|testing)|quay\.io\/containers\/(?:buildah|podman)|kindest\/node|rancher\/(?:k3s|rancher)|(?:public\.ecr\.aws\/docker\/library\/)?docker)$/;

/** The same in other registries, where nobody knows what they are: enough to propose nothing. */
const engineLike =
  /^(?:moby\/buildkit|(?:buildah|podman)\/(?:stable|upstream|testing)|containers\/(?:buildah|podman)|kindest\/node|rancher\/(?:k3s|k3d|rancher)|k3s-io\/k3s|docker\/docker-dind)$/;

/**
 * Need no rights over the kernel, but root and its files in the container: a builder that unpacks images where it stands, systems in containers.
 * https://github.com/GoogleContainerTools/kaniko, https://github.com/nestybox/sysbox
 */
const rootsOwn = /^(?:kaniko-project\/executor|kaniko|nestybox\/.+)$/;

/** True for what may be an image of a program that starts containers, by the end of its name: `docker:27-dind` is one, `docker:27-cli` none. */
export function startsContainers(image: string): boolean {
  const reference = referenceOf(image);
  if (reference === undefined) return false;
  return lastNameOf(reference.text) === 'docker' ? isDind(image) : engineLike.test(lastTwoOf(reference.repository));
}

/** True for those and for what else has to be root, and to write everywhere, in its container. */
export function runsContainers(image: string): boolean {
  return startsContainers(image) || rootsOwn.test(lastTwoOf(referenceOf(image)?.repository ?? ''));
}

/** True for an image of such a program by its maker, or for what is known to be a copy of it. */
export function isContainerEngine(image: string, mirrors: ReadonlyMap<string, string>): boolean {
  const name = wholeName(image, mirrors);
  return name !== undefined && engines.test(name) && (!name.endsWith('docker') || isDind(image));
}

/**
 * The registry and whole name of an image, without `docker.io` and `library`, of the one that it is known to be a copy of: anybody can call an
 * image of his own `node-exporter`.
 */
export function wholeName(image: string, mirrors: ReadonlyMap<string, string>): string | undefined {
  const reference = referenceOf(image);
  if (reference === undefined) return undefined;
  const copied = copiedFrom(reference, mirrors);
  const original = copied === undefined ? undefined : parseImageReference(copied);
  return familiarName(original ?? reference);
}

/** A tag with a variable in it is none that the grammar knows: without it. */
function referenceOf(image: string): ImageReference | undefined {
  return parseImageReference(image) ?? parseImageReference(image.replace(/:[^/:]*\$.*$/s, ''));
}

function isDind(image: string): boolean {
  return /:(?:[^@]*-)?dind(?:-|@|$)/.test(image);
}

function lastTwoOf(repository: string): string {
  return repository.split('/').slice(-2).join('/');
}
