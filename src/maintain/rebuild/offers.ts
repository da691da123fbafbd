import type { SystemPackage } from '../../ecosystems/system-package.ts';

/** What the sources of a system offer, in the order in which its tool prefers it. */
export interface Offers {
  /** All that may be taken at all, the preferred one first. */
  versions(name: string): readonly SystemPackage[];
  /** What the tool takes where nothing else is said; the installed one where that is preferred. */
  candidate(name: string, installed: SystemPackage | undefined): SystemPackage | undefined;
  /** Candidates that provide a capability beside their names. */
  providers(capability: string): readonly SystemPackage[];
  /** Whether every file that a package can be asked for by is listed; lists of rpm repositories name few. */
  readonly listsFiles: boolean;
  /** apk: those that come by themselves. */
  readonly automatic: readonly SystemPackage[];
}
