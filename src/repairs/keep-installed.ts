import { ignoreMatcher } from '../context/matcher.ts';
import type { Assumption, Changes } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { ignoreChanges, ignoreFileIsOwn } from '../project/context-facts.ts';
import { buildsOf, type Project } from '../project/project.ts';

/** What keeps the sources of a checkout from replacing what was installed before them. */
export interface KeptInstalled {
  readonly changes: Changes;
  readonly assumptions: readonly Assumption[];
}

/** What tools of a project make there, but not the install; and what is only filled where a project asks for it. */
const notInstalled = /(?:^|\/)(?:target|bin|vendor\/bundle)$/;

/**
 * Leaves out of the context what an install makes below the sources. In a fresh checkout it is not there; where somebody has worked it is,
 * and a COPY behind the install would put what was installed on another machine in the place of what the build installed.
 * @param directories what the install fills, relative to the context
 */
export function keepInstalled(
  project: Project,
  dockerfile: Dockerfile,
  directories: readonly string[],
): KeptInstalled | undefined {
  const [context] = buildsOf(project, dockerfile).flatMap((build) => build.context ?? []);
  if (context === undefined) return undefined;
  const patterns = context.ignore.lines.map(({ pattern }) => pattern);
  const { verdict } = ignoreMatcher(patterns);
  const open = directories.filter(
    (directory) =>
      !notInstalled.test(directory) && !/[*?[\]\\!#\s]/.test(directory) && verdict(directory) !== 'ignored',
  );
  if (open.length === 0) return undefined;
  const gap = context.ignoreFile !== undefined && context.ignoreFile.text !== '' ? '\n' : '';
  const lines = `${gap}# What the build installs itself\n${open.map((directory) => `${directory}\n`).join('')}`;
  const statement = 'No other build takes from the context what an install makes in it.';
  const other = context.uses.find(
    ({ path, sources }) =>
      path !== dockerfile.path || sources.some((source) => open.some((each) => isAtOrBelow(each, source))),
  );
  // Somebody wants it in the context, by a line of its own.
  const isWanted = patterns.some(({ exception, matches }) => exception && open.some((directory) => matches(directory)));
  const assumption: Assumption =
    other === undefined && !isWanted
      ? { statement, state: 'holds' }
      : {
          statement,
          state: 'unknown',
          question: `${context.ignorePath} leaves out ${open[0]} then${other ? `, for ${other.path} too` : ', which it takes back now'}: does no build copy one that was installed outside of it?`,
        };
  return {
    changes: ignoreChanges(context, lines),
    assumptions: [assumption, ignoreFileIsOwn(context)],
  };
}

function isAtOrBelow(directory: string, source: string): boolean {
  const path = source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  return path === directory || path.startsWith(`${directory}/`);
}
