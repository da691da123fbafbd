import type { CommandWord } from '../core/command-line.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { readDownload } from '../ecosystems/downloads.ts';

const shells = /^(?:sh|bash|dash|ash|zsh|ksh)$/;
const interpreters = /^(?:sh|bash|dash|ash|zsh|ksh|python[\d.]*|perl|ruby|node|php)$/;
/** With one of these the program is in the arguments, and what comes through the pipe is data. */
const takesProgram = /^-(?:[a-z]*[ce]|m|n|r|p|l?ne|pe|-eval|-print)$/;

/** The program that runs what a download writes, by a pipe or a substitution. */
export function runnerOf(commands: readonly ShellCommand[], download: ShellCommand): ShellCommand | undefined {
  const { pipeline, pipelineIndex } = download.place;
  return commands.find(
    (other) =>
      (pipeline !== undefined &&
        other.place.pipeline === pipeline &&
        other.place.pipelineIndex > pipelineIndex &&
        readsProgram(other)) ||
      (other !== download && other.arguments.some((word) => holds(word, download) && runsWord(other, word))),
  );
}

/** An interpreter without a file or a program of its own runs what comes in. */
function readsProgram({ name, arguments: words, wrappers }: ShellCommand): boolean {
  if (!interpreters.test(name) || wrappers.includes('xargs')) return false;
  for (const { value } of words) {
    if (value === '-' || value === '--' || value === '/dev/stdin') return true;
    if (shells.test(name) && /^-[a-z]*s[a-z]*$/.test(value)) return true;
    if (shells.test(name) ? /^-[a-z]*c[a-z]*$/.test(value) : takesProgram.test(value)) return false;
    if (!value.startsWith('-')) return false;
  }
  return true;
}

function holds(word: CommandWord, command: ShellCommand): boolean {
  return word.range.start <= command.range.start && command.range.end <= word.range.end;
}

/** `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`, `. <(curl …)`. */
function runsWord({ name, arguments: words }: ShellCommand, word: CommandWord): boolean {
  const at = words.indexOf(word);
  const value = word.value.trim();
  const isFile = value.startsWith('<(');
  const isText = value.startsWith('$(') || value.startsWith('`');
  if (name === 'eval') return isText;
  if (name === 'source' || name === '.') return isFile && at === 0;
  if (!interpreters.test(name)) return false;
  if (isText) return /^-[a-z]*[ce]$/.test(words[at - 1]?.value ?? '');
  return isFile && words.slice(0, at).every((each) => each.value.startsWith('-'));
}

/** What a shell that runs foreign text does with the package lists: `fetches`: it updates them first, `none`: it installs no packages. */
type UseOfLists = 'fetches' | 'none' | 'unknown';

/**
 * Read in the scripts themselves: https://github.com/nodesource/distributions/tree/master/scripts/deb,
 * https://github.com/docker/docker-install/blob/master/install.sh, https://github.com/nvm-sh/nvm/blob/master/install.sh,
 * https://github.com/rust-lang/rustup/blob/master/rustup-init.sh
 */
const knownScripts: readonly (readonly [url: RegExp, use: UseOfLists])[] = [
  [/^(?:https?:\/\/)?deb\.nodesource\.com\/setup/, 'fetches'],
  [/^(?:https?:\/\/)?(?:get|test)\.docker\.com\/?$/, 'fetches'],
  [/^(?:https?:\/\/)?raw\.githubusercontent\.com\/(?:creationix|nvm-sh)\/nvm\/[^/]+\/install\.sh$/, 'none'],
  [/^(?:https?:\/\/)?(?:sh\.rustup\.rs|static\.rust-lang\.org\/rustup\b.*)\/?$/, 'none'],
];

/** A shell that runs a script which is in no file: where it stands, and what that does with package lists. */
export interface ForeignScript {
  readonly runner: ShellCommand;
  readonly lists: UseOfLists;
}

/** The shells of a script that run what comes through a pipe, or what a substitution downloads. */
export function foreignScripts(commands: readonly ShellCommand[]): readonly ForeignScript[] {
  const found = new Map<ShellCommand, UseOfLists>();
  for (const command of commands)
    if (shells.test(command.name) && command.place.pipelineIndex > 0 && readsProgram(command))
      found.set(command, 'unknown');
  for (const command of commands) {
    if (!/^(?:curl|wget2?)$/.test(command.name)) continue;
    const runner = runnerOf(commands, command);
    if (runner && (shells.test(runner.name) || /^(?:eval|source|\.)$/.test(runner.name)))
      found.set(runner, useOf(command));
  }
  return [...found].map(([runner, lists]) => ({ runner, lists }));
}

function useOf(download: ShellCommand): UseOfLists {
  const [only, ...others] = readDownload(download)?.urls ?? [];
  if (only === undefined || others.length > 0) return 'unknown';
  return knownScripts.find(([url]) => url.test(only.value))?.[1] ?? 'unknown';
}
