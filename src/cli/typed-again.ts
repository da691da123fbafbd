import { printable } from '../core/printable.ts';
import { shellWord } from '../core/shell-word.ts';
import type { ParsedArguments } from './command.ts';

/** The command as it was typed, to be typed again with or without some flags: another one would look at another place, or do more than was shown. */
export function typedAgain(
  name: string,
  { words }: ParsedArguments,
  { adding = [], without = [] }: { readonly adding?: readonly string[]; readonly without?: readonly string[] } = {},
): string {
  const kept = words.filter((word) => !without.includes(word)).map((word) => shellWord(printable(word)));
  return ['plimsoll', name, ...kept, ...adding].join(' ');
}
