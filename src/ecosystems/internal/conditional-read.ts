import type { SourceVariable } from '../source-facts.ts';
import { inBraceBlock } from './condition.ts';
import type { SourceToken } from './source-lexer.ts';
import { closingIndex, isMark, isWord } from './token-walk.ts';

/** So far back the function around an expression is looked for, and so many calls are followed. */
const reach = 2000;
const depth = 4;

interface Source {
  readonly tokens: readonly SourceToken[];
  readonly words: ReadonlyMap<string, readonly number[]>;
  readonly isPython: boolean;
}

/**
 * Marks the reads that may never happen: in a branch, or in a function that is called in one or from elsewhere. Only those
 * that are required are looked at, because nothing else depends on it.
 */
export function markConditional(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
  language: 'python' | 'braces',
  variables: readonly SourceVariable[],
): SourceVariable[] {
  if (!variables.some(({ required }) => required)) return [...variables];
  const source: Source = { tokens, words, isPython: language === 'python' };
  const byStart = new Map(tokens.map((token, at) => [token.start, at]));
  return variables.map((variable) => {
    const at = byStart.get(variable.range.start);
    return variable.required && at !== undefined && mayBeSkipped(source, at, depth)
      ? { ...variable, conditional: true }
      : variable;
  });
}

function mayBeSkipped(source: Source, at: number, left: number): boolean {
  if (source.isPython ? inPythonBranch(source, at) : inBraceBlock(source.tokens, at)) return true;
  const owner = source.isPython ? pythonFunction(source, at) : braceFunction(source, at);
  if (owner === undefined || startsAlone(owner.name)) return false;
  if (left === 0) return true;
  const calls = (source.words.get(owner.name) ?? []).filter(
    (use) => use !== owner.at && isMark(source.tokens[use + 1], '('),
  );
  return calls.length === 0 || calls.every((use) => mayBeSkipped(source, use, left - 1));
}

/** What runs at the start of a program, or reads its configuration. */
function startsAlone(name: string): boolean {
  return /^(?:main|init|__init__|constructor|bootstrap|start)$/.test(name) || /config|settings|environment/i.test(name);
}

interface NamedFunction {
  readonly name: string;
  readonly at: number;
}

function lineStart({ tokens }: Source, at: number): number {
  let start = at;
  while (start > 0 && at - start < 200 && tokens[start]?.indent === -1) start--;
  return start;
}

/** Where the lines begin that a line of Python stands in, innermost first. */
function* pythonBlocks({ tokens }: Source, first: number): Generator<number> {
  let indent = tokens[first]?.indent ?? 0;
  for (let index = first - 1; index >= 0 && first - index < reach && indent > 0; index--) {
    const token = tokens[index];
    if (!token || token.indent === -1 || token.indent >= indent) continue;
    indent = token.indent;
    yield index;
  }
}

/** In an `if`, `elif` or `else` of its function; that of a program's start does not count. */
function inPythonBranch(source: Source, at: number): boolean {
  const { tokens } = source;
  for (const index of pythonBlocks(source, lineStart(source, at))) {
    const token = tokens[index];
    if (isWord(token, 'def', 'class')) return false;
    if (isWord(token, 'if', 'elif', 'else') && !isWord(tokens[index + 1], '__name__')) return true;
  }
  return false;
}

function pythonFunction(source: Source, at: number): NamedFunction | undefined {
  const { tokens } = source;
  for (const index of pythonBlocks(source, lineStart(source, at))) {
    const token = tokens[index];
    const name = isWord(token, 'def') ? index + 1 : isWord(token, 'async') ? index + 2 : undefined;
    if (name !== undefined) return { name: tokens[name]?.text ?? '', at: name };
  }
  return undefined;
}

/** The innermost function with a name, in JavaScript, Go or Java. */
function braceFunction({ tokens }: Source, at: number): NamedFunction | undefined {
  let open = 0;
  for (let index = at - 1; index >= 0 && at - index < reach; index--) {
    if (isMark(tokens[index], '}')) open++;
    else if (isMark(tokens[index], '{') && open-- === 0) {
      open = 0;
      const found = functionOpenedAt(tokens, index);
      if (found) return found;
    }
  }
  return undefined;
}

/** `func name(…) … {`, `function name(…) {`, `name(…) {` of a class, `const name = (…) => {`. */
function functionOpenedAt(tokens: readonly SourceToken[], brace: number): NamedFunction | undefined {
  for (let index = brace - 1; index >= 0 && brace - index < 80; index--) {
    if (isMark(tokens[index], ';', '{', '}')) break;
    if (isWord(tokens[index], 'func', 'function')) {
      const receiver = isMark(tokens[index + 1], '(') ? closingIndex(tokens, index + 1) + 1 : index + 1;
      const name = tokens[receiver];
      return name?.kind === 'word' && receiver < brace ? { name: name.text, at: receiver } : undefined;
    }
    if (isMark(tokens[index], '=') && isMark(tokens[brace - 1], '=>')) {
      const name = tokens[index - 1];
      return name?.kind === 'word' ? { name: name.text, at: index - 1 } : undefined;
    }
  }
  return methodOpenedAt(tokens, brace);
}

function methodOpenedAt(tokens: readonly SourceToken[], brace: number): NamedFunction | undefined {
  let open = 0;
  for (let index = brace - 1; isMark(tokens[brace - 1], ')') && index > 0 && brace - index < 80; index--) {
    if (isMark(tokens[index], ')')) open++;
    else if (isMark(tokens[index], '(') && --open === 0) {
      const name = tokens[index - 1];
      const isMethod =
        name?.kind === 'word' && !isWord(name, 'if', 'for', 'while', 'switch', 'catch', 'func', 'function');
      return isMethod ? { name: name.text, at: index - 1 } : undefined;
    }
  }
  return undefined;
}
