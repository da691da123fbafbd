/** Where things stand that js-yaml's events give no offsets for. All of these look only at what lies between two tokens. */

/** Offset behind white space, line ends and comments. */
function skipBlank(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 32 || code === 9 || code === 10 || code === 13) at++;
    else if (code === 35 && isBlankBefore(text, at)) {
      const end = text.indexOf('\n', at);
      if (end === -1) return text.length;
      at = end;
    } else return at;
  }
}

function isBlankBefore(text: string, at: number): boolean {
  if (at === 0) return true;
  const code = text.charCodeAt(at - 1);
  return code === 32 || code === 9 || code === 10 || code === 13 || code === 44 || code === 91 || code === 123;
}

/** The end of a flow collection whose last token ends at `cursor`: behind its bracket, or at `cursor` for `[a: b]`'s inner map. */
export function flowEnd(text: string, cursor: number, kind: 'map' | 'sequence', start: number): number {
  const opener = kind === 'map' ? 123 : 91;
  if (text.charCodeAt(start) !== opener) return cursor;
  const closer = kind === 'map' ? 125 : 93;
  let at = Math.max(cursor, start + 1);
  for (;;) {
    at = skipBlank(text, at);
    const code = text.charCodeAt(at);
    if (code === closer) return at + 1;
    // What else can stand here: a comma, and the `:` or `?` of a value that is not written.
    if (code === 44 || code === 58 || code === 63) at++;
    else return cursor;
  }
}

/** Where a value would begin that is not written: behind the `:`, `-` or `?` that follows `cursor`, else at it. */
export function placeOfNothing(text: string, cursor: number): number {
  const at = skipBlank(text, cursor);
  const code = text.charCodeAt(at);
  return code === 58 || code === 45 || code === 63 ? at + 1 : cursor;
}

/** The `|` or `>` of a block scalar whose text begins at `content`; everything from `cursor` on is white space, `:`, `-`, `?` and comments. */
export function headerStart(text: string, cursor: number, content: number): number {
  let at = cursor;
  while (at < content) {
    at = skipBlank(text, at);
    const code = text.charCodeAt(at);
    if (code === 124 || code === 62) return at;
    at++;
  }
  return content;
}
