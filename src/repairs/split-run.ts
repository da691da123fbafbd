import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertAfter } from '../dockerfile/edit.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { PlacedPackageCommand } from '../dockerfile/package-commands.ts';
import { isEditableRun, linkOf, scriptStart, skipBlank, standsAlone } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { InstallInputs } from '../ecosystems/install-inputs.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { isIndependentCommand } from './independent-steps.ts';

/** A RUN cut behind the install of the dependencies. */
export interface SplitRun {
  /** The text of a step that goes before the sources, where it is a new one. */
  readonly first: string;
  /** What runs behind the sources, as an instruction; undefined where nothing is left. */
  readonly second: string | undefined;
  /** What changes in the RUN itself. */
  readonly edits: readonly TextEdit[];
  /** From here on the RUN's text is what `second` holds, and goes. */
  readonly cutFrom?: number;
  /** True when the RUN stays whole behind the sources and `first` is put before it. */
  readonly insertsBefore: boolean;
}

/** Splits a RUN behind its install: what needs no source stays with it, the rest runs behind the sources. Undefined where that changes more. */
export function splitRun(
  dockerfile: Dockerfile,
  run: RunInstruction,
  { command: placed, read }: PlacedPackageCommand,
  needs: InstallInputs,
): SplitRun | undefined {
  const commands = dockerfile.script(run)?.commands ?? [];
  const install = commands.find(({ range }) => range.start === placed.range.start && range.end === placed.range.end);
  if (install === undefined || !isEditableRun(dockerfile, run) || !standsAlone(install)) return undefined;
  const before = commands.filter(({ range }) => range.start < install.range.start);
  const [change] = before.filter(({ name }) => name === 'cd');
  const isPlainStart = before.every(
    (each) => each === change || (standsAlone(each) && isIndependentCommand(each) && each.name !== 'export'),
  );
  if (!isPlainStart || (change !== undefined && change !== before[0])) return undefined;
  const option = needs.option === undefined ? [] : optionEdit(dockerfile, read.subcommand?.range, needs.option);
  if (option === undefined) return undefined;
  const prefix = textOf(dockerfile, run.keyword.range.start, scriptStart(dockerfile, run));
  const again = needs.again === undefined ? [] : [textOf(dockerfile, install.range.start, install.range.end)];
  let last = install;
  for (;;) {
    const next = commands.find(({ range }) => range.start > last.range.end);
    if (next === undefined) break;
    if (!standsAlone(next) || !isCleaning(next) || linkOf(dockerfile, run, next, 'before')?.operator !== '&&') break;
    last = next;
  }
  const directory = change === undefined ? '' : `${textOf(dockerfile, change.range.start, change.range.end)} && `;
  const end = skipBlank(dockerfile, run, last.range.end, 'forward');
  if (end >= run.range.end) {
    const second = again.length === 0 ? undefined : `${prefix}${directory}${again[0]}`;
    return { first: '', second, edits: option, insertsBefore: false };
  }
  if (!joinedByAnd(dockerfile, run, [...before, install])) return undefined;
  const link = linkOf(dockerfile, run, last, 'behind');
  const rest = commands.filter(({ range }) => range.start > last.range.end);
  // What was installed for the build and is removed at the end would stay in the first layer.
  if (link?.operator !== '&&' || rest.some(undoes)) return undefined;
  const from = skipBlank(dockerfile, run, link.range.end, 'forward');
  if (run.syntax.innerComments.some((comment) => comment.start >= last.range.end && comment.end <= from))
    return undefined;
  const second = `${prefix}${directory}${[...again, textOf(dockerfile, from, run.range.end)].join(' && ')}`;
  return { first: '', second, edits: option, cutFrom: last.range.end, insertsBefore: false };
}

function optionEdit(
  dockerfile: Dockerfile,
  at: { readonly start: number; readonly end: number } | undefined,
  option: string,
): TextEdit[] | undefined {
  return at && [insertAfter(dockerfile, at, ` ${option}`)];
}

function joinedByAnd(dockerfile: Dockerfile, run: RunInstruction, commands: readonly ShellCommand[]): boolean {
  return (
    commands.slice(1).every((each) => linkOf(dockerfile, run, each, 'before')?.operator === '&&') &&
    commands[0]?.range.start === scriptStart(dockerfile, run)
  );
}

/** Belongs to the install: cleans what it left. */
function isCleaning(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  if (read)
    return (
      read.action === 'clean-cache' || (read.action === 'remove' && ['apt', 'apk', 'rpm'].includes(read.ecosystem))
    );
  return (
    command.name === 'rm' &&
    command.arguments.every(({ value }) => /^(?:-|\/root\/|\/tmp|\/var\/|~\/|\/usr\/local\/share\/\.cache)/.test(value))
  );
}

/** Takes away again what an earlier command of the same RUN may have put there. */
function undoes(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  return (
    read?.action === 'remove' ||
    read?.action === 'clean-cache' ||
    command.name === 'rm' ||
    command.arguments.some(({ value }) => value === 'prune')
  );
}

function textOf({ text }: Dockerfile, start: number, end: number): string {
  return text.slice(start, end);
}
