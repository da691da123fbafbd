import { perlClasses, posixClasses, unicodeCategory } from './class-names.ts';
import { type CodePointSet, setOfRanges } from './code-point-set.ts';

/** What was read, and where reading goes on. `undefined` in its place: Go's compiler refuses the expression. */
export interface Read<Value> {
  readonly value: Value;
  readonly next: number;
}

const notSlash = setOfRanges([0x2f, 0x2f], true);
const notLineFeed = setOfRanges([0x0a, 0x0a], true);

const controlEscapes: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

/** Reads what stands for one character: itself, an escape, `.`, a class. The syntax is https://pkg.go.dev/regexp/syntax. */
export function readCharacterSet(source: string, at: number): Read<CodePointSet> | undefined {
  const char = source[at];
  if (char === '.') return { value: notLineFeed, next: at + 1 };
  if (source.startsWith('[^/]', at)) return { value: notSlash, next: at + 4 };
  if (char === '[') return readClass(source, at);
  return readNamedSet(source, at) ?? oneCharacter(readCharacter(source, at));
}

function oneCharacter(read: Read<number> | undefined): Read<CodePointSet> | undefined {
  return read && { value: setOfRanges([read.value, read.value]), next: read.next };
}

/** `\d`, `\pL` and their kin. Absent where none begins, and for a category that Go does not know, which then fails as an escape. */
function readNamedSet(source: string, at: number): Read<CodePointSet> | undefined {
  if (source[at] !== '\\') return undefined;
  const letter = source[at + 1] ?? '';
  const perl = perlClasses.get(letter);
  if (perl) return { value: perl, next: at + 2 };
  if (letter !== 'p' && letter !== 'P') return undefined;
  const end = source[at + 2] === '{' ? source.indexOf('}', at) : at + 2;
  if (end === -1) return undefined;
  const name = end === at + 2 ? (source[end] ?? '') : source.slice(at + 3, end);
  const set = unicodeCategory(name.replace(/^\^/, ''));
  const negated = (letter === 'P') !== name.startsWith('^');
  return set && { value: negated ? { ...set, negated: !set.negated } : set, next: end + 1 };
}

function readClass(source: string, start: number): Read<CodePointSet> | undefined {
  const negated = source[start + 1] === '^';
  const first = start + (negated ? 2 : 1);
  const ranges: number[] = [];
  const united: CodePointSet[] = [];
  let at = first;
  while (source[at] !== ']' || at === first) {
    const named = readPosixClass(source, at) ?? readNamedSet(source, at);
    if (named === 'unknown') return undefined;
    if (named) {
      united.push(named.value);
      at = named.next;
      continue;
    }
    const range = readRange(source, at);
    if (range === undefined) return undefined;
    ranges.push(...range.value);
    at = range.next;
  }
  return { value: { negated, ranges, united, categories: [] }, next: at + 1 };
}

function readPosixClass(source: string, at: number): Read<CodePointSet> | 'unknown' | undefined {
  if (!source.startsWith('[:', at)) return undefined;
  const end = source.indexOf(':]', at + 2);
  if (end === -1) return undefined;
  const negated = source[at + 2] === '^';
  const ranges = posixClasses.get(source.slice(at + (negated ? 3 : 2), end));
  return ranges ? { value: setOfRanges(ranges, negated), next: end + 2 } : 'unknown';
}

function readRange(source: string, at: number): Read<readonly number[]> | undefined {
  const low = readCharacter(source, at);
  if (low === undefined) return undefined;
  const hasHigh = source[low.next] === '-' && low.next + 1 < source.length && source[low.next + 1] !== ']';
  if (!hasHigh) return { value: [low.value, low.value], next: low.next };
  const high = readCharacter(source, low.next + 1);
  if (high === undefined || high.value < low.value) return undefined;
  return { value: [low.value, high.value], next: high.next };
}

function readCharacter(source: string, at: number): Read<number> | undefined {
  const code = source.codePointAt(at);
  if (code === undefined) return undefined;
  if (code !== 0x5c) return { value: code, next: at + (code > 0xffff ? 2 : 1) };
  return readEscape(source, at + 1);
}

function readEscape(source: string, at: number): Read<number> | undefined {
  const char = source[at] ?? '';
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(source.slice(at, at + 3))?.[0];
  if (octal !== undefined) return { value: Number.parseInt(octal, 8), next: at + octal.length };
  if (char === 'x') return readHexadecimal(source, at + 1);
  const control = controlEscapes.get(char);
  if (control !== undefined) return { value: control, next: at + 1 };
  return /^[\0-\x7f]$/.test(char) && !/[0-9A-Za-z]/.test(char)
    ? { value: char.charCodeAt(0), next: at + 1 }
    : undefined;
}

function readHexadecimal(source: string, at: number): Read<number> | undefined {
  const end = source[at] === '{' ? source.indexOf('}', at) : at + 2;
  const digits = source[at] === '{' ? source.slice(at + 1, end) : source.slice(at, end);
  if (end === -1 || !/^[0-9A-Fa-f]+$/.test(digits) || (source[at] !== '{' && digits.length !== 2)) return undefined;
  const value = Number.parseInt(digits, 16);
  return value <= 0x10ffff ? { value, next: source[at] === '{' ? end + 1 : end } : undefined;
}
