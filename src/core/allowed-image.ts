import type { ImageReference } from './image-reference.ts';

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
