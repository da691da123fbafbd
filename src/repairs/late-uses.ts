import { literalPattern } from '../core/literal-pattern.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ArgInstruction, EnvInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { ProjectFiles } from '../ecosystems/install-inputs.ts';
import { type PackageCommand, readPackageCommand } from '../ecosystems/package-command.ts';
import { listsOthersOnly } from './requirement-files.ts';

/** An ARG or ENV of one name, with what uses it in its stage. */
export interface Declared {
  readonly instruction: ArgInstruction | EnvInstruction;
  readonly name: string;
  /** LABEL that shows it, and ENV and LABEL that only hand it on to the running container. */
  readonly followers: readonly EnvInstruction[];
  /** The first instruction whose result depends on it. */
  readonly needed: Instruction | undefined;
}

/** Who uses a declaration: what can follow it to another place of the stage, and what it has to stand before. */
export function usesOf(
  { text }: Dockerfile,
  { instructions }: Stage,
  instruction: ArgInstruction | EnvInstruction,
  name: string,
): Declared {
  const names = [name];
  const followers: EnvInstruction[] = [];
  let needed: Instruction | undefined;
  for (const each of instructions) {
    if (each.range.start <= instruction.range.start) continue;
    if (!names.some((known) => usesName(text, each, known))) continue;
    if (each.name === 'LABEL') followers.push(each);
    else if (each.name === 'ENV' && each.pairs.length === 1 && !isNeeded(text, instructions, each)) {
      followers.push(each);
      names.push(each.pairs[0]?.key.value ?? name);
    } else if (!startsLater(each)) {
      needed = each;
      break;
    }
  }
  return { instruction, name, followers, needed };
}

/** Something that is built depends on the variable. */
function isNeeded(text: string, instructions: readonly Instruction[], env: EnvInstruction): boolean {
  const name = env.pairs[0]?.key.value ?? '';
  return instructions.some(
    (each) =>
      each.range.start > env.range.start && each.name !== 'LABEL' && !startsLater(each) && usesName(text, each, name),
  );
}

/** Reads variables when a container starts, of the image and not of the build. */
function startsLater({ name }: Instruction): boolean {
  return name === 'CMD' || name === 'ENTRYPOINT' || name === 'HEALTHCHECK';
}

/** A RUN may read its environment in other ways than by `$NAME`. */
function usesName(text: string, { name: kind, range }: Instruction, name: string): boolean {
  const body = text.slice(range.start, range.end);
  if (!body.includes(name)) return false;
  const sign = kind === 'RUN' || kind === 'ONBUILD' ? '(?<![A-Za-z0-9_])' : '(?:\\$\\{?|%|\\$env:)';
  return new RegExp(`${sign}${literalPattern(name)}(?![A-Za-z0-9_])`).test(body);
}

/** Tools whose work does not depend on the name of a version, a commit or a date in their environment. */
const blind =
  /^(?:apt-get|apt|apt-key|add-apt-repository|apk|dnf|yum|microdnf|zypper|dpkg|rpm|curl|wget|tar|unzip|gpg|sha\d+sum|md5sum|mkdir|rm|rmdir|cp|mv|ln|install|chmod|chown|touch|set|cd|useradd|adduser|groupadd|addgroup|usermod|echo|printf|cat|sed|grep|tee|true|:|test|\[|sleep|which|command|update-ca-certificates|locale-gen|localedef|ldconfig|dpkg-reconfigure|debconf-set-selections|rpmkeys|a2enmod|a2dissite|phpenmod|sync|find)$/;

/** Whether a step does more than install: builds the project, or runs what may read its environment. */
export function doesMore(dockerfile: Dockerfile, run: RunInstruction): boolean {
  const commands = dockerfile.script(run)?.commands ?? [];
  return commands.some((command) => {
    if (blind.test(command.name)) return false;
    const action = readPackageCommand(command)?.action;
    return action === undefined || action === 'build' || action === 'run' || action === 'other';
  });
}

/** Package managers that install what is named, and read and run nothing of the project for it. */
const ofRegistry = /^(?:pip|pipx|easy_install|gem|cargo|go|conda|mamba|micromamba)$/;

/**
 * A step that does the same whatever the value is. Packages of a registry build themselves; what the project lists may be built from the
 * project's own sources, and a setup.py or a Gemfile is a program that may read it.
 */
export function isBlind(dockerfile: Dockerfile, files: ProjectFiles | undefined, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  return (
    script !== undefined &&
    script.errors.length === 0 &&
    script.commands.every((command) => {
      if (blind.test(command.name)) return !command.arguments.some(({ value }) => value === '-exec');
      const read = readPackageCommand(command);
      return (
        read !== undefined &&
        (read.action === 'clean-cache' ||
          (read.action === 'install' && installsNamed(read)) ||
          (read.action === 'install-project' && (read.ignoreScripts || installsOthers(read, files))) ||
          (read.action === 'upgrade' && read.ecosystem === 'pip'))
      );
    })
  );
}

/** Packages that others publish: `yarn add` and `composer require` run scripts of the project too. */
function installsNamed({ packages, global, ignoreScripts, tool }: PackageCommand): boolean {
  return packages.every(({ kind }) => kind === 'registry') && (global || ignoreScripts || ofRegistry.test(tool));
}

/** Installs what is listed, and runs nothing of the project itself. */
function installsOthers({ tool, packages, subcommand }: PackageCommand, files: ProjectFiles | undefined): boolean {
  if (tool === 'go') return true;
  if (tool === 'cargo') return subcommand?.value === 'fetch' || subcommand?.value === 'vendor';
  return (
    tool === 'pip' && packages.every(({ kind, name }) => kind === 'requirements-file' && listsOthersOnly(files, name))
  );
}
