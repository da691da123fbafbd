/** A text with the defaults of its variables put in; not `complete` when one has none. */
export interface ExpandedText {
  readonly text: string;
  readonly complete: boolean;
}

/**
 * Puts in what Compose takes when no variable is set: the default of `${NAME:-default}` and `${NAME-default}`. A variable
 * without one stays as written; `$$` becomes `$`. https://docs.docker.com/reference/compose-file/interpolation/
 */
export function expandDefaults(text: string): ExpandedText {
  return text.includes('$') ? expand(text, 0) : { text, complete: true };
}

const maximumDepth = 16;
const nameForm = /[A-Za-z_][A-Za-z0-9_]*/y;

function expand(text: string, depth: number): ExpandedText {
  let result = '';
  let complete = true;
  let index = 0;
  while (index < text.length) {
    const dollar = text.indexOf('$', index);
    if (dollar === -1) break;
    result += text.slice(index, dollar);
    index = dollar + 1;
    if (text[index] === '$') {
      result += '$';
      index++;
    } else if (text[index] === '{') {
      const end = closingBrace(text, index);
      const value = end === -1 ? undefined : defaultOf(text.slice(index + 1, end), depth);
      const next = end === -1 ? text.length : end + 1;
      result += value?.text ?? text.slice(dollar, next);
      complete &&= value?.complete ?? false;
      index = next;
    } else {
      nameForm.lastIndex = index;
      const name = nameForm.exec(text)?.[0] ?? '';
      result += `$${name}`;
      if (name !== '') complete = false;
      index += name.length;
    }
  }
  return { text: result + text.slice(index), complete };
}

function defaultOf(inner: string, depth: number): ExpandedText | undefined {
  nameForm.lastIndex = 0;
  const name = nameForm.exec(inner)?.[0];
  if (name === undefined) return undefined;
  const rest = inner.slice(name.length);
  const value = rest.startsWith(':-') ? rest.slice(2) : rest.startsWith('-') ? rest.slice(1) : undefined;
  if (value === undefined || depth >= maximumDepth) return undefined;
  return value.includes('$') ? expand(value, depth + 1) : { text: value, complete: true };
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
