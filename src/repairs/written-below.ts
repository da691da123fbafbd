import { contentAt, isSystemPath } from '../bases/image-paths.ts';
import type { CommandWord } from '../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { type Environment, environmentAt } from '../dockerfile/environment.ts';
import { expandToken } from '../dockerfile/expand.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { EscapeCharacter } from '../dockerfile/syntax.ts';
import { type PackageCommand, readPackageCommand } from '../ecosystems/package-command.ts';
import { absolutePath, copiedFiles, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import { baseImageOf, stageChain, workingDirectory } from '../project/stage-facts.ts';
import { mayHold, removedPlaces, removing } from './removed-places.ts';

/** What lies at and below a path beside what COPY brought, just before a command. */
export interface WrittenBelow {
  /** Empty directories and files that can be named one by one, the path itself too where it was not made by a COPY. */
  readonly named: readonly string[];
  /** Steps that may have written more, in order. */
  readonly unknown: readonly Instruction[];
  /**
   * A step that is known to have written more, what a package manager installs into the project; or one after which it is not known which of
   * `named` are there: it makes them in a condition, or takes them away.
   */
  readonly known: Instruction | undefined;
  /** The base image may have something there. */
  readonly base: boolean;
}

/** Programs that write no new file into the directory they work in, whatever they are told. */
const writesNothing =
  /^(?:apk|apt|apt-get|aptitude|dpkg-reconfigure|yum|dnf|microdnf|zypper|useradd|adduser|groupadd|addgroup|usermod|chown|chgrp|chmod|rm|rmdir|set|cd|export|true|false|:|test|\[|\[\[|ls|cat|echo|printf|sleep|id|whoami|env|grep|head|tail|wc|date|locale-gen|update-locale|dpkg|a2enmod|a2dismod|a2ensite|a2dissite|docker-php-ext-install|docker-php-ext-enable|docker-php-ext-configure|update-ca-certificates|ldconfig|setcap|find|exit|gpasswd|passwd|chpasswd|setfacl)$/;

/** What the steps of a stage, up to a command, have put at and below an absolute path. */
export function writtenBelow(dockerfile: Dockerfile, stage: Stage, path: string, before: PlacedCommand): WrittenBelow {
  const found: Found = { named: new Map(), removers: [], unknown: new Set(), known: undefined };
  for (const each of [...stageChain(stage)].reverse())
    for (const instruction of each.instructions) {
      if (each === stage && instruction.range.start > before.instruction.range.start) break;
      if (instruction.name === 'WORKDIR') addWorkdir(dockerfile, each, instruction, path, found);
      else if (instruction.name === 'ONBUILD') found.unknown.add(instruction);
      else if (instruction.name === 'RUN') addRun(dockerfile, each, instruction, { path, before, found });
    }
  addAbove(dockerfile, stage, before, path, found);
  const content = contentAt(baseImageOf(stage), path);
  if (content === 'directory' || content === 'unknown') addNamed(found, path, 0);
  return {
    named: [...found.named.keys()].sort(),
    unknown: [...found.unknown],
    known: found.known ?? removerOf(dockerfile, found, path),
    base: content === 'files' || content === 'unknown',
  };
}

/** What was found until now; see WrittenBelow. */
interface Found {
  /** With where in the file each was made last. */
  readonly named: Map<string, number>;
  /** Commands that take something away. */
  readonly removers: PlacedCommand[];
  readonly unknown: Set<Instruction>;
  known: Instruction | undefined;
}

function addNamed({ named }: Found, path: string, at: number): void {
  named.set(path, Math.max(at, named.get(path) ?? 0));
}

/** The first step that may have taken away a directory or a file below the path, once that was made. */
function removerOf(dockerfile: Dockerfile, { named, removers }: Found, path: string): Instruction | undefined {
  const below = [...named].filter(([each]) => each !== path);
  if (below.length === 0) return undefined;
  return removers.find((placed) => {
    const places = removedPlaces(dockerfile, placed);
    return below.some(([each, at]) => at < placed.command.range.start && mayHold(places, each));
  })?.instruction;
}

/**
 * Whether a command runs whenever its step gets to where the step ends, or to `end`: not in a condition or a loop, not behind `||`, nor behind `&&` where
 * what follows runs without it, too: `test -d x && mkdir y; next`.
 */
function runsAlways(commands: readonly ShellCommand[], { place, list, range }: ShellCommand, end: number): boolean {
  if (place.inside.length > 0 || place.negated || place.pipeline !== undefined || place.after === '||') return false;
  if (commands.some((each) => each.range.start < range.start && /^(?:exit|exec|return)$/.test(each.name))) return false;
  return (
    place.after !== '&&' ||
    commands.every(
      (each) =>
        each.list !== list || each.range.start <= range.start || each.range.start > end || each.place.after === '&&',
    )
  );
}

/** The effects of a RUN's commands; one of which no command can be read may have written anything. */
function addRun(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  { path, before, found }: { readonly path: string; readonly before: PlacedCommand; readonly found: Found },
): void {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  if (commands.length === 0) found.unknown.add(instruction);
  const end = instruction === before.instruction ? before.command.range.start : instruction.range.end;
  for (const command of commands) {
    if (command.range.start >= end) break;
    const effect = effectOf(dockerfile, { command, instruction, stage }, path);
    if (effect === 'unknown') found.unknown.add(instruction);
    else if (effect === 'installs') found.known ??= instruction;
    else {
      // Named to chown where it is not there, it would end the build.
      if (effect.some((one) => one !== path) && !runsAlways(commands, command, end)) found.known ??= instruction;
      for (const one of effect) addNamed(found, one, command.range.start);
    }
    if (removing.test(command.name)) found.removers.push({ command, instruction, stage });
  }
}

/** WORKDIR makes its directory, and those above it, where a COPY did not make them before. */
function addWorkdir(dockerfile: Dockerfile, stage: Stage, workdir: Instruction, path: string, found: Found): void {
  const next = stage.instructions[stage.instructions.indexOf(workdir) + 1];
  const made = next === undefined ? undefined : workingDirectory(dockerfile, stage, next).path;
  const last = workdir === stage.instructions.at(-1) ? undefined : made;
  if (last === undefined || !liesIn(last, path)) return;
  const isCopied = copiedFiles(dockerfile, stage).some(
    ({ instruction, destination }) =>
      destination !== undefined && instruction.range.start < workdir.range.start && liesIn(destination, last),
  );
  if (!isCopied) for (const each of upTo(path, last)) addNamed(found, each, workdir.range.start);
}

/**
 * The builder before BuildKit gives the directories above a copied directory to root, whatever --chown says. Those that a later COPY makes are not
 * there yet.
 */
function addAbove(dockerfile: Dockerfile, stage: Stage, before: PlacedCommand, path: string, found: Found): void {
  for (const { destination, instruction } of copiedFiles(dockerfile, stage)) {
    if (instruction.range.start > before.instruction.range.start) break;
    if (destination === undefined || destination === path || !liesIn(destination, path)) continue;
    if (instruction.sources.every(({ value }) => isFileName(value))) continue;
    const above = destination.slice(0, destination.lastIndexOf('/')) || '/';
    if (liesIn(above, path)) for (const each of upTo(path, above)) addNamed(found, each, instruction.range.start);
  }
}

/** Names of files by their look: with an extension, or known without one. */
export function isFileName(source: string): boolean {
  const name = source.slice(source.lastIndexOf('/') + 1);
  return (
    /^[\w.*-]*[\w*]\.[a-z0-9*]{1,8}$/i.test(name) ||
    /^(?:Gemfile|Rakefile|Makefile|Procfile|Pipfile|LICENSE|mvnw|gradlew)$/.test(name)
  );
}

/** The paths from `outer` down to `inner`, both included. */
function upTo(outer: string, inner: string): string[] {
  const paths = [outer];
  const prefix = outer === '/' ? '' : outer;
  let at = prefix;
  for (const part of inner.slice(prefix.length).split('/').filter(Boolean)) {
    at += `/${part}`;
    paths.push(at);
  }
  return paths;
}

/** Paths that came to be by name, `installs` for what a package manager puts into a project, or `unknown`. */
type Effect = readonly string[] | 'unknown' | 'installs';

/** What one command may have put below the path. */
function effectOf(dockerfile: Dockerfile, placed: PlacedCommand, path: string): Effect {
  const { command, instruction } = placed;
  const scope = environmentAt(dockerfile, instruction);
  const directory = directoryOf(dockerfile, placed);
  const escapeCharacter = dockerfile.syntax.escape;
  const resolved = (word: CommandWord) => {
    const value = word.literal ? word.value : expanded(word, scope, escapeCharacter);
    return value === undefined ? undefined : absolutePath(directory, value);
  };
  for (const { target, operator } of command.redirects) {
    if (target === undefined || operator.startsWith('<') || target.value.startsWith('/dev/')) continue;
    const at = resolved(target);
    if (at === undefined || liesIn(at, path)) return 'unknown';
  }
  if (command.name === 'mkdir' || command.name === 'touch') return made(placed, path, resolved);
  const read = readPackageCommand(command);
  const isOfSystem = (read && ['apt', 'apk', 'rpm'].includes(read.ecosystem)) || /^(?:dpkg|rpm)$/.test(command.name);
  if (isOfSystem) return isSystemPath(path) ? 'unknown' : [];
  if (writesNothing.test(command.name)) return makesHomeSomewhere(placed) ? 'unknown' : [];
  const isInside = directory === undefined || liesIn(directory, path);
  const installed = read && effectOfInstall(read, path, isInside);
  if (installed !== undefined) return installed;
  if (isInside) return 'unknown';
  const touches = [command.nameWord, ...command.arguments].some((word) => {
    const value = word.value.replace(/^-{1,2}[\w-]+=/, '');
    const at = resolved({ ...word, value });
    return (
      at === undefined ||
      liesIn(at, path) ||
      (at !== '/' && at !== directory && liesIn(path, at) && value.startsWith('/'))
    );
  });
  return touches ? 'unknown' : [];
}

const projectInstallers: readonly string[] = ['npm', 'composer', 'gem', 'go', 'cargo', 'maven', 'nuget'];

/** What a package manager of a language is known to do; undefined where it is not. */
function effectOfInstall(read: PackageCommand, path: string, isInside: boolean): Effect | undefined {
  if (isInside && read.action === 'install-project' && projectInstallers.includes(read.ecosystem) && !read.global)
    return 'installs';
  const staysInPython =
    read.tool === 'pip' &&
    !read.packages.some(({ kind }) => kind === 'requirements-file') &&
    !isSystemPath(path) &&
    !read.flags.some(({ name }) => /^(?:target|t|prefix|root|src)$/.test(name));
  if (!staysInPython) return undefined;
  return read.packages.some(({ kind }) => kind === 'directory' || kind === 'vcs') ? 'unknown' : [];
}

/** A word with the variables that the file sets put in; undefined where one of them is not known. */
export function expanded(word: CommandWord, scope: Environment, escapeCharacter: EscapeCharacter): string | undefined {
  if (/[`]|\$\(/.test(word.raw)) return undefined;
  const { value, unknown, unmatched, error } = expandToken({ value: word.value, range: word.range }, scope, {
    escape: escapeCharacter,
  });
  return error !== undefined || unknown.size > 0 || unmatched.size > 0 ? undefined : value;
}

/** `mkdir -p a/b` makes a, too. Braces and other patterns are not followed. */
function made(
  { command }: PlacedCommand,
  path: string,
  resolved: (word: CommandWord) => string | undefined,
): readonly string[] | 'unknown' {
  const result: string[] = [];
  const withParents = command.arguments.some(({ value }) => /^-[a-z]*p|^--parents$/.test(value));
  for (const word of command.arguments) {
    if (word.value.startsWith('-') || /^[0-7]{3,4}$/.test(word.value)) continue;
    const at = /[{}*?]/.test(word.value.replace(/\$\{\w+\}/g, '')) ? undefined : resolved(word);
    if (at === undefined) return 'unknown';
    if (liesIn(at, path)) result.push(...(withParents ? upTo(path, at) : [at]));
  }
  return result;
}

/** Files of a new home directory belong to its user already; where a home is that is named by a variable is not known. */
function makesHomeSomewhere({ command }: PlacedCommand): boolean {
  if (command.name !== 'useradd' && command.name !== 'adduser') return false;
  return command.arguments.some((word, at) => {
    const before = command.arguments[at - 1]?.value ?? '';
    return !word.literal && /^(?:-[a-zA-Z]*[dhm]|--home(?:-dir)?)$/.test(before);
  });
}
