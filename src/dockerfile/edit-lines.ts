import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';

/** The line end that the file uses. */
export function lineEndOf({ text }: Pick<Dockerfile, 'text'>): string {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

/**
 * Puts whole lines before an instruction, above the comments that stand directly over it and so belong to it. An instruction on
 * a line of its own: never a trigger of ONBUILD.
 */
export function insertLinesBefore(
  dockerfile: Dockerfile,
  instruction: Instruction,
  lines: readonly string[],
): TextEdit {
  const lineEnd = lineEndOf(dockerfile);
  const start = commentedStart(dockerfile, instruction);
  return {
    path: dockerfile.path,
    range: { start, end: start },
    replacement: lines.map((line) => line + lineEnd).join(''),
  };
}

/** Puts whole lines behind an instruction, on the next line: what another edit adds to the instruction's own end stays before them. */
export function insertLinesAfter(dockerfile: Dockerfile, instruction: Instruction, lines: readonly string[]): TextEdit {
  const lineEnd = lineEndOf(dockerfile);
  const { end } = instruction.syntax.range;
  const isLast = !/\n$/.test(dockerfile.text.slice(instruction.range.start, end));
  const text = lines.join(lineEnd);
  return {
    path: dockerfile.path,
    range: { start: end, end },
    replacement: isLast ? lineEnd + text : text + lineEnd,
  };
}

/** Where the comments that stand directly over an instruction begin; the start of its own line without any. */
export function commentedStart({ syntax }: Dockerfile, instruction: Instruction): number {
  const { items } = syntax;
  let at = items.indexOf(instruction.syntax);
  while (items[at - 1]?.kind === 'comment') at -= 1;
  return items[at]?.range.start ?? instruction.syntax.range.start;
}

/** A keyword in the case of that of an instruction. */
export function inCaseOf({ keyword: { value } }: Instruction, keyword: string): string {
  return value === value.toLowerCase() ? keyword.toLowerCase() : keyword;
}
