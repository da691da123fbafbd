import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';
import { insertAfter } from './edit.ts';
import type { Instruction } from './instruction.ts';
import type { ShellCommand } from './shell.ts';

/**
 * The edit that lets a command run at the end of a RUN, when all before it succeeded; undefined where that cannot be said with
 * `&&`: exec form, here-document, another shell, a last command inside a construct, behind `||` or in the background. Lines are
 * broken and indented as the RUN breaks and indents its own.
 */
export function appendCommand(dockerfile: Dockerfile, instruction: Instruction, command: string): TextEdit | undefined {
  const script = dockerfile.script(instruction);
  const last = script?.commands.at(-1);
  if (script === undefined || last === undefined || instruction.name !== 'RUN') return undefined;
  if (script.form !== 'shell' || instruction.heredocs.length > 0 || script.errors.length > 0) return undefined;
  if (script.dialect !== 'posix' && script.dialect !== 'bash') return undefined;
  if (!standsAlone(last) || !joinsAll(script.commands, last)) return undefined;
  const rest = dockerfile.text.slice(last.range.end, instruction.range.end);
  if (rest.trim() !== '') return undefined;
  return insertAfter(dockerfile, last.range, `${lineSeparator(dockerfile, instruction)}${command}`);
}

function standsAlone({ place }: ShellCommand): boolean {
  return place.inside.length === 0 && !place.negated && (place.pipeline === undefined || place.pipeline.length === 1);
}

/** Every command of the last list is joined by `&&`, or by `;` where a failure ends the script. */
function joinsAll(commands: readonly ShellCommand[], last: ShellCommand): boolean {
  return commands.every(
    ({ list, place }) => list !== last.list || place.after === undefined || place.after === '&&' || place.after === ';',
  );
}

/** What joins two commands of a RUN: ` && `, or in a RUN of several lines a line of its own as the RUN writes them: with `&&` at the line's begin or end. */
export function lineSeparator(dockerfile: Dockerfile, instruction: Instruction): string {
  // The last lines tell; a bound keeps the search linear on a RUN of megabytes.
  const text = dockerfile.text.slice(
    Math.max(instruction.range.start, instruction.range.end - 2000),
    instruction.range.end,
  );
  const escapeCharacter = dockerfile.syntax.escape === '`' ? '`' : '\\\\';
  const broken = new RegExp(
    `(&&)?[ \\t]*(${escapeCharacter})[ \\t]*(\\r?\\n)(?:[ \\t]*(?:#.*)?\\r?\\n)*([ \\t]*)(&&[ \\t]*)?\\S[^\\n]*$`,
  ).exec(text);
  if (broken === null) return ' && ';
  const [, before, mark, lineEnd, indent, behind] = broken;
  if (behind !== undefined) return ` ${mark}${lineEnd}${indent}${behind}`;
  return before === undefined ? ' && ' : ` && ${mark}${lineEnd}${indent}`;
}
