import type { ShellText } from './shell-text.ts';
import { coarse, within } from './shell-text.ts';

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

/**
 * The script between backticks, of which the shell takes backslashes away before it reads it: `decoded`. Where that cannot
 * be followed, every place in it is the whole substitution.
 */
export function backtickText(outer: ShellText, start: number, end: number, decoded: string): ShellText {
  const source = outer.text;
  const offsets: number[] = [];
  let at = start + 1;
  for (let index = 0; index < decoded.length; index++, at++) {
    if (source[at] !== decoded[index] || (source[at] === '\\' && isDecoded(source, at, decoded, index))) at++;
    if (at >= end || source[at] !== decoded[index]) return coarse(decoded, outer.rangeOf(start, end));
    offsets.push(at);
  }
  offsets.push(Math.min(at, end));
  return within(outer, decoded, offsets);
}

/** `\\\\` in the source gives one backslash. */
function isDecoded(source: string, at: number, decoded: string, index: number): boolean {
  return source[at + 1] === '\\' && decoded[index + 1] !== '\\';
}
