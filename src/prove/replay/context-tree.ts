import { createHash } from 'node:crypto';
import { type IgnoreFile, noIgnoreFile } from '../../context/ignorefile.ts';
import { type DirectoryMatch, type IgnoreMatcher, ignoreMatcher } from '../../context/matcher.ts';
import type { TreeEntry, TreeEntryKind, Trees } from './git-trees.ts';

/** A file, link or submodule that a build would send. */
export interface ContextLeaf {
  readonly kind: Exclude<TreeEntryKind, 'directory'>;
  readonly name: string;
  /** Relative to the context. */
  readonly path: string;
  /** Equal for two leaves exactly where BuildKit's digests of them are: kind, execute bit and content, or the link's target. */
  readonly digest: string;
  /** Where a symbolic link points. */
  readonly target?: string;
}

export interface ContextDirectory {
  readonly kind: 'directory';
  readonly name: string;
  readonly path: string;
  /** By name, in git's order. */
  readonly entries: ReadonlyMap<string, ContextNode>;
  /** Of all below it with their names; of its own name it says nothing. */
  readonly digest: string;
}

export type ContextNode = ContextLeaf | ContextDirectory;

/** Texts that stand in the tree in place of what the commit has, by path from the repository's top; undefined where it has no file. */
export type Overlay = ReadonlyMap<string, string | undefined>;

export interface ContextRules {
  readonly trees: Trees;
  /** From the repository's top to the context, with a slash behind it; '' for the top. */
  readonly prefix: string;
  readonly ignore?: IgnoreFile;
  readonly overlay?: Overlay;
  /** The context has git's own directory, which is another one at each commit. */
  readonly hasGit?: boolean;
}

/**
 * Gives what a build of a commit would send, by its root tree: git's files as a fresh check-out has them, without what the ignore file
 * keeps out. What trees have in common is looked at once, so that a further commit costs what it changed. Undefined where the commit
 * has no such directory.
 */
export function contextReader(rules: ContextRules): (rootTree: string) => ContextDirectory | undefined {
  const patterns = (rules.ignore ?? noIgnoreFile).lines.map(({ pattern }) => pattern);
  const reading: Reading = {
    trees: rules.trees,
    matcher: ignoreMatcher(patterns),
    overlay: overlayBelow(rules.overlay ?? new Map(), rules.prefix),
    hasGit: rules.hasGit === true && rules.prefix === '',
    known: new Map(),
    shared: sharedDirectories(
      rules.trees,
      `${rules.hasGit}\0${rules.prefix}\0${patterns.map(({ text, exception }) => `${exception} ${text}`).join('\0')}`,
    ),
  };
  return (rootTree) => {
    const tree = subtree(rules.trees, rootTree, rules.prefix);
    return tree === undefined ? undefined : readDirectory(reading, { name: '', path: '', tree, above: undefined });
  };
}

/** The tree of a directory (`a/b/`) below a root tree. */
export function subtree(trees: Trees, rootTree: string, prefix: string): string | undefined {
  let tree = rootTree;
  for (const part of prefix.split('/').filter((each) => each !== '')) {
    const entry = trees.entries(tree).find(({ name }) => name === part);
    if (entry?.kind !== 'directory') return undefined;
    tree = entry.id;
  }
  return tree;
}

/** The blob at a path below a root tree; links are not followed. */
export function blobAt(trees: Trees, rootTree: string, path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  const tree = subtree(trees, rootTree, path.slice(0, slash + 1));
  const entry = tree && trees.entries(tree).find(({ name }) => name === path.slice(slash + 1));
  return entry && (entry.kind === 'file' || entry.kind === 'executable') ? entry.id : undefined;
}

interface Reading {
  readonly trees: Trees;
  readonly matcher: IgnoreMatcher;
  /** By path from the context. */
  readonly overlay: Overlay;
  readonly hasGit: boolean;
  /** By tree and path: what is ignored depends on both. */
  readonly known: Map<string, ContextDirectory>;
  /** Likewise, for directories in which the overlay has nothing: all readers under the same ignore file have them together. */
  readonly shared: Map<string, ContextDirectory>;
}

const shared = new WeakMap<Trees, Map<string, Map<string, ContextDirectory>>>();

function sharedDirectories(trees: Trees, key: string): Map<string, ContextDirectory> {
  const byRules = shared.get(trees) ?? new Map<string, Map<string, ContextDirectory>>();
  shared.set(trees, byRules);
  const directories = byRules.get(key) ?? new Map<string, ContextDirectory>();
  byRules.set(key, directories);
  return directories;
}

function hasOverlay(overlay: Overlay, directory: string): boolean {
  const above = directory === '' ? '' : `${directory}/`;
  for (const path of overlay.keys()) if (path.startsWith(above)) return true;
  return false;
}

interface Place {
  readonly name: string;
  readonly path: string;
  /** Undefined for a directory that only the overlay has. */
  readonly tree: string | undefined;
  readonly above: DirectoryMatch;
}

function readDirectory(reading: Reading, { name, path, tree, above }: Place): ContextDirectory {
  const key = `${tree ?? ''}\0${path}`;
  const store = hasOverlay(reading.overlay, path) ? reading.known : reading.shared;
  const known = store.get(key);
  if (known !== undefined) return known;
  const entries = new Map<string, ContextNode>();
  const own = withOverlay(reading, path, tree === undefined ? [] : reading.trees.entries(tree));
  for (const entry of path === '' && reading.hasGit
    ? [{ name: '.git', kind: 'file' as const, id: tree ?? '' }, ...own]
    : own) {
    const node = readEntry(reading, path === '' ? entry.name : `${path}/${entry.name}`, entry, above);
    if (node !== undefined) entries.set(entry.name, node);
  }
  const hash = createHash('sha256');
  for (const [each, { digest }] of entries) hash.update(`${each}\0${digest}\0`);
  const directory: ContextDirectory = {
    kind: 'directory',
    name,
    path,
    entries,
    digest: `directory ${hash.digest('hex')}`,
  };
  store.set(key, directory);
  return directory;
}

/** Undefined for what is not sent. An ignored directory is sent where an exception keeps something below it. */
function readEntry(
  reading: Reading,
  path: string,
  entry: OverlaidEntry,
  above: DirectoryMatch,
): ContextNode | undefined {
  const { matcher } = reading;
  const isDirectory = entry.kind === 'directory';
  const match = isDirectory && matcher.patterns.length > 0 ? new Uint8Array(matcher.patterns.length) : undefined;
  const ignored = matcher.patterns.length > 0 && matcher.verdictBelow(path, above, match) !== 'kept';
  if (isDirectory) {
    if (ignored && !matcher.mayHoldException(path)) return undefined;
    const directory = readDirectory(reading, { name: entry.name, path, tree: entry.id || undefined, above: match });
    return ignored && directory.entries.size === 0 ? undefined : directory;
  }
  if (ignored) return undefined;
  if (entry.kind !== 'symlink')
    return { kind: entry.kind, name: entry.name, path, digest: `${entry.kind} ${entry.id}` };
  const target = reading.trees.target(entry.id);
  return { kind: 'symlink', name: entry.name, path, digest: `symlink ${target}`, target };
}

interface OverlaidEntry {
  readonly name: string;
  readonly kind: TreeEntryKind;
  /** '' for a directory that only the overlay has. */
  readonly id: string;
}

function withOverlay(reading: Reading, directory: string, entries: readonly TreeEntry[]): readonly OverlaidEntry[] {
  if (reading.overlay.size === 0) return entries;
  const above = directory === '' ? '' : `${directory}/`;
  const changed = new Map<string, OverlaidEntry>(entries.map((entry) => [entry.name, entry]));
  for (const [path, text] of reading.overlay) {
    if (!path.startsWith(above)) continue;
    const [name = '', ...below] = path.slice(above.length).split('/');
    const known = changed.get(name);
    if (text === undefined) {
      if (below.length === 0) changed.delete(name);
    } else if (below.length > 0) {
      if (known?.kind !== 'directory') changed.set(name, { name, kind: 'directory', id: '' });
    } else changed.set(name, { name, kind: known?.kind === 'executable' ? 'executable' : 'file', id: textId(text) });
  }
  return [...changed.values()];
}

/** As git names the blob, so that the text that a commit has already is the same file. */
function textId(text: string): string {
  const bytes = Buffer.from(text);
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

function overlayBelow(overlay: Overlay, prefix: string): Overlay {
  return new Map(
    [...overlay].flatMap(([path, text]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), text] as const] : [],
    ),
  );
}

const mostLinks = 255;

/** The node at a path, every link on it followed; no link leads out of the context. Undefined where there is none. */
export function nodeAt(root: ContextDirectory, path: string): ContextNode | undefined {
  let rest = path.split('/');
  let done: ContextDirectory[] = [root];
  for (let links = 0; rest.length > 0; ) {
    const [part = '', ...after] = rest;
    rest = after;
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (done.length > 1) done.pop();
      continue;
    }
    const node = done.at(-1)?.entries.get(part);
    if (node === undefined) return undefined;
    if (node.kind === 'directory') done.push(node);
    else if (node.kind === 'symlink') {
      if (++links > mostLinks) return undefined;
      const target = node.target ?? '';
      if (target.startsWith('/')) done = [root];
      rest = [...target.split('/'), ...rest];
    } else return rest.every((each) => each === '' || each === '.') ? node : undefined;
  }
  return done.at(-1);
}

/** The leaves at and below a node, in order. */
export function* leavesOf(node: ContextNode): Generator<ContextLeaf> {
  if (node.kind !== 'directory') yield node;
  else for (const each of node.entries.values()) yield* leavesOf(each);
}
