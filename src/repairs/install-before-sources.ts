import type { Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { commentedStart } from '../dockerfile/edit-lines.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { copiedFiles } from '../project/copied-files.ts';
import { isIndependentCommand } from './independent-steps.ts';

/** A RUN that installs named packages behind files that it needs none of. */
export interface LateInstall {
  readonly run: RunInstruction;
  /** The copies that it could stand before, in order. */
  readonly copies: readonly CopyInstruction[];
  readonly fix: Fix | undefined;
}

/** Steps that install named packages of a registry behind copied sources, where nothing between them matters to the install. */
export function lateInstalls(dockerfile: Dockerfile, stage: Stage): readonly LateInstall[] {
  const destinations = new Map(
    copiedFiles(dockerfile, stage).map(({ instruction, destination }) => [instruction, destination]),
  );
  return stage.instructions.flatMap((run, at): LateInstall | never[] => {
    if (run.name !== 'RUN' || !installsByName(dockerfile, run)) return [];
    const passed: Instruction[] = [];
    for (const each of stage.instructions.slice(0, at).reverse()) {
      if (!mayBePassed(each, destinations, dockerfile, run)) break;
      passed.unshift(each);
    }
    const copies = passed.filter((each): each is CopyInstruction => each.name === 'COPY' || each.name === 'ADD');
    const [first] = copies;
    return first === undefined ? [] : { run, copies, fix: moveBefore(dockerfile, run, first, copies) };
  });
}

/** What an image tells or where its steps work, and sources that go where no package manager looks. */
function mayBePassed(
  each: Instruction,
  destinations: ReadonlyMap<CopyInstruction, string | undefined>,
  dockerfile: Dockerfile,
  run: RunInstruction,
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
      return worksAnywhere(dockerfile, run);
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

/** Nothing but packages by their names, and what goes with that. */
function installsByName(dockerfile: Dockerfile, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  if (script === undefined || script.errors.length > 0 || run.heredocs.length > 0) return false;
  if (run.mounts.some(({ type }) => type !== 'cache' && type !== 'tmpfs')) return false;
  return (
    script.commands.some((command) => readPackageCommand(command)?.action === 'install') &&
    script.commands.every((command) => (isIndependentCommand(command) && !namesPlace(command)) || cleansUp(command))
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

/** Moves the step, with its comments, before the first of the copies. */
function moveBefore(
  dockerfile: Dockerfile,
  run: RunInstruction,
  first: CopyInstruction,
  copies: readonly CopyInstruction[],
): Fix | undefined {
  const { text, path } = dockerfile;
  const start = commentedStart(dockerfile, run);
  const { end } = run.syntax.range;
  const moved = text.slice(start, end);
  const lineEnd = moved.endsWith('\r\n') || (!moved.endsWith('\n') && text.includes('\r\n')) ? '\r\n' : '\n';
  const at = commentedStart(dockerfile, first);
  // An empty line that stood on both sides of it is one too many.
  const blank = /\n\r?\n$/.test(text.slice(Math.max(0, start - 3), start))
    ? (/^[ \t]*\r?\n/.exec(text.slice(end))?.[0].length ?? 0)
    : 0;
  const insertion = (moved.endsWith('\n') ? moved : moved + lineEnd) + (blank > 0 ? lineEnd : '');
  const lines = copies.map(({ line }) => line).join(' and ');
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
        statement: `The packages are named, come from their registry, and are put where nothing of line ${lines} goes.`,
        state: 'holds',
      },
    ],
  };
}
