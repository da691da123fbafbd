/**
 * An image reference, taken apart as https://github.com/distribution/reference does, `docker.io/library/` put in where it
 * is implied.
 */
export interface ImageReference {
  /** As written. */
  readonly text: string;
  /** Host and port: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** With namespace: `library/node`, `bitnami/redis`. */
  readonly repository: string;
  /** Absent when not written; then `latest` is meant unless there is a digest. */
  readonly tag: string | undefined;
  /** `sha256:…`. */
  readonly digest: string | undefined;
}

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const host =
  /^(?:\[[0-9a-fA-F:]+\]|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::[0-9]+)?$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/;
const maximumRepositoryLength = 255;
const hexLengths: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Reads a reference; undefined when the reference grammar does not allow it. Linear in its length. */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > 4096) return undefined;
  const at = text.indexOf('@');
  const digest = at === -1 ? undefined : text.slice(at + 1);
  if (digest !== undefined && !validDigest(digest)) return undefined;
  const named = at === -1 ? text : text.slice(0, at);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !tagForm.test(tag)) return undefined;
  const name = splitName(colon === -1 ? named : named.slice(0, colon));
  return name && { text, registry: name.registry, repository: name.repository, tag, digest };
}

/** The shortest text for a reference: `node:20`, not `docker.io/library/node:20`. */
export function familiarName(reference: Pick<ImageReference, 'registry' | 'repository'>): string {
  if (reference.registry !== 'docker.io') return `${reference.registry}/${reference.repository}`;
  return reference.repository.startsWith('library/')
    ? reference.repository.slice('library/'.length)
    : reference.repository;
}

/** As written, without tag and digest: `docker.io/library/node` stays that. */
export function nameAsWritten({ text, tag, digest }: ImageReference): string {
  const end = text.length - (digest === undefined ? 0 : digest.length + 1) - (tag === undefined ? 0 : tag.length + 1);
  return text.slice(0, end);
}

/** `shop/web` of `shop/web:1.2` and of `shop/web@sha256:…`: what the releases of an image have in common. As it is where it is no reference: a file. */
export function nameWithoutTag(name: string): string {
  const reference = parseImageReference(name);
  return reference === undefined ? name : familiarName(reference);
}

/** `web` of `registry.example/shop/web:1.2`; empty where it is no reference. */
export function lastNameOf(image: string): string {
  const repository = parseImageReference(image)?.repository ?? '';
  return repository.slice(repository.lastIndexOf('/') + 1);
}

function validDigest(digest: string): boolean {
  if (!digestForm.test(digest)) return false;
  const colon = digest.indexOf(':');
  const length = hexLengths[digest.slice(0, colon)];
  if (length === undefined) return true;
  const hex = digest.slice(colon + 1);
  return hex.length === length && hex === hex.toLowerCase();
}

/** The first component is a host when it holds a dot or a colon, is `localhost`, or is not all lower case. */
function splitName(name: string): { registry: string; repository: string } | undefined {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const isHost = slash !== -1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  if (isHost && !host.test(first)) return undefined;
  let registry = isHost ? first : 'docker.io';
  if (registry === 'index.docker.io') registry = 'docker.io';
  let repository = isHost ? name.slice(slash + 1) : name;
  if (repository.length > maximumRepositoryLength || !repository.split('/').every((part) => component.test(part)))
    return undefined;
  if (!isHost && /^[0-9a-f]{64}$/.test(repository)) return undefined;
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  return { registry, repository };
}
