import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { type PackageCommand, readPackageCommand } from '../ecosystems/package-command.ts';
import { absolutePath, copiedFiles, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import type { Project } from '../project/project.ts';
import { contextFiles } from './context-files.ts';
import { isIndependentCommand } from './independent-steps.ts';

/** Programs that look, or change who may read: no file is gone or another one after them. */
const looking = /^(?:cd|pushd|popd|ls|cat|test|\[|pwd|chown|chmod|chgrp)$/;

/**
 * Whether a step between two places of a stage may take files away, put others in their place or write into them. True for whatever is not known to leave them
 * as they are.
 * @param files absolute paths in the container
 * @param passes package managers' commands that count as leaving them
 */
export function mayChange(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  files: readonly string[],
  { start, end }: SourceRange,
  passes: (read: PackageCommand) => boolean = () => false,
): boolean {
  let sent: ReadonlySet<string> | undefined;
  const paths = () => {
    sent ??= new Set(contextFiles(project, dockerfile, '')?.paths);
    return sent;
  };
  return stage.instructions.some((instruction) => {
    if (instruction.range.start <= start || instruction.range.start >= end) return false;
    switch (instruction.name) {
      case 'RUN':
        return changesByRun(dockerfile, stage, files, instruction, end, passes);
      case 'COPY':
      case 'ADD':
        return bringsOthers(dockerfile, stage, files, instruction, paths);
      default:
        return false;
    }
  });
}

function changesByRun(
  dockerfile: Dockerfile,
  stage: Stage,
  files: readonly string[],
  run: RunInstruction,
  end: number,
  passes: (read: PackageCommand) => boolean,
): boolean {
  const script = dockerfile.script(run);
  if (script === undefined || script.errors.length > 0) return true;
  const text = dockerfile.text.slice(run.range.start, Math.min(run.range.end, end));
  if (files.some((file) => text.includes(baseName(file)))) return true;
  return script.commands.some((command) => {
    if (command.range.start >= end || leavesFiles(command)) return false;
    const read = readPackageCommand(command);
    if (read !== undefined && command.redirects.length === 0 && passes(read)) return false;
    if (command.name !== 'rm' || command.wrappers.length > 0 || command.redirects.length > 0) return true;
    const directory = directoryOf(dockerfile, { command, instruction: run, stage });
    return command.arguments.some(({ value, literal }) => {
      if (value.startsWith('-')) return false;
      const path = literal && !/[*?[{~]/.test(value) ? absolutePath(directory, value) : undefined;
      return path === undefined || files.some((file) => liesIn(file, path));
    });
  });
}

const known = new WeakMap<ShellCommand, boolean>();

function leavesFiles(command: ShellCommand): boolean {
  let leaves = known.get(command);
  if (leaves === undefined) {
    const prepares = command.name === 'corepack' && command.arguments[0]?.value === 'prepare';
    leaves =
      command.redirects.every(({ target }) => target?.value.startsWith('/dev/') === true) &&
      (looking.test(command.name) || prepares || isIndependentCommand(command));
    known.set(command, leaves);
  }
  return leaves;
}

/** A COPY to where a file lies, of anything but that file from the top of the context. */
function bringsOthers(
  dockerfile: Dockerfile,
  stage: Stage,
  files: readonly string[],
  copy: CopyInstruction,
  sent: () => ReadonlySet<string>,
): boolean {
  const destination = copiedFiles(dockerfile, stage).find(({ instruction }) => instruction === copy)?.destination;
  if (destination === undefined) return true;
  const near = files.filter((file) => liesIn(file, destination));
  if (near.length === 0) return false;
  if (copy.from !== undefined || copy.heredocs.length > 0) return true;
  return copy.sources.some(({ value, raw }) => {
    const source = value.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
    if (raw !== undefined || /[$:[\\]/.test(source) || source.includes('..')) return true;
    if (source === '' || source === '.') return false;
    // A pattern with a dot is one of files; another one may bring what lies in directories.
    if (/[*?]/.test(source)) return source.includes('/') || !source.includes('.');
    const paths = sent();
    if (paths.has(source))
      return source.includes('/') || near.some((file) => file === destination && source !== baseName(file));
    return (
      ![...paths].some((path) => path.startsWith(`${source}/`)) ||
      near.some((file) => paths.has(source + file.slice(destination === '/' ? 0 : destination.length)))
    );
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
