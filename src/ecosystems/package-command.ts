import type { CommandLine, CommandWord } from '../core/command-line.ts';
import type { Ecosystem } from './ecosystem.ts';

/**
 * `install`: named packages or files; `install-project`: what the application's manifest lists (npm ci, pip install -r is
 * `install`, bundle install, go mod download …); `build`: compiles or packages the application; `run`: runs something of it
 * (npm run, npx, poetry run).
 */
export type PackageAction =
  | 'install'
  | 'install-project'
  | 'update-index'
  | 'upgrade'
  | 'dist-upgrade'
  | 'remove'
  | 'clean-cache'
  | 'build'
  | 'run'
  | 'other';

/** How far the version of a package is fixed: one version, a range, a moving name such as a tag or branch, or not at all. */
export type PinKind = 'exact' | 'range' | 'moving' | 'none' | 'unknown';

export interface PackageArgument {
  /** Without version; as written where it cannot be taken apart. */
  readonly name: string;
  /** As written, without operator for an exact pin: `1.2.3`, `>=1,<2`, `latest`. */
  readonly version: string | undefined;
  readonly pin: PinKind;
  /** `unknown`: a variable or a substitution. */
  readonly kind:
    | 'registry'
    | 'file'
    | 'directory'
    | 'url'
    | 'vcs'
    | 'requirements-file'
    | 'constraint-file'
    | 'group'
    | 'unknown';
  readonly word: CommandWord;
}

/** One option as the tool understands it. Combined short options are taken apart: `-qy` gives `quiet` and `yes`. */
export interface CommandFlag {
  /** The long name without dashes where the tool's table knows one, otherwise as written without dashes. */
  readonly name: string;
  readonly value: string | undefined;
  /** The word that holds it; the same for all that were combined. */
  readonly word: CommandWord;
  /** The word that holds the value, when it is a word of its own. */
  readonly valueWord: CommandWord | undefined;
}

/** A package manager's command line, read. */
export interface PackageCommand {
  readonly ecosystem: Ecosystem;
  /** The program in its plain name: `apt-get`, `pip` (for pip3, python -m pip), `npm`, `yarn`, `dnf`, `uv` … */
  readonly tool: string;
  readonly action: PackageAction;
  /** As written: `install`, `ci`, `add`, `-S`; undefined when the tool has its default (yarn, bundle). */
  readonly subcommand: CommandWord | undefined;
  readonly packages: readonly PackageArgument[];
  /** All options, before and behind the subcommand, in order. */
  readonly flags: readonly CommandFlag[];
  /** Asks nothing: by an option, or because the tool never asks. */
  readonly assumeYes: boolean;
  /** Told to keep no cache or index: apk --no-cache, pip --no-cache-dir, npm --cache elsewhere is not meant. */
  readonly noCache: boolean;
  /** Leaves out what is only recommended: --no-install-recommends, --setopt=install_weak_deps=False, zypper --no-recommends. */
  readonly noRecommends: boolean;
  /** Leaves out development dependencies: npm --omit=dev, --production, composer --no-dev, poetry --only main, bundle without. */
  readonly omitDevelopment: boolean;
  /** Keeps to the lock file or fails: npm ci, yarn --frozen-lockfile/--immutable, pnpm --frozen-lockfile, uv --locked/--frozen, cargo --locked, pip --require-hashes, mvn never. */
  readonly frozen: boolean;
  /** Install scripts of packages do not run. */
  readonly ignoreScripts: boolean;
  /** Installed for the whole system or user, not the project: npm -g, yarn global add, composer global, cargo install, go install. */
  readonly global: boolean;
  /** apk --virtual NAME. */
  readonly virtual: string | undefined;
  readonly command: CommandLine;
}

/** Whether an option is given, by its long name without dashes (see {@link CommandFlag}). */
export function hasFlag(command: Pick<PackageCommand, 'flags'>, ...names: readonly string[]): boolean {
  return command.flags.some((flag) => names.includes(flag.name));
}

/** The last given value of an option, as the tools take it. */
export function flagValue(command: Pick<PackageCommand, 'flags'>, name: string): string | undefined {
  for (let at = command.flags.length - 1; at >= 0; at--) {
    const flag = command.flags[at];
    if (flag?.name === name) return flag.value;
  }
  return undefined;
}
