import type { CommandWord } from '../../core/command-line.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { readDownload } from '../../ecosystems/downloads.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { takeComposerFromImage } from '../../repairs/composer-image.ts';

const shells = /^(?:sh|bash|dash|ash|zsh|ksh)$/;
const interpreters = /^(?:sh|bash|dash|ash|zsh|ksh|python[\d.]*|perl|ruby|node|php)$/;
/** With one of these the program is in the arguments, and what comes through the pipe is data. */
const takesProgram = /^-(?:[a-z]*[ce]|m|n|r|p|l?ne|pe|-eval|-print)$/;
const checkers = /^(?:(?:md5|sha\d+|b2)sum|shasum|cosign|minisign|slsa-verifier)$/;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A script is downloaded and run unseen',
  why: 'Whoever controls that address, or what it answers today, runs any command in the build; a download that breaks off runs half.',
  remedy:
    'Install a package or a release of a fixed version; or download the script of a fixed version to a file, compare its checksum, then run it.',
  peers: [],
  check({ dockerfile }, { report }) {
    for (const placed of dockerfile.commandsNamed('curl', 'wget', 'wget2')) {
      const commands = dockerfile.script(placed.instruction)?.commands ?? [];
      const runner = runnerOf(commands, placed);
      if (runner === undefined || commands.some(checks)) continue;
      const download = readDownload(placed.command);
      if (download?.output !== 'stdout' || download.sends) continue;
      const host = download.urls.map(hostOf).find((each) => each !== undefined);
      if (host !== undefined && /^(?:localhost|127\.)/.test(host)) continue;
      const fix = isComposer(download.urls) ? takeComposerFromImage(dockerfile, placed, runner) : undefined;
      report({
        at: placed.command.range,
        ...(fix && { fix }),
        message: `${runner.name} runs what ${placed.command.name} downloads${host === undefined ? '' : ` from ${host}`}, unseen.`,
      });
    }
  },
});

function isComposer(urls: readonly CommandWord[]): boolean {
  return urls.length === 1 && /^(?:https?:\/\/)?(?:www\.)?getcomposer\.org\/installer$/.test(urls[0]?.value ?? '');
}

/** The program that runs what the download writes, by a pipe or a substitution. */
function runnerOf(commands: readonly ShellCommand[], { command }: PlacedCommand): ShellCommand | undefined {
  const { pipeline, pipelineIndex } = command.place;
  return commands.find(
    (other) =>
      (pipeline !== undefined &&
        other.place.pipeline === pipeline &&
        other.place.pipelineIndex > pipelineIndex &&
        readsProgram(other)) ||
      (other !== command && other.arguments.some((word) => holds(word, command) && runsWord(other, word))),
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

/** A command that compares a checksum or checks a signature. */
function checks({ name, arguments: words }: ShellCommand): boolean {
  if (checkers.test(name)) return true;
  if (name === 'gpg' || name === 'gpgv') return name === 'gpgv' || words.some(({ value }) => value === '--verify');
  return name === 'openssl' && words[0]?.value === 'dgst';
}

function hostOf({ value }: CommandWord): string | undefined {
  return /^(?:https?:\/\/)?(?:[^@/\s$]*@)?((?:[\w-]+\.)+[\w-]+|localhost)(?:[:/?#]|$)/.exec(value)?.[1];
}
