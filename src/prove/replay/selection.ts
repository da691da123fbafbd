import { createHash } from 'node:crypto';
import { matcherOf } from '../../context/context-use.ts';
import { hasWildcard, inContext } from '../../context/follow-links.ts';
import { matchGlob } from '../../context/go-glob.ts';
import type { DirectoryMatch, IgnoreMatcher } from '../../context/matcher.ts';
import { type ContextDirectory, type ContextLeaf, type ContextNode, leavesOf, nodeAt } from './context-tree.ts';

/** What COPY, ADD or a bind mount takes from a directory, as written: variables are expanded. */
export interface Sources {
  readonly paths: readonly string[];
  /** Patterns of `--exclude`. */
  readonly excludes: readonly string[];
  /** `COPY --parents`. */
  readonly parents: boolean;
  /** Whether wildcards mean something; a mount has none. */
  readonly globs: boolean;
}

/** What was taken. */
export interface Selection {
  /**
   * Equal for two selections exactly where BuildKit finds them equal
   * (https://github.com/moby/buildkit/blob/v0.32.2/cache/contenthash/checksum.go).
   */
  readonly digest: string;
  /** The sources that match nothing: the build stops there. */
  readonly missing: readonly string[];
}

/** Takes what the sources name. BuildKit digests each source by itself and joins them in the order of their paths. */
export function select(root: ContextDirectory, sources: Sources): Selection {
  const missing: string[] = [];
  const digests = selectorsOf(sources).map((selector) => {
    const digest = digestOf(root, selector);
    if (digest === undefined) missing.push(selector.written);
    return digest ?? '';
  });
  const [only = ''] = digests;
  return { digest: digests.length === 1 ? only : hashOf(digests), missing };
}

/** A leaf of two selections that is not the same in both; undefined on the side that does not have it. */
export type LeafChange = readonly [before: ContextLeaf | undefined, after: ContextLeaf | undefined];

/** Finds what differs between what was taken of one context and of another, without looking at what is the same. */
export function differingLeaves(
  before: ContextDirectory,
  was: Sources,
  after: ContextDirectory,
  is: Sources,
): readonly LeafChange[] {
  const changes: LeafChange[] = [];
  const [earlier, now] = [selectorsOf(was), selectorsOf(is)];
  const paths = now.map(({ path }) => path);
  if (
    [...earlier, ...now].every(isPlain) &&
    earlier.length === now.length &&
    earlier.every(({ path }, at) => path === paths[at])
  ) {
    for (const path of paths) compareNodes(nodeAt(before, path), nodeAt(after, path), changes);
    return changes;
  }
  const [known, leaves] = [selectedLeaves(before, was), selectedLeaves(after, is)];
  for (const [path, leaf] of leaves) if (known.get(path)?.digest !== leaf.digest) changes.push([known.get(path), leaf]);
  for (const [path, leaf] of known) if (!leaves.has(path)) changes.push([leaf, undefined]);
  return changes;
}

function compareNodes(before: ContextNode | undefined, after: ContextNode | undefined, changes: LeafChange[]): void {
  if (before?.digest === after?.digest) return;
  if (before?.kind === 'directory' && after?.kind === 'directory') {
    for (const name of new Set([...after.entries.keys(), ...before.entries.keys()]))
      compareNodes(before.entries.get(name), after.entries.get(name), changes);
    return;
  }
  if (before && after && before.kind !== 'directory' && after.kind !== 'directory') changes.push([before, after]);
  else {
    if (after) for (const leaf of leavesOf(after)) changes.push([undefined, leaf]);
    if (before) for (const leaf of leavesOf(before)) changes.push([leaf, undefined]);
  }
}

/** The leaves that were taken, by path. */
function selectedLeaves(root: ContextDirectory, sources: Sources): ReadonlyMap<string, ContextLeaf> {
  const leaves = new Map<string, ContextLeaf>();
  for (const selector of selectorsOf(sources)) {
    const nodes = isPlain(selector) ? [nodeAt(root, selector.path)] : included(root, selector).map(({ node }) => node);
    for (const node of nodes)
      if (node?.kind === 'directory' && isPlain(selector))
        for (const leaf of leavesOf(node)) leaves.set(leaf.path, leaf);
      else if (node !== undefined && node.kind !== 'directory') leaves.set(node.path, node);
  }
  return leaves;
}

interface Selector {
  readonly written: string;
  readonly path: string;
  readonly wild: boolean;
  readonly include: IgnoreMatcher | undefined;
  readonly exclude: IgnoreMatcher | undefined;
}

const isPlain = ({ wild, include, exclude }: Selector) => !wild && include === undefined && exclude === undefined;

const selectorCache = new WeakMap<Sources, readonly Selector[]>();

/** One for each source; a path below another one says nothing new. */
function selectorsOf(sources: Sources): readonly Selector[] {
  const known = selectorCache.get(sources);
  if (known !== undefined) return known;
  const exclude = sources.excludes.length > 0 ? matcherOf(sources.excludes) : undefined;
  const all = sources.paths.map((written): Selector => {
    const pivot = sources.parents ? written.indexOf('/./') : -1;
    const pattern = inContext(pivot === -1 ? written : written.slice(pivot + 3));
    const path = sources.parents ? inContext(pivot === -1 ? '' : written.slice(0, pivot)) : pattern;
    const include = sources.parents && pattern !== '' ? matcherOf([pattern]) : undefined;
    return { written, path, wild: sources.globs && hasWildcard(path), include, exclude };
  });
  const plain = all.filter(isPlain).map(({ path }) => path);
  const isBelow = (path: string) =>
    plain.some((other) => other !== path && (other === '' || path.startsWith(`${other}/`)));
  const selectors = all
    .filter(
      (each, at) => !isPlain(each) || (!isBelow(each.path) && plain.indexOf(each.path) === indexAmongPlain(all, at)),
    )
    .sort((one, other) => (one.path < other.path ? -1 : one.path > other.path ? 1 : 0));
  selectorCache.set(sources, selectors);
  return selectors;
}

function indexAmongPlain(all: readonly Selector[], at: number): number {
  return all.slice(0, at).filter(isPlain).length;
}

/** Undefined where the source is not there. A wildcard may match nothing. */
function digestOf(root: ContextDirectory, selector: Selector): string | undefined {
  if (isPlain(selector)) return nodeAt(root, selector.path)?.digest;
  if (!selector.wild && nodeAt(root, selector.path) === undefined) return undefined;
  const found = included(root, selector);
  const [only] = found;
  const base = selector.path.slice(selector.path.lastIndexOf('/') + 1);
  if (found.length === 1 && only && only.path.slice(only.path.lastIndexOf('/') + 1) === base) return only.digest;
  return hashOf(found.flatMap(({ path, digest }) => [path, digest]));
}

interface Included {
  /** From where the wildcards begin, or from the source. */
  readonly path: string;
  readonly node: ContextNode;
  readonly digest: string;
}

/** With wildcards or filters each file counts by itself, with its path; a directory counts as a name. */
function included(root: ContextDirectory, selector: Selector): readonly Included[] {
  const found: Included[] = [];
  for (const { path, node } of matched(root, selector)) {
    if (node.kind !== 'directory') {
      // A link that is named itself is followed.
      const followed = (node.kind === 'symlink' ? nodeAt(root, node.path) : undefined) ?? node;
      if (verdictOn(selector, node.name, undefined, undefined).taken)
        found.push({ path, node, digest: followed.digest });
      continue;
    }
    if (selector.wild) found.push({ path, node, digest: 'directory' });
    addBelow(found, node, path, '', selector, undefined, undefined);
  }
  return found;
}

function addBelow(
  found: Included[],
  directory: ContextDirectory,
  path: string,
  seen: string,
  selector: Selector,
  includeAbove: DirectoryMatch,
  excludeAbove: DirectoryMatch,
): void {
  for (const node of directory.entries.values()) {
    const below = path === '' ? node.name : `${path}/${node.name}`;
    const candidate = seen === '' ? node.name : `${seen}/${node.name}`;
    const { taken, includeMatch, excludeMatch } = verdictOn(selector, candidate, includeAbove, excludeAbove);
    if (node.kind !== 'directory') {
      if (taken) found.push({ path: below, node, digest: node.digest });
      continue;
    }
    const at = found.length;
    addBelow(found, node, below, candidate, selector, includeMatch, excludeMatch);
    // A directory counts where it is taken itself or holds something that is.
    if (taken || found.length > at) found.splice(at, 0, { path: below, node, digest: 'directory' });
  }
}

function verdictOn(
  { include, exclude }: Selector,
  candidate: string,
  includeAbove: DirectoryMatch,
  excludeAbove: DirectoryMatch,
) {
  const includeMatch = include && new Uint8Array(include.patterns.length);
  const excludeMatch = exclude && new Uint8Array(exclude.patterns.length);
  const isIncluded = include === undefined || include.verdictBelow(candidate, includeAbove, includeMatch) === 'ignored';
  const isExcluded = exclude !== undefined && exclude.verdictBelow(candidate, excludeAbove, excludeMatch) === 'ignored';
  return { taken: isIncluded && !isExcluded, includeMatch, excludeMatch };
}

/** What a source without filters names, with its path from where the wildcards begin. */
function matched(root: ContextDirectory, { path, wild }: Selector): readonly { path: string; node: ContextNode }[] {
  if (!wild) {
    const node = nodeAt(root, path);
    return node === undefined ? [] : [{ path: '', node }];
  }
  const parts = path.split('/');
  const first = parts.findIndex(hasWildcard);
  const base = nodeAt(root, parts.slice(0, first).join('/'));
  let nodes: readonly { path: string; node: ContextNode }[] = base === undefined ? [] : [{ path: '', node: base }];
  for (const glob of parts.slice(first))
    nodes = nodes.flatMap(({ path: above, node }) =>
      node.kind !== 'directory'
        ? []
        : [...node.entries.values()]
            .filter(({ name }) => matchGlob(glob, name) === true)
            .map((each) => ({ path: above === '' ? each.name : `${above}/${each.name}`, node: each })),
    );
  return nodes;
}

function hashOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text}\0`);
  return `selection ${hash.digest('hex')}`;
}
