import type { SourceRange } from '../core/text.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { readDownload } from '../ecosystems/downloads.ts';

const shells = /^(?:sh|bash|dash|ash|zsh|ksh)$/;
const interpreters = /^(?:sh|bash|dash|ash|zsh|ksh|python[\d.]*|perl|ruby|node|php)$/;
/** With one of these the program is in the arguments, and what comes through the pipe is data. */
const takesProgram = /^-(?:[a-z]*[ce]|m|n|r|p|l?ne|pe|-eval|-print)$/;

/** The program that runs what a download writes, by a pipe or a substitution. */
export function runnerOf(commands: readonly ShellCommand[], download: ShellCommand): ShellCommand | undefined {
  let runners = known.get(commands);
  if (runners === undefined) {
    runners = runnersIn(commands);
    known.set(commands, runners);
  }
  return runners.get(download);
}

const known = new WeakMap<readonly ShellCommand[], ReadonlyMap<ShellCommand, ShellCommand>>();

/** What runs each download of a script: found for all at once, because a step can hold thousands. */
function runnersIn(commands: readonly ShellCommand[]): ReadonlyMap<ShellCommand, ShellCommand> {
  const runners = new Map<ShellCommand, ShellCommand>();
  const downloads = commands.filter(isDownload);
  if (downloads.length === 0) return runners;
  const readers = readersByPipeline(commands);
  for (const download of downloads) {
    const { pipeline, pipelineIndex } = download.place;
    const reader = pipeline && readers.get(pipeline)?.find(({ place }) => place.pipelineIndex > pipelineIndex);
    if (reader) runners.set(download, reader);
  }
  // What runs a substitution stands around the pipelines in it.
  for (const [download, runner] of substituted(commands, downloads)) runners.set(download, runner);
  return runners;
}

function isDownload({ name }: ShellCommand): boolean {
  return name === 'curl' || name === 'wget' || name === 'wget2';
}

type Pipeline = NonNullable<ShellCommand['place']['pipeline']>;

/** The members of pipelines that run what comes in, in order. */
function readersByPipeline(commands: readonly ShellCommand[]): ReadonlyMap<Pipeline, readonly ShellCommand[]> {
  const readers = new Map<Pipeline, ShellCommand[]>();
  for (const command of commands) {
    const { pipeline } = command.place;
    if (pipeline === undefined || !readsProgram(command)) continue;
    const list = readers.get(pipeline);
    if (list) list.push(command);
    else readers.set(pipeline, [command]);
  }
  return readers;
}

/** Downloads that stand in a word which is run as a program, each with the outermost command that does it. */
function substituted(
  commands: readonly ShellCommand[],
  downloads: readonly ShellCommand[],
): readonly (readonly [download: ShellCommand, runner: ShellCommand])[] {
  const words = commands
    .flatMap((runner) => runner.arguments.flatMap(({ range }, at) => (runsWord(runner, at) ? [{ range, runner }] : [])))
    .sort((a, b) => a.range.start - b.range.start || b.range.end - a.range.end);
  // Substitutions lie in each other or apart: those around a place are the ones that are open there.
  const open: typeof words = [];
  let next = 0;
  return [...downloads]
    .sort((a, b) => a.range.start - b.range.start)
    .flatMap((download) => {
      for (let word = words[next]; word && word.range.start <= download.range.start; word = words[++next]) {
        close(open, word.range.start);
        open.push(word);
      }
      close(open, download.range.end);
      return open[0] ? [[download, open[0].runner] as const] : [];
    });
}

/** Takes off what ends before a place. */
function close(open: { readonly range: SourceRange }[], place: number): void {
  while ((open.at(-1)?.range.end ?? place) < place) open.pop();
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

/** `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(curl …)"`, `. <(curl …)`. */
function runsWord({ name, arguments: words }: ShellCommand, at: number): boolean {
  const value = words[at]?.value.trim() ?? '';
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
    if (!isDownload(command)) continue;
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

/** A download and the program that it is piped into, as one command; undefined where the pipe holds more, or stands within something. */
export function wholePipe(download: ShellCommand, runner: ShellCommand): ShellCommand | undefined {
  const { pipeline } = download.place;
  if (pipeline?.length !== 2 || runner.place.pipeline !== pipeline) return undefined;
  if (runner.place.inside.length > 0 || runner.place.negated) return undefined;
  return { ...download, range: pipeline.range, place: { ...download.place, pipeline: undefined } };
}
