import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart, lineEndOf } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { copiedFiles } from '../project/copied-files.ts';
import { stageChain } from '../project/stage-facts.ts';
import { isIndependentCommand } from './independent-steps.ts';

/** Steps, one behind the other, that install named packages behind files that they need none of. */
export interface LateInstall {
  readonly runs: readonly [RunInstruction, ...RunInstruction[]];
  /** The copies that they could stand before, in order. */
  readonly copies: readonly [CopyInstruction, ...CopyInstruction[]];
  readonly fix: Fix;
}

/** Steps that install named packages of a registry behind copied sources, where nothing between them matters to the install. */
export function lateInstalls(dockerfile: Dockerfile, stage: Stage): readonly LateInstall[] {
  if (isTold(stage)) return [];
  const destinations = new Map(
    copiedFiles(dockerfile, stage).map(({ instruction, destination }) => [instruction, destination]),
  );
  return blocksOf(dockerfile, stage).flatMap((runs): LateInstall | never[] => {
    const passed: Instruction[] = [];
    for (const each of stage.instructions.slice(0, stage.instructions.indexOf(runs[0])).reverse()) {
      if (!mayBePassed(each, destinations, dockerfile, runs)) break;
      passed.unshift(each);
    }
    const [first, ...others] = passed.filter(
      (each): each is CopyInstruction => each.name === 'COPY' || each.name === 'ADD',
    );
    if (first === undefined) return [];
    const copies = [first, ...others] as const;
    return { runs, copies, fix: moveBefore(dockerfile, runs, copies) };
  });
}

/** Steps in a row that look at no source, up to the last that installs. */
function blocksOf(dockerfile: Dockerfile, stage: Stage): LateInstall['runs'][] {
  const blocks: RunInstruction[][] = [[]];
  for (const each of stage.instructions)
    if (each.name === 'RUN' && looksAtNoSource(dockerfile, each)) blocks.at(-1)?.push(each);
    else blocks.push([]);
  return blocks.flatMap((block) => {
    const [first, ...others] = block.slice(0, block.findLastIndex((run) => installs(dockerfile, run)) + 1);
    return first === undefined ? [] : [[first, ...others]];
  });
}

/** What an image tells or where its steps work, and sources that go where no package manager looks. */
function mayBePassed(
  each: Instruction,
  destinations: ReadonlyMap<CopyInstruction, string | undefined>,
  dockerfile: Dockerfile,
  runs: LateInstall['runs'],
): boolean {
  switch (each.name) {
    case 'LABEL':
    case 'EXPOSE':
    case 'MAINTAINER':
    case 'STOPSIGNAL':
    case 'CMD':
    case 'ENTRYPOINT':
    case 'HEALTHCHECK':
      return true;
    case 'WORKDIR':
      return runs.every((run) => worksAnywhere(dockerfile, run));
    case 'COPY':
    case 'ADD': {
      const destination = destinations.get(each);
      return (
        each.from === undefined &&
        destination !== undefined &&
        ofApplication.test(destination) &&
        each.sources.every(({ value }) => !/^[a-z]+:\/\//i.test(value))
      );
    }
    default:
      return false;
  }
}

/** Places of an application, where no package of a distribution puts or looks for anything. https://refspecs.linuxfoundation.org/FHS_3.0/fhs-3.0.html */
const ofApplication =
  /^\/(?!(?:bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|var)(?:\/|$))[^/]+|^\/(?:opt|srv)\/[^/]+|^\/usr\/src\/[^/]+/;

function installs(dockerfile: Dockerfile, run: RunInstruction): boolean {
  return (dockerfile.script(run)?.commands ?? []).some((command) => readPackageCommand(command)?.action === 'install');
}

/** Packages by their names, and what does the same whether sources are there or not: all that is not known for sure stays where it is. */
function looksAtNoSource(dockerfile: Dockerfile, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  if (script === undefined || script.errors.length > 0 || script.commands.length === 0) return false;
  if (run.heredocs.length > 0 || run.mounts.some(({ type }) => type !== 'cache' && type !== 'tmpfs')) return false;
  return script.commands.every((command) => isNamedInstall(command) || cleansUp(command) || isIdle(command));
}

/** Whether the file sets a variable that tells package managers of files or of other programs: it may be of what is copied. */
function isTold(stage: Stage): boolean {
  const pairs = stageChain(stage).flatMap(({ instructions }) =>
    instructions.flatMap((each) => (each.name === 'ENV' || each.name === 'ARG' ? each.pairs : [])),
  );
  return pairs.some(({ key }) => telling.test(key.value) && !harmless.test(key.value));
}

/** Variables by which package managers are told of files, places and other programs. */
const telling =
  /^(?:PIP_|NPM_CONFIG_|PYTHON|NODE_|APT_|GEM_|BUNDLE_|VIRTUAL_ENV$|PATH$|HOME$|XDG_|BASH_ENV$|ENV$|LD_)|CERT|CA_BUNDLE|_CONFIG$/i;
const harmless =
  /^(?:PIP_(?:NO_CACHE_DIR|DISABLE_PIP_VERSION_CHECK|DEFAULT_TIMEOUT|ROOT_USER_ACTION|BREAK_SYSTEM_PACKAGES)|PYTHON(?:UNBUFFERED|DONTWRITEBYTECODE|HASHSEED|FAULTHANDLER|IOENCODING|_VERSION)|NODE_(?:ENV|VERSION|OPTIONS)|NPM_CONFIG_(?:LOGLEVEL|UPDATE_NOTIFIER|FUND|AUDIT))$/i;

/** The options that say nothing of a file, by package manager. */
const plainOptions: Readonly<Record<string, RegExp>> = {
  apt: /^(?:-y|-q|-qq|-qy|-yq|-yqq|-qqy|--yes|--assume-yes|--quiet|--no-install-recommends|--no-install-suggests|--fix-missing|--allow-downgrades)$/,
  apk: /^(?:-U|-u|-q|--update|--update-cache|--no-cache|--upgrade|--quiet|--virtual(?:=[\w.-]+)?|-t|--no-progress)$/,
  rpm: /^(?:-y|-q|--assumeyes|--quiet|--nodocs|--setopt=(?:install_weak_deps|tsflags|keepcache)=\w+|--best|--allowerasing|--refresh)$/,
  pip: /^(?:-q|-U|--quiet|--upgrade|--no-cache-dir|--disable-pip-version-check|--root-user-action=ignore|--break-system-packages|--no-input|--pre)$/,
  npm: /^(?:-g|--global|--silent|-s|--no-fund|--no-audit|--no-progress|--quiet|--loglevel=\w+|--unsafe-perm|--no-update-notifier)$/,
};

/** A package manager that is told names alone, and is one that looks nowhere else. */
function isNamedInstall(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  const plain = read && plainOptions[read.ecosystem];
  if (!read || !plain || read.tool === 'yarn' || read.tool === 'pnpm' || read.tool === 'uv') return false;
  if (command.redirects.length > 0 || !isIndependentCommand(command)) return false;
  return command.arguments.every(
    ({ literal, value }) =>
      literal && (value.startsWith('-') ? plain.test(value) : /^[@\w][\w.+@/:~=<>!*,[\]-]*$/.test(value)),
  );
}

function isIdle({ name, arguments: words, assignments, redirects }: ShellCommand): boolean {
  return (
    /^(?:set|true|:|echo)$/.test(name) &&
    redirects.length === 0 &&
    assignments.length === 0 &&
    words.every(({ literal }) => literal)
  );
}

function cleansUp({ name, arguments: words, redirects }: ShellCommand): boolean {
  return (
    name === 'rm' &&
    redirects.length === 0 &&
    words.every(({ value }) => /^-|^\/(?:var\/(?:lib\/apt\/lists|cache)|root\/\.cache|root\/\.npm)(?:\/|$)/.test(value))
  );
}

/** Whatever directory it works in: a package manager and no `mkdir data`. */
function worksAnywhere(dockerfile: Dockerfile, run: RunInstruction): boolean {
  return (dockerfile.script(run)?.commands ?? []).every(
    (command) =>
      readPackageCommand(command) !== undefined || cleansUp(command) || /^(?:set|true|:|echo)$/.test(command.name),
  );
}

/** Moves the steps, with their comments, before the first of the copies. */
function moveBefore(dockerfile: Dockerfile, runs: LateInstall['runs'], copies: LateInstall['copies']): Fix {
  const { text, path } = dockerfile;
  const start = commentedStart(dockerfile, runs[0]);
  const { end } = (runs.at(-1) ?? runs[0]).syntax.range;
  const moved = text.slice(start, end);
  const eol = lineEndOf(dockerfile);
  const at = commentedStart(dockerfile, copies[0]);
  // An empty line that stood on both sides of it is one too many.
  const blank = /\n\r?\n$/.test(text.slice(Math.max(0, start - 3), start))
    ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0)
    : 0;
  const insertion = (moved.endsWith('\n') ? moved : moved + eol) + (blank > 0 ? eol : '');
  return {
    title: 'Install before the sources are copied',
    changes: {
      edits: [
        { path, range: { start: at, end: at }, replacement: insertion },
        { path, range: { start, end: end + blank }, replacement: '' },
      ],
    },
    assumptions: [
      {
        statement: `The packages are named, come from their registry, and are put where nothing of line ${copies.map(({ line }) => line).join(' and ')} goes.`,
        state: 'holds',
      },
    ],
  };
}
