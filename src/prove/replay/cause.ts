import type { Aspect } from './build-plan.ts';
import type { Commit } from './git-commits.ts';

/** One file of what an instruction takes that is another one than before. */
export interface FileChange {
  /** From the repository's top. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'content' | 'mode' | 'link' | 'kind';
  /** The file itself is as it was: the ignore file keeps it out now, or does so no longer. */
  readonly byIgnoreFile?: true;
  /** What it is, where no build is known to need it: `documentation`. */
  readonly needless?: string;
  /** The last commit of the stretch that changed it. */
  readonly commit?: Commit;
}

/** Why an instruction's result was not in the cache. */
export type Cause =
  /** What it takes from the build context. */
  | { readonly kind: 'files'; readonly files: readonly FileChange[]; readonly ignoreFile?: string }
  /** The image that its stage begins from. */
  | { readonly kind: 'base'; readonly before: string; readonly after: string; readonly line: number }
  /** The value of an ARG or ENV in scope. */
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly before?: string;
      readonly after?: string;
      readonly line: number;
    }
  /** What the instruction says, or what SHELL, USER or WORKDIR say for it. */
  | {
      readonly kind: 'edited';
      readonly aspect: Aspect;
      readonly before: string;
      readonly after: string;
      readonly line: number;
    }
  /** It was not there before, and nothing else was in its place. */
  | { readonly kind: 'added' }
  /** It stood elsewhere in its stage, or what stood before it went. */
  | { readonly kind: 'moved'; readonly before: number }
  | { readonly kind: 'removed'; readonly text: string; readonly before: number }
  /** It takes files from a stage that was rebuilt, or from another image. */
  | { readonly kind: 'stage'; readonly stage: string; readonly line: number | undefined }
  /** It stands behind an instruction that was rebuilt. */
  | { readonly kind: 'above'; readonly line: number }
  /** What an address serves, or a variable without a value. */
  | { readonly kind: 'unknown'; readonly reason: string };
