import type { Place } from '../detector.ts';
import type { Question, WritablePath } from '../plan.ts';
import { baseName, directoryOf, filesBelow, join, placeIn } from '../repository.ts';
import { keepsDirectory } from './data-paths.ts';
import { writesFiles } from './kept-data.ts';
import { normal } from './path-values.ts';
import type { Framework } from './php-frameworks.ts';
import { isKept } from './written-paths.ts';

/** Names of directories that programs write to. */
const ofData = /(?:^|[-_])(?:cache|data|te?mp|logs?|uploads?|storage|sessions?|content|media|backups?)$/i;
const mayBeLost = /(?:^|[-_])(?:cache|te?mp|logs?|sessions?)$/i;

/** `mkdir(__DIR__ . '/data'`, `define('PATH_CONTENT', PATH_ROOT . 'bl-content')`, `const PATH_CACHE = __DIR__ . '/../cache/'`. */
const named =
  /(?:\b(mkdir|is_writable|is_writeable|file_put_contents)\(\s{0,9}|\bdefine\(\s{0,9}['"]\w{0,60}(?:PATH|DIR|FOLDER)\w{0,60}['"]\s{0,9},\s{0,9}|['"]?\b\w{0,40}(?:path|dir|folder)\w{0,20}['"]?\]?\s{0,9}=>?\s{0,9})((?:[\w$:>()-]{1,40}\s{0,9}\.\s{0,9}){0,3})['"]([\w./-]{2,100})['"]/gi;

/** The directory that a match names, from the application's own; undefined where it may be anything else. */
function directoryOfMatch(
  place: Place,
  file: string,
  [, call, before = '', text = '']: RegExpMatchArray,
): string | undefined {
  const isHere = /__DIR__|__FILE__/.test(before);
  const own = isHere ? directoryOf(file.slice(place.directory === '' ? 0 : place.directory.length + 1)) : '';
  const path = normal(`${own}/${text}`).replace(/^\//, '');
  if (path === '' || path.includes('..') || (text.startsWith('/') && before === '')) return undefined;
  if (!ofData.test(path) || !mayBeVolume(place, path)) return undefined;
  const isThere = ownBelow(place, path).length > 0;
  return isThere || isHere || (call === undefined ? text.includes('/') : before === '') ? path : undefined;
}

/** Directories that a plain PHP program writes to, beside its pages: those that the sources name and whose name says so. */
export function phpWritten(
  place: Place,
  home: string,
): { readonly writable: readonly WritablePath[]; readonly questions: readonly Question[] } {
  const found = emptyPlaces(place);
  const sources = phpSources(place);
  for (const { path, text } of sources.some(({ text }) => writesFiles.test(text)) ? sources : [])
    for (const match of text.matchAll(named)) {
      const directory = directoryOfMatch(place, path, match);
      if (directory !== undefined && !found.has(directory)) found.set(directory, placeIn(path, text, match.index));
    }
  const outermost = [...found].filter(([path]) => ![...found.keys()].some((other) => path.startsWith(`${other}/`)));
  outermost.sort(([one], [other]) => (one < other ? -1 : 1));
  return {
    writable: outermost.map(([path, evidence]) => ({
      path: `${home}/${path}`,
      why: `what the program writes: ${evidence}`,
      ...(ownBelow(place, path).length > 0 && { filled: true as const }),
      ...(!mayBeLost.test(path) && { lasts: true as const }),
    })),
    questions: outermost.filter(([path]) => !mayBeLost.test(path)).map(([path, evidence]) => isKept(path, evidence)),
  };
}

/** What of a framework's directories .dockerignore leaves out: the program writes it. */
const leftOut = /^(?:var\/|storage\/framework\/cache\/data\/)|\.log$/;

/** Directories that a framework writes to, and those of them that come with files; in those it expects what the repository has there. */
export function frameworkWritten(
  place: Place,
  home: string,
  writable: Framework['writable'],
): {
  readonly writable: readonly WritablePath[];
  readonly questions: readonly Question[];
  readonly copied: readonly string[];
} {
  const own = (path: string) => path.slice(home.length + 1);
  const copiedOf = (path: string) =>
    ownBelow(place, path)
      .map((file) => (place.directory === '' ? file : file.slice(place.directory.length + 1)))
      .filter((file) => !leftOut.test(file));
  return {
    writable: writable.map((each) => ({
      ...each,
      // What only keeps the directory in Git nobody looks for.
      ...(copiedOf(own(each.path)).some(
        (file) => !keepsDirectory.test(file) || directoryOf(file) !== own(each.path),
      ) && {
        filled: true as const,
      }),
    })),
    questions: writable.filter(({ lasts }) => lasts).map(({ path, why }) => isKept(own(path), why)),
    copied: writable.map(({ path }) => own(path)).filter((path) => copiedOf(path).length > 0),
  };
}

/** Directories that are committed for what the program will write there, with the file that keeps them. */
function emptyPlaces(place: Place): Map<string, string> {
  const prefix = place.directory === '' ? '' : `${place.directory}/`;
  const own = place.repository.files.filter((file) => file.startsWith(prefix));
  const names = new Set(own.flatMap((file) => /^([\w.-]+)\//.exec(file.slice(prefix.length))?.[1] ?? []));
  return new Map(
    [...names].flatMap((name): [string, string][] => {
      const files = ofData.test(name) ? ownBelow(place, name) : [];
      const [first] = files;
      return first !== undefined && files.every((file) => keepsDirectory.test(file))
        ? [[name, `a directory without data is there (${first})`]]
        : [];
    }),
  );
}

/** A directory above or none at all has nothing in it that is not there yet; one with pages of PHP is a part of the program. */
function mayBeVolume(place: Place, directory: string): boolean {
  const [first = '', second] = directory.split('/');
  if (second !== undefined && ownBelow(place, first).length === 0) return false;
  return ownBelow(place, directory).every(
    (file) => !/\.(?:php|phtml|inc)$/.test(file) || baseName(file) === 'index.php',
  );
}

function ownBelow({ repository, directory }: Place, path: string): readonly string[] {
  return filesBelow(repository, join(directory, path));
}

const mostSources = 400;

export function phpSources(place: Place): { readonly path: string; readonly text: string }[] {
  const known = place.sources();
  if (known.length > 0) return [...known];
  const prefix = place.directory === '' ? '' : `${place.directory}/`;
  return place.repository.files
    .filter(
      (file) =>
        file.startsWith(prefix) && file.endsWith('.php') && !/(?:^|\/)(?:vendor|tests?|node_modules)\//.test(file),
    )
    .slice(0, mostSources)
    .flatMap((path) => {
      const text = place.repository.read(path);
      return text === undefined ? [] : [{ path, text }];
    });
}
