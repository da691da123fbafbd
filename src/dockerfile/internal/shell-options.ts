import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import type { Collected } from './shell-scope.ts';

const letters: Readonly<Record<string, string>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  n: 'noexec',
  f: 'noglob',
  v: 'verbose',
};
const declaring = new Set(['export', 'readonly', 'declare', 'typeset', 'local']);
const identifier = /^[A-Za-z_]\w*$/;

/** Takes up what `set`, `export`, `read` and their like do to the shell itself. */
export function noteShellBuiltin(command: CommandLine, collected: Collected): void {
  if (command.name === 'set')
    for (const option of shellOptions(command.arguments.map((word) => word.value))) collected.options.add(option);
  else if (declaring.has(command.name)) noteDeclared(command, collected);
  else if (command.name === 'read') noteRead(command, collected);
}

/** Options that the words before the first operand switch on: `-eux`, `-o pipefail`, `-eo pipefail`. */
export function shellOptions(words: readonly string[]): string[] {
  const found: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--' || !(word.startsWith('-') || word.startsWith('+'))) break;
    if (word.startsWith('--')) continue;
    const on = word.startsWith('-');
    for (const letter of word.slice(1)) {
      const option = letter === 'o' ? words[++at] : letters[letter];
      if (on && option !== undefined) found.push(option);
    }
  }
  return found;
}

function noteDeclared(command: CommandLine, collected: Collected): void {
  const options = command.arguments.filter((word) => word.value.startsWith('-'));
  const exported = command.name === 'export' || options.some((word) => word.value.includes('x'));
  for (const word of command.arguments) {
    if (word.value.startsWith('-')) continue;
    const at = word.value.indexOf('=');
    const name = at === -1 ? word.value : word.value.slice(0, at).replace(/\+$/, '');
    if (!identifier.test(name)) continue;
    collected.assigned.push({
      name,
      value: at === -1 ? undefined : assignedWord(word, at),
      exported,
      range: word.range,
    });
  }
}

function assignedWord(word: CommandWord, at: number): CommandWord {
  const rawAt = word.raw.indexOf('=');
  return { ...word, value: word.value.slice(at + 1), raw: word.raw.slice(rawAt + 1) };
}

function noteRead(command: CommandLine, collected: Collected): void {
  for (const word of command.arguments) {
    if (identifier.test(word.value) && word.literal)
      collected.assigned.push({ name: word.value, value: undefined, exported: false, range: word.range });
  }
}
