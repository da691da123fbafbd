import type { PackageCommand } from '../../ecosystems/package-command.ts';
import type { Offers } from './offers.ts';
import type { World } from './world.ts';

/** What a command of a package manager is run with. */
export interface ToolContext {
  /** What the sources offer, in the order of the release that the command asks for. */
  offers(targetRelease: string | undefined): Offers;
  /** Installed unless told otherwise, as the system's configuration says. */
  readonly recommends: boolean;
  /** dnf: what is named and installed is brought to the newest, as the system's configuration says. */
  readonly best: boolean;
  /** Names that the step brought when the image was built. */
  readonly chosenBefore: ReadonlySet<string>;
  /** Of these, those that were asked for by name. */
  readonly namedBefore: readonly string[];
  /** Packages that are no longer asked for are kept where others recommend, or suggest, them. */
  readonly keepsRecommended: boolean;
  readonly keepsSuggested: boolean;
}

/** What came of it beside the changed world. */
export interface ToolOutcome {
  /** Why a build ends here; undefined where it goes on. */
  readonly fails?: string;
  /** Why the command could not be followed to its end; with `fails` a build cannot either. */
  readonly unsolved?: string;
  /** What could not be told. */
  readonly unknown: readonly string[];
  /** Names that were asked for. */
  readonly named: readonly string[];
}

/** Does to a world what a command would do to a system. Undefined for a command that changes no package. */
export type ToolRunner = (world: World, command: PackageCommand, context: ToolContext) => ToolOutcome | undefined;
