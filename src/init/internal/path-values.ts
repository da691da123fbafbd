// What an expression of Python or JavaScript that names a path comes to, as far as the text shows it: literals, `os.path.join`, `path.join`,
// `Path(...) / "x"`, `__file__` and `__dirname`, variables of the same file or of the whole application, and the default of a variable of the
// environment. What is not known for certain is undefined: a volume in a wrong place helps nobody.

interface Source {
  readonly path: string;
  readonly text: string;
}

/** Sources, where they lie in the image, and what of them has been looked up. */
export interface PathSources {
  readonly sources: readonly Source[];
  /** The absolute path of a source in the image; undefined where it is not there as it is here. */
  inImage(path: string): string | undefined;
  /** What has been read of each file: once, however many of its names are looked up. */
  readonly known: Map<string, NamesOfFile>;
  /** Names whose assignment is being read: one that is built from itself says nothing. */
  readonly busy: Set<string>;
  /** How many names are looked up at most: sources may be hostile. */
  left: number;
}

interface NamesOfFile {
  /** By the name that is assigned. */
  readonly assignments: ReadonlyMap<string, readonly Assignment[]>;
  /** `MADE` by `_MADE` of `import MADE as _MADE`. */
  readonly originals: ReadonlyMap<string, string>;
  /** Offsets of the lines at which functions and classes begin. */
  readonly functions: readonly number[];
}

interface Assignment {
  readonly at: number;
  readonly value: number;
  readonly isIndented: boolean;
}

export function pathSources(sources: readonly Source[], inImage: PathSources['inImage']): PathSources {
  return { sources, inImage, known: new Map(), busy: new Set(), left: 3000 };
}

/** A path as the program has it; relative ones begin at its working directory. */
export interface PathValue {
  readonly path: string;
  /** The variable of the environment that says where, and what it falls back to; the path is that or lies below it. */
  readonly variable?: { readonly name: string; readonly fallback: string };
}

interface Read {
  readonly text: string;
  /** Index of the next character to read. */
  at: number;
  readonly file: string;
  readonly from: PathSources;
  readonly depth: number;
  /** Brackets that are open. */
  nested: number;
}

/** Begins the path of what only a function knows, under a name that says what it is: `settings.root`, `PROJECT_DIR`. */
export const rootOfProgram = '@root';

const namesRoot = /^(?:(?:app|project|base|root)_?(?:root|dir|path|directory)|root)$/i;

const mostDeep = 12;
const mostNested = 20;

/** The value of the expression that begins at an offset, and the offset behind it. */
export function pathValue(
  from: PathSources,
  file: string,
  text: string,
  at: number,
): { readonly value: PathValue | undefined; readonly end: number } {
  const read: Read = { text, at, file, from, depth: 0, nested: 0 };
  const value = expression(read);
  return { value, end: read.at };
}

function skip(read: Read): void {
  // A line of Python goes on behind a backslash at its end.
  for (const blank = /\s|\\\r?\n/y; ; ) {
    blank.lastIndex = read.at;
    if (!blank.test(read.text)) return;
    read.at = blank.lastIndex;
  }
}

/** @param sticky a pattern with the flag `y` */
function take(read: Read, sticky: RegExp): RegExpExecArray | undefined {
  skip(read);
  sticky.lastIndex = read.at;
  const match = sticky.exec(read.text);
  if (match) read.at = sticky.lastIndex;
  return match ?? undefined;
}

function expression(read: Read): PathValue | undefined {
  let value = operand(read);
  for (;;) {
    const operator = take(read, /\|\||\?\?|\bor\b|\/(?![/*])|\+(?![+=])/y)?.[0];
    if (operator === undefined) return value;
    const right = operand(read);
    if (operator === '/') value = value && right && below(value, right.path);
    else if (operator === '+') value = value && right && { ...value, path: `${value.path}${right.path}` };
    else value = filled(value) ?? withFallback(value, right);
  }
}

/** A read of the environment without a default has a name and no path yet. */
function filled(value: PathValue | undefined): PathValue | undefined {
  return value !== undefined && value.path !== '' ? value : undefined;
}

function withFallback(value: PathValue | undefined, right: PathValue | undefined): PathValue | undefined {
  if (right === undefined) return undefined;
  const name = value?.variable?.name;
  return name === undefined ? right : { path: right.path, variable: { name, fallback: right.path } };
}

function below(value: PathValue, rest: string): PathValue {
  if (rest.startsWith('/')) return { path: rest };
  return { ...value, path: normal(`${value.path}/${rest}`) };
}

/** Without `.`, `..` and doubled slashes. */
export function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/'))
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.' && !(part === '..' && path.startsWith('/'))) parts.push(part);
  return `${path.startsWith('/') ? '/' : ''}${parts.join('/')}`;
}

function operand(read: Read): PathValue | undefined {
  let value = primary(read);
  for (;;) {
    if (take(read, /\.parent\b/y)) value = value && upwards(value);
    else if (take(read, /\.(?:resolve|absolute|as_posix|expanduser)\(\s*\)/y)) value = value && { ...value };
    else if (take(read, /\.joinpath\(/y)) {
      const rest = values(read);
      value = value && joined([value, ...rest]);
    } else return goesOn(read) ? undefined : value;
  }
}

/** Whether something is done with the value that is not known here: `.join(`, an index, a call. */
function goesOn({ text, at }: Read): boolean {
  return /^(?:\s{0,80}\??\.\s{0,9}(?!mkdir\b)[A-Za-z_]|[[(])/.test(text.slice(at, at + 100));
}

function upwards(value: PathValue): PathValue | undefined {
  const path = value.path.slice(0, Math.max(0, value.path.lastIndexOf('/')));
  return value.path.includes('/') ? { path: path || '/' } : undefined;
}

/** The operands of a call, to its closing bracket. */
function values(read: Read): (PathValue | undefined)[] {
  const found: (PathValue | undefined)[] = [];
  for (let most = 20; most > 0; most--) {
    if (take(read, /\)/y)) return found;
    take(read, /(?:default|name|filename|path)\s*=(?!=)/y);
    const before = read.at;
    found.push(expression(read));
    if (!take(read, /,/y) && !/\)/.test(read.text[read.at] ?? '')) {
      found.push(undefined);
      return found;
    }
    if (read.at === before) return found;
  }
  return found;
}

function joined(parts: readonly (PathValue | undefined)[]): PathValue | undefined {
  const [first, ...rest] = parts;
  let value = first;
  for (const part of rest) {
    if (value === undefined || part === undefined) return undefined;
    value = below(value, part.path);
  }
  return value && { ...value, path: normal(value.path) };
}

/** Calls of which the path is that of their first operand. */
const same = /^(?:abspath|realpath|normpath|expandvars|Path|PurePath|str|fspath|String|normalize|fileURLToPath)$/;
const environmentCall = /^(?:(?:os\.)?(?:environ\.get|getenv)|environ\.get|config|env(?:\.(?:str|path))?)$/;

function primary(read: Read): PathValue | undefined {
  skip(read);
  const literal = take(read, /[rbuf]{0,2}(["'`])((?:(?!\1)[^\\\n]){0,300})\1/y);
  if (literal) return fromLiteral(read, literal[0], literal[2] ?? '');
  if (read.nested >= mostNested) return undefined;
  if (take(read, /\(/y)) {
    read.nested++;
    const inner = expression(read);
    read.nested--;
    take(read, /\)/y);
    return inner;
  }
  const name = take(read, /[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*/y)?.[0]?.replaceAll('?.', '.');
  if (name === undefined) return undefined;
  // What belongs to the operand behind it: `.parent`, `.resolve()`.
  const own = /^(.+?)((?:\.(?:parent|absolute|resolve|joinpath|as_posix|expanduser|mkdir))+)$/.exec(name);
  if (own?.[1] !== undefined && own[2] !== undefined && own[1] !== 'path') {
    read.at -= own[2].length;
    return named(read, own[1]);
  }
  return named(read, name);
}

function named(read: Read, name: string): PathValue | undefined {
  const { from, file } = read;
  if (name === '__file__' || name === '__filename' || name === 'import.meta.url') return location(from.inImage(file));
  if (name === '__dirname' || name === 'import.meta.dirname') {
    const own = location(from.inImage(file));
    return own && upwards(own);
  }
  if (name === 'os.pardir') return { path: '..' };
  if (name === 'os.curdir') return { path: '.' };
  if (name === 'os.sep' || name === 'path.sep') return { path: '/' };
  const ofNode = /^process\.env\.(\w+)$/.exec(name)?.[1];
  if (ofNode) return { path: '', variable: { name: ofNode, fallback: '' } };
  if (take(read, /\(/y)) return called(read, name);
  const key = take(read, /\[\s*["'](\w+)["']\s*\]/y)?.[1];
  if (key !== undefined && /(?:^|\.)environ$|^process\.env$/.test(name))
    return { path: '', variable: { name: key, fallback: '' } };
  if (take(read, /\[/y)) return undefined;
  const last = key ?? name.slice(name.lastIndexOf('.') + 1);
  return lookUp(read, last) ?? (namesRoot.test(last) ? { path: rootOfProgram } : undefined);
}

function location(path: string | undefined): PathValue | undefined {
  return path === undefined ? undefined : { path };
}

function called(read: Read, name: string): PathValue | undefined {
  const last = name.slice(name.lastIndexOf('.') + 1);
  read.nested++;
  const given = values(read);
  read.nested--;
  if (/^(?:process\.cwd|os\.getcwd|Path\.cwd)$/.test(name)) return { path: '.' };
  if (/^(?:tempfile\.gettempdir|os\.tmpdir|tmpdir)$/.test(name)) return { path: '/tmp' };
  if (environmentCall.test(name)) {
    const [variable, fallback] = given;
    if (fallback === undefined || variable === undefined || !/^\w+$/.test(variable.path)) return undefined;
    return { path: fallback.path, variable: fallback.variable ?? { name: variable.path, fallback: fallback.path } };
  }
  if (last === 'dirname') return given[0] && upwards(given[0]);
  if (same.test(last)) return given.length > 1 ? joined(given) : given[0];
  if (last === 'join' || last === 'resolve') return given.length === 0 ? { path: '.' } : joined(given);
  return undefined;
}

/** A literal; `f"{ROOT}/data"` and `${root}/data` with what their names stand for. */
function fromLiteral(read: Read, whole: string, text: string): PathValue | undefined {
  const isTemplate = whole.startsWith('`') || /^[rb]?f/i.test(whole);
  if (!isTemplate || !text.includes('{')) return { path: text };
  const rest = /^\$?\{[^{}]+\}([^{}]*)$/.exec(text)?.[1];
  if (rest === undefined || read.depth >= mostDeep) return undefined;
  const at = read.at - whole.length + whole.indexOf('{') + 1;
  const value = expression({ ...read, at, depth: read.depth + 1 });
  return value && { ...value, path: `${value.path}${rest}` };
}

/** What a name is assigned, in its own file or in one other alone. */
function lookUp(read: Read, name: string): PathValue | undefined {
  if (read.depth >= mostDeep || !/^[\w$]{2,60}$/.test(name)) return undefined;
  if (read.from.left-- <= 0) return undefined;
  const original = namesOf(read.from, read.file, read.text).originals.get(name);
  if (original !== undefined && original !== name) return lookUp({ ...read, depth: read.depth + 1 }, original);
  const own = assigned(read, read.file, read.text, name, read.at);
  if (own !== 'none') return own;
  // A name in small letters is one of a function sooner than of the application.
  if (!/^[A-Z_]+[A-Z\d_]*$/.test(name)) return undefined;
  const others = read.from.sources.filter(
    ({ path, text }) => path !== read.file && namesOf(read.from, path, text).assignments.has(name),
  );
  const found = others
    .map(({ path, text }) => assigned(read, path, text, name, text.length))
    .filter((each) => each !== 'none');
  return onlyOne(found);
}

function onlyOne(found: readonly (PathValue | undefined)[]): PathValue | undefined {
  const known = found.flatMap((each) => each ?? []);
  return new Set(known.map(({ path }) => path)).size === 1 ? known[0] : undefined;
}

function assigned(
  read: Read,
  file: string,
  text: string,
  name: string,
  before: number,
): PathValue | undefined | 'none' {
  const { assignments, functions } = namesOf(read.from, file, text);
  // Not one that is indented where another function begins before its use.
  const found = (assignments.get(name) ?? []).filter(
    ({ at, isIndented }) => at <= before && !(isIndented && functions.some((start) => start >= at && start < before)),
  );
  if (found.length === 0) return 'none';
  const key = keyOf(file, name);
  const { busy } = read.from;
  if (busy.has(key)) return undefined;
  busy.add(key);
  const values = found.map(({ value }) =>
    expression({ ...read, file, text, at: value, depth: read.depth + 1, nested: 0 }),
  );
  busy.delete(key);
  return onlyOne(values);
}

function keyOf(file: string, name: string): string {
  return `${file}\n${name}`;
}

const mostAssignments = 8;

/** `ROOT = `, `export const root = `, `app.config["ROOT"] = `, `settings.root = `. */
const assignment =
  /^([ \t]*)(?:export[ \t]{1,9})?(?:(?:const|let|var)[ \t]{1,9})?(?:[\w.]{0,60}\.)?(?:([\w$]{2,60})|\w{1,40}\[["']([\w$]{2,60})["']\])(?:[ \t]{0,9}:[ \t]{0,9}[\w.|[\] ]{1,60})?[ \t]{0,40}=(?![=>])/gm;
const renamed = /\b(\w{1,60}) as (?=([\w$]{2,60})(?![\w$]))/g;
const functionStart = /^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]/gm;

function namesOf({ known }: PathSources, file: string, text: string): NamesOfFile {
  const before = known.get(file);
  if (before !== undefined) return before;
  const assignments = new Map<string, Assignment[]>();
  for (const match of text.matchAll(assignment)) {
    const name = match[2] ?? match[3] ?? '';
    const found = assignments.get(name) ?? [];
    if (found.length < mostAssignments)
      found.push({ at: match.index, value: match.index + match[0].length, isIndented: match[1] !== '' });
    assignments.set(name, found);
  }
  const originals = new Map<string, string>();
  for (const [, original = '', name = ''] of text.matchAll(renamed))
    if (!originals.has(name)) originals.set(name, original);
  const functions = [...text.matchAll(functionStart)].map(({ index }) => index);
  const names = { assignments, originals, functions };
  known.set(file, names);
  return names;
}
