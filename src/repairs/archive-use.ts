import { matchGlob } from '../context/go-glob.ts';
import type { CommandLine } from '../core/command-line.ts';
import type { Assumption } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { absolutePath, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import { expandedValue, stageChain } from '../project/stage-facts.ts';

const statement = 'No later step uses the archive.';

/** They open no file beside those that they are named, or only what lies unpacked. */
const harmless =
  /^(?:apt|apt-get|aptitude|apk|yum|dnf|microdnf|zypper|pipx|pecl|mkdir|rmdir|chmod|chown|chgrp|echo|printf|export|unset|cd|pushd|popd|set|true|false|:|test|\[|\[\[|exit|sleep|date|id|whoami|which|command|hash|useradd|adduser|groupadd|addgroup|usermod|passwd|chpasswd|ln|touch|rm|unlink|sed|ldconfig|curl|wget|locale-gen|update-locale|update-alternatives|update-ca-certificates|dpkg-reconfigure|debconf-set-selections|a2en\w+|a2dis\w+|phpize|rustup|sync|env|ls|cat|grep|awk|head|tail|sort|nproc|getconf|uname|arch|dirname|basename|tr|cut|tee|setcap|strip|expr|git|docker-php-ext-\w+|update-rc\.d|openssl|ssh-keygen|zcat|bzcat|xzcat|gunzip|bunzip2|unxz)$/;

/** What they build or install lies in the directory in which they work, or below: an archive outside of it they do not see. */
const builders =
  /^(?:npm|yarn|pnpm|pip[\d.]*|gem|bundle|conda|mamba|luarocks|cpanm|make|gmake|cmake|ninja|configure|Configure|autoreconf|autogen\.sh|java|javac|go|cargo)$/;

/** They take a directory with all that lies in it. */
const takesDirectories = /^(?:cp|mv|tar|zip|rsync|scp|7z|find|install)$/;

/** Whether something behind the unpacking reaches the archive: by its name, a pattern or a variable, with its directory, or unseen. */
export function archiveUse(dockerfile: Dockerfile, unpacking: PlacedCommand, stage: Stage, file: string): Assumption {
  const path = absolutePath(directoryOf(dockerfile, unpacking), file);
  const archive: Archive = { path: path !== undefined && !/[$`]/.test(path) ? path : undefined, base: baseOf(file) };
  const stages = dockerfile.stages.filter((each) => stageChain(each).includes(stage));
  let question: string | undefined;
  for (const { use, doubt } of laterUses(dockerfile, unpacking, stages, archive)) {
    if (use === 'uses') return { statement, state: 'fails' };
    if (use === 'unknown') question ??= doubt(file);
  }
  return question === undefined ? { statement, state: 'holds' } : { statement, state: 'unknown', question };
}

/** How a later step meets the archive, and what is to be asked of it where that is unknown. */
interface LaterUse {
  readonly use: Use;
  doubt(file: string): string;
}

/** The commands behind the unpacking and the copies out of its stage, in order. */
function* laterUses(
  dockerfile: Dockerfile,
  unpacking: PlacedCommand,
  stages: readonly Stage[],
  archive: Archive,
): Generator<LaterUse> {
  const from = unpacking.command.range.end;
  for (const stage of stages)
    for (const instruction of stage.instructions)
      if (instruction.range.end > from) yield* commandUses(dockerfile, unpacking, { instruction, stage }, archive);
  for (const { instruction } of dockerfile.instructionsNamed('COPY')) {
    const source = instruction.from && stages.find((each) => isNamed(each, instruction.from?.value ?? ''));
    if (source === undefined) continue;
    const doubt = (file: string) =>
      `Does the COPY at line ${instruction.line} bring all that is needed without ${file}?`;
    for (const token of instruction.sources) {
      const written = expandedValue(dockerfile, instruction, token) ?? token.value;
      yield { use: reaches(absolutePath('/', written) ?? written, archive, true), doubt };
    }
  }
}

function* commandUses(
  dockerfile: Dockerfile,
  unpacking: PlacedCommand,
  { instruction, stage }: Pick<PlacedCommand, 'instruction' | 'stage'>,
  archive: Archive,
): Generator<LaterUse> {
  const { line } = instruction;
  const isStart = instruction.name === 'CMD' || instruction.name === 'ENTRYPOINT';
  if (instruction.name === 'ONBUILD')
    yield { use: 'unknown', doubt: (file) => `Does the ONBUILD at line ${line} work without ${file}?` };
  const inner = instruction.name === 'ONBUILD' ? instruction.trigger : instruction;
  if (inner === undefined) return;
  for (const command of dockerfile.script(inner)?.commands ?? []) {
    if (inner === unpacking.instruction && command.range.start < unpacking.command.range.end) continue;
    const use = useBy(dockerfile, { command, instruction: inner, stage }, archive, isStart);
    const name = command.nameWord.raw || 'the step';
    // What a container starts with is not read closely enough to ask.
    if (use === 'uses' || !isStart)
      yield { use, doubt: (file) => `Does ${name} at line ${inner.line} work without ${file}?` };
  }
}

interface Archive {
  /** Absolute; undefined where a variable or an unknown directory hides it. */
  readonly path: string | undefined;
  readonly base: string;
}

type Use = 'uses' | 'unknown' | 'none';

function useBy(dockerfile: Dockerfile, placed: PlacedCommand, archive: Archive, isStart: boolean): Use {
  const { name, nameWord, arguments: words, redirects } = placed.command;
  const directory = directoryOf(dockerfile, placed);
  const takes = takesDirectories.test(name) || isStart;
  const isBlind = harmless.test(name) || takesDirectories.test(name) || name === '';
  let use: Use =
    isBlind || (builders.test(name) && worksApart(placed.command, directory, archive)) ? 'none' : 'unknown';
  // `cp a b`: the last one is where it goes to, unless `-t` says otherwise.
  const target = /^(?:cp|mv|install)$/.test(name) ? words.at(-1) : undefined;
  for (const word of [nameWord, ...words, ...redirects.flatMap(({ target: to }) => to ?? [])]) {
    const value = word.value.replace(/^-{1,2}[\w-]+=/, '');
    if (value.includes(archive.base)) return 'uses';
    if (value.startsWith('-') || word === target || /^https?:/.test(value)) continue;
    const isText = /^(?:echo|printf|sed|awk|grep|tr|cut|test|\[|\[\[|export|expr|apt|apt-get|apk|npm|pip[\d.]*)$/.test(
      name,
    );
    if (isText) continue;
    const found = reaches(absolutePath(directory, value) ?? value, archive, takes);
    if (found === 'uses') return 'uses';
    if (found === 'unknown' && !/^(?:cd|mkdir|curl|wget|git|chown|useradd)$/.test(name)) use = 'unknown';
  }
  return use;
}

/** Named packages of a registry come from there; all else is looked for where the command works. */
function worksApart(command: CommandLine, directory: string | undefined, { path }: Archive): boolean {
  const read = readPackageCommand(command);
  if (read?.action === 'install' && read.packages.every(({ kind }) => kind === 'registry')) return true;
  return directory !== undefined && path !== undefined && !liesIn(path, directory);
}

/** Whether a path, with patterns and variables, is or may be the archive, or a directory that holds it. */
function reaches(written: string, { path, base }: Archive, takesWhole: boolean): Use {
  const last = baseOf(written);
  const isPattern = /[*?[{$`]/.test(written);
  if (!isPattern) {
    if (written.startsWith('/') && path !== undefined)
      return path === written || (takesWhole && written !== '/proc' && liesIn(path, written)) ? 'uses' : 'none';
    return last === base ? 'uses' : takesWhole && /^\.{0,2}$/.test(last) ? 'unknown' : 'none';
  }
  const above = written.slice(0, Math.max(0, written.lastIndexOf('/')));
  // A directory known to be another one cannot hold it.
  if (above.startsWith('/') && path !== undefined && !/[*?[{$`]/.test(above)) {
    const own = path.slice(0, path.lastIndexOf('/'));
    if (above !== own && !(takesWhole && liesIn(own, above))) return 'none';
    const next = path.slice(above.length + 1).split('/')[0] ?? '';
    return matches(last, next) ? 'uses' : 'none';
  }
  if (!matches(last, base)) return 'none';
  return /^(?:\*|\$\{?\w+\}?|\$\(.*|`.*)$/.test(last) ? 'unknown' : 'uses';
}

/** Shell patterns, and variables as if they could be anything; likewise in the archive's own name. A class stands for any one character. */
function matches(written: string, name: string): boolean {
  const literal = name.replace(/\$\{?\w+[^}]*\}?/g, '');
  const pattern = written
    .replace(/\$\{[^}]*\}?|\$\([^)]*\)?|\$\w+|`[^`]*`?|\{[^}]*\}?/g, '*')
    .replaceAll('\\', '\\\\')
    .replace(/\[[^\]]*\]/g, '?');
  return matchGlob(pattern, name) !== false || matchGlob(pattern, literal) !== false;
}

function isNamed(stage: Stage, from: string): boolean {
  return stage.name === from.toLowerCase() || String(stage.index) === from;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
