import path from 'node:path';
import type { Configuration } from '../project/configuration.ts';

/** What plimsoll.yaml says of the size of the image that a Dockerfile makes; undefined where it says nothing. */
export function sizeBudgetOf(
  { path: file, sizeBudgets }: Pick<Configuration, 'path' | 'sizeBudgets'>,
  dockerfile: string,
  cwd: string,
): ReturnType<Configuration['sizeBudgets']['get']> {
  if (file === undefined) return undefined;
  const above = path.dirname(path.resolve(cwd, file));
  return sizeBudgets.get(path.relative(above, dockerfile).split(path.sep).join('/'));
}
