import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertAfter, insertBefore, replace } from '../dockerfile/edit.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand, ShellScript } from '../dockerfile/shell.ts';

/**
 * Lets a RUN end at the first command that fails: `&&` in place of `;` where it is a plain list, else `set -e` before it. Undefined
 * where a command is known to fail in order.
 */
export function stopAtFailure(dockerfile: Dockerfile, run: RunInstruction): Fix | undefined {
  const script = dockerfile.script(run);
  if (script === undefined || run.command.form !== 'shell' || script.errors.length > 0) return undefined;
  if (script.commands.some((command) => failsInOrder(command))) return undefined;
  const joined = joinCommands(dockerfile, run, script);
  const edits = joined ?? setErrexit(dockerfile, run, script);
  if (edits === undefined) return undefined;
  const names = [
    ...new Set(
      script.commands.flatMap(({ name, place }) =>
        place.inside.includes('condition') || alwaysSucceed.test(name) ? [] : [name],
      ),
    ),
  ];
  const listed = names.length > 6 ? `${names.slice(0, 6).join(', ')} and the others` : names.join(', ');
  return {
    title: joined ? 'Join the commands with &&' : 'Begin the RUN with set -e',
    changes: { edits },
    assumptions: [
      {
        statement: 'Every command succeeds in a build that is right.',
        state: 'unknown',
        question: `Do all of these succeed in today's build: ${listed}? One that may fail needs «|| true» first: the step ends there from now on.`,
      },
    ],
  };
}

/** A test that decides what is done next, or an `exit 0` that says that failure is meant to be ignored. */
function failsInOrder({ name, place }: ShellCommand): boolean {
  return (
    !place.inside.includes('condition') &&
    !place.inside.includes('substitution') &&
    place.pipeline === undefined &&
    /^(?:\[|\[\[|test|[ef]?grep|which|command|type|exit|false|true|:|return|diff|cmp|pgrep)$/.test(name)
  );
}

const alwaysSucceed = /^(?:|echo|printf|export|set|true|:|cd|mkdir)$/;

/** Every `;` between commands of the one list becomes `&&`. Not beside `||`, which then would catch more, nor around constructs. */
function joinCommands(dockerfile: Dockerfile, run: RunInstruction, script: ShellScript): TextEdit[] | undefined {
  const plain = script.commands.filter(({ place }) => place.inside.length === 0);
  const [first] = plain;
  if (first === undefined || run.heredocs.length > 0) return undefined;
  const edits: TextEdit[] = [];
  for (const [index, command] of plain.entries()) {
    const before = plain[index - 1];
    if (command.list !== first.list || command.place.after === '||' || command.place.after === '&') return undefined;
    if (before === undefined) continue;
    const edit = joinAfter(dockerfile, before, command);
    if (edit === undefined) return undefined;
    edits.push(...edit);
  }
  const [begin, end] = [first, plain.at(-1) ?? first].map(({ range }) => range);
  const isWhole =
    begin !== undefined &&
    end !== undefined &&
    run.command.form === 'shell' &&
    dockerfile.text.slice(run.command.command.sourceOffset(0), begin.start).trim() === '' &&
    /^[\s;]*$/.test(dockerfile.text.slice(end.end, run.range.end));
  return isWhole && edits.length > 0 ? edits : undefined;
}

/** The text between two commands is a separator, line breaks and comments, and nothing of a construct. */
function joinAfter(dockerfile: Dockerfile, before: ShellCommand, command: ShellCommand): TextEdit[] | undefined {
  const { end } = before.range;
  const between = dockerfile.text.slice(end, command.range.start);
  const bare = between.replace(/^[ \t]*#.*$/gm, '');
  if (command.place.pipelineIndex > 0) return /^[\s\\|&]*$/.test(bare) ? [] : undefined;
  if (command.place.after === '&&') return /^[\s\\`]*&&[\s\\`]*$/.test(bare) ? [] : undefined;
  const match = /^([\s\\`]*);[\s\\`]*$/.exec(bare);
  if (match === null || bare !== between) return undefined;
  const at = end + between.indexOf(';');
  const next = dockerfile.text[at + 1] ?? '';
  const last = dockerfile.text[at - 1] ?? '';
  const text = `${/\s/.test(last) ? '' : ' '}&&${/\s/.test(next) ? '' : ' '}`;
  return [replace(dockerfile, { start: at, end: at + 1 }, text)];
}

function setErrexit(dockerfile: Dockerfile, run: RunInstruction, script: ShellScript): TextEdit[] | undefined {
  const [first] = script.commands;
  if (first === undefined || run.command.form !== 'shell') return undefined;
  // What fails before && does not end the script: set -e would only seem to mend it.
  if (script.commands.some(({ place }) => place.inside.length === 0 && place.after === '&&')) return undefined;
  const [heredoc] = run.heredocs;
  if (heredoc !== undefined) {
    if (run.heredocs.length > 1 || !/^\d*<<-?["']?\w+["']?$/.test(run.command.command.text.trim())) return undefined;
    if (heredoc.content.startsWith('#!')) return undefined;
    return [
      insertBefore(dockerfile, heredoc.contentRange, `set -e${dockerfile.text.includes('\r\n') ? '\r\n' : '\n'}`),
    ];
  }
  const { command } = run.command;
  const start = command.sourceOffset(command.text.length - command.text.trimStart().length);
  const option = first.arguments.at(-1);
  if (first.name === 'set' && first.range.start === start && option !== undefined)
    return first.arguments.every(({ value }) => /^-[a-z]+$/.test(value)) && !option.value.endsWith('o')
      ? [insertAfter(dockerfile, option.range, ' -e')]
      : undefined;
  return [insertBefore(dockerfile, { start, end: start }, 'set -e; ')];
}
