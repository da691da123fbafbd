import type { BuildContext } from '../context/build-context.ts';
import type { ContextUse } from '../context/context-use.ts';
import { suggestIgnoreLines } from '../context/generate.ts';
import { ignoreMatcher } from '../context/matcher.ts';
import type { Assumption, Changes, NewFile, TextEdit } from '../core/fix.ts';
import { ignoreChanges, ignoreFileIsOwn } from '../project/context-facts.ts';
import { ignoreInGit } from '../project/git-ignored.ts';
import { gitIsNotRead, nothingIsMissed, sourcesAreKnown } from '../project/ignore-assumptions.ts';
import type { Project } from '../project/project.ts';
import { unwantedJunk } from '../project/unwanted-junk.ts';

/** What keeps a file with a secret where it belongs, and what has to be true for that. */
export interface KeptOut extends Required<Changes> {
  readonly assumptions: readonly Assumption[];
}

/**
 * What keeps a new file with a secret out of git and of images: a line in .gitignore, and one in the ignore file of each build that would copy
 * the file. Where a build has no ignore file, it gets the one that it lacks anyway. `pattern` is a name without a slash.
 */
export function keepSecretOut(project: Project, path: string, pattern: string, comment: string): KeptOut {
  const contexts = project.contexts.filter((context) => takes(context, path));
  const lines = `# ${comment}\n**/${pattern}\n`;
  const parts = [
    ignoreInGit(project, path, pattern, comment),
    ...contexts.map((context) => ignoreChanges(context, junkLines(project, context) + lines)),
  ];
  const edits: TextEdit[] = parts.flatMap((each) => each.edits);
  const newFiles: NewFile[] = parts.flatMap((each) => each.newFiles ?? []);
  return {
    // Contexts of one directory may share the ignore file that is to be made.
    edits: uniqueBy(edits, placeOf),
    newFiles: uniqueBy(newFiles, (file) => file.path),
    assumptions: contexts.flatMap((context) => [...ofNewFile(project, context), ignoreFileIsOwn(context)]),
  };
}

/** What else a new ignore file has to leave out; nothing where there is one. */
function junkLines(project: Project, context: BuildContext): string {
  if (context.ignoreFile !== undefined) return '';
  const { index, uses, ignore } = context;
  const { text } = suggestIgnoreLines({ index, uses, junk: unwantedJunk(project, context), ignore });
  return text === '' ? '' : `${text}\n`;
}

function ofNewFile(project: Project, context: BuildContext): readonly Assumption[] {
  if (junkLines(project, context) === '') return [];
  const junk = unwantedJunk(project, context);
  return [nothingIsMissed(project, context, junk), gitIsNotRead(project, context, junk), sourcesAreKnown(context)];
}

/** A build of the context would copy a file at that path of the project. */
function takes({ directory, ignore, uses }: BuildContext, path: string): boolean {
  const prefix = directory === '' || directory === '.' ? '' : `${directory}/`;
  if (!path.startsWith(prefix)) return false;
  const inside = path.slice(prefix.length);
  const { verdict } = ignoreMatcher(ignore.lines.map(({ pattern }) => pattern));
  return verdict(inside) === 'kept' && uses.some((use) => mayCopy(use, inside));
}

function mayCopy({ sources, known }: ContextUse, path: string): boolean {
  return (
    !known ||
    sources.some((source) => {
      const wanted = source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
      return (
        wanted === '' || wanted === '.' || /[*?[]/.test(wanted) || path === wanted || path.startsWith(`${wanted}/`)
      );
    })
  );
}

function placeOf({ path, range }: TextEdit): string {
  return `${path}\0${range.start}`;
}

function uniqueBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
