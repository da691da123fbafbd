import type { InstructionBase, VolumeInstruction } from './instruction.ts';
import type { EscapeCharacter, MappedText } from './syntax.ts';
import { readWordList } from './word-token.ts';

/** Paths in JSON form or between blanks. https://docs.docker.com/reference/dockerfile/#volume */
export function parseVolume(
  base: InstructionBase,
  text: MappedText,
  escapeCharacter: EscapeCharacter,
): VolumeInstruction {
  const { form, tokens } = readWordList(text, escapeCharacter);
  return { ...base, name: 'VOLUME', form, paths: tokens };
}
