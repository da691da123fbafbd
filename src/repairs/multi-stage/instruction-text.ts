import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { commentedStart } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';

/** An instruction's own text, as it stands in the file. */
export function textOf(dockerfile: Dockerfile, { range }: Instruction): string {
  return dockerfile.text.slice(range.start, range.end);
}

/** The comments over an instruction. */
export function commentsOf(dockerfile: Dockerfile, instruction: Instruction): readonly string[] {
  const text = dockerfile.text.slice(commentedStart(dockerfile, instruction), instruction.syntax.range.start).trimEnd();
  return text === '' ? [] : [text];
}

/** An instruction's lines with the comments over it. */
export function withComments(dockerfile: Dockerfile, instruction: Instruction): string {
  return dockerfile.text.slice(commentedStart(dockerfile, instruction), instruction.range.end);
}
