import type { CommandLine } from '../core/command-line.ts';
import type { TextEdit } from '../core/fix.ts';
import { appendCommand } from '../dockerfile/append-command.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertBefore } from '../dockerfile/edit.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { parseScriptFile } from '../dockerfile/parse-script.ts';
import { isEditableRun, linkOf, scriptStart, standsAlone } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { type PackageCommand, readPackageCommand } from '../ecosystems/package-command.ts';
import { copiedScriptText } from '../project/copied-script.ts';
import type { Project } from '../project/project.ts';
import { stageChain } from '../project/stage-facts.ts';
import { foreignScripts } from './piped-script.ts';

/** The steps that live on the package lists which a RUN fetched. */
export interface ListDependents {
  /** The first command of each such RUN that needs the lists. */
  readonly installs: readonly PlacedPackageCommand[];
  /** Every command that needs them. */
  readonly all: readonly PlacedPackageCommand[];
  /** A step whose program may need them: a script, or a tool that is not followed. */
  readonly unsure: boolean;
  /** A step installs from them with a command that is a variable, `$install git`, or in a script of the context. No edit reaches it. */
  readonly hidden: boolean;
}

/** They look into the lists, or call a package manager that does. */
const readers =
  /^(?:add-apt-repository|apt-add-repository|apt-cache|apt-fast|apt-file|apt-rdepends|gdebi|tasksel|unattended-upgrades?|check-language-support|chroot|mk-build-deps|debconf-apt-progress|rosdep|ansible(?:-playbook)?|puppet|chef-(?:solo|client)|salt-call|(?!autogen\.sh$).*\.sh)$/;

/**
 * Whether a script may install from lists that it has not fetched though it calls no package manager itself; `until` ends what is looked at, and
 * of `settled` commands it is known that they do not.
 */
export function mayReadLists(
  commands: readonly ShellCommand[],
  until = Number.POSITIVE_INFINITY,
  settled: ReadonlySet<ShellCommand> = new Set(),
): boolean {
  const configured = commands.findIndex(({ name }) => configures.test(name));
  return (
    commands.some(
      (command, at) =>
        command.range.start < until &&
        !settled.has(command) &&
        // The install target that autoconf and CMake write copies files.
        !(command.name === 'make' && configured !== -1 && configured < at && installsFiles(command)) &&
        readsLists(command),
    ) || foreignScripts(commands).some(({ runner, lists }) => lists === 'unknown' && runner.range.start < until)
  );
}

const configures = /^(?:configure|Configure|config|cmake|meson)$/;

function installsFiles({ arguments: words }: CommandLine): boolean {
  const goals = words.map(({ value }) => value).filter((value) => !/^-|=/.test(value));
  return goals.length > 0 && goals.every((goal) => /^(?:all|install(?:-world|-strip|_sw)?)$/.test(goal));
}

/** What is known of the scripts that the commands of a step run, where they are copied from the context by their whole path. */
function scriptsRead(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  commands: readonly ShellCommand[],
  tools: readonly string[],
): { readonly needing: boolean; readonly settled: ReadonlySet<ShellCommand> } {
  const settled = new Set<ShellCommand>();
  let needing = false;
  for (const command of commands) {
    const path = scriptOf(command);
    const text = path?.startsWith('/') ? copiedScriptText(project, dockerfile, stage, path) : undefined;
    if (text === undefined) continue;
    const own = parseScriptFile(text).commands;
    if (needsLists(own, tools)) needing = true;
    else if (!mayReadLists(own)) settled.add(command);
  }
  return { needing, settled };
}

/** The file that a command runs: its own name, or what a shell is given. */
function scriptOf({ name, nameWord, arguments: words }: ShellCommand): string | undefined {
  if (!/^(?:ba|da|a|z)?sh$/.test(name)) return nameWord.value;
  return words[0]?.value.startsWith('-') ? undefined : words[0]?.value;
}

/** Where a script that comes from elsewhere is known to fetch the lists of apt. */
function fetchedByForeign(commands: readonly ShellCommand[]): number {
  const fetching = foreignScripts(commands).find(({ lists }) => lists === 'fetches');
  return fetching?.runner.range.start ?? Number.POSITIVE_INFINITY;
}

/** Whether a command is such a tool, or a script of the image's own. */
function readsLists({ name, nameWord, arguments: words }: CommandLine): boolean {
  if (readers.test(name)) return true;
  // A command that is a variable: `$install git`.
  if (name === '' && /^["']?\$\{?\w+\}?["']?$/.test(nameWord.raw)) return true;
  if (/^(?:python|perl|ruby|node|php|pwsh)[\d.]*$/.test(name)) return words.some(({ value }) => setsUp.test(value));
  // Puppeteer's installer of browsers calls `apt-get satisfy` without an update; that of Playwright updates the lists itself.
  if (words.some(({ value }) => value.startsWith('--install-deps'))) return true;
  if (/^(?:ba|da|a|z)?sh$/.test(name)) {
    const script = words.find(({ value }) => !/^[-+]/.test(value));
    // -n only looks whether it can be read.
    return (
      script !== undefined && !words.some(({ value }) => /^-(?:[a-z]*[cs]|n)$/.test(value)) && !isProgram(script.value)
    );
  }
  if (name === 'make') return words.some(({ value }) => /dep|bootstrap|setup|provision|install/.test(value));
  return nameWord.value.includes('/') && !isProgram(nameWord.value);
}

/** A script whose name says that it sets the machine up; those of Python's packaging do not. */
const setsUp =
  /(?:install|setup|set-up|bootstrap|provision|deps?|packages)[\w-]*\.(?:py|pl|rb|m?js|php|ps1)$(?<!(?:^|\/)(?:ez_)?setup\.py)/;

/** A path of the system's, or a script whose name says that it builds. */
function isProgram(path: string): boolean {
  return (
    /^(?:\/usr(?:\/local)?|\/opt(?:\/[\w.-]+)+)?\/(?:s?bin|lib|lib64|libexec)\//.test(path) ||
    /(?:^|\/)(?:configure|Configure|config|autogen(?:\.sh)?|gradlew|mvnw|manage\.py|activate|envvars|\.bashrc|\.profile|nvm\.sh)$/.test(
      path,
    ) ||
    /(?:^|\/)(?:node_modules|vendor|venv|\.venv)\//.test(path) ||
    /(?:^|\/)bin\/(?:pip|python|conda|mamba|easy_install|gem|bundle|npm|node|mvn|gradle|sbt|ant|cmake|go|cargo)[\d.]*$/.test(
      path,
    ) ||
    /^\/etc\/init\.d\/[\w.-]+$/.test(path) ||
    // A program of something that was unpacked there; one whose name says that it sets the machine up may be a script.
    (/^(?:\/|\$\{?\w+\}?\/)(?:[\w.${}-]+\/)*s?bin\/[\w-]+$/.test(path) &&
      !/(?:^|\/|[_-])(?:install|setup|bootstrap|provision|deps)(?:$|[_-])[^/]*$/.test(path))
  );
}

const consuming: ReadonlySet<string> = new Set(['install', 'upgrade', 'dist-upgrade']);

interface ReadCommand {
  readonly command: CommandLine;
  readonly read: PackageCommand;
}

/** Of a script's package commands, in order, those before the first that fetches the lists, and those of them that install from what is there. */
function untilFetched<Command extends ReadCommand>(own: readonly Command[], fetchedBefore = Number.POSITIVE_INFINITY) {
  const ownFetch = own.find(({ read }) => fetchesLists(read))?.command.range.start ?? Number.POSITIVE_INFINITY;
  const fetchedAt = Math.min(ownFetch, fetchedBefore);
  const early = own.filter(({ command, read }) => command.range.start < fetchedAt && !bringsItsOwn(read));
  const needing = early.filter(
    ({ read }) => consuming.has(read.action) && read.packages.every(({ kind }) => kind !== 'file'),
  );
  return { early, needing, fetchedAt };
}

/** Whether a script installs with one of the tools from lists that it does not fetch itself. */
export function needsLists(commands: readonly CommandLine[], tools: readonly string[]): boolean {
  const own = commands.flatMap((command): ReadCommand[] => {
    const read = readPackageCommand(command);
    return read && tools.includes(read.tool) ? [{ command, read }] : [];
  });
  return untilFetched(own).needing.length > 0;
}

/** Who needs the lists that `run` leaves, in its stage behind it and in the stages that build on it, until the next update. */
export function listDependents(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  run: RunInstruction,
  tools: readonly string[],
): ListDependents {
  const commands = packageCommands(dockerfile, ...tools);
  const installs: PlacedPackageCommand[] = [];
  const all: PlacedPackageCommand[] = [];
  let unsure = false;
  let hidden = false;
  const readRuns = (instructions: Stage['instructions']): boolean => {
    for (const instruction of instructions) {
      if (instruction.name !== 'RUN' || instruction.range.start <= run.range.start) continue;
      const script = dockerfile.script(instruction)?.commands ?? [];
      const { early, needing, fetchedAt } = untilFetched(
        commands.filter((placed) => placed.instruction === instruction),
        tools.includes('apt-get') ? fetchedByForeign(script) : undefined,
      );
      if (needing[0]) installs.push(needing[0]);
      all.push(...needing);
      unsure ||= early.some(({ read }) => read.action === 'other');
      const scripts = scriptsRead(
        project,
        dockerfile,
        stage,
        script.filter(({ range }) => range.start < fetchedAt),
        tools,
      );
      unsure ||= mayReadLists(script, fetchedAt, scripts.settled);
      hidden ||= scripts.needing;
      hidden ||= script.some(
        (command) => command.range.start < fetchedAt && installsByVariable(dockerfile, instruction, command, tools),
      );
      if (fetchedAt !== Number.POSITIVE_INFINITY) return true;
    }
    return false;
  };
  if (!readRuns(stage.instructions))
    for (const other of dockerfile.stages)
      if (other !== stage && stageChain(other).includes(stage))
        for (const each of stageChain(other).slice(0, stageChain(other).indexOf(stage)).reverse())
          if (readRuns(each.instructions)) break;
  return { installs: [...new Set(installs)], all: [...new Set(all)], unsure, hidden };
}

/** `$install git`, where ENV or ARG says `apt-get install`. */
function installsByVariable(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  { nameWord: { variables } }: CommandLine,
  tools: readonly string[],
): boolean {
  const [name] = variables;
  const words = name === undefined ? [] : (environmentAt(dockerfile, instruction).get(name)?.split(/\s+/) ?? []);
  return words.includes('install') && words.some((word) => tools.includes(word));
}

/** Leaves lists behind for what comes after it: an update, and `apk add -U`. */
export function fetchesLists({ action, tool, flags, noCache }: PackageCommand): boolean {
  return action === 'update-index' || (tool === 'apk' && !noCache && flags.some(({ name }) => name === 'update-cache'));
}

/** `apk add --no-cache` fetches the index for itself alone. */
function bringsItsOwn({ tool, noCache }: PackageCommand): boolean {
  return tool === 'apk' && noCache;
}

/** Lets each dependent fetch the lists itself, and remove them again where `removal` is given. Undefined where one of them cannot be edited so. */
export function fetchListsThere(
  dockerfile: Dockerfile,
  from: RunInstruction,
  dependents: readonly PlacedPackageCommand[],
  update: string,
  removal: string | undefined,
): readonly TextEdit[] | undefined {
  const edits: TextEdit[] = [];
  for (const { command, instruction } of dependents) {
    if (!isEditableRun(dockerfile, instruction) || !sameUser(dockerfile, from, instruction)) return undefined;
    const own = dockerfile.script(instruction)?.commands.find(({ range }) => range.start === command.range.start);
    if (own === undefined || !standsAlone(own)) return undefined;
    const isFirst = scriptStart(dockerfile, instruction) === command.range.start;
    if (!isFirst && linkOf(dockerfile, instruction, command, 'before') === undefined) return undefined;
    edits.push(insertBefore(dockerfile, command.range, `${update}${joint(dockerfile, instruction, command)}`));
    const text = dockerfile.text.slice(instruction.range.start, instruction.range.end);
    if (removal === undefined || text.includes('/var/lib/apt/lists')) continue;
    const last = appendCommand(dockerfile, instruction, update.startsWith('sudo ') ? `sudo ${removal}` : removal);
    if (last === undefined) return undefined;
    edits.push(last);
  }
  return edits;
}

/** Under `set -e`, a failure before `&&` would end nothing: there `;` stands as it does behind the command. */
function joint(dockerfile: Dockerfile, instruction: RunInstruction, command: CommandLine): string {
  const isStrict = dockerfile.script(instruction)?.options.has('errexit') === true;
  return isStrict && linkOf(dockerfile, instruction, command, 'behind')?.operator === ';' ? '; ' : ' && ';
}

/** No USER stands between the two that would run the update as somebody else. */
function sameUser({ instructions }: Dockerfile, one: RunInstruction, other: RunInstruction): boolean {
  return !instructions.some(
    ({ name, range }) => name === 'USER' && range.start > one.range.start && range.start < other.range.start,
  );
}
