import type { Artifact } from '../core/artifact.ts';
import type { Changes } from '../core/fix.ts';
import { gitIgnoreAbove } from './discover-gitignore.ts';
import type { Project } from './project.ts';

/** Whether git ignores a path below a root, by the .gitignore files above it and the texts of those on the way to it. */
export function isGitIgnored(
  root: string,
  path: string,
  read: (path: string) => Artifact | undefined,
  above = gitIgnoreAbove(root),
): boolean {
  let rules = above;
  for (const directory of directoriesTo(path)) {
    if (directory !== '' && rules.ignores(`${directory}/`)) return true;
    const text = read(gitIgnoreIn(directory))?.text;
    if (text !== undefined) rules = rules.below(directory, text);
  }
  return rules.ignores(path);
}

/**
 * What makes git ignore a path: a line at the end of the nearest .gitignore, which wins over all that stands before it, negated lines
 * too, or in a new one at the root. No changes where git ignores the path already. `pattern` is a name without a slash.
 */
export function ignoreInGit(project: Project, path: string, pattern: string, comment: string): Changes {
  const read = (file: string) => project.artifacts.get(file) ?? project.readFile?.(file);
  if (isGitIgnored(project.root, path, read)) return { edits: [] };
  const nearest = directoriesTo(path)
    .map(gitIgnoreIn)
    .findLast((file) => read(file) !== undefined);
  const lines = [`# ${comment}`, pattern];
  if (nearest === undefined) return { edits: [], newFiles: [{ path: gitIgnoreIn(''), text: `${lines.join('\n')}\n` }] };
  const text = read(nearest)?.text ?? '';
  const lineEnd = /\r\n/.test(text) ? '\r\n' : '\n';
  const opened = text === '' || text.endsWith('\n') ? '' : lineEnd;
  const replacement = opened + lines.map((line) => line + lineEnd).join('');
  return { edits: [{ path: nearest, range: { start: text.length, end: text.length }, replacement }] };
}

/** The directories that lead to a path, the root as '' first. */
function directoriesTo(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))];
}

function gitIgnoreIn(directory: string): string {
  return directory === '' ? '.gitignore' : `${directory}/.gitignore`;
}
