import type { Assignment, Command, Redirection, Word } from 'unbash';
import type { CommandLine, CommandRedirect, CommandWord } from '../../core/command-line.ts';
import type { CommandPlace, ShellCommand } from '../shell.ts';
import { nestedScript } from './shell-nested.ts';
import { noteShellBuiltin } from './shell-options.ts';
import { type Collected, noteExtension, type Scope } from './shell-scope.ts';
import { assignmentWord, commandWord, type WordContents } from './shell-word.ts';
import { baseName, unwrap } from './shell-wrappers.ts';

type Read = (word: Word) => WordContents;

/**
 * Adds one simple command to what is collected. Returns what walks the script that it carries (`sh -c '…'`), to be called
 * when its own words have been dealt with.
 */
export function readCommand(
  node: Command,
  place: CommandPlace,
  list: number,
  scope: Scope,
  collected: Collected,
  read: Read,
): (() => void) | undefined {
  const word = (of: Word): CommandWord => commandWord(of, read(of), scope.text);
  const assignedWord = (of: Assignment): CommandWord | undefined => {
    if (of.index !== undefined || of.value.type === 'ArrayValue')
      noteExtension('array', of.pos, of.end, scope, collected);
    return assignedValue(of, word);
  };
  const assignments: { name: string; value: CommandWord | undefined }[] = [];
  const redirects: CommandRedirect[] = [];
  for (const item of node.prefix) {
    if (item.type === 'Assignment') assignments.push({ name: item.name, value: assignedWord(item) });
    else redirects.push(commandRedirect(item, scope, word));
  }
  const range = scope.text.rangeOf(node.pos, node.end);
  if (!node.name) {
    for (const { name, value } of assignments) collected.assigned.push({ name, value, exported: false, range });
    for (const item of node.suffix)
      if (item.type !== 'Word' && item.type !== 'Assignment') redirects.push(commandRedirect(item, scope, word));
    return undefined;
  }
  const words = [word(node.name)];
  const written: (Word | Assignment)[] = [node.name];
  for (const item of node.suffix) {
    if (item.type === 'Word') words.push(word(item));
    else if (item.type === 'Assignment') words.push(assignmentWord(item, assignedWord(item), scope.text));
    else {
      redirects.push(commandRedirect(item, scope, word));
      continue;
    }
    written.push(item);
  }
  const line = shellCommand(words, assignments, redirects, range, scope, place, list);
  collected.commands.push(line);
  noteShellBuiltin(line, collected);
  return nestedScript(line, node, written, words, scope, collected);
}

/** Puts a command together from its words: wrappers off, name known or ''. */
export function shellCommand(
  words: readonly CommandWord[],
  assignments: CommandLine['assignments'],
  redirects: readonly CommandRedirect[],
  range: CommandLine['range'],
  scope: Pick<Scope, 'timed' | 'text'>,
  place: CommandPlace,
  list: number,
): ShellCommand {
  const unwrapped = unwrap(words);
  const wrapperWords = scope.timed
    ? [timeWord(scope.text, scope.timed), ...unwrapped.wrapperWords]
    : unwrapped.wrapperWords;
  const nameWord = unwrapped.name ?? words[0];
  return {
    name: nameWord ? programName(nameWord) : '',
    nameWord: nameWord ?? { raw: '', value: '', literal: true, variables: [], range },
    arguments: unwrapped.arguments,
    wrappers: wrapperWords.map((each) => baseName(each.value)),
    wrapperWords,
    assignments:
      unwrapped.assignments.length === 0
        ? assignments
        : [...assignments, ...unwrapped.assignments.map(splitAssignment)],
    redirects,
    range,
    place,
    list,
  };
}

/** `$JAVA_HOME/bin/java` is java all the same: only what stands behind the last slash matters. */
function programName(word: CommandWord): string {
  const name = baseName(word.value);
  return word.literal || (name.length < word.value.length && /^[\w.+-]+$/.test(name)) ? name : '';
}

function timeWord(text: Scope['text'], place: { start: number; end: number }): CommandWord {
  return { raw: 'time', value: 'time', literal: true, variables: [], range: text.rangeOf(place.start, place.end) };
}

function splitAssignment(word: CommandWord): { name: string; value: CommandWord } {
  const at = word.value.indexOf('=');
  const rawAt = word.raw.indexOf('=');
  return {
    name: word.value.slice(0, at).replace(/\+$/, ''),
    value: { ...word, value: word.value.slice(at + 1), raw: word.raw.slice(rawAt + 1) },
  };
}

function assignedValue(assignment: Assignment, word: (of: Word) => CommandWord): CommandWord | undefined {
  if (assignment.index) word(assignment.index);
  if (assignment.value.type === 'Word')
    return assignment.value.end > assignment.value.pos ? word(assignment.value) : undefined;
  for (const element of assignment.value.elements) word(element);
  return undefined;
}

function commandRedirect(redirect: Redirection, scope: Scope, word: (of: Word) => CommandWord): CommandRedirect {
  const { descriptor } = redirect;
  return {
    operator: redirect.operator,
    descriptor: descriptor?.type === 'FileDescriptor' ? descriptor.value : undefined,
    target: redirect.type === 'HereDoc' ? delimiterWord(redirect, scope) : redirect.target && word(redirect.target),
    range: scope.text.rangeOf(redirect.pos, redirect.end),
  };
}

function delimiterWord(redirect: Extract<Redirection, { type: 'HereDoc' }>, scope: Scope): CommandWord | undefined {
  const { delimiter } = redirect;
  return (
    delimiter && {
      raw: delimiter.text,
      value: delimiter.value,
      literal: true,
      variables: [],
      range: scope.text.rangeOf(delimiter.pos, delimiter.end),
    }
  );
}
