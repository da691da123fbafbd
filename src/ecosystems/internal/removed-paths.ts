import type { CommandLine } from '../../core/command-line.ts';

/** Paths that a command deletes, as patterns: of rm, find -delete, find -exec rm and unlink. */
export function removedPaths(command: CommandLine): string[] {
  const values = command.arguments.map((word) => word.value);
  switch (command.name) {
    case 'rm':
    case 'unlink':
    case 'shred':
      return values.filter((value) => !value.startsWith('-')).flatMap((value) => expandBraces(value));
    case 'find':
      return foundAndRemoved(values);
    default:
      return [];
  }
}

function foundAndRemoved(values: readonly string[]): string[] {
  const deletes =
    values.includes('-delete') ||
    values.some((value, at) => /^-(?:exec|execdir|ok)$/.test(value) && /(?:^|\/)rm$/.test(values[at + 1] ?? ''));
  if (!deletes) return [];
  const end = values.findIndex((value) => /^[-(!]/.test(value) && !/^-[HLPDO]/.test(value));
  return values.slice(0, end === -1 ? undefined : end).filter((value) => !value.startsWith('-'));
}

const maximumAlternatives = 64;

/** `/var/{cache,log}/*` as the shell expands it; bounded, and as written where it does not end. */
export function expandBraces(pattern: string): string[] {
  let results = [pattern];
  for (let round = 0; round < 8; round++) {
    const next = [...new Set(results.flatMap(expandFirst))];
    if (next.length > maximumAlternatives) return results;
    if (next.length === results.length && next.every((each, at) => each === results[at])) return results;
    results = next;
  }
  return results;
}

/** The innermost-first pair of braces with a comma in it, `${…}` left alone. */
function expandFirst(pattern: string): string[] {
  let open = -1;
  for (let at = 0; at < pattern.length; at++) {
    if (pattern[at] === '{') open = at > 0 && pattern[at - 1] === '$' ? -1 : at;
    else if (pattern[at] === '}' && open !== -1) {
      const inner = pattern.slice(open + 1, at);
      if (inner.includes(','))
        return inner.split(',').map((each) => pattern.slice(0, open) + each + pattern.slice(at + 1));
      open = -1;
    }
  }
  return [pattern];
}

/** Whether deleting (or mounting over) `pattern` takes away what is in the directory `path`, wholly or for the most part. */
export function coversPath(pattern: string, path: string): boolean {
  const wanted = segments(path);
  const given = segments(pattern);
  if (given.length === 0) return false;
  for (let at = 0; at < given.length; at++) {
    const each = given[at] ?? '';
    const other = wanted[at];
    if (other === undefined) {
      // Inside of the directory: a glob at its first level means its content (`lists/*`, `lists/*_*`, `lists/partial` not).
      return at === given.length - 1 && /[*?]/.test(each);
    }
    if (!matchesSegment(other, each)) return false;
  }
  return true;
}

/** Whether `pattern` names the directory `path`, what is in it, or a part of that, and nothing beside. */
export function liesBelow(pattern: string, path: string): boolean {
  const given = segments(pattern);
  return !given.includes('..') && segments(path).every((segment, at) => given[at] === segment);
}

/** The home directory's spellings become `~`. */
function segments(path: string): string[] {
  const home = path.replace(/^(?:\$HOME|\$\{HOME\}|\/root|\/home\/[^/]+)(?=\/|$)/, '~');
  return home.split('/').filter((segment) => segment !== '' && segment !== '.');
}

/** A segment of a path against one of a shell pattern, in linear time: only `*` and `?` count. */
function matchesSegment(text: string, pattern: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let kept = 0;
  while (at < text.length) {
    if (pattern[from] === '*') {
      star = from++;
      kept = at;
    } else if (pattern[from] === '?' || pattern[from] === text[at]) {
      from++;
      at++;
    } else if (star !== -1) {
      from = star + 1;
      at = ++kept;
    } else return false;
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length && !(text.startsWith('.') && !pattern.startsWith('.'));
}
