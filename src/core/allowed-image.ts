import type { ImageReference } from './image-reference.ts';

/**
 * True where a list of what is trusted has an image: its registry (`registry.example.com`, `*.example.com`, `docker.io`), all below a path
 * (`registry.example.com/base`, `docker.io/library/`) or its name (`docker.io/library/debian`). A `*` at one end stands for anything, as in `.hadolint.yaml`.
 */
export function isAllowedImage(
  { registry, repository }: Pick<ImageReference, 'registry' | 'repository'>,
  allowed: readonly string[],
): boolean {
  return allowed.some((pattern) => {
    if (!pattern.includes('/'))
      return fits(pattern, registry) || (pattern === 'hub.docker.com' && registry === 'docker.io');
    const name = `${registry}/${repository}`;
    return fits(pattern, name) || name.startsWith(`${pattern.replace(/\/$/, '')}/`);
  });
}

function fits(pattern: string, text: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*')) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith('*')) return text.startsWith(pattern.slice(0, -1));
  return pattern === text;
}
