import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Instruction, RunInstruction } from './instruction.ts';
import type { ShellCommand } from './shell.ts';

/** What joins a command to its neighbour in a RUN, with its place. */
export interface Link {
  readonly operator: '&&' | ';';
  readonly range: SourceRange;
}

/** Whether a RUN is a plain line of a POSIX shell that can be edited as text: no exec form, no here-document, no syntax error. */
export function isEditableRun(dockerfile: Dockerfile, instruction: Instruction): instruction is RunInstruction {
  if (instruction.name !== 'RUN' || instruction.heredocs.length > 0) return false;
  const script = dockerfile.script(instruction);
  return (
    script !== undefined &&
    script.form === 'shell' &&
    script.errors.length === 0 &&
    (script.dialect === 'posix' || script.dialect === 'bash')
  );
}

/** A command of the outermost list that is in no pipeline, is not negated and is not put into the background. */
export function standsAlone({ place }: ShellCommand): boolean {
  return place.inside.length === 0 && !place.negated && (place.pipeline === undefined || place.pipeline.length === 1);
}

/** Walks from a place over white space, line continuations, comment lines and empty lines; where it ends is other text. */
export function skipBlank(
  dockerfile: Dockerfile,
  instruction: Instruction,
  from: number,
  direction: 'forward' | 'backward',
): number {
  return direction === 'forward'
    ? skipForward(dockerfile, instruction, from)
    : skipBackward(dockerfile, instruction, from);
}

function skipForward({ text, syntax }: Dockerfile, instruction: Instruction, from: number): number {
  const comments = instruction.syntax.innerComments;
  let at = from;
  while (at < instruction.range.end) {
    const comment = comments.find(({ start, end }) => at >= start && at < end);
    const character = text[at] ?? '';
    if (comment) at = comment.end;
    else if (/\s/.test(character)) at++;
    else if (character === syntax.escape && /^[ \t]*\r?\n/.test(text.slice(at + 1, at + 200))) at++;
    else break;
  }
  return at;
}

function skipBackward({ text, syntax }: Dockerfile, instruction: Instruction, from: number): number {
  const comments = instruction.syntax.innerComments;
  let at = from;
  let newline = false;
  while (at > instruction.range.start) {
    const comment = comments.find(({ start, end }) => at > start && at <= end);
    const character = text[at - 1] ?? '';
    if (comment) at = comment.start;
    else if (/\s/.test(character)) {
      newline ||= character === '\n';
      at--;
    } else if (newline && character === syntax.escape) at--;
    else break;
  }
  return at;
}

/** The operator directly before or behind a command; undefined where something else stands there, or nothing. */
export function linkOf(
  dockerfile: Dockerfile,
  instruction: Instruction,
  { range }: Pick<ShellCommand, 'range'>,
  side: 'before' | 'behind',
): Link | undefined {
  const { text } = dockerfile;
  if (side === 'before') {
    const end = skipBlank(dockerfile, instruction, range.start, 'backward');
    if (text.slice(end - 2, end) === '&&') return { operator: '&&', range: { start: end - 2, end } };
    if (text[end - 1] === ';' && text[end - 2] !== ';') return { operator: ';', range: { start: end - 1, end } };
    return undefined;
  }
  const start = skipBlank(dockerfile, instruction, range.end, 'forward');
  if (text.slice(start, start + 2) === '&&') return { operator: '&&', range: { start, end: start + 2 } };
  if (text[start] === ';' && text[start + 1] !== ';') return { operator: ';', range: { start, end: start + 1 } };
  return undefined;
}

/** The instruction's text behind its keyword and flags begins here. */
export function scriptStart(dockerfile: Dockerfile, instruction: RunInstruction): number {
  const last = instruction.flags.at(-1);
  return skipBlank(dockerfile, instruction, (last ?? instruction.keyword).range.end, 'forward');
}
