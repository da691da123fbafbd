import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import ignore from 'ignore';
import type { Artifact } from '../core/artifact.ts';
import type { BuildContext } from './build-context.ts';
import { type ContextUse, copiedPlaces } from './context-use.ts';
import { contextNeeds } from './copy-needs.ts';
import { noIgnoreFile, readIgnoreFile } from './ignorefile.ts';
import { findJunk } from './junk.ts';
import { indexListing } from './listing-index.ts';
import { defaultWalkLimits, type WalkLimits, walkContext } from './walk.ts';

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
}

/** A build context over a directory on disk. Nothing is read before it is asked for; nothing throws. */
export function openContext(source: ContextSource): BuildContext {
  const { directory, ignoreFile, uses } = source;
  const place = join(source.root, directory);
  const ignored = ignoreFile ? readIgnoreFile(ignoreFile.text) : noIgnoreFile;
  const listing = once(() => walkContext(place, ignored, source.limits ?? defaultWalkLimits));
  const index = once(() => indexListing(listing()));
  const copied = once(() => uses.map((use) => copiedPlaces(index(), use)));
  const needs = once(() => contextNeeds(listing(), index(), uses, copied()));
  const isGitIgnored = once(() => gitIgnoredIn(place));
  const junk = once(() =>
    findJunk(
      index(),
      uses,
      { isGitIgnored: (path) => isGitIgnored()(path), readStart: (path) => readStart(join(place, path)) },
      copied(),
    ),
  );
  return {
    directory,
    ignoreFile,
    ignore: ignored,
    ignorePath: ignoreFile?.path ?? (directory === '' ? '.dockerignore' : `${directory}/.dockerignore`),
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
    copiedBy: (use) => copied()[uses.indexOf(use)] ?? copiedPlaces(index(), use),
  };
}

function once<Value>(compute: () => Value): () => Value {
  let kept: { value: Value } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}

/** By the .gitignore of the context itself; nothing is ignored when there is none. */
function gitIgnoredIn(place: string): (path: string) => boolean {
  try {
    const rules = ignore().add(readFileSync(join(place, '.gitignore'), 'utf8'));
    return (path) => ignore.isPathValid(path) && rules.ignores(path);
  } catch {
    return () => false;
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
