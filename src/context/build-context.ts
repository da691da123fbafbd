import type { Artifact } from '../core/artifact.ts';
import type { ContextUse } from './context-use.ts';
import type { ContextNeeds } from './copy-needs.ts';
import type { IgnoreFile } from './ignorefile.ts';
import type { JunkFound } from './junk.ts';
import type { ListingIndex } from './listing-index.ts';
import type { ContextListing } from './walk.ts';

/**
 * A directory that builds send, under one ignore file. Dockerfiles of one directory with ignore files of their own have one context
 * each. What has to be read from disk is read on first use and kept.
 */
export interface BuildContext {
  /** Relative to the project's root, with forward slashes; '' for the root itself. */
  readonly directory: string;
  /** The ignore file in force: that of the Dockerfile, else the directory's. Absent when there is none. */
  readonly ignoreFile: Artifact | undefined;
  /** What the ignore file says; empty when there is none. */
  readonly ignore: IgnoreFile;
  /** The path of the ignore file in force, or of the one to create; relative to the project's root. */
  readonly ignorePath: string;
  /**
   * What the ignore file is a symbolic link to, relative to the project's root: `.gitignore` most often. Nothing is repaired in such a
   * file, for whatever else reads it would take the change, too.
   */
  readonly ignoreLink: string | undefined;
  /** The instructions that copy from this context, of all Dockerfiles that use it. */
  readonly uses: readonly ContextUse[];
  /** What lies in the directory, and what of it is sent. */
  readonly listing: ContextListing;
  /** The listing by path. */
  readonly index: ListingIndex;
  /** What of it some instruction needs. */
  readonly needs: ContextNeeds;
  /** What is sent and is known to be no part of a program, the largest first. */
  readonly junk: readonly JunkFound[];
  /** Whether git ignores a path of the context, by the .gitignore files of the context and of the directories up to the project's root. A directory's path ends with a slash. */
  isGitIgnored(path: string): boolean;
  /** The first 16 KB of a file of the context, as Latin-1; '' when it cannot be read. */
  readStart(path: string): string;
  /** What one use copies: 1 at the place of each entry in `listing.entries`. */
  copiedBy(use: ContextUse): Uint8Array;
}
