import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { type PlacedPackageCommand, stageWrites } from '../dockerfile/package-commands.ts';
import type { ShellCommand, ShellScript } from '../dockerfile/shell.ts';
import { flagValue, hasFlag } from '../ecosystems/package-command.ts';
import { absolutePath, type CopiedFiles, liesIn } from './copied-files.ts';
import { workingDirectory } from './stage-facts.ts';

/** Whether a step between a COPY and a later command has taken away all that the COPY brought (rm, mv). */
export function isRemoved(dockerfile: Dockerfile, copy: CopiedFiles, before: PlacedCommand): boolean {
  const { instruction, destination } = copy;
  if (destination === undefined) return false;
  const gone = dockerfile
    .commandsNamed('rm', 'mv')
    .filter(
      ({ stage, command }) =>
        stage === before.stage &&
        command.range.start > instruction.range.end &&
        command.range.end < before.command.range.start,
    )
    .flatMap((placed) => removedPaths(dockerfile, placed));
  if (gone.length === 0) return false;
  const isGone = (path: string) => gone.some((each) => liesIn(path, each));
  if (isGone(destination)) return true;
  return instruction.sources.every(({ value }) => {
    const base = value.replace(/\/+$/, '').replace(/^.*\//, '');
    return base !== '' && base !== '.' && !/[*?[$]/.test(base) && isGone(absolutePath(destination, base) ?? '');
  });
}

/** Absolute paths that a `rm` or `mv` takes away; none where they cannot be known. */
function removedPaths(dockerfile: Dockerfile, placed: PlacedCommand): readonly string[] {
  const operands = placed.command.arguments.filter(({ value }) => !value.startsWith('-'));
  const sources = placed.command.name === 'mv' ? operands.slice(0, -1) : operands;
  const directory = directoryOf(dockerfile, placed);
  return sources.flatMap(({ literal, value }) => {
    const path = value.replace(/\/\*$/, '');
    return literal && path !== '' && !/[*?[]/.test(path) ? (absolutePath(directory, path) ?? []) : [];
  });
}

/** Where a command works: by WORKDIR and the `cd` commands before it in its step. Undefined when that is not known. */
export function directoryOf(
  dockerfile: Dockerfile,
  { command, instruction, stage }: PlacedCommand,
): string | undefined {
  let directory = stage && workingDirectory(dockerfile, stage, instruction).path;
  for (const other of directoryChanges(dockerfile.script(instruction))) {
    if (other.range.start >= command.range.start) break;
    if (other.name !== 'cd') return undefined;
    if (other.place.inside.length > 0 && command.place.inside.length === 0) continue;
    const [target] = other.arguments;
    directory = target?.literal ? absolutePath(directory, target.value) : undefined;
  }
  return directory;
}

const changes = new WeakMap<ShellScript, readonly ShellCommand[]>();

/** The commands of a script that change its directory; kept, because each of its commands asks. */
function directoryChanges(script: ShellScript | undefined): readonly ShellCommand[] {
  if (script === undefined) return [];
  let found = changes.get(script);
  if (found === undefined) {
    found = script.commands.filter(({ name }) => name === 'cd' || name === 'pushd' || name === 'popd');
    changes.set(script, found);
  }
  return found;
}

/** The directories of the project's files into which an install writes: none for one that writes to the system's. */
export function installsInto(dockerfile: Dockerfile, placed: PlacedPackageCommand): readonly string[] {
  const { read, stage } = placed;
  if (!read.action.startsWith('install') || read.global) return [];
  const directory = directoryOf(dockerfile, placed);
  const named = ['prefix', 'cwd', 'dir', 'working-dir', 'target'].map((name) => flagValue(read, name)).find(Boolean);
  const place = named === undefined ? directory : absolutePath(directory, named);
  if (place === undefined) return [];
  switch (read.tool) {
    case 'pip':
      return hasFlag(read, 'target', 'prefix') ? [place] : [];
    case 'bundle':
      return hasFlag(read, 'path', 'deployment') || stageWrites(dockerfile, stage, /^(?:path|deployment)$/)
        ? [place]
        : [];
    case 'uv':
      return read.subcommand?.value === 'sync' ? [place] : [];
    default:
      return read.ecosystem === 'npm' || read.ecosystem === 'composer' ? [place] : [];
  }
}
