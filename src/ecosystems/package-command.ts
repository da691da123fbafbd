import type { CommandLine, CommandWord } from '../core/command-line.ts';
import type { Ecosystem } from './ecosystem.ts';
import { flagValue as lastValue } from './internal/flag-lookup.ts';
import { readers } from './internal/readers.ts';

/**
 * `install`: named packages or files; `install-project`: what the application's manifests list (npm ci, npm install without
 * names, pip install -r, pip install ., bundle install, go mod download …); `build`: compiles or packages the application; `run`: runs something of it
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
  return lastValue(command.flags, name);
}

const known = new WeakMap<CommandLine, PackageCommand>();

/** The tool with its subcommand, as a reader calls it: `npm ci`. */
export function calledAs({ tool, subcommand }: Pick<PackageCommand, 'tool' | 'subcommand'>): string {
  return [tool, subcommand?.value].filter(Boolean).join(' ');
}

/**
 * Reads a command line of a package manager; undefined for any other program. Constant time for those; what was read once is
 * kept as long as the command is.
 */
export function readPackageCommand(command: CommandLine): PackageCommand | undefined {
  const before = known.get(command);
  if (before) return before;
  const found = Object.hasOwn(readers, command.name)
    ? read(command.name, command.arguments, command)
    : readOtherName(command);
  if (found) known.set(command, found);
  return found;
}

/** Programs that start a package manager, and package managers under another name. */
function readOtherName(command: CommandLine): PackageCommand | undefined {
  const { name } = command;
  switch (name[0]) {
    case 'p':
      if (/^(?:python|pypy)[\d.]*$/.test(name)) return pythonModule(command);
      if (name === 'php') return startedBy(command, 'composer.phar', 'composer');
      return /^pip[\d.]+$/.test(name) ? read('pip', command.arguments, command) : undefined;
    case 'c':
      if (name === 'corepack') return corepack(command);
      return name === 'composer.phar' ? read('composer', command.arguments, command) : undefined;
    case 'e':
      return /^easy_install-[\d.]+$/.test(name) ? read('easy_install', command.arguments, command) : undefined;
    case 's':
    case 'b':
      return name === 'sh' || name === 'bash' ? wrapperScript(command) : undefined;
    default:
      return undefined;
  }
}

/** `sh ./mvnw package`, `bash gradlew build`. */
function wrapperScript(command: CommandLine): PackageCommand | undefined {
  return startedBy(command, 'mvnw', 'mvnw') ?? startedBy(command, 'gradlew', 'gradlew');
}

function read(tool: string, words: readonly CommandWord[], command: CommandLine): PackageCommand | undefined {
  return Object.hasOwn(readers, tool) ? readers[tool]?.(tool, words, command) : undefined;
}

/** `python -m pip …`, `python3 -u -m poetry …`. */
function pythonModule(command: CommandLine): PackageCommand | undefined {
  const words = command.arguments;
  const at = words.findIndex((word) => word.value === '-m' || /^-[bBdEhiIOqsSuvx]*m$/.test(word.value));
  const module =
    at === -1 || words.slice(0, at).some((word) => !word.value.startsWith('-')) ? undefined : words[at + 1];
  return module && ['pip', 'pipenv', 'poetry', 'uv', 'pipx'].includes(module.value)
    ? read(module.value, words.slice(at + 2), command)
    : undefined;
}

function startedBy(command: CommandLine, file: string, tool: string): PackageCommand | undefined {
  const at = command.arguments.findIndex((word) => !word.value.startsWith('-'));
  const first = command.arguments[at]?.value ?? '';
  const base = first.slice(first.lastIndexOf('/') + 1);
  return base === file || base === tool ? read(tool, command.arguments.slice(at + 1), command) : undefined;
}

/** `corepack yarn install`. */
function corepack(command: CommandLine): PackageCommand | undefined {
  const tool = command.arguments[0]?.value ?? '';
  return ['yarn', 'pnpm', 'npm'].includes(tool) ? read(tool, command.arguments.slice(1), command) : undefined;
}
