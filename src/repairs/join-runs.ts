import type { Fix, TextEdit } from '../core/fix.ts';
import { addPackages } from '../dockerfile/add-packages.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { isEditableRun, scriptStart, skipBlank, standsAlone } from '../dockerfile/run-chain.ts';
import { canBeOne, installOf } from './join-installs.ts';

/** What a command changes for those behind it in the same shell. */
export const changesShell =
  /^(?:cd|pushd|popd|export|unset|set|shopt|umask|alias|unalias|exec|exit|return|trap|ulimit|eval|source|\.|readonly|local|wait)$/;

/** Starts something that lives until its RUN ends. */
export const startsService =
  /^(?:service|systemctl|initctl|invoke-rc\.d|rc-service|start-stop-daemon|supervisord|apache2ctl|httpd|nginx|mysqld(?:_safe)?|pg_ctl|pg_ctlcluster|postgres|redis-server|mongod|Xvfb|dockerd|dbus-\S+|ssh-agent|gpg-agent|nohup|tmux|screen|java)$/;

/**
 * Joins RUNs of one command each that follow each other, with `&&` on a line of its own; what installs packages becomes one command with
 * what installs them directly before it. Comments between them stay.
 */
export function joinRuns(dockerfile: Dockerfile, row: readonly RunInstruction[]): Fix | undefined {
  const [first] = row;
  if (first === undefined || row.length < 2) return undefined;
  const edits: TextEdit[] = [];
  let install = installOf(dockerfile, first);
  let added: string[] = [];
  const addAll = () => {
    if (install !== undefined) edits.push(...addPackages(dockerfile, install.read, added));
    added = [];
  };
  for (const [at, run] of row.entries()) {
    const before = row[at - 1];
    if (before === undefined) continue;
    const own = installOf(dockerfile, run);
    if (install !== undefined && own !== undefined && canBeOne(install, own)) {
      added.push(...own.read.packages.map(({ word }) => word.raw));
      edits.push(replace(dockerfile, { start: before.range.end, end: run.range.end }, ''));
      continue;
    }
    addAll();
    install = own;
    const edit = joint(dockerfile, before, run);
    if (edit !== undefined) edits.push(edit);
  }
  addAll();
  return {
    title: row.length === 2 ? 'Join it to the RUN before it' : `Join ${row.length} RUNs to one`,
    changes: { edits },
    assumptions: [
      {
        statement: 'All run in one shell, directory and environment, and each leaves them as they are for the next.',
        state: 'holds',
      },
    ],
  };
}

/**
 * Whether a RUN can be joined to a row. One that installs packages only where no command of the row does, or where the last one does and both
 * can be one command: two in one RUN are what `layers/several-package-installs` finds.
 */
export function continuesRow(dockerfile: Dockerfile, row: readonly RunInstruction[], run: RunInstruction): boolean {
  const last = row.at(-1);
  if (last === undefined) return true;
  if (joint(dockerfile, last, run) === undefined) return false;
  const own = installOf(dockerfile, run);
  if (own === undefined) return true;
  const before = installOf(dockerfile, last);
  if (before?.read.tool === own.read.tool) return canBeOne(before, own) && !hasComments(dockerfile, last, run);
  return !row.some((each) => installOf(dockerfile, each)?.read.tool === own.read.tool);
}

/** Comments between two RUNs, or within the second. */
function hasComments({ syntax }: Dockerfile, first: RunInstruction, second: RunInstruction): boolean {
  return (
    second.syntax.innerComments.length > 0 ||
    syntax.items
      .slice(syntax.items.indexOf(first.syntax) + 1, syntax.items.indexOf(second.syntax))
      .some(({ kind }) => kind === 'comment')
  );
}

/** The edit that joins two RUNs; undefined where it would change more than the number of layers. */
export function joint(dockerfile: Dockerfile, first: RunInstruction, second: RunInstruction): TextEdit | undefined {
  if (!isOneCommand(dockerfile, first) || !isOneCommand(dockerfile, second)) return undefined;
  const before = dockerfile.script(first)?.commands[0];
  if (before === undefined || changesShell.test(before.name) || startsService.test(before.name)) return undefined;
  if (before.nameWord.value.includes('/init.d/') || before.wrappers.some((name) => startsService.test(name)))
    return undefined;
  return jointEdit(dockerfile, first, second);
}

/**
 * The edit that puts a RUN behind another one, with `&&` and its comments between; undefined where a comment speaks to a tool. What the first
 * one leaves of the shell is the caller's matter; `prefix` goes before the commands of the second.
 */
export function jointEdit(
  dockerfile: Dockerfile,
  first: RunInstruction,
  second: RunInstruction,
  prefix = '',
): TextEdit | undefined {
  const { text, syntax } = dockerfile;
  const range = { start: first.range.end, end: scriptStart(dockerfile, second) };
  const items = syntax.items.slice(syntax.items.indexOf(first.syntax) + 1, syntax.items.indexOf(second.syntax));
  const comments = items
    .filter(({ kind }) => kind === 'comment')
    .map((item) => text.slice(item.range.start, item.range.end));
  // A comment that speaks to a tool speaks of the instruction below it.
  if (comments.some((comment) => /\b(?:ignore|disable|nosec|noqa|nolint|shellcheck|skip)\b/i.test(comment)))
    return undefined;
  if (second.syntax.innerComments.some(({ start }) => start < range.end)) return undefined;
  const eol = text.slice(first.range.end, first.syntax.range.end).endsWith('\r\n') ? '\r\n' : '\n';
  return replace(dockerfile, range, ` ${syntax.escape}${eol}${comments.join('')}    && ${prefix}`);
}

/** The whole RUN is one plain command: nothing before, behind or around it. */
function isOneCommand(dockerfile: Dockerfile, run: RunInstruction): boolean {
  const [command, ...more] = dockerfile.script(run)?.commands ?? [];
  if (command === undefined || more.length > 0 || !isEditableRun(dockerfile, run) || !standsAlone(command))
    return false;
  return (
    command.range.start === scriptStart(dockerfile, run) &&
    skipBlank(dockerfile, run, command.range.end, 'forward') >= run.range.end &&
    command.name !== '' &&
    command.redirects.every(({ operator }) => !operator.startsWith('<<'))
  );
}
