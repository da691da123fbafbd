import type { Place } from '../detector.ts';
import type { Question, Step, WritablePath } from '../plan.ts';
import { baseName, directoryOf, filesBelow, placeIn } from '../repository.ts';
import {
  type ComputedWrite,
  changesDirectoryAt,
  computedWrites,
  type InImage,
  inRepository,
} from './computed-paths.ts';
import { isDataFile, isDataPath, isNamedForData, namesDataPlace, namesTransient } from './data-paths.ts';

/** Directories below the program's own that it writes, what there is to ask about them, and how the image prepares them. */
export interface WrittenPaths {
  readonly writable: readonly WritablePath[];
  readonly questions: readonly Question[];
  /** Variables that move what the program would write beside itself. */
  readonly environment: Readonly<Record<string, string>>;
  /** Files beside the program that lie in a volume: links in the image lead there. */
  readonly links?: readonly { readonly from: string; readonly to: string; readonly evidence: string }[];
}

interface Pattern {
  /** Its first group is a path as the program names it. */
  readonly pattern: RegExp;
  readonly what: string;
  /** The path is that of a file. */
  readonly isFile?: true;
  /** What lies there must outlive the pod; or it may, which only a person knows. */
  readonly lasts?: Lasts;
}

type Lasts = 'surely' | 'perhaps';

const literal = String.raw`['"\x60]((?:\.\/|\/)?[\w-][\w.-]*(?:\/[\w.-]+)*)\/?['"\x60]`;
const cwd = String.raw`(?:path\.(?:join|resolve)\(\s*process\.cwd\(\)\s*,\s*)?`;
const of = (head: string, tail = '', flags = 'g') => new RegExp(`${head}${literal}${tail}`, flags);

const javascript: readonly Pattern[] = [
  { pattern: of(String.raw`\bmulter(?:['\"]\))?\(\s*\{\s*dest:\s*${cwd}`), what: 'uploads', lasts: 'perhaps' },
  {
    pattern: of(String.raw`\btransports?\.?(?:File|DailyRotateFile)\(\s*\{[^}]{0,200}?filename:\s*${cwd}`),
    what: 'logs',
    isFile: true,
  },
  { pattern: of(String.raw`\bDailyRotateFile\(\s*\{[^}]{0,200}?dirname:\s*${cwd}`), what: 'logs' },
  { pattern: of(String.raw`\bcreateWriteStream\(\s*${cwd}`), what: 'a file', isFile: true },
  // `'./lists/' + name`
  {
    pattern: /\bwriteFile(?:Sync)?\(\s{0,20}['"\x60](\.\/[\w-][\w.-]*(?:\/[\w.-]+)*)\/(?:['"]\s{0,20}\+|\$\{)/g,
    what: 'files',
  },
  { pattern: of(String.raw`\b(?:mkdir|mkdirSync|mkdirp|ensureDir|ensureDirSync)\(\s*${cwd}`), what: 'a directory' },
];

const python: readonly Pattern[] = [
  { pattern: of(String.raw`\b(?:os\.)?(?:makedirs|mkdir)\(\s*`), what: 'a directory' },
  { pattern: of(String.raw`\bPath\(\s*`, String.raw`\s*\)\.mkdir\(`), what: 'a directory' },
  { pattern: of(String.raw`FileHandler\(\s*(?:filename\s*=\s*)?`), what: 'logs', isFile: true },
  { pattern: of(String.raw`\bUPLOAD_(?:FOLDER|DIR|PATH)['"]?\]?\s*=\s*`), what: 'uploads', lasts: 'surely' },
  {
    pattern: of(
      String.raw`^MEDIA_ROOT\s*=\s*(?:str\()?(?:BASE_DIR\s*\/\s*|os\.path\.join\(\s*BASE_DIR\s*,\s*)?`,
      '',
      'gm',
    ),
    what: 'uploads',
    lasts: 'surely',
  },
  {
    pattern: /\bsqlite:\/\/\/((?:\.\/)?[\w-][\w.-]*\/[\w./-]+)/g,
    what: 'the SQLite database',
    isFile: true,
    lasts: 'surely',
  },
  {
    pattern: /BASE_DIR\s*(?:\/|,)\s*["']([\w-]+)["']\s*(?:\/|,)\s*["'][\w.-]+\.(?:sqlite3?|db)["']/g,
    what: 'the SQLite database',
    lasts: 'surely',
  },
];

/** The directory `instance` of Flask: its database, or whatever else. */
const instance: readonly Pattern[] = [
  { pattern: /sqlite:\/\/\/(?![\w.-]*\/)[\w-]/g, what: 'the SQLite database', lasts: 'surely' },
  { pattern: /\b(?:instance_path|instance_relative_config)\b/g, what: 'what Flask keeps for itself', lasts: 'perhaps' },
];

/** Not the program's to write, or given to it otherwise. */
const ofTheSystem = /^\/(?:tmp|proc|dev|sys|etc|run|usr|bin|root|app|opt|home|var\/run)?(?:\/|$)/;

/** Directories that the sources say are written as the program runs. */
export function findWrittenPaths(
  place: Place,
  image: InImage,
  { isFlask = false, build = '' }: { readonly isFlask?: boolean; readonly build?: string } = {},
): WrittenPaths {
  const { home } = image;
  const found = new Map<string, Written>();
  const note: Note = (path, { what, lasts }, evidence) => {
    const inImage = path.startsWith('/') ? path : `${home}/${path}`;
    const known = found.get(inImage);
    if (known === undefined || rank(lasts) > rank(known.lasts)) found.set(inImage, { what, evidence, lasts });
  };
  noteLiterals(place, { isFlask, build }, note);
  for (const { name, fallback, path, range } of place.application?.variablesRead ?? []) {
    // A name alone may be that of a database on a server.
    if (!isDataPath(name, fallback) || !/^\.\/|\//.test(fallback)) continue;
    const directory = directoryFrom(fallback, !/(?:DIR|DIRECTORY|FOLDER|ROOT)$/i.test(name));
    const evidence = placeIn(path, place.repository.read(path), range.start);
    if (directory !== undefined) note(directory, { what: `where ${name} points`, lasts: 'surely' }, evidence);
  }
  const computed = computedWrites(place, image).filter(
    ({ path, evidence }) =>
      build === '' || !(ofTheBuild.test(path.slice(home.length + 1)) || isNamed(build, evidence.replace(/:\d+$/, ''))),
  );
  const moved = movedByVariables(computed, image);
  for (const { path, what, lasts: said, isMade, evidence } of computed) {
    // A file that is written beside others is not worth a question, nobody knows when it is; but where they lie in a place for data.
    const comesWithFiles = fileBelow(place, path, image) !== undefined;
    const lasts = said ?? (comesWithFiles && isNamedForData(path.slice(image.home.length + 1)) ? 'perhaps' : undefined);
    if (isOwn(path, image) && (isMade || lasts !== undefined || !comesWithFiles))
      note(path, { what, ...(lasts && { lasts }) }, evidence);
  }
  const plan = planned(place, image, found);
  return {
    writable: [...plan.writable, ...moved.map(({ writable }) => writable)],
    questions: [...plan.questions, ...moved.map(({ question }) => question)],
    environment: Object.fromEntries(moved.map(({ name, value }) => [name, value])),
  };
}

type Note = (path: string, pattern: Pick<Pattern, 'what' | 'lasts'>, evidence: string) => void;

/** Paths that stand in the sources as they are. */
function noteLiterals(
  place: Place,
  { isFlask, build }: { readonly isFlask: boolean; readonly build: string },
  note: Note,
): void {
  for (const { path: file, text } of place.sources()) {
    // What the build writes is in the image: a volume would hide it.
    if (build !== '' && isNamed(build, file)) continue;
    const elsewhere = changesDirectoryAt(text);
    for (const each of file.endsWith('.py') ? python : javascript)
      for (const match of text.matchAll(each.pattern)) {
        const path = directoryFrom(match[1] ?? '', each.isFile === true);
        if (match.index > elsewhere && path?.startsWith('/') === false) continue;
        if (path !== undefined && !(build !== '' && ofTheBuild.test(path)))
          note(path, unlessFallback(each, text, match.index), placeIn(file, text, match.index));
      }
    for (const each of isFlask ? instance : []) {
      const own = text.search(each.pattern);
      if (own !== -1) note('instance', unlessFallback(each, text, own), placeIn(file, text, own));
    }
  }
}

/** Below the directory of the sources, and not that itself or one that holds the program; or where nothing of the system is. */
function isOwn(path: string, { home, top }: InImage): boolean {
  if (path === top || home === path || home.startsWith(`${path}/`)) return false;
  return path.startsWith(`${top}/`) || !ofTheSystem.test(path);
}

interface Moved {
  readonly name: string;
  readonly value: string;
  readonly writable: WritablePath;
  readonly question: Question;
}

/** Where only root writes, and no volume belongs. */
const readOnly = /^\/(?:etc|usr|opt|root|home)(?:\/|$)/;

/** What a program would write beside itself or among the system's files, unless a variable that is there for its data says where: then that is a volume. */
function movedByVariables(computed: readonly ComputedWrite[], image: InImage): Moved[] {
  const found = new Map<string, Moved>();
  for (const { variable, what, evidence } of computed) {
    if (variable === undefined || found.has(variable.name) || !namesDataPlace(variable.name)) continue;
    const { name, fallback } = variable;
    const file = isDataFile(fallback) ? baseName(fallback) : undefined;
    const directory = file === undefined ? fallback : directoryOf(fallback);
    const isOfSystem = readOnly.test(directory) && !isOwn(directory, image) && !namesTransient(name);
    if (directory !== image.home && directory !== image.top && !isOfSystem) continue;
    const path = found.size === 0 ? '/data' : `/data-${found.size + 1}`;
    found.set(name, {
      name,
      value: file === undefined ? path : `${path}/${file}`,
      writable: { path, why: `where ${name} points: ${what}, ${evidence}`, lasts: true },
      question: isKept(`the place that ${name} names`, evidence),
    });
  }
  return [...found.values()];
}

interface Written {
  readonly what: string;
  readonly evidence: string;
  readonly lasts: Lasts | undefined;
}

function rank(lasts: Lasts | undefined): number {
  return lasts === 'surely' ? 2 : lasts === 'perhaps' ? 1 : 0;
}

/** A file of SQLite that is there for developers, unless a variable names a server: whether it is kept is not known. */
function unlessFallback(pattern: Pattern, text: string, at: number): Pattern {
  const before = text.slice(Math.max(0, text.lastIndexOf('\n', text.lastIndexOf('\n', at) - 1)), at);
  const isFallback = pattern.what === 'the SQLite database' && /environ|getenv|\benv\(|config\(/i.test(before);
  return isFallback && pattern.lasts ? { ...pattern, lasts: 'perhaps' } : pattern;
}

/** Directories that builds write. */
const ofTheBuild = /^(?:public|static|dist|build|out|lib)(?:\/|$)/;

/** Whether a script names a file: `node scripts/build.js`, `node scripts/build`. */
function isNamed(script: string, file: string): boolean {
  const names = script.split(/[\s;&|"']+/).map((word) => word.replace(/^\.\//, ''));
  return names.some(
    (name) =>
      /\w/.test(name) && /[./]/.test(name) && (file.endsWith(name) || file.replace(/\.\w+$/, '').endsWith(name)),
  );
}

/** The directory of a path as a program names it; undefined for what is no directory of its own. */
function directoryFrom(written: string, isFile: boolean): string | undefined {
  const path = written.replace(/^\.\//, '');
  const directory = isFile ? directoryOf(path) : path;
  return directory === '' || directory.includes('..') || ofTheSystem.test(directory) ? undefined : directory;
}

/** A file of the repository that lies in a directory of the image. */
function fileBelow(place: Place, path: string, image: InImage): string | undefined {
  const directory = inRepository(path, image);
  if (directory === undefined) return undefined;
  return filesBelow(place.repository, directory).find((file) => !/\/\.(?:git)?(?:keep|ignore)$/.test(file));
}

/** What a program can write, it can change: its own sources are not to be there. */
function hasSources(place: Place, path: string, image: InImage): boolean {
  const directory = inRepository(path, image);
  return (
    directory !== undefined &&
    filesBelow(place.repository, directory).some((file) => /\.(?:py|[cm]?[jt]sx?|sh|rb|php)$/.test(file))
  );
}

function planned(
  place: Place,
  image: InImage,
  found: ReadonlyMap<string, Written>,
): Pick<WrittenPaths, 'writable' | 'questions'> {
  const writable: WritablePath[] = [];
  const questions: Question[] = [];
  const outermost = [...found]
    .filter(([path]) => ![...found.keys()].some((other) => path.startsWith(`${other}/`)))
    .sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [path, { what, evidence, lasts }] of outermost) {
    const shown = path.startsWith(`${image.home}/`) ? path.slice(image.home.length + 1) : path;
    const kept = fileBelow(place, path, image);
    if (kept !== undefined && (hasSources(place, path, image) || place.choices.base === 'distroless'))
      questions.push({
        question: `The program writes into ${shown} (${evidence}), which comes with files (${kept}): a volume there would hide them, and without one it is read-only. Let it write elsewhere.`,
        flag: undefined,
        assumed: undefined,
      });
    else {
      writable.push({
        path,
        why: `${what}: ${evidence}`,
        ...(kept !== undefined && { filled: true }),
        ...(lasts === 'surely' && { lasts: true }),
      });
      if (lasts === 'surely') questions.push(isKept(shown, evidence));
      if (lasts === 'perhaps' || (kept !== undefined && lasts === undefined))
        questions.push(doesNotLast(shown, evidence));
    }
  }
  return { writable, questions };
}

/** What a person has to know of a directory whose contents outlive the pod. */
export function isKept(path: string, evidence: string): Question {
  return {
    question: `What the program writes into ${path} (${evidence}) is kept in a volume that one pod at a time has: there is one replica, and no autoscaler. To run more, let a database or an object store keep it.`,
    flag: undefined,
    assumed: undefined,
  };
}

/** What a person has to know of a directory whose contents may have to outlive the pod. */
export function doesNotLast(path: string, evidence: string): Question {
  return {
    question: `What the program writes into ${path} (${evidence}) goes with its pod, and each pod has its own. Is it to last, use a volume and one replica, or a service that keeps it.`,
    flag: undefined,
    assumed: undefined,
  };
}

/** Without Kubernetes, too, the program's user can write there. */
export function ownedDirectories(writable: readonly WritablePath[], user: number, top: string): Step[] {
  const own = writable.map(({ path }) => path).filter((path) => path.startsWith(`${top}/`) || path.startsWith('/data'));
  if (own.length === 0) return [];
  return [
    {
      kind: 'run',
      comment: 'What the program writes: in Kubernetes a volume is mounted there',
      commands: [`install -d -o ${user} -g ${user} ${own.join(' ')}`],
    },
  ];
}
