import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import { onlyCleanUp } from '../ecosystems/cleanup.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Instruction, RunInstruction } from './instruction.ts';
import { isEditableRun, type Link, linkOf, scriptStart, skipBlank, standsAlone } from './run-chain.ts';
import type { ShellCommand } from './shell.ts';

/**
 * The edits that take one command out of a RUN with the `&&` or `;` that joins it, or the whole RUN where it is the only one, or the
 * others only empty caches.
 * The lines of the others, their comments and their way of breaking lines stay. Undefined where the command cannot be taken out as
 * text, or where what is left would succeed or fail otherwise.
 */
export function removeCommand(
  dockerfile: Dockerfile,
  instruction: Instruction,
  command: ShellCommand,
): readonly TextEdit[] | undefined {
  return removeCommands(dockerfile, instruction, [command]);
}

/** {@link removeCommand} for several commands of one RUN that follow each other, the first one first. */
export function removeCommands(
  dockerfile: Dockerfile,
  instruction: Instruction,
  commands: readonly ShellCommand[],
): readonly TextEdit[] | undefined {
  const first = commands[0];
  const last = commands.at(-1);
  if (first === undefined || last === undefined || !isEditableRun(dockerfile, instruction)) return undefined;
  if (!commands.every(standsAlone)) return undefined;
  const range = { start: first.range.start, end: last.range.end };
  if (nothingIsLeft(dockerfile, instruction, range)) return removeInstruction(dockerfile, instruction);
  if (commentIn(instruction, range)) return undefined;
  const before = linkOf(dockerfile, instruction, { range }, 'before');
  const behind = linkOf(dockerfile, instruction, { range }, 'behind');
  const isFirst = range.start === scriptStart(dockerfile, instruction);
  const isLast = skipBlank(dockerfile, instruction, range.end, 'forward') >= instruction.range.end;
  if (isFirst && isLast) return removeInstruction(dockerfile, instruction);
  if (isFirst) return behind && cut(dockerfile, instruction, { start: range.start, end: behind.range.end });
  if (isLast) return before && removeLast(dockerfile, instruction, before, range);
  if (before === undefined || behind === undefined) return undefined;
  return removeMiddle(dockerfile, instruction, before, range, behind);
}

/** What cleaned up behind the commands that go would clean up behind nothing. */
function nothingIsLeft(dockerfile: Dockerfile, instruction: RunInstruction, { start, end }: SourceRange): boolean {
  const others = dockerfile
    .script(instruction)
    ?.commands.filter(({ range }) => range.end <= start || range.start >= end);
  return others !== undefined && onlyCleanUp(others) && others.every(standsAlone);
}

/** The edits that take an instruction out; a comment above it stays. */
export function removeInstruction(dockerfile: Dockerfile, instruction: Instruction): readonly TextEdit[] | undefined {
  const { syntax, path, text } = dockerfile;
  if (instruction.syntax.innerComments.length > 0) return undefined;
  const at = syntax.items.indexOf(instruction.syntax);
  if (at === -1) return undefined;
  let { start, end } = instruction.syntax.range;
  const before = syntax.items[at - 1];
  const behind = syntax.items[at + 1];
  // Of two empty lines that would stand together one goes, too.
  if (behind?.kind === 'blank' && (before === undefined || before.kind === 'blank')) end = behind.range.end;
  else if (behind === undefined && before?.kind === 'blank') start = before.range.start;
  // The last line of a file without line feed takes the one before it along.
  if (end === text.length && !text.endsWith('\n') && text[start - 1] === '\n')
    start -= text[start - 2] === '\r' ? 2 : 1;
  return [{ path, range: { start, end }, replacement: '' }];
}

function commentIn(instruction: RunInstruction, range: SourceRange): boolean {
  return instruction.syntax.innerComments.some(({ start, end }) => end > range.start && start < range.end);
}

/** Cuts a piece with the blank behind it, so that what follows takes its place. */
function cut(dockerfile: Dockerfile, instruction: RunInstruction, range: SourceRange): readonly TextEdit[] | undefined {
  const end = skipBlank(dockerfile, instruction, range.end, 'forward');
  if (!commentIn(instruction, { start: range.start, end }))
    return [{ path: dockerfile.path, range: { start: range.start, end }, replacement: '' }];
  return cutLines(dockerfile, range);
}

/** Cuts whole lines that hold nothing but the piece and a line continuation. */
function cutLines({ text, path, syntax }: Dockerfile, { start, end }: SourceRange): readonly TextEdit[] | undefined {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const newline = text.indexOf('\n', end);
  if (newline === -1 || text.slice(lineStart, start).trim() !== '') return undefined;
  const rest = text.slice(end, newline).trim();
  return rest === syntax.escape
    ? [{ path, range: { start: lineStart, end: newline + 1 }, replacement: '' }]
    : undefined;
}

/** Where the operators differ, the looser one stays: `a && x; b` leaves `a; b`, and so does `a; x && b`. */
function removeMiddle(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  before: Link,
  range: SourceRange,
  behind: Link,
): readonly TextEdit[] | undefined {
  const keepsBefore = { start: range.start, end: behind.range.end };
  const keepsBehind = { start: before.range.start, end: range.end };
  if (before.operator !== behind.operator)
    return cut(dockerfile, instruction, before.operator === ';' ? keepsBefore : keepsBehind);
  const beginsLine = dockerfile.text.slice(0, before.range.start).search(/\n[ \t]*$/) !== -1;
  return cut(dockerfile, instruction, beginsLine ? keepsBehind : keepsBefore);
}

/** The last command's success is the RUN's: behind `;` what is left would decide instead. */
function removeLast(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  before: Link,
  range: SourceRange,
): readonly TextEdit[] | undefined {
  const endsOnFailure = dockerfile.script(instruction)?.options.has('errexit') === true;
  if (before.operator === ';' && !endsOnFailure) return undefined;
  const { path, text } = dockerfile;
  const start = skipBlank(dockerfile, instruction, before.range.start, 'backward');
  if (!commentIn(instruction, { start, end: range.end }))
    return [{ path, range: { start, end: instruction.range.end }, replacement: '' }];
  // Comments between stay; the line before them is no longer continued.
  const lineEnd = text.indexOf('\n', start);
  const own = text.lastIndexOf('\n', before.range.start) + 1;
  const ending = text.slice(start, lineEnd).replace(/\r$/, '');
  const isOwnLine = text.slice(own, before.range.start).trim() === '' && !text.slice(own, range.end).includes('\n');
  if (!isOwnLine || !/^(?:[ \t]*[\\`])?[ \t]*$/.test(ending)) return undefined;
  return [
    { path, range: { start, end: start + ending.length }, replacement: '' },
    { path, range: { start: own, end: instruction.syntax.range.end }, replacement: '' },
  ];
}
