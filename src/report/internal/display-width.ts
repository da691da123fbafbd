import { eastAsianWidth } from 'get-east-asian-width';

/** Characters of one column each, asked first: Latin letters, punctuation, arrows and frames are nearly all that is printed. */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff\u2500-\u257f]*$/;
const combining = /^\p{M}$/u;

/** Columns that printable text takes in a terminal: wide East Asian characters and emoji take two, marks none. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length;
  let width = 0;
  for (const cell of cells(text)) width += cell.width;
  return width;
}

/** Cuts text to a number of columns; what was cut shows as `…`. */
export function truncate(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  return columns < 1 ? '' : `${takeColumns(text, columns - 1).trimEnd()}…`;
}

/** The longest beginning that fits into the columns; a character that does not fit is left out whole. */
export function takeColumns(text: string, columns: number): string {
  if (plain.test(text)) return text.slice(0, Math.max(0, columns));
  let taken = '';
  let width = 0;
  for (const cell of cells(text)) {
    width += cell.width;
    if (width > columns) break;
    taken += cell.character;
  }
  return taken;
}

/**
 * Breaks text at spaces into lines of at most `columns`; a word that is longer than a line is cut. Never returns an
 * empty list.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (let word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) <= columns) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    while (displayWidth(word) > columns) {
      const head = takeColumns(word, columns) || [...word].slice(0, 1).join('');
      lines.push(head);
      word = word.slice(head.length);
    }
    line = word;
  }
  if (line !== '' || lines.length === 0) lines.push(line);
  return lines;
}

interface Cell {
  readonly character: string;
  readonly width: number;
}

function* cells(text: string): Generator<Cell> {
  let joined = false;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const joiner = code === 0x200d || code === 0x200c;
    const absorbed = joined || joiner || isCombining(character, code) || isEmojiModifier(code) || isTrailingJamo(code);
    yield { character, width: absorbed ? 0 : eastAsianWidth(code) };
    joined = code === 0x200d;
  }
}

/** Latin letters, punctuation, arrows and frames are asked for most and are none: to ask Unicode's tables takes a millisecond. */
function isCombining(character: string, code: number): boolean {
  if (code < 0x300 || (code >= 0x2000 && code < 0x20d0) || (code >= 0x2100 && code < 0x2c00)) return false;
  return combining.test(character);
}

/** Skin tones. */
function isEmojiModifier(code: number): boolean {
  return code >= 0x1f3fb && code <= 0x1f3ff;
}

/** Vowels and finals of a decomposed Hangul syllable are drawn into the cell of the initial before them. */
function isTrailingJamo(code: number): boolean {
  return code >= 0x1160 && code <= 0x11ff;
}
