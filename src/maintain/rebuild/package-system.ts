import type { Ecosystem } from '../../ecosystems/ecosystem.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import type { AskedSource } from './asked-source.ts';
import type { Offers } from './offers.ts';
import type { ToolRunner } from './run-tool.ts';
import type { AskSource } from './source-answer.ts';
import type { SystemFiles } from './system-files.ts';
import type { World } from './world.ts';

/** What the sources of a system offer, and how its configuration has its tool choose. */
export interface AskedSystem {
  readonly sources: readonly AskedSource[];
  /** What of the configuration is not understood. */
  readonly problems: readonly string[];
  offers(targetRelease: string | undefined): Offers;
  readonly recommends: boolean;
  /** dnf: what is named and installed is brought to the newest. */
  readonly best: boolean;
  readonly keepsRecommended: boolean;
  readonly keepsSuggested: boolean;
}

export interface AskOptions {
  /** As the system names its own: `amd64`, `x86_64`. */
  readonly architecture: string;
  readonly ask: AskSource;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A package manager of a distribution: how its files are read, its sources asked, and its commands understood. */
export interface PackageSystem {
  readonly kind: SystemPackage['kind'];
  readonly ecosystem: Ecosystem;
  /** The packages of a file system; undefined where this is not its package manager. */
  world(files: SystemFiles): World | undefined;
  /** Whether its database is there, be it readable or not. */
  hasDatabase(files: SystemFiles): boolean;
  /** Packages of other architectures, which are not looked at. */
  foreign(files: SystemFiles): readonly string[];
  /** Equal for files that name the same sources. */
  sourcesKey(files: SystemFiles): string;
  ask(files: SystemFiles, options: AskOptions): Promise<AskedSystem>;
  readonly run: ToolRunner;
}
