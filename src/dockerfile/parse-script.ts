import { parse } from 'unbash';
import type { CommandWord } from '../core/command-line.ts';
import type { SourceRange } from '../core/text.ts';
import type { CommandForm } from './instruction.ts';
import { shellCommand } from './internal/shell-command.ts';
import { tooDeepAt } from './internal/shell-depth.ts';
import { isShell, scriptArgument, walkNested } from './internal/shell-nested.ts';
import { shellOptions } from './internal/shell-options.ts';
import { type Collected, newCollected, nextList, type Scope } from './internal/shell-scope.ts';
import { fromMapped, heredocText, joined, type ShellText, tokenText, verbatim } from './internal/shell-text.ts';
import { walkScript } from './internal/shell-walk.ts';
import { splitWindowsScript } from './internal/shell-windows.ts';
import type { ScriptContext, ShellDialect, ShellScript } from './shell.ts';
import type { Heredoc, Token } from './syntax.ts';

/**
 * The shell view of what an instruction runs. Never throws. Ranges are in the artifact that `command` and `heredocs` are of.
 * A RUN whose command is only `<<NAME` runs the here-document's content, as BuildKit does:
 * https://docs.docker.com/reference/dockerfile/#here-documents
 */
export function parseScript(
  command: CommandForm,
  heredocs: readonly Heredoc[],
  dialect: ShellDialect,
  context: ScriptContext = {},
): ShellScript {
  if (command.form === 'exec') return execScript(command.words, dialect, context);
  const only = soleHeredoc(command.command.text, heredocs);
  if (only)
    return scriptOf(heredocText(only, context.source, only.chomp), interpreterOf(only.content, dialect), context);
  const text = fromMapped(command.command);
  return scriptOf(
    heredocs.length === 0 ? text : withHeredocs(text, heredocs, context),
    { dialect, options: [] },
    context,
  );
}

/** Scripts that were read: many rules ask for the same few, each time a file that copies them was changed. */
const scriptFiles = new Map<string, ShellScript>();
const mostScriptFiles = 100;

/** The shell view of a script in a file of its own. A file whose `#!` names no shell has no commands. Never throws. */
export function parseScriptFile(text: string): ShellScript {
  let script = scriptFiles.get(text);
  if (script === undefined) {
    script = scriptOf(verbatim(text, 0), interpreterOf(text, 'posix'), {});
    if (scriptFiles.size >= mostScriptFiles) scriptFiles.clear();
    scriptFiles.set(text, script);
  }
  return script;
}

interface Interpreter {
  readonly dialect: ShellDialect;
  readonly options: readonly string[];
}

const soleHeredocForm = /^\d*<<-?(?:"[^"<]*"|'[^'<]*'|[^\s"'<]+)$/;

function soleHeredoc(text: string, heredocs: readonly Heredoc[]): Heredoc | undefined {
  return heredocs.length === 1 && text.length < 1000 && soleHeredocForm.test(text.trim()) ? heredocs[0] : undefined;
}

const posixShells = new Set(['sh', 'dash', 'ash', 'busybox', 'ksh', 'mksh']);
const bashShells = new Set(['bash', 'zsh']);

/** A content that begins with `#!` is run by what that line names, any other one by the shell. */
function interpreterOf(content: string, dialect: ShellDialect): Interpreter {
  if (!content.startsWith('#!')) return { dialect, options: [] };
  const line = content.slice(2, content.indexOf('\n') === -1 ? undefined : content.indexOf('\n')).trim();
  const words = line.split(/\s+/).map((word) => word.slice(word.lastIndexOf('/') + 1));
  while (words[0] === 'env' || words[0] === '-S') words.shift();
  const name = words[0] ?? '';
  const options = shellOptions(words.slice(1));
  if (bashShells.has(name)) return { dialect: 'bash', options };
  if (posixShells.has(name)) return { dialect: 'posix', options };
  return { dialect: name === 'pwsh' ? 'powershell' : 'unknown', options: [] };
}

/** BuildKit gives the shell the command's line and, behind it, every here-document with its closing name. */
function withHeredocs(text: ShellText, heredocs: readonly Heredoc[], context: ScriptContext): ShellText {
  const parts = [text];
  for (const heredoc of heredocs) {
    const { end } = heredoc.contentRange;
    parts.push(verbatimEnd('\n', heredoc.contentRange.start));
    parts.push(heredocText(heredoc, context.source, false));
    parts.push(verbatimEnd(`${heredoc.name}\n`, end));
  }
  return joined(parts);
}

/** Text that is not in the source, or of which no place is asked. */
function verbatimEnd(text: string, offset: number): ShellText {
  return { text, rangeOf: () => ({ start: offset, end: offset }) };
}

function scriptOf(text: ShellText, interpreter: Interpreter, context: ScriptContext): ShellScript {
  const collected = newCollected();
  for (const option of [...shellOptions(context.shell?.slice(1) ?? []), ...interpreter.options])
    collected.options.add(option);
  const { dialect } = interpreter;
  const scope: Scope = {
    text,
    inside: [],
    braces: dialect === 'bash',
    depth: 0,
    substitutionsSeen: false,
    timed: undefined,
  };
  if (dialect === 'posix' || dialect === 'bash') readSafely(() => readShell(text, scope, collected), text, collected);
  else if (dialect !== 'unknown') splitWindowsScript(text, dialect, collected);
  return finished(dialect, 'shell', collected);
}

/** What stands before a place that is nested too deeply is read, the rest is an error. */
function readShell(text: ShellText, scope: Scope, collected: Collected): void {
  const end = tooDeepAt(text.text);
  walkScript(parse(end === undefined ? text.text : text.text.slice(0, end)), scope, collected);
  if (end !== undefined)
    collected.errors.push({ message: 'substitutions are nested too deeply', range: text.rangeOf(end, end) });
}

/** The parser is tolerant by design; should it fail on something all the same, that is an error with a place. */
function readSafely(read: () => void, text: ShellText, collected: Collected): void {
  try {
    read();
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unreadable';
    collected.errors.push({ message, range: text.rangeOf(0, text.text.length) });
  }
}

function execScript(tokens: readonly Token[], dialect: ShellDialect, context: ScriptContext): ShellScript {
  const collected = newCollected();
  const first = tokens[0];
  const last = tokens[tokens.length - 1];
  if (!first || !last) return finished(dialect, 'exec', collected);
  const words = tokens.map(execWord);
  const range: SourceRange = { start: first.range.start, end: last.range.end };
  const text = verbatim('', range.start);
  const place = { after: undefined, pipeline: undefined, pipelineIndex: 0, inside: [], negated: false };
  const line = shellCommand(words, [], [], range, { timed: undefined, text }, place, nextList(collected));
  collected.commands.push(line);
  const index = scriptArgument(line.name, line.arguments);
  const script = index === undefined ? undefined : tokens[words.indexOf(line.arguments[index] ?? line.nameWord)];
  if (isShell(line.name))
    for (const option of shellOptions(line.arguments.map((word) => word.value))) collected.options.add(option);
  if (script && index !== undefined && line.arguments[index]) {
    const inner = tokenText(script, context.source);
    const scope: Scope = {
      text: inner,
      inside: [],
      braces: false,
      depth: 0,
      substitutionsSeen: false,
      timed: undefined,
    };
    readSafely(() => walkNested(inner, false, line, scope, collected), inner, collected);
  }
  return finished(dialect, 'exec', collected);
}

/** No shell reads the words of the exec form, so that nothing in them is expanded. */
function execWord(token: Token): CommandWord {
  return { raw: token.value, value: token.value, literal: true, variables: [], range: token.range };
}

function finished(dialect: ShellDialect, form: ShellScript['form'], collected: Collected): ShellScript {
  const { commands, errors, assigned, options, variables, extensions } = collected;
  return { dialect, form, commands, errors, assigned, options, variables, extensions };
}
