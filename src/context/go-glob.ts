/**
 * Go's filepath.Match, which COPY and ADD resolve wildcards with (https://pkg.go.dev/path/filepath#Match): `*` and `?` stop at a
 * slash, `[a-z]` and `[^a-z]` are classes, a backslash escapes. Undefined for a malformed pattern, as far as Go notices: it
 * stops reading at the first part that does not match.
 */
export function matchGlob(pattern: string, name: string): boolean | undefined {
  let rest = pattern;
  let left = name;
  while (rest.length > 0) {
    const { star, chunk, after } = splitChunk(rest);
    rest = after;
    if (star && chunk === '') return !left.includes('/');
    const matched = matchChunk(chunk, left);
    if (matched.malformed) return undefined;
    if (matched.rest !== undefined && (matched.rest === '' || rest.length > 0)) {
      left = matched.rest;
      continue;
    }
    const resumed = star ? matchLater(chunk, left, rest.length === 0) : undefined;
    if (resumed === undefined) return false;
    left = resumed;
  }
  return left === '';
}

/** The text after the chunk where a star before it eats at least one character. Undefined where it does not match. */
function matchLater(chunk: string, name: string, last: boolean): string | undefined {
  for (let at = 0; at < name.length && name[at] !== '/'; at++) {
    const { rest } = matchChunk(chunk, name.slice(at + 1));
    if (rest !== undefined && !(last && rest.length > 0)) return rest;
  }
  return undefined;
}

/** The stars at the start, and what stands before the next one. */
function splitChunk(pattern: string): { star: boolean; chunk: string; after: string } {
  let start = 0;
  while (pattern[start] === '*') start++;
  let inClass = false;
  let at = start;
  for (; at < pattern.length; at++) {
    const char = pattern[at];
    if (char === '\\') at++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '*' && !inClass) break;
  }
  const end = Math.min(at, pattern.length);
  return { star: start > 0, chunk: pattern.slice(start, end), after: pattern.slice(end) };
}

interface ChunkMatch {
  /** What is left of the name; undefined when the chunk does not match its beginning. */
  readonly rest?: string;
  readonly malformed?: true;
}

function matchChunk(chunk: string, name: string): ChunkMatch {
  let at = 0;
  // Negative once the match has failed: the chunk is then read to its end only to see whether it is well formed.
  let place = 0;
  while (at < chunk.length) {
    if (place >= name.length) place = -1;
    const char = chunk[at];
    const code = place < 0 ? -1 : (name.codePointAt(place) ?? -1);
    const width = code > 0xffff ? 2 : 1;
    if (char === '[') {
      const read = readClass(chunk, at + 1, code);
      if (read === undefined) return { malformed: true };
      at = read.next;
      place = place >= 0 && read.matched ? place + width : -1;
    } else if (char === '?') {
      place = place >= 0 && code !== 0x2f ? place + width : -1;
      at++;
    } else {
      if (char === '\\') at++;
      if (at >= chunk.length) return { malformed: true };
      place = place >= 0 && chunk[at] === name[place] ? place + 1 : -1;
      at++;
    }
  }
  return place < 0 ? {} : { rest: name.slice(place) };
}

/** Reads a class after its `[`. */
function readClass(chunk: string, start: number, code: number): { matched: boolean; next: number } | undefined {
  const negated = chunk[start] === '^';
  let at = start + (negated ? 1 : 0);
  let matched = false;
  for (let count = 0; chunk[at] !== ']' || count === 0; count++) {
    const low = readMember(chunk, at);
    if (low === undefined) return undefined;
    const high = chunk[low.next] === '-' ? readMember(chunk, low.next + 1) : low;
    if (high === undefined) return undefined;
    matched ||= low.code <= code && code <= high.code;
    at = high.next;
  }
  return { matched: matched !== negated, next: at + 1 };
}

/** A possibly escaped character of a class. It cannot be the chunk's last: the closing bracket must follow. */
function readMember(chunk: string, start: number): { code: number; next: number } | undefined {
  const first = chunk[start];
  if (first === undefined || first === '-' || first === ']') return undefined;
  const at = first === '\\' ? start + 1 : start;
  const code = chunk.codePointAt(at);
  if (code === undefined) return undefined;
  const next = at + (code > 0xffff ? 2 : 1);
  return next < chunk.length ? { code, next } : undefined;
}
