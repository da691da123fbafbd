import { matchGlob } from './go-glob.ts';
import { cleanPath } from './internal/go-text.ts';
import type { ListingIndex } from './listing-index.ts';

const mostLinks = 255;

/**
 * Where a path leads inside the context when every link on it is followed; none can lead out, as none can out of a root directory.
 * '' is the context itself. Undefined for a loop.
 */
export function followLinks(links: ListingIndex['links'], path: string): string | undefined {
  let rest = inContext(path).split('/');
  let done = '';
  for (let followed = 0; rest.length > 0; ) {
    const [part = '', ...after] = rest;
    const next = inContext(`${done}/${part}`);
    const target = links.get(next);
    rest = after;
    if (target === undefined) {
      done = next;
      continue;
    }
    if (++followed > mostLinks) return undefined;
    rest = [...inContext(target.startsWith('/') ? target : `${done}/${target}`).split('/'), ...after];
    done = '';
  }
  return done;
}

/** A path from the context's root, without a leading slash; '' for the root. */
export function inContext(path: string): string {
  return cleanPath(`/${path}`).slice(1);
}

/**
 * The patterns of what BuildKit asks the client for, given the sources that a Dockerfile names: the sources and what links
 * among them point at. Undefined when all is asked for. https://pkg.go.dev/github.com/tonistiigi/fsutil#FollowLinks
 */
export function requestedPatterns(
  links: ListingIndex['links'],
  sources: readonly string[],
): readonly string[] | undefined {
  const resolved = new Set<string>();
  const queue = sources.map(inContext);
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    const { reached, targets } = firstLink(links, path);
    if (resolved.has(reached)) continue;
    resolved.add(reached);
    queue.push(...targets);
  }
  return resolved.has('') ? undefined : [...resolved];
}

/** Goes along a path up to its first link: how far that is, and where the links there lead with what is left of the path. */
function firstLink(links: ListingIndex['links'], path: string): { reached: string; targets: readonly string[] } {
  const parts = path.split('/');
  for (let count = 1; count <= parts.length && links.size > 0; count++) {
    const current = parts.slice(0, count).join('/');
    const rest = parts.slice(count).join('/');
    const targets = linksAt(links, current).map((target) => inContext(`${target}/${rest}`));
    if (targets.length > 0) return { reached: current, targets };
  }
  return { reached: path, targets: [] };
}

/** The targets of the links that a path, or its last part as a wildcard, names. */
function linksAt(links: ListingIndex['links'], path: string): readonly string[] {
  const directory = path.slice(0, path.lastIndexOf('/') + 1);
  const base = path.slice(directory.length);
  if (!hasWildcard(base)) {
    const target = links.get(path);
    return target === undefined ? [] : [absoluteTarget(directory, target)];
  }
  return [...links]
    .filter(([link]) => link.startsWith(directory) && matchGlob(base, link.slice(directory.length)) === true)
    .map(([, target]) => absoluteTarget(directory, target));
}

function absoluteTarget(directory: string, target: string): string {
  return inContext(target.startsWith('/') ? target : `${directory}${target}`);
}

export function hasWildcard(name: string): boolean {
  return /^(?:[^\\*?[]|\\[\s\S])*[*?[]/.test(name);
}
