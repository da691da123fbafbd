import { type Assignment, type Command, parse, type Word } from 'unbash';
import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import { tooDeepAt } from './shell-depth.ts';
import { shellOptions } from './shell-options.ts';
import type { Collected, Scope } from './shell-scope.ts';
import { type ShellText, stretch } from './shell-text.ts';
import { unquotedText } from './shell-unquote.ts';
import { walkScript } from './shell-walk.ts';

const shells = new Set(['sh', 'bash', 'dash', 'ash', 'ksh', 'zsh', 'mksh']);
const switchers = new Set(['su', 'runuser']);
const maximumDepth = 8;

/** Index among the arguments of the script that a shell is given with -c; undefined when there is none. */
export function scriptArgument(name: string, words: readonly Pick<CommandWord, 'value'>[]): number | undefined {
  if (!shells.has(name) && !switchers.has(name)) return undefined;
  for (let at = 0; at < words.length; at++) {
    const value = words[at]?.value ?? '';
    if (switchers.has(name) && (value === '--command' || value === '--session-command')) return at + 1;
    if (!/^[-+]/.test(value)) {
      if (shells.has(name)) return undefined;
      continue;
    }
    if (value.startsWith('--')) {
      if (value === '--rcfile' || value === '--init-file') at++;
      continue;
    }
    if (value.includes('c') && value.startsWith('-')) return at + 1 + countOf(value, 'o');
    if (shells.has(name) && /o/i.test(value)) at++;
  }
  return undefined;
}

function countOf(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

export function isShell(name: string): boolean {
  return shells.has(name);
}

/** What walks the script that a command carries: the argument of `sh -c`, or the here-document that a shell reads. */
export function nestedScript(
  line: CommandLine,
  node: Command,
  written: readonly (Word | Assignment)[],
  words: readonly CommandWord[],
  scope: Scope,
  collected: Collected,
): (() => void) | undefined {
  if (scope.depth >= maximumDepth || (!shells.has(line.name) && !switchers.has(line.name))) return undefined;
  if (shells.has(line.name))
    for (const option of shellOptions(line.arguments.map((word) => word.value))) collected.options.add(option);
  const index = scriptArgument(line.name, line.arguments);
  if (index !== undefined) {
    const word = line.arguments[index];
    const source = word && written[words.indexOf(word)];
    if (!word || !source) return undefined;
    // A script that is one variable or substitution is not known.
    if (/^["']?\$(?:\w+|\{[^}]*\}|\([^)]*\))["']?$/.test(word.raw)) return undefined;
    return () => walkNested(unquotedText(scope.text, source.pos, source.end), !word.literal, line, scope, collected);
  }
  const heredoc = node.redirects.find((redirect) => redirect.type === 'HereDoc');
  if (heredoc?.type !== 'HereDoc' || !readsStandardInput(line)) return undefined;
  const body = stretch(scope.text, heredoc.body.pos, heredoc.body.end);
  return () => walkNested(body, !heredoc.delimiter?.quoted, line, scope, collected);
}

function readsStandardInput(line: CommandLine): boolean {
  return (
    line.arguments.every((word) => word.value.startsWith('-')) || line.arguments.some((word) => word.value === '-s')
  );
}

export function walkNested(
  text: ShellText,
  substitutionsSeen: boolean,
  line: Pick<CommandLine, 'name'>,
  scope: Scope,
  collected: Collected,
): void {
  const inner: Scope = {
    text,
    inside: [...scope.inside, 'nested-shell'],
    braces: line.name === 'bash' || line.name === 'zsh',
    depth: scope.depth + 1,
    substitutionsSeen,
    timed: undefined,
  };
  if (tooDeepAt(text.text) === undefined) walkScript(parse(text.text), inner, collected);
}
