import type { CommandWord } from '../../core/command-line.ts';
import type { CommandFlag } from '../package-command.ts';

/** How a tool reads its options. Names are long ones without dashes. */
export interface OptionTable {
  /** Short letters (or single-dash words) and the long names they stand for. */
  readonly short: Readonly<Record<string, string>>;
  /** Options that take a value in the next word when it is not attached. */
  readonly withValue: ReadonlySet<string>;
  /** Other long names for the same option. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** `-mod=vendor` is one option, not many letters: go, mvn. */
  readonly singleDashWords?: boolean;
  /** A switch takes a following `true` or `false`: npm. */
  readonly spacedBooleans?: boolean;
  /** Everything behind that many operands is not the tool's own: `npm run x --flag`, `poetry run …`. */
  readonly endsAfter?: (operands: readonly CommandWord[]) => boolean;
}

export interface ReadOptions {
  readonly flags: readonly CommandFlag[];
  readonly operands: readonly CommandWord[];
}

/** Takes options and operands of a command line apart, in any order, as GNU getopt does. */
export function readOptions(words: readonly CommandWord[], table: OptionTable): ReadOptions {
  const flags: CommandFlag[] = [];
  const operands: CommandWord[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (!word) continue;
    if (table.endsAfter?.(operands)) {
      operands.push(word);
    } else if (word.value === '--') {
      operands.push(...words.slice(at + 1));
      break;
    } else if (word.value.startsWith('--')) {
      at += longOption(word, words[at + 1], table, flags);
    } else if (word.value.startsWith('-') && word.value.length > 1) {
      at += table.singleDashWords
        ? wordOption(word, words[at + 1], table, flags)
        : shortOptions(word, words[at + 1], table, flags);
    } else operands.push(word);
  }
  return { flags, operands };
}

/** Each of these adds flags and gives the number of following words that it used up. */
function longOption(word: CommandWord, next: CommandWord | undefined, table: OptionTable, flags: CommandFlag[]): 0 | 1 {
  return named(word.value.slice(2), word, next, table, flags);
}

function wordOption(word: CommandWord, next: CommandWord | undefined, table: OptionTable, flags: CommandFlag[]): 0 | 1 {
  const text = word.value.slice(1);
  const letter = text[0] ?? '';
  // -Dname=value of Maven, -Pname=value of Gradle: the letter is the option.
  if (/[A-Z]/.test(letter) && text.length > 1 && table.withValue.has(table.short[letter] ?? letter)) {
    flags.push({ name: table.short[letter] ?? letter, value: text.slice(1), word, valueWord: undefined });
    return 0;
  }
  return named(text, word, next, table, flags);
}

function named(
  text: string,
  word: CommandWord,
  next: CommandWord | undefined,
  table: OptionTable,
  flags: CommandFlag[],
): 0 | 1 {
  const at = text.indexOf('=');
  const written = at === -1 ? text : text.slice(0, at);
  const name = canonical(written, table);
  if (at !== -1) {
    flags.push({ name, value: text.slice(at + 1), word, valueWord: undefined });
    return 0;
  }
  const takes = table.withValue.has(name) || (table.spacedBooleans === true && isBoolean(next));
  flags.push({ name, value: takes ? next?.value : undefined, word, valueWord: takes ? next : undefined });
  return takes && next ? 1 : 0;
}

function shortOptions(
  word: CommandWord,
  next: CommandWord | undefined,
  table: OptionTable,
  flags: CommandFlag[],
): 0 | 1 {
  const text = word.value;
  for (let at = 1; at < text.length; at++) {
    const letter = text[at] ?? '';
    const name = canonical(letter, table);
    const rest = text.slice(at + 1);
    if (rest.startsWith('=')) {
      flags.push({ name, value: rest.slice(1), word, valueWord: undefined });
      return 0;
    }
    if (!table.withValue.has(name)) {
      flags.push({ name, value: undefined, word, valueWord: undefined });
      continue;
    }
    const attached = rest !== '';
    flags.push({ name, value: attached ? rest : next?.value, word, valueWord: attached ? undefined : next });
    return attached || !next ? 0 : 1;
  }
  return 0;
}

function canonical(name: string, table: OptionTable): string {
  const long = Object.hasOwn(table.short, name) ? (table.short[name] ?? name) : name;
  const { aliases } = table;
  return aliases && Object.hasOwn(aliases, long) ? (aliases[long] ?? long) : long;
}

function isBoolean(word: CommandWord | undefined): boolean {
  return word?.value === 'true' || word?.value === 'false';
}

/** A switch that is given and not switched off by `=false`. */
export function switchedOn(flags: readonly CommandFlag[], ...names: readonly string[]): boolean {
  return flags.some((flag) => names.includes(flag.name) && flag.value !== 'false' && flag.value !== '0');
}
