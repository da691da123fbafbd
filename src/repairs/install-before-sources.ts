import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart, lineEndOf } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { copiedFiles } from '../project/copied-files.ts';
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
  /^\/(?!(?:bin|boot|dev|etc|home|lib\w*|media|mnt|opt|proc|root|run|sbin|srv|sys|usr|var)(?:\/|$))[^/]+|^\/(?:opt|srv)\/[^/]+|^\/usr\/src\/[^/]+/;

function installs(dockerfile: Dockerfile, run: RunInstruction): boolean {
  return (dockerfile.script(run)?.commands ?? []).some((command) => readPackageCommand(command)?.action === 'install');
}

/** Packages by their names, what goes with that, and what does the same whether sources are there or not. */
function looksAtNoSource(dockerfile: Dockerfile, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  if (script === undefined || script.errors.length > 0 || script.commands.length === 0) return false;
  if (run.heredocs.length > 0 || run.mounts.some(({ type }) => type !== 'cache' && type !== 'tmpfs')) return false;
  return script.commands.every(
    (command) => (isIndependentCommand(command) && !namesPlace(command)) || cleansUp(command),
  );
}

/** A file of the project by an option: constraints, a target, a prefix, a list. */
function namesPlace(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  if (read === undefined || ['apt', 'apk', 'rpm'].includes(read.ecosystem)) return false;
  return (
    command.redirects.length > 0 ||
    command.arguments.some(({ value }) =>
      /^(?:-[crte]|--(?:constraint|requirement|target|prefix|root|find-links|editable|src|install-dir|file|userconfig)(?:=|$)|\.)/.test(
        value,
      ),
    )
  );
}

function cleansUp({ name, arguments: words, redirects }: ShellCommand): boolean {
  return (
    name === 'rm' &&
    redirects.length === 0 &&
    words.every(({ value }) =>
      /^-|^\/(?:var\/(?:lib\/apt\/lists|cache)|var\/tmp|tmp|root\/\.cache|root\/\.npm)(?:\/|$)/.test(value),
    )
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
