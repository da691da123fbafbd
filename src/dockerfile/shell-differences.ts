import type { CommandRedirect, CommandWord } from '../core/command-line.ts';
import type { SourceRange } from '../core/text.ts';
import type { ShellCommand, ShellExtension, ShellScript } from './shell.ts';

/** What bash does and another shell does not: its syntax, and what its builtins do. */
export type ShellDifference =
  | ShellExtension
  | 'echo-e'
  | 'source'
  | 'double-equals'
  | 'redirect-both'
  | 'here-string'
  | 'pipefail'
  | 'declare'
  | 'let'
  | 'shopt'
  | 'directory-stack';

/** One use of it. `command` and `word` are there where the use is a command's and one word of it. */
export interface DifferenceUse {
  readonly kind: ShellDifference;
  readonly range: SourceRange;
  readonly command?: ShellCommand;
  readonly word?: CommandWord;
  readonly redirect?: CommandRedirect;
}

/** A shell that `/bin/sh` may be, and that is not bash. */
export type PlainShell = 'dash' | 'busybox';

type Effects = Readonly<Partial<Record<PlainShell, string>>>;

/**
 * What each shell does instead, as what follows its name; a shell that is missing does the same as bash. Held against dash 0.5.12
 * and BusyBox 1.35 by tests/system/shell-differences.test.ts. POSIX leaves most of it open:
 * https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export const shellDifferences: Readonly<Record<ShellDifference, Effects>> = {
  'double-bracket': { dash: 'knows no [[: the test fails, whatever it tests' },
  'arithmetic-command': {
    dash: 'takes ((…)) for a command in two subshells',
    busybox: 'takes ((…)) for a command in two subshells',
  },
  'arithmetic-for': { dash: 'refuses for ((…))', busybox: 'refuses for ((…))' },
  select: { dash: 'knows no select', busybox: 'knows no select' },
  'function-keyword': { dash: 'refuses the keyword function' },
  array: { dash: 'has no arrays', busybox: 'has no arrays' },
  'pipe-both': { dash: 'refuses |&', busybox: 'refuses |&' },
  'brace-expansion': { dash: 'leaves the braces as they stand', busybox: 'leaves the braces as they stand' },
  'process-substitution': { dash: 'refuses <(…)' },
  'ansi-quotes': { dash: "leaves the dollar sign before '…' as it stands" },
  substring: { dash: 'refuses this expansion' },
  indirection: { dash: 'refuses this expansion', busybox: 'refuses this expansion' },
  'echo-e': { dash: 'prints the -e with the text' },
  source: { dash: 'knows no source, only «.»' },
  'double-equals': { dash: 'compares with = only: the test fails, whatever it tests' },
  'redirect-both': { dash: 'takes the & of &> for the end of the command: it runs in the background' },
  'here-string': { dash: 'refuses <<<', busybox: 'refuses <<<' },
  pipefail: { dash: 'refuses set -o pipefail' },
  declare: { dash: 'knows no declare', busybox: 'knows no declare' },
  let: { dash: 'knows no let' },
  shopt: { dash: 'knows no shopt', busybox: 'knows no shopt' },
  'directory-stack': { dash: 'knows no pushd', busybox: 'knows no pushd' },
};

const builtins: ReadonlyMap<string, ShellDifference> = new Map([
  ['source', 'source'],
  ['declare', 'declare'],
  ['typeset', 'declare'],
  ['let', 'let'],
  ['shopt', 'shopt'],
  ['pushd', 'directory-stack'],
  ['popd', 'directory-stack'],
]);

/** Everything in a script that needs bash, in the order of the kinds' first use; what a shell that it starts reads is left out. */
export function differencesIn(script: ShellScript): readonly DifferenceUse[] {
  const uses: DifferenceUse[] = script.extensions.map((extension) => ({
    ...extension,
    ...(extension.kind === 'brace-expansion' && wordAround(script, extension.range)),
  }));
  for (const command of script.commands) {
    if (command.place.inside.includes('nested-shell')) continue;
    const ofCommand = command.wrappers.length === 0 ? builtinUse(command) : undefined;
    if (ofCommand !== undefined) uses.push(ofCommand);
    for (const redirect of command.redirects) {
      const kind = redirectUse(redirect);
      if (kind !== undefined) uses.push({ kind, range: redirect.range, redirect });
    }
  }
  return uses.sort((a, b) => a.range.start - b.range.start);
}

/** The argument that a range stands in. */
function wordAround(script: ShellScript, { start, end }: SourceRange): { readonly word: CommandWord } | undefined {
  for (const { arguments: words } of script.commands)
    for (const word of words) if (word.range.start <= start && word.range.end >= end) return { word };
  return undefined;
}

function builtinUse(command: ShellCommand): DifferenceUse | undefined {
  const { name, nameWord, arguments: words } = command;
  const [first] = words;
  // `/bin/echo` is a program of its own.
  if (nameWord.raw !== name) return undefined;
  if (name === 'echo' && first !== undefined && /^-[neE]*e[neE]*$/.test(first.raw))
    return { kind: 'echo-e', range: command.range, command, word: first };
  if (name === '[' || name === 'test') {
    const word = words.find(({ raw }) => raw === '==');
    return word && { kind: 'double-equals', range: word.range, command, word };
  }
  if (name === 'set' && first !== undefined && /^-[a-z]*o$/.test(first.value) && words[1]?.value === 'pipefail')
    return { kind: 'pipefail', range: command.range, command };
  const kind = builtins.get(name);
  return kind && { kind, range: command.range, command, word: nameWord };
}

function redirectUse({ operator, target }: CommandRedirect): ShellDifference | undefined {
  if (operator === '<<<') return 'here-string';
  if (operator === '&>' || operator === '&>>') return 'redirect-both';
  if (operator === '>&' && target?.literal === true && !/^(?:\d+-?|-)$/.test(target.value)) return 'redirect-both';
  return undefined;
}
