import type { Place } from '../detector.ts';
import { directoryOf, filesBelow, placeIn } from '../repository.ts';
import { isDataFile, namesDataPlace, namesTransient } from './data-paths.ts';
import { normal, type PathValue, pathSources, pathValue, rootOfProgram } from './path-values.ts';

/** Where the sources lie in the image. */
export interface InImage {
  /** The program's working directory. */
  readonly home: string;
  /** The directory of the image that `directory` of the repository is copied to, with all that it holds. */
  readonly top: string;
  readonly directory: string;
  /** What is compiled is started elsewhere than it was written: where a file lies then tells nothing. */
  readonly isCompiled: boolean;
}

/** A directory of the image that the program writes to, by a path that it puts together as it runs. */
export interface ComputedWrite {
  /** Absolute. */
  readonly path: string;
  readonly what: string;
  readonly evidence: string;
  readonly lasts?: 'surely' | 'perhaps';
  /** The sources are sure to make it, not only to write a file there. */
  readonly isMade: boolean;
  readonly variable?: { readonly name: string; readonly fallback: string };
}

interface Head {
  /** What stands before the expression of the path, which begins where this ends. */
  readonly head: RegExp;
  readonly what: string;
  readonly isFile?: true;
  readonly isMade?: true;
  readonly lasts?: 'surely' | 'perhaps';
  /** What has to stand behind it. */
  readonly tail?: RegExp;
}

/** The one database of a Django project that is a file of SQLite beside its sources; undefined where it may have another, or a variable says which. */
export function djangoDatabase(
  place: Place,
  image: InImage,
): { readonly path: string; readonly evidence: string } | undefined {
  const sources = place.sources();
  const others =
    /django\.db\.backends\.(?!sqlite3\b|base\b)\w+|\bdj_database_url\b|\benv\.db\w*\(|\bDATABASE_URL\b|["']NAME["']\s{0,9}:[^\n]{0,80}(?:env|config\()/;
  if (sources.some(({ text }) => others.test(text))) return undefined;
  const from = pathSources(sources, (file) => inImage(file, image));
  const found = sources.flatMap(({ path: file, text }) =>
    /django\.db\.backends\.sqlite3/.test(text)
      ? [...text.matchAll(/["']NAME["']\s{0,9}:\s{0,9}/g)].slice(0, mostPlaces).flatMap((match) => {
          const { value } = pathValue(from, file, text, match.index + match[0].length);
          const path = value && absolute(place, value, image);
          return path !== undefined && /^\/[\w./-]+\.(?:db|sqlite3?)$/.test(path)
            ? [{ path, evidence: placeIn(file, text, match.index) }]
            : [];
        })
      : [],
  );
  const [only] = found;
  if (only === undefined || found.some(({ path }) => path !== only.path)) return undefined;
  const directory = directoryOf(only.path);
  const committed = inRepository(only.path, image);
  // .dockerignore leaves out a database of that name, and no other.
  if (committed !== undefined && place.repository.has(committed) && !only.path.endsWith('/db.sqlite3'))
    return undefined;
  return directory === image.home || directory === image.top ? only : undefined;
}

/** The path of a file whose name says that it is a database: wherever it stands, the program keeps its data there. */
const database: Head = {
  head: /(?=\b(?:os\.)?path\.(?:join|resolve)\([^()\n]{0,120}["'][\w./-]{1,60}\.(?:db|sqlite3?)["']\s*\))/g,
  what: 'a database in a file',
  isFile: true,
  lasts: 'surely',
};

const heads: Readonly<Record<'python' | 'javascript', readonly Head[]>> = {
  python: [
    { head: /\b(?:os\.)?(?:makedirs|mkdir)\(\s*/g, what: 'a directory', isMade: true },
    { head: /^[ \t]*(?=[\w.]{1,60}\.mkdir\()/gm, what: 'a directory', isMade: true },
    { head: /\bopen\(\s*/g, what: 'a file', isFile: true, tail: /^\s*,\s*(?:mode\s*=\s*)?["'][wax]/ },
    { head: /FileHandler\(\s*(?:filename\s*=\s*)?/g, what: 'logs', isFile: true },
    { head: /\bsqlite3\.connect\(\s*/g, what: 'the SQLite database', isFile: true, lasts: 'surely' },
    {
      head: /\bUPLOAD_(?:FOLDER|DIR|PATH)['"]?\]?(?:[ \t]{0,9}:[ \t]{0,9}\w{1,40})?\s*=\s*/g,
      what: 'uploads',
      lasts: 'surely',
    },
    // As Flask-Caching reads it, which makes the directory.
    { head: /\bCACHE_DIR['"]?\]?(?:[ \t]{0,9}:[ \t]{0,9}\w{1,40})?\s*=\s*/g, what: 'a cache', isMade: true },
    { head: /^MEDIA_ROOT\s*=\s*/gm, what: 'uploads', lasts: 'surely' },
    database,
  ],
  javascript: [
    { head: /\b(?:mkdir|mkdirSync|mkdirp|ensureDir|ensureDirSync)\(\s*/g, what: 'a directory', isMade: true },
    {
      head: /\b(?:writeFile|writeFileSync|appendFile|appendFileSync|createWriteStream)\(\s*/g,
      what: 'a file',
      isFile: true,
    },
    {
      head: /\bnew (?:Database|sqlite3\.Database|DatabaseSync)\(\s*/g,
      what: 'the SQLite database',
      isFile: true,
      lasts: 'surely',
    },
    database,
  ],
};

/** A variable whose name says that it is the place of what the program writes: with its default no write has to be seen. */
const namedPlace: Readonly<Record<'python' | 'javascript', RegExp>> = {
  python: /(?=\b(?:os\.)?(?:environ\.get|getenv)\(\s*["'](\w{1,60})["']\s*,)/g,
  javascript: /(?=\bprocess\.env\.(\w{1,60})\s*(?:\|\||\?\?))/g,
};

/** How many places of one file are looked at: more than that no person writes. */
const mostPlaces = 200;

/** Where a source goes to another directory than its own: behind `os.chdir(temporary)` a relative path is not below the program's. */
export function changesDirectoryAt(text: string): number {
  return /\bchdir\((?![^\n]{0,100}(?:__file__|__dirname|cwd))/.exec(text)?.index ?? text.length;
}

/** Directories that the sources write to by paths that are more than a literal. */
export function computedWrites(place: Place, image: InImage): ComputedWrite[] {
  const sources = place.sources();
  const from = pathSources(sources, (file) => inImage(file, image));
  const elsewhere = new Map(sources.map(({ path, text }) => [path, changesDirectoryAt(text)]));
  const writes = sources.flatMap(({ path: file, text }) =>
    (file.endsWith('.py') ? heads.python : heads.javascript).flatMap((each) =>
      [...text.matchAll(each.head)].slice(0, mostPlaces).flatMap((match) => {
        const { value, end } = pathValue(from, file, text, match.index + match[0].length);
        if (
          match.index > (elsewhere.get(file) ?? text.length) &&
          value &&
          /^(?!\/)/.test(value.path) &&
          !value.path.startsWith(rootOfProgram)
        )
          return [];
        if (value === undefined || value.path === '' || each.tail?.test(text.slice(end, end + 40)) === false) return [];
        const path = absolute(place, value, image);
        const directory = path && each.isFile ? path.slice(0, path.lastIndexOf('/')) : path;
        if (directory === undefined || !/^(?:\/[\w.-]+)+$/.test(directory)) return [];
        const fallback = value.variable && absolute(place, { path: value.variable.fallback }, image);
        const { what, lasts, isMade = false } = each;
        return {
          path: directory,
          what,
          isMade,
          evidence: placeIn(file, text, match.index),
          ...(lasts && { lasts }),
          ...(value.variable && fallback !== undefined && { variable: { name: value.variable.name, fallback } }),
        };
      }),
    ),
  );
  const named = sources.flatMap(({ path: file, text }) =>
    [...text.matchAll(file.endsWith('.py') ? namedPlace.python : namedPlace.javascript)]
      .filter(([, name = '']) => namesDataPlace(name))
      .slice(0, mostPlaces)
      .flatMap((match): ComputedWrite[] => {
        const { value } = pathValue(from, file, text, match.index);
        const path = value && absolute(place, value, image);
        const { name = '' } = value?.variable ?? {};
        if (path === undefined || name === '' || !/^(?:\/[\w.-]+)+$/.test(path)) return [];
        const lasts = namesTransient(name) ? {} : { lasts: 'surely' as const };
        const evidence = placeIn(file, text, match.index);
        const variable = { name, fallback: path };
        return [
          {
            path: isDataFile(path) ? directoryOf(path) : path,
            what: 'its default',
            isMade: true,
            evidence,
            variable,
            ...lasts,
          },
        ];
      }),
  );
  return [...writes, ...named];
}

function inImage(file: string, { top, directory, isCompiled }: InImage): string | undefined {
  if (isCompiled) return undefined;
  if (directory === '') return `${top}/${file}`;
  return file.startsWith(`${directory}/`) ? `${top}${file.slice(directory.length)}` : undefined;
}

/** The place in the repository of what lies in the image; undefined for what is not copied from there. */
export function inRepository(path: string, { top, directory }: InImage): string | undefined {
  if (path === top) return directory;
  if (!path.startsWith(`${top}/`)) return undefined;
  const rest = path.slice(top.length + 1);
  return directory === '' ? rest : `${directory}/${rest}`;
}

function absolute(place: Place, { path }: PathValue, image: InImage): string | undefined {
  if (!path.startsWith(rootOfProgram)) return normal(path.startsWith('/') ? path : `${image.home}/${path}`);
  // The program's own directory or the top of its workspace: that which has the directory.
  const rest = path.slice(rootOfProgram.length);
  const [first = ''] = rest.split('/').filter((each) => each !== '');
  const tops = [...new Set([image.home, image.top])].filter((top) => {
    const directory = inRepository(`${top}/${first}`, image);
    return directory !== undefined && filesBelow(place.repository, directory).length > 0;
  });
  const top = tops.length === 1 || image.home === image.top ? (tops[0] ?? image.home) : undefined;
  return top === undefined ? undefined : normal(`${top}/${rest}`);
}
