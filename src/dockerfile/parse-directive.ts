import { isSpace } from './white-space.ts';

/** Where a directive's name and value stand in a text. */
export interface DirectiveMatch {
  /** Lower case. */
  readonly name: string;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const known: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);
const nameAndSign = /[a-zA-Z][a-zA-Z0-9]*[\t\n\f\r ]*=[\t\n\f\r ]*/y;

/**
 * Reads the parser directive in the line `[start, end)` of `text`, which begins with `#` and has no line end. Undefined
 * for any other comment. https://docs.docker.com/reference/dockerfile/#parser-directives
 */
export function matchDirective(text: string, start: number, end: number): DirectiveMatch | undefined {
  let at = start + 1;
  while (at < end && isSpace(text.charCodeAt(at))) at += 1;
  nameAndSign.lastIndex = at;
  const sign = nameAndSign.exec(text)?.[0];
  if (sign === undefined || at + sign.length >= end) return undefined;
  let valueEnd = end;
  while (valueEnd > at + sign.length && isDirectiveBlank(text.charCodeAt(valueEnd - 1))) valueEnd -= 1;
  const name = sign.slice(0, sign.search(/[^a-zA-Z0-9]/)).toLowerCase();
  return known.has(name) ? { name, valueStart: at + sign.length, valueEnd } : undefined;
}

function isDirectiveBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13 && code !== 11);
}
