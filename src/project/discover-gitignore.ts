import { readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore, { type Ignore } from 'ignore';
import { repositoryTop } from './repository-top.ts';

/** What git ignores in one directory and below. https://git-scm.com/docs/gitignore */
export interface GitIgnore {
  /** Whether git ignores an entry of the directory, which is not ignored itself. Directories end with a slash. */
  ignores(path: string): boolean;
  /** The same for a directory below, with the .gitignore that lies in it. */
  below(directory: string, text: string): GitIgnore;
}

interface Level {
  /** Directory of the ignore file relative to the project; with a slash at its end, or ''. */
  readonly base: string;
  /** What stands before a project's path to make it relative to the ignore file, for those above the project. */
  readonly prefix: string;
  readonly rules: Ignore;
}

/** Nothing is ignored. */
export const noGitIgnore: GitIgnore = { ignores: () => false, below: () => noGitIgnore };

/**
 * The rules that hold for a project's root: those of the repository that it lies in. The root's own .gitignore is not among
 * them. Where they ignore the root itself, which was asked for by name, they do not count.
 */
export function gitIgnoreAbove(root: string): GitIgnore {
  const repository = repositoryTop(root);
  if (repository === undefined) return gitIgnoreOf([]);
  const levels: Level[] = [];
  const prefixOf = (directory: string) => {
    const path = relative(directory, root).split(sep).join('/');
    return path === '' ? '' : `${path}/`;
  };
  const add = (file: string, directory: string) => {
    const text = readText(file);
    if (text !== undefined) levels.push({ base: '', prefix: prefixOf(directory), rules: rulesOf(text) });
  };
  add(join(repository, '.git', 'info', 'exclude'), repository);
  const above: string[] = [];
  for (let directory = root; directory !== repository; ) {
    directory = dirname(directory);
    above.unshift(directory);
  }
  for (const directory of above) add(join(directory, '.gitignore'), directory);
  return gitIgnoreOf(levels.filter(({ prefix, rules }) => prefix === '' || !rules.ignores(prefix)));
}

function gitIgnoreOf(levels: readonly Level[]): GitIgnore {
  return {
    ignores(path) {
      for (let at = levels.length - 1; at >= 0; at--) {
        const level = levels[at];
        if (level === undefined) continue;
        const seen = level.prefix + path.slice(level.base.length);
        if (!ignore.isPathValid(seen)) continue;
        const { ignored, unignored } = level.rules.test(seen);
        if (ignored || unignored) return ignored;
      }
      return false;
    },
    below: (directory, text) =>
      gitIgnoreOf([...levels, { base: directory === '' ? '' : `${directory}/`, prefix: '', rules: rulesOf(text) }]),
  };
}

const compiled = new Map<string, Ignore>();
const mostCompiled = 100;

/** Kept: the rules of one file are asked for each path that a fix may write. */
function rulesOf(text: string): Ignore {
  let rules = compiled.get(text);
  if (rules === undefined) {
    rules = ignore().add(text);
    if (compiled.size >= mostCompiled) compiled.clear();
    compiled.set(text, rules);
  }
  return rules;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
