import type {
  ArithmeticExpression,
  Assignment,
  ParameterExpansionPart,
  ParameterOperation,
  ParsedScript,
  Word,
  WordPart,
} from 'unbash';
import type { CommandWord } from '../../core/command-line.ts';
import type { ShellExtension } from '../shell.ts';
import type { ShellText } from './shell-text.ts';

/** What stands in a word beside letters. */
export interface WordContents {
  readonly variables: string[];
  /** Command and process substitutions, outermost only. */
  readonly scripts: SubstitutedScript[];
  /** Anything that makes the value differ from what the program receives. */
  expands: boolean;
  /** Syntax that is not POSIX, with offsets in the script. */
  readonly extensions: { readonly kind: ShellExtension; readonly pos: number; readonly end: number }[];
}

export interface SubstitutedScript {
  readonly script: ParsedScript;
  readonly pos: number;
  readonly end: number;
}

const none: readonly string[] = [];
const plain: WordContents = { variables: [], scripts: [], expands: false, extensions: [] };

/** Whether a word can hold an expansion at all: the parts of most words need never be computed. */
function mayExpand(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    // $ ` ( {
    if (code === 36 || code === 96 || code === 40 || code === 123) return true;
  }
  return false;
}

export function wordContents(word: Word, braces: boolean): WordContents {
  if (!mayExpand(word.text)) return plain;
  const contents: WordContents = { variables: [], scripts: [], expands: false, extensions: [] };
  for (const part of word.parts ?? []) readPart(part, contents, braces);
  return contents;
}

/** Reads the parts of a here-document's body. */
export function partsContents(parts: readonly WordPart[]): WordContents {
  const contents: WordContents = { variables: [], scripts: [], expands: false, extensions: [] };
  for (const part of parts) readPart(part, contents, false);
  return contents;
}

function readWord(word: Word | undefined, contents: WordContents): void {
  if (!word || !mayExpand(word.text)) return;
  for (const part of word.parts ?? []) readPart(part, contents, false);
}

function readPart(part: WordPart, contents: WordContents, braces: boolean): void {
  switch (part.type) {
    case 'DoubleQuoted':
    case 'LocaleString':
      for (const child of part.parts) readPart(child, contents, false);
      return;
    case 'SimpleExpansion':
      contents.expands = true;
      contents.variables.push(part.text.slice(1));
      return;
    case 'ParameterExpansion':
      contents.expands = true;
      contents.variables.push(part.parameter);
      noteParameter(part, contents);
      readWord(part.index, contents);
      readOperation(part.operation, contents);
      return;
    case 'CommandExpansion':
    case 'ProcessSubstitution':
      contents.expands = true;
      if (part.type === 'ProcessSubstitution') note('process-substitution', part, contents);
      if (part.script) contents.scripts.push({ script: part.script, pos: part.pos, end: part.end });
      return;
    case 'ArithmeticExpansion':
      contents.expands = true;
      if (part.expression) readArithmetic(part.expression, contents);
      return;
    case 'BraceExpansion':
      contents.expands ||= braces;
      if (listsWords(part.text)) note('brace-expansion', part, contents);
      for (const child of part.parts ?? []) readPart(child, contents, braces);
      return;
    case 'ExtendedGlob':
    case 'Glob':
      for (const child of part.parts ?? []) readPart(child, contents, braces);
      return;
    case 'AnsiCQuoted':
      note('ansi-quotes', part, contents);
      return;
    case 'Literal':
    case 'SingleQuoted':
      return;
  }
}

function note(
  kind: ShellExtension,
  part: { readonly pos: number; readonly end: number },
  contents: WordContents,
): void {
  contents.extensions.push({ kind, pos: part.pos, end: part.end });
}

/** Braces that a person wrote for the shell: unquoted JSON and the `{2,3}` of regular expressions are none. */
function listsWords(text: string): boolean {
  if (/^\{(?:-?\d+|[a-zA-Z])\.\.(?:-?\d+|[a-zA-Z])(?:\.\.-?\d+)?\}$/.test(text)) return true;
  return /^\{[\w./*@+-]*(?:,[\w./*@+-]*)+\}$/.test(text) && !/^\{[\d,]*\}$/.test(text);
}

function noteParameter(part: ParameterExpansionPart, contents: WordContents): void {
  const { operation, index, prefix } = part;
  if (prefix === '!' || index !== undefined) note('indirection', part, contents);
  else if (operation?.type === 'Replace' || operation?.type === 'Slice') note('substring', part, contents);
  else if (operation?.type === 'CaseModification' || operation?.type === 'Transform')
    note('indirection', part, contents);
}

/** Names stand in arithmetic without a dollar sign. */
function readArithmetic(node: ArithmeticExpression, contents: WordContents): void {
  switch (node.type) {
    case 'ArithmeticBinary':
      readArithmetic(node.left, contents);
      readArithmetic(node.right, contents);
      return;
    case 'ArithmeticUnary':
      readArithmetic(node.operand, contents);
      return;
    case 'ArithmeticTernary':
      for (const each of [node.test, node.consequent, node.alternate]) readArithmetic(each, contents);
      return;
    case 'ArithmeticGroup':
      readArithmetic(node.expression, contents);
      return;
    case 'ArithmeticWord':
      if (/^[A-Za-z_]\w*$/.test(node.value)) contents.variables.push(node.value);
      for (const part of node.parts ?? []) readPart(part, contents, false);
      return;
    case 'ArithmeticCommandExpansion':
      if (node.script) contents.scripts.push({ script: node.script, pos: node.pos, end: node.end });
      return;
  }
}

function readOperation(operation: ParameterOperation | undefined, contents: WordContents): void {
  switch (operation?.type) {
    case 'Default':
    case 'Remove':
    case 'Transform':
    case 'CaseModification':
      readWord(operation.operand, contents);
      return;
    case 'Replace':
      readWord(operation.pattern, contents);
      readWord(operation.replacement, contents);
      return;
    case 'Slice':
      readWord(operation.offset, contents);
      readWord(operation.length, contents);
      return;
    case 'Names':
    case 'Unknown':
    case undefined:
      return;
  }
}

/** A word for rules to read. */
export function commandWord(word: Word, contents: WordContents, text: ShellText): CommandWord {
  return {
    raw: word.text,
    value: word.value,
    literal: !contents.expands,
    variables: contents.variables.length === 0 ? none : contents.variables,
    range: text.rangeOf(word.pos, word.end),
  };
}

/** `NAME=value` where a word is wanted: an argument of export, or of a program that takes such words. */
export function assignmentWord(assignment: Assignment, value: CommandWord | undefined, text: ShellText): CommandWord {
  const sign = assignment.append ? '+=' : '=';
  return {
    raw: assignment.text,
    value: value ? assignment.name + sign + value.value : assignment.text,
    literal: value?.literal ?? false,
    variables: value?.variables ?? none,
    range: text.rangeOf(assignment.pos, assignment.end),
  };
}
