import ignore from 'ignore';

/** Tells whether a project path matches one of the patterns, which are read as .gitignore reads them (`!` takes back). */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const matcher = ignore().add([...patterns]);
  return (path) => ignore.isPathValid(path) && matcher.ignores(path);
}
