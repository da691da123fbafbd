import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from './dockerfile.ts';
import { insertAfter } from './edit.ts';
import type { Instruction } from './instruction.ts';
import { skipBlank, standsAlone } from './run-chain.ts';
import type { ShellCommand, ShellScript } from './shell.ts';

/**
 * The edit that lets a command run at the end of a RUN, when all before it succeeded; undefined where that cannot be said with
 * `&&`, or with the `;` of a script that ends at a failure: exec form, here-document, another shell, a last command inside a
 * construct, behind `||` or in the background. Lines are broken and indented as the RUN breaks and indents its own.
 */
export function appendCommand(dockerfile: Dockerfile, instruction: Instruction, command: string): TextEdit | undefined {
  const script = dockerfile.script(instruction);
  const last = script?.commands.at(-1);
  if (script === undefined || last === undefined || instruction.name !== 'RUN') return undefined;
  if (script.form !== 'shell' || instruction.heredocs.length > 0 || script.errors.length > 0) return undefined;
  if (script.dialect !== 'posix' && script.dialect !== 'bash') return undefined;
  if (!standsAlone(last) || !joinsAll(script.commands, last)) return undefined;
  if (!endsBehind(dockerfile, instruction, last)) return undefined;
  // Of `a && b` behind `set -e` a failure of `a` ends nothing: only what stands between `;` may be followed by one more.
  const operator = last.place.after === ';' && endsAtFailure(script) ? ';' : '&&';
  return insertAfter(dockerfile, last.range, `${lineSeparator(dockerfile, instruction, operator)}${command}`);
}

/** Nothing, or one `;`, follows the last command. */
function endsBehind(dockerfile: Dockerfile, instruction: Instruction, { range }: ShellCommand): boolean {
  const { text } = dockerfile;
  if (text.slice(range.end, instruction.range.end).trim() === '') return true;
  const at = skipBlank(dockerfile, instruction, range.end, 'forward');
  return text[at] === ';' && skipBlank(dockerfile, instruction, at + 1, 'forward') >= instruction.range.end;
}

/** `set -e` comes first, or is the shell's own option, and holds to the end. */
function endsAtFailure({ options, commands }: ShellScript): boolean {
  if (!options.has('errexit')) return false;
  const sets = commands.filter(({ name }) => name === 'set');
  if (sets.some((each) => each.arguments.some(({ value }) => value.startsWith('+')))) return false;
  const switching = sets.filter((each) =>
    each.arguments.some(({ value }) => /^-[a-z]*e/.test(value) || value === 'errexit'),
  );
  const [first] = switching;
  return first === undefined || (first === commands[0] && standsAlone(first));
}

/** Every command of the last list is joined by `&&`, or by `;`. */
function joinsAll(commands: readonly ShellCommand[], last: ShellCommand): boolean {
  return commands.every(
    ({ list, place }) => list !== last.list || place.after === undefined || place.after === '&&' || place.after === ';',
  );
}

/**
 * What joins two commands of a RUN: ` && `, or in a RUN whose commands begin lines a line of its own as the RUN writes them: with the operator at
 * the line's begin or end. A RUN whose words alone have lines of their own, packages most often, gets a line as the steps around it write theirs.
 */
export function lineSeparator(dockerfile: Dockerfile, instruction: Instruction, operator: '&&' | ';' = '&&'): string {
  const joined = operator === ';' ? ';' : ' &&';
  const found = lastBreak(dockerfile, instruction) ?? breakOfOthers(dockerfile, instruction);
  if (found === undefined) return `${joined} `;
  const { mark, lineEnd, indent, behind } = found;
  return behind === undefined
    ? `${joined} ${mark}${lineEnd}${indent}`
    : ` ${mark}${lineEnd}${indent}${operator}${behind}`;
}

/**
 * How a RUN whose last command goes over several lines may break before another one: indented as its last line is, with the operator where the first step of the file
 * that breaks between commands has it, or at the line's begin.
 */
function breakOfOthers(dockerfile: Dockerfile, instruction: Instruction) {
  const { text, syntax, instructions } = dockerfile;
  const last = dockerfile.script(instruction)?.commands.at(-1);
  if (last === undefined || last.place.inside.length > 0 || last.place.pipelineIndex > 0) return undefined;
  const before = text.slice(Math.max(last.range.start, last.range.end - 2000), last.range.end);
  const [, mark, lineEnd = '\n', indent = ''] =
    /([\\`])[ \t]*(\r?\n)(?:[ \t]*(?:#.*)?\r?\n)*([ \t]*)(?![ \t])[^\n]*$/.exec(before) ?? [];
  if (mark === undefined || mark !== syntax.escape || indent === '') return undefined;
  const steps = instructions.filter((each) => each.name === 'RUN').slice(0, bound);
  const style = steps.map((each) => lastBreak(dockerfile, each)).find((each) => each !== undefined);
  return { mark, lineEnd, indent, behind: style === undefined ? ' ' : style.behind };
}

/** How many commands are looked at, from the last one: a RUN of megabytes is read in linear time. */
const bound = 50;

/** The last line break that stands between two commands of the outermost list. */
function lastBreak({ text, syntax, script }: Dockerfile, instruction: Instruction) {
  const escapeCharacter = syntax.escape === '`' ? '`' : '\\\\';
  const broken = new RegExp(
    `(?:&&|;)?[ \\t]*(${escapeCharacter})[ \\t]*(\\r?\\n)(?:[ \\t]*(?:#.*)?\\r?\\n)*([ \\t]*)(?:(?:&&|;)([ \\t]*))?$`,
  );
  const commands = script(instruction)?.commands.slice(-bound).reverse() ?? [];
  for (const { range, place } of commands) {
    if (place.inside.length > 0 || place.after === undefined || place.pipelineIndex > 0) continue;
    const found = broken.exec(text.slice(Math.max(instruction.range.start, range.start - 2000), range.start));
    if (found === null) continue;
    const [all, mark = '', lineEnd = '', indent = '', behind] = found;
    if (behind !== undefined || /^(?:&&|;)/.test(all)) return { mark, lineEnd, indent, behind };
  }
  return undefined;
}
