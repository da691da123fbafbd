import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import { onlyCleanUp } from '../ecosystems/cleanup.ts';
import type { Dockerfile } from './dockerfile.ts';
import { commentedStart, lineEndOf, speaksToTool } from './edit-lines.ts';
import type { Instruction, RunInstruction } from './instruction.ts';
import { isEditableRun, type Link, linkOf, scriptStart, skipBlank, standsAlone } from './run-chain.ts';
import type { ShellCommand } from './shell.ts';

/**
 * The edits that take one command out of a RUN with the `&&` or `;` that joins it, or the whole RUN where it is the only one, or the
 * others only empty caches.
 * The lines of the others, their comments and their way of breaking lines stay. Undefined where the command cannot be taken out as
 * text, or where what is left would succeed or fail otherwise. `heir`: see {@link removeInstruction}.
 */
export function removeCommand(
  dockerfile: Dockerfile,
  instruction: Instruction,
  command: ShellCommand,
  heir?: Instruction,
): readonly TextEdit[] | undefined {
  return removeCommands(dockerfile, instruction, [command], heir);
}

/** {@link removeCommand} for several commands of one RUN that follow each other, the first one first. */
export function removeCommands(
  dockerfile: Dockerfile,
  instruction: Instruction,
  commands: readonly ShellCommand[],
  heir?: Instruction,
): readonly TextEdit[] | undefined {
  const first = commands[0];
  const last = commands.at(-1);
  if (first === undefined || last === undefined || !isEditableRun(dockerfile, instruction)) return undefined;
  if (!commands.every(standsAlone)) return undefined;
  const range = { start: first.range.start, end: last.range.end };
  if (nothingIsLeft(dockerfile, instruction, range)) return removeInstruction(dockerfile, instruction, heir);
  if (commentIn(instruction, range)) return undefined;
  const before = linkOf(dockerfile, instruction, { range }, 'before');
  const behind = linkOf(dockerfile, instruction, { range }, 'behind');
  const isFirst = range.start === scriptStart(dockerfile, instruction);
  const isLast = skipBlank(dockerfile, instruction, range.end, 'forward') >= instruction.range.end;
  if (isFirst && isLast) return removeInstruction(dockerfile, instruction, heir);
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

/**
 * The edits that take an instruction out. Comments directly above it go to `heir`, the instruction that does its work from now on. Without one they stay,
 * and an empty line keeps them from speaking of what follows; declarations of one kind may stand below a common one.
 */
export function removeInstruction(
  dockerfile: Dockerfile,
  instruction: Instruction,
  heir?: Instruction,
): readonly TextEdit[] | undefined {
  const { syntax, path, text } = dockerfile;
  if (instruction.syntax.innerComments.length > 0) return undefined;
  const at = syntax.items.indexOf(instruction.syntax);
  if (at === -1) return undefined;
  const comments = heir === undefined ? undefined : commentsFor(dockerfile, instruction, heir);
  let { start, end } = comments?.from ?? instruction.syntax.range;
  const before = syntax.items[at - 1 - (comments?.count ?? 0)];
  const behind = syntax.items[at + 1];
  // Of two empty lines that would stand together one goes, too.
  if (behind?.kind === 'blank' && (before === undefined || before.kind === 'blank')) end = behind.range.end;
  else if (behind === undefined && before?.kind === 'blank') start = before.range.start;
  // The last line of a file without line feed takes the one before it along.
  if (end === text.length && !text.endsWith('\n') && text[start - 1] === '\n')
    start -= text[start - 2] === '\r' ? 2 : 1;
  const isLeftOver =
    before?.kind === 'comment' &&
    !speaksToTool(text.slice(before.range.start, before.range.end)) &&
    (behind?.kind === 'comment' ||
      (behind?.kind === 'instruction' && behind.keyword.value !== instruction.keyword.value));
  const removal = { path, range: { start, end }, replacement: isLeftOver ? lineEndOf(dockerfile) : '' };
  return comments === undefined ? [removal] : [removal, { path, ...comments.insertion }];
}

interface MovedComments {
  readonly count: number;
  /** What is cut with them. */
  readonly from: SourceRange;
  readonly insertion: Pick<TextEdit, 'range' | 'replacement'>;
}

/** Comments that come first stand first at the heir, too. One that speaks to a tool speaks of its own instruction alone. */
function commentsFor(dockerfile: Dockerfile, instruction: Instruction, heir: Instruction): MovedComments | undefined {
  const { text, syntax } = dockerfile;
  const start = commentedStart(dockerfile, instruction);
  const comments = text.slice(start, instruction.syntax.range.start);
  if (comments === '' || speaksToTool(comments) || heir === instruction) return undefined;
  const first = commentedStart(dockerfile, heir);
  const isBefore = instruction.range.start < heir.range.start;
  const to = isBefore || speaksToTool(text.slice(first, heir.syntax.range.start)) ? first : heir.syntax.range.start;
  return {
    count: syntax.items.filter(({ range }) => range.start >= start && range.end <= instruction.syntax.range.start)
      .length,
    from: { start, end: instruction.syntax.range.end },
    insertion: { range: { start: to, end: to }, replacement: comments },
  };
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
