import type { CommandWord } from '../../core/command-line.ts';
import type { CommandFlag } from '../package-command.ts';

/** The last given value of an option, as the tools take it. */
export function flagValue(flags: readonly CommandFlag[], name: string): string | undefined {
  for (let at = flags.length - 1; at >= 0; at--) {
    const flag = flags[at];
    if (flag?.name === name) return flag.value;
  }
  return undefined;
}

/** All values of an option that may be given several times. */
export function flagValues(flags: readonly CommandFlag[], name: string): string[] {
  return flags.flatMap((flag) => (flag.name === name && flag.value !== undefined ? [flag.value] : []));
}

/** The last use of an option. */
export function lastFlag(flags: readonly CommandFlag[], name: string): CommandFlag | undefined {
  return flags.filter((flag) => flag.name === name).pop();
}

/** The value of an option as a word of its own, also where it is attached (`--file=a.tar`, `-oout`). */
export function valueWordOf(flag: CommandFlag): CommandWord {
  if (flag.valueWord) return flag.valueWord;
  const { word } = flag;
  const value = flag.value ?? '';
  const isPlain = word.raw.endsWith(value) && word.range.end - word.range.start === word.raw.length;
  const range = isPlain ? { start: word.range.end - value.length, end: word.range.end } : word.range;
  return { ...word, raw: isPlain ? value : word.raw, value, range };
}
