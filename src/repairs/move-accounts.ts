import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { commentedStart } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import { linkOf } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { imageInstructions, isRootUser } from '../project/stage-facts.ts';
import type { RecursiveChange } from './own-where-copied.ts';

/** The commands that make a user, moved above the COPY that names it. */
export interface MovedAccounts {
  readonly insertion: TextEdit;
  /** In their old place, from where they are to be taken. */
  readonly commands: readonly ShellCommand[];
}

/**
 * Puts useradd and its like before a COPY. Only where they and the chown follow each other in one RUN and need nothing that was copied:
 * words without variables, and no home directory among the files.
 */
export function moveAccounts(
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  late: readonly PlacedCommand[],
  { placed, targets }: RecursiveChange,
): MovedAccounts | undefined {
  const { instruction, command } = placed;
  if (instruction.name !== 'RUN' || late.some((each) => each.instruction !== instruction)) return undefined;
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const at = commands.indexOf(command);
  let first = at;
  while (first > 0 && /^(?:user|group)add$|^add(?:user|group)$/.test(commands[first - 1]?.name ?? '')) first--;
  const makers = commands.slice(first, at);
  if (!late.every((each) => makers.includes(each.command)) || instruction.flags.length > 0) return undefined;
  const isMovable = makers.every(
    (each) =>
      each.wrappers.length === 0 &&
      each.redirects.length === 0 &&
      (each === makers[0] || linkOf(dockerfile, instruction, each, 'before')?.operator === '&&') &&
      each.arguments.every(
        ({ literal, value }) => literal && !targets.some(({ path }) => path !== undefined && value.includes(path)),
      ),
  );
  if (!isMovable || !isRootAt(stage, copy)) return undefined;
  const [begin] = makers;
  const last = makers.at(-1);
  if (begin === undefined || last === undefined) return undefined;
  const { text, path } = dockerfile;
  const start = commentedStart(dockerfile, copy);
  const eol = /\r\n/.test(text.slice(copy.syntax.range.start, copy.syntax.range.end)) ? '\r\n' : '\n';
  const moved = `${text.slice(instruction.keyword.range.start, instruction.keyword.range.end)} ${text.slice(begin.range.start, last.range.end)}${eol}`;
  if (instruction.syntax.innerComments.length > 0) return undefined;
  return { insertion: { path, range: { start, end: start }, replacement: moved }, commands: makers };
}

function isRootAt(stage: Stage, copy: CopyInstruction): boolean {
  const user = imageInstructions(stage).findLast((each) => each.name === 'USER' && each.range.start < copy.range.start);
  return user === undefined || (user.name === 'USER' && isRootUser(user.value.value.split(':')[0] ?? ''));
}
