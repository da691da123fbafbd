import type { ShellText } from './shell-text.ts';
import { within } from './shell-text.ts';

/**
 * What a word of a shell script stands for when it is a script itself (`sh -c 'script'`), with every character's place.
 * Expansions stay as written. `word` is the word as written, in `outer` from `start` on.
 */
export function unquotedText(outer: ShellText, start: number, end: number): ShellText {
  const source = outer.text;
  const offsets: number[] = [];
  let text = '';
  let quote = '';
  const take = (at: number): void => {
    text += source[at] ?? '';
    offsets.push(at);
  };
  for (let at = start; at < end; at++) {
    const character = source[at] ?? '';
    if (quote === "'") {
      if (character === "'") quote = '';
      else take(at);
    } else if (character === '\\' && at + 1 < end) {
      const next = source[at + 1] ?? '';
      if (next === '\n') at++;
      else if (quote === '' || '$`"\\'.includes(next)) take(++at);
      else take(at);
    } else if (character === '"') {
      quote = quote === '"' ? '' : '"';
    } else if (character === "'" && quote === '') {
      quote = "'";
    } else take(at);
  }
  offsets.push(end);
  return within(outer, text, offsets);
}
