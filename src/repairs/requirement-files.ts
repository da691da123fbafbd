import { literalPattern } from '../core/literal-pattern.ts';
import type { ProjectFiles } from '../ecosystems/install-inputs.ts';

/** Options of a requirements file that bring nothing of the project in. */
const harmless =
  /^(?:-i|--(?:(?:extra-)?index-url|hash|trusted-host|no-binary|only-binary|prefer-binary|pre|require-hashes|find-links[= ]https?:))(?:[\s=/]|$)/;
/** A package of a registry or of a repository elsewhere, with its version and its markers. */
const remote =
  /^(?:(?:-e|--editable)[\s=]+(?=git\+))?(?:(?:git\+)?(?:https?|ssh):\/\/\S+|[A-Za-z0-9][\w.-]*\s*(?:\[[\w\s,.-]*\])?\s*(?:@\s*(?:git\+)?(?:https?|ssh):\/\/\S+|[=<>!~(][^@]*|;.*)?)(?:\s+(?:;|--).*)?$/;
const archive = /^[\w./-]+\.(?:tar|tgz|tar\.\w+|zip)\b/;

/**
 * A requirements file lists only what others publish: nothing of the project is built, and no variable is read. By its last name, since where it
 * is copied to does not say which one it was: all of that name must be so. False where they are not known.
 */
export function listsOthersOnly(files: ProjectFiles | undefined, written: string, seen = new Set<string>()): boolean {
  const name = written.slice(written.lastIndexOf('/') + 1);
  if (seen.has(name)) return true;
  seen.add(name);
  const paths = files?.paths.filter((path) => path === name || path.endsWith(`/${name}`)) ?? [];
  return paths.length > 0 && paths.every((path) => textListsOthers(files, files?.read(path), seen));
}

function textListsOthers(files: ProjectFiles | undefined, text: string | undefined, seen: Set<string>): boolean {
  if (text === undefined || text.includes('$')) return false;
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .every((line) => {
      const [, other] = /^(?:-r|-c|--requirement|--constraint)[\s=]*(\S+)$/.exec(line) ?? [];
      if (other !== undefined) return listsOthersOnly(files, other, seen);
      return line === '' || harmless.test(line) || (remote.test(line) && !archive.test(line));
    });
}

/** Files that run, or are read with variables put in, when the project is installed. */
const scripts =
  /(?:^|\/)(?:setup\.(?:py|cfg)|pyproject\.toml|hatch_build\.py|[^/]*\.gemspec|Gemfile|package\.json|\.npmrc|\.yarnrc(?:\.yml)?|\.pnpmfile\.c?js|composer\.json|build\.rs|CMakeLists\.txt|Makefile|[\w.-]*requirements[\w.-]*\.txt)$/;

/** The file of the project that reads a variable when it is installed or built: `os.environ["NAME"]`, `ENV.fetch('NAME')`, `$NAME`. */
export function readerOf(files: ProjectFiles | undefined, names: readonly string[]): string | undefined {
  if (files === undefined || names.length === 0) return undefined;
  const written = names.map(literalPattern).join('|');
  const quoted = new RegExp(`(?:["'%$]|\\$\\{|\\benv\\.)(?:${written})(?![\\w-])`);
  // In JSON each key is quoted: a name of its own there says nothing.
  const inJson = new RegExp(`(?:[%$]|\\$\\{|\\benv\\.)(?:${written})(?![\\w-])`);
  return files.paths.find(
    (path) => scripts.test(path) && (path.endsWith('.json') ? inJson : quoted).test(files.read(path) ?? ''),
  );
}
