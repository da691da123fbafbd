import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { absolutePath, copiedFiles } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';

/**
 * What a RUN is for. `system`: packages of the distribution alone; `user`: makes users and what belongs to them; `setup`: makes
 * directories, links, small files, sets owners and modes; `build`: everything else.
 */
export type StepKind = 'system' | 'user' | 'setup' | 'build';

/** A RUN of a stage, with what its commands do. */
export interface RunStep {
  readonly instruction: RunInstruction;
  readonly kind: StepKind;
  readonly commands: readonly PlacedCommand[];
  /** Absolute paths that the setup commands in it write, patterns as they stand; undefined in it for one that is not known. */
  readonly paths: readonly (string | undefined)[];
}

export interface CopyStep {
  readonly instruction: CopyInstruction;
  /** Absolute paths that come to be: of files where their names are known, else of the directory that they go to. */
  readonly paths: readonly string[] | undefined;
}

const noise = new Set([
  'set',
  'cd',
  'true',
  ':',
  'export',
  'test',
  '[',
  'echo',
  'printf',
  'pwd',
  'ls',
  'umask',
  'env',
  'which',
  'cat',
]);
const users = new Set(['useradd', 'groupadd', 'adduser', 'addgroup', 'usermod', 'groupmod']);
const setups = new Set(['mkdir', 'chown', 'chmod', 'chgrp', 'ln', 'touch']);
const systems = new Set(['apt', 'apk', 'rpm']);

/** The RUN instructions of a stage. */
export function runSteps(dockerfile: Dockerfile, stage: Stage): readonly RunStep[] {
  return stage.instructions.flatMap((instruction) =>
    instruction.name === 'RUN' ? runStep(dockerfile, stage, instruction) : [],
  );
}

function runStep(dockerfile: Dockerfile, stage: Stage, instruction: RunInstruction): RunStep {
  const commands = (dockerfile.script(instruction)?.commands ?? []).map((command) => ({ command, instruction, stage }));
  const roles = commands.map((placed) => roleOf(placed));
  const only = (...allowed: readonly string[]) => roles.every((role) => allowed.includes(role));
  const kind: StepKind =
    commands.length === 0
      ? 'build'
      : roles.includes('user') && only('user', 'setup', 'noise')
        ? 'user'
        : roles.includes('system') && only('system', 'noise')
          ? 'system'
          : only('setup', 'noise')
            ? 'setup'
            : 'build';
  const paths = commands.flatMap((placed, at) =>
    roles[at] === 'setup' || roles[at] === 'noise' ? writtenPlaces(dockerfile, placed) : [],
  );
  return { instruction, kind, commands, paths };
}

function roleOf({ command }: PlacedCommand): 'noise' | 'user' | 'setup' | 'system' | 'other' {
  if (users.has(command.name)) return 'user';
  if (setups.has(command.name)) return 'setup';
  const read = readPackageCommand(command);
  if (read !== undefined) return systems.has(read.ecosystem) ? 'system' : 'other';
  if (command.name === 'rm')
    return command.arguments.every(
      ({ value }) => value.startsWith('-') || /^\/(?:var\/(?:lib\/apt|cache)|tmp|var\/tmp|root\/\.cache)\b/.test(value),
    )
      ? 'system'
      : 'other';
  if (noise.has(command.name)) return command.redirects.some(writes) ? 'setup' : 'noise';
  return 'other';
}

function writes({ operator, target }: PlacedCommand['command']['redirects'][number]): boolean {
  return operator.startsWith('>') && target !== undefined && !/^(?:\d|-|\/dev\/.*)$/.test(target.value);
}

/** True for a path that stands for the files that match it. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** What mkdir, chown, ln and the like and what `echo … > file` write; undefined for a pattern. */
export function writtenPaths(dockerfile: Dockerfile, placed: PlacedCommand): readonly (string | undefined)[] {
  return writtenPlaces(dockerfile, placed).map((path) => (path === undefined || isPattern(path) ? undefined : path));
}

/** The same with patterns, made absolute. */
function writtenPlaces(dockerfile: Dockerfile, placed: PlacedCommand): readonly (string | undefined)[] {
  const { command } = placed;
  const directory = directoryOf(dockerfile, placed);
  const resolve = ({ literal, value }: { readonly literal: boolean; readonly value: string }) =>
    literal && !value.startsWith('{') ? absolutePath(directory, value) : undefined;
  const redirected = command.redirects.filter(writes).flatMap(({ target }) => (target ? [resolve(target)] : []));
  if (!setups.has(command.name)) return redirected;
  const operands = command.arguments.filter(({ value }) => !value.startsWith('-'));
  const skipped = ['chown', 'chgrp', 'chmod'].includes(command.name)
    ? operands.slice(1)
    : command.name === 'ln'
      ? operands.slice(-1)
      : operands;
  const modes = command.name === 'mkdir' ? skipped.filter((word) => !/^[0-7]{3,4}$/.test(word.value)) : skipped;
  return [...modes.map(resolve), ...redirected];
}

/** The COPY and ADD instructions of a stage, with where their files come to lie. */
export function copySteps(dockerfile: Dockerfile, stage: Stage): readonly CopyStep[] {
  return copiedFiles(dockerfile, stage).map(({ instruction, destination }) => ({
    instruction,
    paths: destination === undefined ? undefined : copiedPaths(instruction, destination),
  }));
}

/** Directories that every system has: a file that is copied to one of them goes into it. */
const directories = /^\/(?:|etc|tmp|opt|srv|root|home|var|usr\/(?:local\/)?s?bin|s?bin|usr\/local|usr\/src)$/;

/** Those of them in which no distribution puts anything: what is copied there is all that is there. https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch03s17.html */
export const emptyDirectories = /^\/(?:srv|usr\/src)$/;

function copiedPaths(instruction: CopyInstruction, destination: string): readonly string[] | undefined {
  const written = instruction.destination?.value ?? '';
  const intoDirectory =
    /(?:^|\/)\.?\/?$/.test(written) || instruction.sources.length > 1 || directories.test(destination);
  if (!intoDirectory) return [destination];
  const names = instruction.sources.map(({ value }) => value.replace(/\/+$/, '').replace(/^.*\//, ''));
  // A directory's content goes into the destination: only a file's own name says what comes to be.
  const areFiles = instruction.sources.every(({ value }, at) => !/[*?[$]/.test(value) && isFileName(names[at] ?? ''));
  if (areFiles) return names.map((name) => (destination === '/' ? `/${name}` : `${destination}/${name}`));
  return directories.test(destination) && !emptyDirectories.test(destination) ? undefined : [destination];
}

/** With an extension, or a name that files have. */
function isFileName(name: string): boolean {
  return /^[^.].*\.[A-Za-z0-9]+$|^(?:Makefile|Gemfile|Procfile|Pipfile|Rakefile|LICENSE|README)(?:\.\w+)?$/.test(name);
}

/** True for an instruction that says how a container runs, and not what is in the image. */
export function isRunTimeSetting({ name }: Instruction): boolean {
  return ['CMD', 'ENTRYPOINT', 'HEALTHCHECK', 'EXPOSE', 'STOPSIGNAL', 'LABEL', 'MAINTAINER', 'VOLUME'].includes(name);
}
