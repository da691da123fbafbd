import { familiarName, parseImageReference } from '../../core/image-reference.ts';
import type { Mention, Mentions } from '../prune-registry/mentions.ts';
import type { EngineItem } from './inventory.ts';

/** Names of repositories, without their hosts, that images of engines are of: what somebody else may call them by. */
export function repositoryPaths(items: readonly EngineItem[]): Set<string> {
  return new Set(items.flatMap(({ kind, names }) => (kind === 'image' ? names.flatMap((name) => pathsOf(name)) : [])));
}

/** Who of those that were asked names an image: by a tag, by a digest of it, or by its identifier. */
export function neededBy({ repositories, digests }: Mentions): (image: EngineItem) => string | undefined {
  return ({ id, names }) => {
    for (const name of names) {
      const reference = parseImageReference(name);
      for (const path of pathsOf(name)) {
        const known = repositories.get(path);
        const mention =
          known?.tags.get(reference?.tag ?? '') ??
          known?.digests.get(reference?.digest ?? '') ??
          digests.get(reference?.digest ?? '');
        if (mention !== undefined) return text(mention);
      }
    }
    const mention = digests.get(id);
    return mention === undefined ? undefined : text(mention);
  };
}

function text({ by }: Mention): string {
  return `${by} runs it, or could go back to it`;
}

/** `docker.io/library/web:1` is `web`, and `library/web`. */
function pathsOf(name: string): string[] {
  const reference = parseImageReference(name);
  if (reference === undefined) return [];
  return [...new Set([reference.repository, familiarName({ ...reference, registry: 'docker.io' })])];
}
