import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { isEditableRun, scriptStart, skipBlank, standsAlone } from '../dockerfile/run-chain.ts';

/** What a command changes for those behind it in the same shell. */
export const changesShell =
  /^(?:cd|pushd|popd|export|unset|set|shopt|umask|alias|unalias|exec|exit|return|trap|ulimit|eval|source|\.|readonly|local|wait)$/;

/** Starts something that lives until its RUN ends. */
export const startsService =
  /^(?:service|systemctl|initctl|invoke-rc\.d|rc-service|start-stop-daemon|supervisord|apache2ctl|httpd|nginx|mysqld(?:_safe)?|pg_ctl|pg_ctlcluster|postgres|redis-server|mongod|Xvfb|dockerd|dbus-\S+|ssh-agent|gpg-agent|nohup|tmux|screen|java)$/;

/** Joins RUNs of one command each that follow each other, with `&&` on a line of its own. Comments between them stay. */
export function joinRuns(dockerfile: Dockerfile, row: readonly RunInstruction[]): Fix | undefined {
  const edits = row.flatMap((run, at) => {
    const before = row[at - 1];
    return before === undefined ? [] : (joint(dockerfile, before, run) ?? []);
  });
  if (edits.length === 0) return undefined;
  return {
    title: edits.length === 1 ? 'Join it to the RUN before it' : `Join ${row.length} RUNs to one`,
    changes: { edits },
    assumptions: [
      {
        statement: 'All run in one shell, directory and environment, and each leaves them as they are for the next.',
        state: 'holds',
      },
    ],
  };
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
