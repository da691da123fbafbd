import type { CommandWord } from '../../core/command-line.ts';
import type { CommandPlace } from '../shell.ts';
import { type Collected, nextList } from './shell-scope.ts';
import type { ShellText } from './shell-text.ts';

interface WrittenWord {
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly expands: boolean;
}

/**
 * A careful look at a cmd or PowerShell script: commands between `;`, `&&`, `||`, `&`, `|` and line ends, with their words.
 * Blocks, operators and expressions are not understood; a command whose name is no plain word has the name ''.
 */
export function splitWindowsScript(text: ShellText, dialect: 'powershell' | 'cmd', collected: Collected): void {
  const list = nextList(collected);
  let after: CommandPlace['after'];
  let words: WrittenWord[] = [];
  const finish = (): void => {
    if (words.length > 0) addCommand(text, words, after, list, collected);
    words = [];
  };
  let at = 0;
  while (at < text.text.length) {
    const operator = operatorAt(text.text, at, dialect);
    if (operator) {
      finish();
      after = operator.after;
      at = operator.end;
    } else if (/\s/.test(text.text[at] ?? '')) at++;
    else {
      const word = wordAt(text.text, at, dialect);
      words.push(word);
      at = word.end;
    }
  }
  finish();
}

function operatorAt(
  text: string,
  at: number,
  dialect: 'powershell' | 'cmd',
): { after: CommandPlace['after']; end: number } | undefined {
  const character = text[at];
  const doubled = text[at + 1] === character;
  if (character === '\n') return { after: ';', end: at + 1 };
  if (character === ';') return dialect === 'powershell' ? { after: ';', end: at + 1 } : undefined;
  if (character === '&') {
    if (doubled) return { after: '&&', end: at + 2 };
    // In cmd a single & separates commands, in PowerShell it calls what follows.
    return { after: ';', end: at + 1 };
  }
  if (character === '|') return doubled ? { after: '||', end: at + 2 } : { after: ';', end: at + 1 };
  if (dialect === 'powershell' && character !== undefined && '(){}'.includes(character))
    return { after: ';', end: at + 1 };
  return undefined;
}

function wordAt(text: string, start: number, dialect: 'powershell' | 'cmd'): WrittenWord {
  const escapeCharacter = dialect === 'powershell' ? '`' : '^';
  let value = '';
  let expands = false;
  let quote = '';
  let at = start;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote === '' && (/\s/.test(character) || (at > start && operatorAt(text, at, dialect)))) break;
    if (quote === character && quote !== '') quote = '';
    else if (quote === '' && (character === '"' || (character === "'" && dialect === 'powershell'))) quote = character;
    else if (character === escapeCharacter && quote !== "'" && at + 1 < text.length) value += text[++at] ?? '';
    else {
      if (quote !== "'" && character === (dialect === 'powershell' ? '$' : '%')) expands = true;
      value += character;
    }
  }
  return { start, end: Math.max(at, start + 1), value, expands };
}

function addCommand(
  text: ShellText,
  written: readonly WrittenWord[],
  after: CommandPlace['after'],
  list: number,
  collected: Collected,
): void {
  const words = written.map((word): CommandWord => {
    return {
      raw: text.text.slice(word.start, word.end),
      value: word.value,
      literal: !word.expands,
      variables: [],
      range: text.rangeOf(word.start, word.end),
    };
  });
  const [nameWord, ...rest] = words;
  const first = written[0];
  const last = written[written.length - 1];
  if (!nameWord || !first || !last) return;
  collected.commands.push({
    name: windowsName(nameWord),
    nameWord,
    arguments: rest,
    wrappers: [],
    wrapperWords: [],
    assignments: [],
    redirects: [],
    range: text.rangeOf(first.start, last.end),
    place: { after, pipeline: undefined, pipelineIndex: 0, inside: [], negated: false },
    list,
  });
}

/** Without directories and `.exe`: `C:\Python\python.exe` is python. */
function windowsName(word: CommandWord): string {
  const name = word.value.slice(Math.max(word.value.lastIndexOf('/'), word.value.lastIndexOf('\\')) + 1);
  return word.literal && /^[\w.+-]+$/.test(name) ? name.replace(/\.(?:exe|cmd|bat)$/i, '') : '';
}
