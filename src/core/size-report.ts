/** A commit, as reports name it. */
export interface SizedCommitName {
  readonly id: string;
  /** The first line of its message. */
  readonly subject: string;
}

/** A file that an instruction puts into the image. */
export interface GrownFile {
  readonly path: string;
  /** How much more of it there is than before; less than nothing where it shrank. */
  readonly bytes: number;
  readonly why: 'added' | 'grown' | 'removed' | 'shrunk' | 'no longer ignored' | 'ignored';
}

/** One reason why the image is larger, or smaller, than one commit before. */
export interface SizeCause {
  /** One-based line of the Dockerfile, as the commit has it. */
  readonly line: number;
  /** `COPY . /srv`, masked where it holds a secret. */
  readonly instruction: string;
  readonly why: string;
  /** Undefined where only a build can tell, and none was made. */
  readonly bytes: number | undefined;
  /** `files`: from the sizes of files in git; `build`: from images that were built. */
  readonly basis: 'files' | 'build';
  /** The largest differences first, a few. */
  readonly files: readonly GrownFile[];
}

/** What one commit did to the size of the image. */
export interface SizeStep {
  readonly commit: SizedCommitName;
  /** The commit before it that was looked at. */
  readonly before: SizedCommitName;
  /** Undefined where not all of it is known. */
  readonly bytes: number | undefined;
  /** Of the image at the commit; undefined where it is not known. */
  readonly imageBytes: number | undefined;
  /** The largest first; those of unknown size before those that are known to be small. */
  readonly causes: readonly SizeCause[];
}

/** What `plimsoll bisect-size` prints: sizes are content of all layers, unpacked, as engines store them. */
export interface SizeReport {
  readonly dockerfile: string;
  readonly budget: { readonly bytes: number; readonly source: string } | undefined;
  readonly oldest: SizedCommitName;
  readonly newest: SizedCommitName;
  readonly commits: number;
  /** Commits whose files say that they cannot be built. */
  readonly unbuildable: number;
  readonly oldestBytes: number | undefined;
  readonly newestBytes: number | undefined;
  /** Real builds that were made for it. */
  readonly builds: number;
  /** `not known`: there is a budget, and the newest image could not be built. */
  readonly verdict: 'within budget' | 'over budget' | 'no budget' | 'not known';
  /** The commit that crossed the budget; undefined where none of those looked at did. */
  readonly crossing: SizeStep | undefined;
  /** What made the image grow since the oldest commit, the largest first. */
  readonly growth: readonly SizeStep[];
  /** What was not decided, and why. */
  readonly gaps: readonly string[];
}
