import { literalPattern } from '../../core/literal-pattern.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { contextFiles } from '../context-files.ts';
import { expand } from './outputs.ts';
import type { SplitSubject } from './split-plan.ts';

/** Linked, or asked for, beside what every Debian has: libc's parts, and the library of C++, which apt needs. */
const furtherFlag =
  /(?:^|[\s='"(,;:])(-l(?!(?:c|m|dl|rt|util|pthread|stdc\+\+)(?![\w.+-]))[\w.+-]*|-f(?:openmp|openacc|sanitize|gnu-tm)\b|-stdlib=libc\+\+)/;
/** The compiler's own libraries: no `-dev` package of the file stands for them. */
const compilersOwn =
  /(?:^|[\s='"(,;:])(-l(?:gomp|atomic|quadmath|gfortran|objc|itm|[atul]san|ubsan)(?![\w.+-])|-f(?:openmp|openacc|sanitize|gnu-tm)\b|-stdlib=libc\+\+)/;

const makefile = /^(?:GNU)?[Mm]akefile(?:\..*)?$|\.(?:mk|mak)$/;
const cmakeFile = /^CMakeLists\.txt$|\.cmake$/;
/** What make and CMake take from the environment by themselves. */
const flagVariables = ['LDLIBS', 'LOADLIBES', 'LIBS', 'LDFLAGS', 'CFLAGS', 'CXXFLAGS', 'CPPFLAGS'];

/**
 * Why a program may lack a library on the image that ships it; undefined where none is seen to.
 * @param isSame whether that is the image that builds: there the packages of the file bring their libraries, and only the compiler's own go
 */
export function missingLibrary(
  subject: SplitSubject,
  building: readonly PlacedCommand[],
  isSame: boolean,
): string | undefined {
  const words = [
    ...building.flatMap(({ command }) => command.arguments.map(({ value }) => expand(subject, value))),
    ...flagVariables.map((name) => expand(subject, `\${${name}}`)).filter((value) => !value.startsWith('$')),
  ];
  const files = filesThatLink(subject, building);
  if (isSame) {
    const lacking = libraryOfCompiler(
      [...words, ...(files ?? []).map(({ text }) => withOwnNames(text))],
      subject.runs.flatMap(({ commands }) => commands),
    );
    return lacking === undefined ? undefined : `${lacking} asks for a library that only the compiler brings`;
  }
  const flag = words.map((word) => furtherFlag.exec(word)?.[1]).find((each) => each !== undefined);
  if (flag !== undefined) return `${flag} asks for a library that may be lacking`;
  const unknown = building.flatMap(({ command }) =>
    /^(?:make|cmake)$/.test(command.name)
      ? []
      : command.arguments.filter(({ value }) => isUnknown(expand(subject, value))),
  )[0];
  if (unknown !== undefined) return `it is not known which libraries ${unknown.value} asks for`;
  if (files === undefined) return 'the files that tell make or CMake what to link are not read';
  const targets = new Set(files.flatMap(({ text }) => targetsOf(text)));
  for (const { path, text } of files) {
    const asked = furtherFlag.exec(text)?.[1] ?? otherMeans.exec(text)?.[1] ?? linkedItem(text, targets);
    if (asked !== undefined) return `${asked.trim()} in ${path} asks for a library that may be lacking`;
  }
  return undefined;
}

/** A shared library, or what only the shell knows. */
function isUnknown(word: string): boolean {
  return /[$`@]|\.so(?:\.[\d.]+)?$/.test(word);
}

/** Makefiles and CMake's files of the context, without comments; undefined where make or CMake reads what is not seen. */
function filesThatLink(
  { project, dockerfile }: SplitSubject,
  building: readonly PlacedCommand[],
): readonly { readonly path: string; readonly text: string }[] | undefined {
  const names = new Set(building.map(({ command }) => command.name));
  if (!names.has('make') && !names.has('cmake')) return [];
  const wanted = names.has('cmake') ? cmakeFile : makefile;
  const own = contextFiles(project, dockerfile, '');
  const paths = (own?.paths ?? []).filter((path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return makefile.test(name) || cmakeFile.test(name);
  });
  if (!paths.some((path) => wanted.test(path.slice(path.lastIndexOf('/') + 1)))) return undefined;
  const files = paths.map((path) => ({ path, text: own?.read(path)?.replaceAll(/#[^\n]*/g, '') }));
  return files.every((file) => file.text !== undefined)
    ? files.map(({ path, text = '' }) => ({ path, text }))
    : undefined;
}

/** Other ways to a library, of make and of CMake. */
const otherMeans =
  /(\bpkg-config\b|\b[\w-]{1,60}-config\s+--|\bpkg_(?:check|search)_modules?\b|\bfind_package\s*\((?!\s*Threads\b)[^)\n]{0,100}|\bfind_library\b|\bFetchContent\w*|\bExternalProject\w*|\bIMPORTED\b|[\w/}.-]{1,100}\.so\b|^[ \t]*-?s?include[ \t]+(?!\S*(?:\.mk|\.mak|\.d|\)|[Mm]akefile\S*)[ \t]*$)[^\n(]*)/im;

/** The names of what CMake builds. */
function targetsOf(text: string): readonly string[] {
  return [...text.matchAll(/\badd_(?:library|executable)\s*\(\s*"?([^\s")]+)/gi)].flatMap(([, name]) => name ?? []);
}

const linking = /\b(target_)?link_libraries\s*\(([^)]{0,4000})\)/gi;
const plainItem =
  /^(?:PUBLIC|PRIVATE|INTERFACE|LINK_(?:PUBLIC|PRIVATE)|debug|optimized|general|Threads::Threads|\$\{CMAKE_(?:THREAD_LIBS_INIT|DL_LIBS)\}|-?l?(?:c|m|dl|rt|util|pthread|stdc\+\+)|-pthread)$/;

/** The first thing that CMake links and that is neither a target of the project nor a part of libc. */
function linkedItem(text: string, targets: ReadonlySet<string>): string | undefined {
  return [...text.matchAll(linking)]
    .flatMap(([, ofTarget, items = '']) => (items.match(/[^\s"]+/g) ?? []).slice(ofTarget === undefined ? 0 : 1))
    .find((item) => !plainItem.test(item) && !targets.has(item));
}

/** CMake's names for the compiler's own libraries as the flags that they stand for. */
function withOwnNames(text: string): string {
  const items = [...text.matchAll(linking)].flatMap(([, , words = '']) => words.match(/[^\s"]+/g) ?? []);
  const found = /\bfind_package\s*\(\s*OpenMP\b/i.test(text) ? ' -fopenmp' : '';
  return `${text}${items.map((item) => ` -l${item}`).join('')}${found}`;
}

/** The first flag in words or files that asks for a library that comes and goes with the compiler, and that no command installs by its name. */
export function libraryOfCompiler(
  texts: readonly string[],
  commands: readonly Pick<PlacedCommand, 'command'>[],
): string | undefined {
  return texts
    .map((text) => compilersOwn.exec(text)?.[1])
    .find((flag) => flag !== undefined && !isInstalled(commands, flag));
}

/** Whether a package of the file is the library of a flag by its name: `libgomp1`, `libgomp`. */
function isInstalled(commands: readonly Pick<PlacedCommand, 'command'>[], flag: string): boolean {
  const library = flag === '-fopenmp' ? 'gomp' : flag.replace(/^-l/, '');
  return commands
    .flatMap(({ command }) => readPackageCommand(command)?.packages ?? [])
    .some(({ name }) => new RegExp(`^lib${literalPattern(library)}\\d*$`).test(name));
}
