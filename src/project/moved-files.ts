import type { CommandWord } from '../core/command-line.ts';
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
  const script = dockerfile.script(instruction);
  const start = () => stage && workingDirectory(dockerfile, stage, instruction).path;
  if (script === undefined) return start();
  let changes = known.get(script);
  if (changes === undefined) {
    changes = directoryChanges(script, start());
    known.set(script, changes);
  }
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.at ?? 0) < command.range.start) low = middle + 1;
    else high = middle;
  }
  return placeAfter(changes[low - 1], command, start);
}

/** A command that changes the directory. */
interface DirectoryChange {
  readonly at: number;
  readonly list: number;
  /** Whether it stands in no construct of the shell. */
  readonly outermost: boolean;
  /** Where the commands behind it in its own list work, and where those do that stand in no construct. */
  readonly inList: string | undefined;
  readonly outside: string | undefined;
}

function placeAfter(
  last: DirectoryChange | undefined,
  { list, place }: ShellCommand,
  start: () => string | undefined,
): string | undefined {
  if (last === undefined) return start();
  if (list === last.list) return last.inList;
  // In a construct beside the one of the last change or within it: which, nobody says.
  return last.outermost || place.inside.length === 0 ? last.outside : undefined;
}

const known = new WeakMap<ShellScript, readonly DirectoryChange[]>();

/** A longer path is not followed: the system takes none either, and a step of many `cd` is read in linear time. */
const longestPath = 4096;

/** Constructs that are a shell of their own: its directory ends with it. Others, such as `if`, may have changed that of the script, or not. */
const ownShells: ReadonlySet<string> = new Set(['subshell', 'substitution', 'nested-shell']);

/** In order; kept for a script, because each of its commands asks. What `pushd` and `popd` do is not followed. */
function directoryChanges(script: ShellScript, start: string | undefined): readonly DirectoryChange[] {
  const found: DirectoryChange[] = [];
  let followed = true;
  for (const command of script.commands) {
    const { name, arguments: words, place, range, list } = command;
    // Each part of a pipeline is a shell of its own.
    if ((name !== 'cd' && name !== 'pushd' && name !== 'popd') || place.pipeline !== undefined) continue;
    followed &&= name === 'cd';
    const last = found.at(-1);
    const mayNotRun = place.after === '||';
    const before = placeAfter(last, command, () => start);
    const inList = followed && !mayNotRun ? changed(before, words[0]) : undefined;
    const outermost = place.inside.length === 0;
    const isOwn = place.inside.some((each) => ownShells.has(each));
    const outside = outermost ? inList : isOwn ? (last === undefined ? start : last.outside) : undefined;
    found.push({ at: range.start, list, outermost, inList, outside: followed ? outside : undefined });
  }
  return found;
}

function changed(directory: string | undefined, target: CommandWord | undefined): string | undefined {
  const path = target?.literal ? absolutePath(directory, target.value) : undefined;
  return path !== undefined && path.length > longestPath ? undefined : path;
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
