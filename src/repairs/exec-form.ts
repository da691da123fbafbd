import type { Assumption, Fix } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import type { CmdInstruction, EntrypointInstruction } from '../dockerfile/instruction.ts';
import { asJsonArray, asJsonString } from '../dockerfile/json-edits.ts';
import { type LiteralWord, literalWords } from '../dockerfile/literal-words.ts';
import type { ShellCommand, ShellScript } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Project } from '../project/project.ts';
import { argumentsReceived, startedDirectly, wordsReceived } from './start-assumptions.ts';

type StartInstruction = CmdInstruction | EntrypointInstruction;

/** Commands of the shell itself: there is no such program, or another one of the same name. */
const builtins: ReadonlySet<string> = new Set(
  `. : [ alias bg break cd command continue echo eval exec exit export false fc fg getopts hash jobs kill let local printf pwd read
  readonly return set shift source test time times trap true type typeset ulimit umask unalias unset wait`.split(/\s+/),
);

/**
 * Writes a CMD or ENTRYPOINT in the shell form as a JSON array: of its words where a shell would change nothing in them, else of
 * `/bin/sh -c` and the script as it is, in which `exec` hands the process over to its last command. Undefined where neither can be said.
 */
export function execForm(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: StartInstruction,
): Fix | undefined {
  return execFormOfWords(project, dockerfile, stage, instruction) ?? execFormOfScript(dockerfile, instruction);
}

/** Starts the program without a shell; undefined where a shell does something with the words. */
export function execFormOfWords(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: StartInstruction,
): Fix | undefined {
  if (!isReadable(dockerfile, instruction) || instruction.command.form !== 'shell') return undefined;
  const words = literalWords(instruction.command.command, dockerfile.text);
  const program = words && withoutExec(dockerfile, words);
  const [first] = program ?? [];
  if (words === undefined || program === undefined || first === undefined || !isProgram(program)) return undefined;
  const direct = startedDirectly(project, dockerfile, stage, first.value);
  // A script that only a shell can run stays with it.
  if (direct.some(({ state }) => state === 'fails')) return undefined;
  const edits = asJsonArray(dockerfile, program);
  const [execWord] = words;
  if (program !== words && execWord !== undefined)
    edits.unshift(replace(dockerfile, { start: execWord.range.start, end: first.range.start }, ''));
  return {
    title: `Start ${first.value} without a shell`,
    changes: { edits },
    assumptions: [
      { statement: 'No word of the command is one that a shell would expand, join or act on.', state: 'holds' },
      ...direct,
      ...(instruction.name === 'CMD'
        ? [wordsReceived(project, dockerfile, stage, instruction, program)]
        : argumentsReceived(project, dockerfile, stage, instruction)),
    ],
  };
}

/** What a script of a shell is as the words of a program, with what that assumes; undefined where the shell does something with it. */
export function execFormOfText(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: StartInstruction,
  script: string,
): { readonly words: readonly string[]; readonly assumptions: readonly Assumption[] } | undefined {
  const all = literalWords({ text: script, sourceOffset: (index) => index }, script);
  const isExec = all?.[0]?.value === 'exec';
  const words = isExec ? all.slice(1) : all;
  const [first] = words ?? [];
  if (words === undefined || first === undefined || first.value.startsWith('-') || !isProgram(words)) return undefined;
  const direct = startedDirectly(project, dockerfile, stage, first.value);
  if (direct.some(({ state }) => state === 'fails')) return undefined;
  return {
    words: words.map(({ value }) => value),
    assumptions: [
      ...direct,
      ...(instruction.name === 'CMD'
        ? [wordsReceived(project, dockerfile, stage, instruction, words)]
        : argumentsReceived(project, dockerfile, stage, instruction)),
    ],
  };
}

/** The words behind a leading `exec`; undefined where it has options or stands on a line of its own. */
function withoutExec(dockerfile: Dockerfile, words: readonly LiteralWord[]): readonly LiteralWord[] | undefined {
  const [first, second] = words;
  if (first?.value !== 'exec') return words;
  if (second === undefined || second.value.startsWith('-')) return undefined;
  return /^[ \t]*$/.test(dockerfile.text.slice(first.range.end, second.range.start)) ? words.slice(1) : undefined;
}

/** `echo` of plain words is the same as a program and in the shell. */
function isProgram([first, ...others]: readonly LiteralWord[]): boolean {
  if (first === undefined || first.value === '' || reserved.has(first.value)) return false;
  if (first.value === 'echo') return others.every(({ value }) => !value.startsWith('-') && !value.includes('\\'));
  return !builtins.has(first.value);
}

const reserved: ReadonlySet<string> = new Set(
  'if then else elif fi for while until do done case esac in function'.split(' '),
);

function isReadable(dockerfile: Dockerfile, instruction: StartInstruction): boolean {
  const { command } = instruction;
  const script = dockerfile.script(instruction);
  if (command.form !== 'shell' || command.failedJson || script === undefined) return false;
  return script.dialect === 'posix' && script.errors.length === 0 && instruction.flags.length === 0;
}

/** The image then holds the very words that the shell form gives it, but for the `exec`. */
function execFormOfScript(dockerfile: Dockerfile, instruction: StartInstruction): Fix | undefined {
  const script = dockerfile.script(instruction);
  if (!isReadable(dockerfile, instruction) || instruction.command.form !== 'shell' || script === undefined)
    return undefined;
  const last = script.commands.findLast(({ place }) => place.inside.length === 0);
  if (last === undefined || !canBeReplaced(dockerfile, script, last, instruction)) return undefined;
  const { text } = instruction.command.command;
  const isExec = last.wrappers[0] === 'exec';
  const start = (last.wrapperWords[0] ?? last.nameWord).range.start;
  const shell = ['/bin/sh', '-c'];
  // A script of many lines would be escaped line for line: that is harder to read than the shell form is to stop.
  if (linesWithQuotes(dockerfile.text.slice(instruction.range.start, instruction.range.end)) > mostEscapedLines)
    return undefined;
  return {
    title: isExec ? 'Name the shell in a JSON array' : `Let ${last.name} take the place of the shell`,
    changes: {
      edits: asJsonString(
        dockerfile,
        instruction.command.command,
        shell,
        isExec ? undefined : { offset: start, text: 'exec ' },
      ),
    },
    assumptions: [
      { statement: 'The shell is the one of the shell form, and reads the same text.', state: 'holds' },
      ...(isExec ? [] : [leavesNothing(script, last, text)]),
    ],
  };
}

const mostEscapedLines = 5;

function linesWithQuotes(text: string): number {
  return text.split('\n').filter((line) => !/^\s*#/.test(line) && /["\\]/.test(line.replace(/\\\s*$/, ''))).length;
}

/** The last command of the script is a program, alone, and nothing comes after it. */
function canBeReplaced(
  dockerfile: Dockerfile,
  script: ShellScript,
  last: ShellCommand,
  instruction: StartInstruction,
): boolean {
  const { place, nameWord, wrappers } = last;
  if (place.negated || place.pipeline !== undefined) return false;
  if (script.commands.some((each) => each.name === 'trap' || each.place.inside.includes('function'))) return false;
  const rest = dockerfile.text.slice(last.range.end, instruction.range.end);
  if (rest.trim() !== '') return false;
  const [outermost = last.name] = wrappers;
  if (outermost === 'exec') return !(wrappers.length === 1 && last.nameWord.raw.startsWith('-'));
  if (builtins.has(outermost) || nameWord.value === '' || reserved.has(last.name)) return false;
  // A variable may hold a builtin or nothing at all; a path names a file.
  return nameWord.literal || nameWord.value.includes('/');
}

/** A shell as process 1 also waits for whatever else ends in the container; most programs do not. */
function leavesNothing(script: ShellScript, last: ShellCommand, text: string): Assumption {
  const statement = 'What runs before the last command has ended by then.';
  const others = script.commands.filter((each) => each !== last && each.place.inside.length === 0);
  const isBackground = /(?<![&>])&(?![&>\d])/.test(text);
  if (!isBackground && others.every(ends)) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: `Is anything that was started before ${last.name} still running when it starts? Then ${last.name} is process 1 beside it: it alone gets the signal to stop, and it does not wait for the others.`,
  };
}

/** Programs that do their work and end. */
const ending =
  /^(?:|\[|alembic|ant|apk|apt-get|artisan|awk|bundle|cargo|cat|cd|chgrp|chmod|chown|composer|cp|date|django-admin|dockerize|echo|env|envsubst|export|find|flask|git|go|grep|id|jq|ldconfig|ln|ls|make|mkdir|mkfifo|mv|mvn|node|npm|npx|openssl|php|pip3?|pnpm|poetry|printf|python[\d.]*|rails|rake|rm|ruby|sed|set|sleep|sort|tar|tee|test|touch|true|ulimit|umask|unset|wait-for[\w.-]*|wait_for[\w.-]*|wget|curl|which|yarn)$/;

function ends({ name, arguments: words }: ShellCommand): boolean {
  // What virtualenv, venv and conda write there sets variables of the shell and starts nothing.
  if (name === '.' || name === 'source')
    return words.length > 0 && /(?:^|\/)bin\/activate$/.test(words[0]?.value ?? '');
  return (
    ending.test(name) &&
    !words.some(({ value }) => /^(?:start|restart|serve|--daemon|--daemonize|--background)$/.test(value))
  );
}
