import { familiarName, type ImageReference, nameAsWritten } from '../core/image-reference.ts';
import { type BaseImage, baseImage } from './base-image.ts';
import { officialImages } from './official-images.ts';

/** Hosts that a private registry keeps copies of below their own names: `registry.example/docker.io/library/node`. */
const publicHosts: ReadonlySet<string> = new Set([
  'docker.io',
  'quay.io',
  'ghcr.io',
  'gcr.io',
  'registry.k8s.io',
  'mcr.microsoft.com',
  'public.ecr.aws',
  'cgr.dev',
  'registry.access.redhat.com',
]);

/**
 * The name of the image that a private registry has a copy of, without a tag: `node` of `registry.example/mirror/node` where the project says that
 * `registry.example/mirror` has what `docker.io` has. Without that only where the path itself says so: by the name of the host that it was copied from, or
 * by `library`, below which Docker Hub keeps its official images, with the name of one of these. Undefined for all else: `registry.example/acme/node` is anybody's.
 * @param mirrors from the beginning of a name to what it stands for, as plimsoll.yaml has it
 */
export function copiedFrom(reference: ImageReference, mirrors: ReadonlyMap<string, string>): string | undefined {
  const name = familiarName(reference);
  const said = [...mirrors]
    .filter(([prefix]) => name === prefix || name.startsWith(`${prefix}/`))
    .sort(([one], [other]) => other.length - one.length)[0];
  if (said) return said[1] + name.slice(said[0].length);
  if (reference.registry === 'docker.io' || publicHosts.has(reference.registry)) return undefined;
  const parts = reference.repository.split('/');
  const at = parts.findLastIndex((part) => publicHosts.has(part));
  if (at !== -1 && at < parts.length - 1) return parts.slice(at).join('/');
  const [last = '', before] = parts.toReversed();
  return before === 'library' && Object.hasOwn(officialImages, last) ? last : undefined;
}

/** What is known of an image by its name, or by that of the one that it is a copy of. */
export function knownImage(
  reference: ImageReference,
  mirrors: ReadonlyMap<string, string>,
): { readonly name: string; readonly copyOf: string | undefined; readonly image: BaseImage } {
  const { text, tag, digest } = reference;
  const copyOf = copiedFrom(reference, mirrors);
  const name = copyOf ?? nameAsWritten(reference);
  // A digest alone may be any version of the image.
  return { name, copyOf, image: baseImage(tag !== undefined ? `${name}:${tag}` : digest === undefined ? name : text) };
}
