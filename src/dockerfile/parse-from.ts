import { flagValue } from './flag-value.ts';
import type { FromInstruction, InstructionBase } from './instruction.ts';
import type { EscapeCharacter, MappedText } from './syntax.ts';
import { blankSeparatedTokens } from './word-token.ts';

/** `FROM [--platform=…] image [AS name]`. https://docs.docker.com/reference/dockerfile/#from */
export function parseFrom(base: InstructionBase, text: MappedText, escapeCharacter: EscapeCharacter): FromInstruction {
  const [image, second, third] = blankSeparatedTokens(text, escapeCharacter);
  const isNamed = second?.value.toLowerCase() === 'as';
  return {
    syntax: base.syntax,
    range: base.range,
    keyword: base.keyword,
    flags: base.flags,
    heredocs: base.heredocs,
    line: base.line,
    name: 'FROM',
    image,
    platform: flagValue(base.flags, 'platform'),
    asKeyword: isNamed ? second : undefined,
    alias: isNamed ? third : undefined,
  };
}
