import { closeSync, lstatSync, openSync, readFileSync, readlinkSync, readSync } from 'node:fs';
import { join, posix } from 'node:path';
import ignore from 'ignore';
import type { Artifact } from '../core/artifact.ts';
import type { BuildContext } from './build-context.ts';
import { type ContextUse, copiedPlaces } from './context-use.ts';
import { contextNeeds } from './copy-needs.ts';
import { type IgnoreFile, noIgnoreFile, readIgnoreFile } from './ignorefile.ts';
import { findJunk } from './junk.ts';
import { indexListing, type ListingIndex } from './listing-index.ts';
import { type ContextListing, defaultWalkLimits, type WalkLimits, walkContext } from './walk.ts';

/** What a build context is made of. */
export interface ContextSource {
  /** Absolute path of the project's root. */
  readonly root: string;
  /** The context's directory relative to it; '' for the root itself. */
  readonly directory: string;
  /** The ignore file in force, when there is one. */
  readonly ignoreFile: Artifact | undefined;
  readonly uses: readonly ContextUse[];
  readonly limits?: WalkLimits;
  /** Contexts of an earlier reading: what one of them found on disk is taken over where directory and ignore file are the same. */
  readonly earlier?: readonly BuildContext[];
  /** Whether git tracks a file in some directory of that name, whatever an ignore file says of it; default that it tracks none. */
  readonly tracks?: (name: string) => boolean;
}

/** What the disk was asked for, once. */
interface Walked {
  readonly listing: () => ContextListing;
  readonly index: () => ListingIndex;
}

const walks = new WeakMap<BuildContext, Walked>();

/** A build context over a directory on disk. Nothing is read before it is asked for; nothing throws. */
export function openContext(source: ContextSource): BuildContext {
  const { directory, ignoreFile, uses } = source;
  const place = join(source.root, directory);
  const ignored = ignoreFile ? readIgnoreFile(ignoreFile.text) : noIgnoreFile;
  const walked = walkedBefore(source) ?? walk(place, ignored, source.limits ?? defaultWalkLimits);
  const { listing, index } = walked;
  const copied = once(() => uses.map((use) => copiedPlaces(index(), use)));
  const needs = once(() => contextNeeds(listing(), index(), uses, copied()));
  const ignoreLink = once(() => ignoreFile && linkOf(source.root, ignoreFile.path));
  const isGitIgnored = once(() => gitIgnoredIn(source.root, directory));
  const isLeftOut = (path: string) =>
    isGitIgnored()(path) && !(path.endsWith('/') && source.tracks?.(posix.basename(path)) === true);
  const junk = once(() =>
    findJunk(index(), uses, { isGitIgnored: isLeftOut, readStart: (path) => readStart(join(place, path)) }, copied()),
  );
  const context: BuildContext = {
    directory,
    ignoreFile,
    ignore: ignored,
    ignorePath: ignoreFile?.path ?? (directory === '' ? '.dockerignore' : `${directory}/.dockerignore`),
    get ignoreLink() {
      return ignoreLink();
    },
    uses,
    get listing() {
      return listing();
    },
    get index() {
      return index();
    },
    get needs() {
      return needs();
    },
    get junk() {
      return junk();
    },
    isGitIgnored: (path) => isGitIgnored()(path),
    readStart: (path) => readStart(join(place, path)),
    copiedBy: (use) => copied()[uses.indexOf(use)] ?? copiedPlaces(index(), use),
  };
  walks.set(context, walked);
  return context;
}

function walk(place: string, ignored: IgnoreFile, limits: WalkLimits): Walked {
  const listing = once(() => walkContext(place, ignored, limits));
  return { listing, index: once(() => indexListing(listing())) };
}

function walkedBefore({ directory, ignoreFile, earlier = [] }: ContextSource): Walked | undefined {
  const same = earlier.find((each) => each.directory === directory && each.ignoreFile?.text === ignoreFile?.text);
  return same && walks.get(same);
}

function once<Value>(compute: () => Value): () => Value {
  let kept: { value: Value } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}

/** Where a link leads, as a path of the project; undefined for what is none. */
function linkOf(root: string, path: string): string | undefined {
  try {
    const place = join(root, path);
    return lstatSync(place).isSymbolicLink() ? posix.join(posix.dirname(path), readlinkSync(place)) : undefined;
  } catch {
    return undefined;
  }
}

/** By the .gitignore of the context and of the directories above it, up to the root; nothing is ignored when there is none. */
function gitIgnoredIn(root: string, directory: string): (path: string) => boolean {
  const parts = directory === '' || directory.startsWith('..') ? [] : directory.split('/');
  const levels = [...parts.map((_, count) => count), parts.length].flatMap((count) => {
    const rules = gitIgnoreOf(join(root, ...parts.slice(0, count)));
    return rules
      ? {
          rules,
          prefix: parts
            .slice(count)
            .map((part) => `${part}/`)
            .join(''),
        }
      : [];
  });
  return (path) =>
    levels.some(({ rules, prefix }) => ignore.isPathValid(prefix + path) && rules.ignores(prefix + path));
}

function gitIgnoreOf(directory: string): ReturnType<typeof ignore> | undefined {
  try {
    return ignore().add(readFileSync(join(directory, '.gitignore'), 'utf8'));
  } catch {
    return undefined;
  }
}

const startBytes = 16 * 1024;

function readStart(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(startBytes);
      return bytes.toString('latin1', 0, readSync(file, bytes, 0, startBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
