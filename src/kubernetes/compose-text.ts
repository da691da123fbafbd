import type { ComposeVariables } from './compose-variables.ts';

/** A text with its variables put in; not `complete` when one has none. */
export interface ExpandedText {
  readonly text: string;
  readonly complete: boolean;
}

/**
 * Puts in what Compose takes: the values of the variables that are set, the default of `${NAME:-default}` and `${NAME-default}` of others. A variable
 * without one stays as written; `$$` becomes `$`. https://docs.docker.com/reference/compose-file/interpolation/
 */
export function expandVariables(text: string, variables: ComposeVariables = new Map()): ExpandedText {
  return text.includes('$') ? expand(text, variables, 0) : { text, complete: true };
}

/** The same where no variable is set. */
export function expandDefaults(text: string): ExpandedText {
  return expandVariables(text);
}

const maximumDepth = 16;
/** What variables may make a text longer by; no name of an image is as long. */
const maximumGrowth = 4096;
const nameForm = /[A-Za-z_][A-Za-z0-9_]*/y;

function expand(text: string, variables: ComposeVariables, depth: number): ExpandedText {
  let result = '';
  let complete = true;
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar === -1) break;
    if (result.length > text.length + maximumGrowth) return { text, complete: false };
    result += text.slice(index, dollar);
    index = dollar + 1;
    if (text[index] === '$') {
      result += '$';
      index++;
    } else if (text[index] === '{') {
      const end = closingBrace(text, index);
      const value = end === -1 ? undefined : standsFor(text.slice(index + 1, end), variables, depth);
      const next = end === -1 ? text.length : end + 1;
      result += value?.text ?? text.slice(dollar, next);
      complete &&= value?.complete ?? false;
      index = next;
    } else {
      nameForm.lastIndex = index;
      const name = nameForm.exec(text)?.[0] ?? '';
      const value = name === '' ? undefined : variables.get(name);
      result += value ?? `$${name}`;
      if (name !== '' && value === undefined) complete = false;
      index += name.length;
    }
  }
  return { text: result + text.slice(index), complete };
}

/** What `NAME`, `NAME:-default` and the like stand for; undefined where that is not known. */
function standsFor(inner: string, variables: ComposeVariables, depth: number): ExpandedText | undefined {
  nameForm.lastIndex = 0;
  const name = nameForm.exec(inner)?.[0];
  if (name === undefined) return undefined;
  const [, operator = '', rest = ''] = /^(:?[-?])(.*)$/s.exec(inner.slice(name.length)) ?? [];
  if (operator === '' && inner !== name) return undefined;
  if (variables.has(name)) {
    const value = variables.get(name);
    if (value === undefined) return undefined;
    if (value !== '' || !operator.startsWith(':')) return { text: value, complete: true };
  }
  if (!operator.endsWith('-') || depth >= maximumDepth) return undefined;
  return rest.includes('$') ? expand(rest, variables, depth + 1) : { text: rest, complete: true };
}

/** The brace that closes the one at `open`; -1 when none does. */
function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return -1;
}

/** Splits at colons that stand in no `${…}` and in no brackets: `${DIR:-.}/data:/data:ro`, `[::1]:80:80`. */
export function splitAtColons(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '{' || char === '[') depth++;
    else if (char === '}' || char === ']') depth--;
    else if (char === ':' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}
