import { type ImageReference, parseImageReference } from './image-reference.ts';

/**
 * True where a list of what is trusted has an image: its registry (`registry.example.com`, `*.example.com`, `docker.io`), all below a path
 * (`registry.example.com/base`, `docker.io/library/`) or its name (`docker.io/library/debian`). A `*` at one end of the registry, as in
 * `.hadolint.yaml`, and one at the end of the path stand for anything. Registry and path are held against their own part of the name only.
 */
export function isAllowedImage(
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
  allowed: readonly string[],
): boolean {
  return allowed.some((pattern) => {
    const slash = pattern.indexOf('/');
    if (slash < 0) return fits(pattern, registry) || (pattern === 'hub.docker.com' && registry === 'docker.io');
    return fits(pattern.slice(0, slash), registry) && isBelow(pattern.slice(slash + 1), repository);
  });
}

function isBelow(pattern: string, repository: string): boolean {
  if (pattern.endsWith('*')) return repository.startsWith(pattern.slice(0, -1));
  const path = pattern.replace(/\/$/, '');
  return path === '' || repository === path || repository.startsWith(`${path}/`);
}

function fits(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern === text;
}

/** Why no image can match a pattern of such a list, and what to write; undefined for one that some image can. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.includes('://'))
    return `no image's name begins so: leave out ${pattern.slice(0, pattern.indexOf('://') + 3)}`;
  const slash = pattern.indexOf('/');
  const [registry, path] = slash < 0 ? [pattern, ''] : [pattern.slice(0, slash), pattern.slice(slash)];
  // https://github.com/distribution/reference/blob/main/normalize.go: the older name of Docker Hub is never that of an image.
  if (registry === 'index.docker.io') return `no image has this name of Docker Hub: this is docker.io${path}`;
  const isRegistry = parseImageReference(`${registry}/x`)?.registry === registry;
  // A port may stand behind a registry's name.
  const tag = /[:@].*$/.exec(path)?.[0] ?? (isRegistry ? undefined : /:(?!\d+$|\*$).*$|@.*$/.exec(registry)?.[0]);
  if (tag !== undefined) return `tags and digests are not compared, and no image has such a name: leave out ${tag}`;
  // https://github.com/distribution/reference/blob/main/normalize.go: what else stands before the first slash is a part of the path on Docker Hub.
  if (isRegistry || /[.:*]/.test(registry)) return undefined;
  const inHub = slash < 0 ? `library/${pattern}` : pattern;
  return `${registry} is no registry: on Docker Hub this is docker.io/${inHub}`;
}
