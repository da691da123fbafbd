import type { CommandLine } from '../core/command-line.ts';
import type { Assumption, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { CacheTrace } from '../ecosystems/cleanup.ts';
import type { Project } from '../project/project.ts';
import { fetchListsThere, listDependents } from './list-dependents.ts';
import { sameSources } from './sources-changed.ts';

/** What becomes of the steps that live on package lists which are removed. */
export interface ListsNeeded {
  readonly edits: readonly TextEdit[];
  readonly assumption: Assumption;
}

const statement = 'No later step installs from these lists without fetching them again.';
export const nothingNeeded: ListsNeeded = { edits: [], assumption: { statement, state: 'holds' } };

/** Later steps that install without an update of their own live on the lists of this one: they are given one, or there is no fix. */
export function listsNotNeeded(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: RunInstruction,
  { cache, writtenBy }: CacheTrace,
): ListsNeeded | undefined {
  const { installs, unsure, hidden } = listDependents(project, dockerfile, stage, instruction, cache.tools);
  if (hidden) return undefined;
  const isAlone = !packageCommands(dockerfile).some(
    (each) => each.instruction === instruction && each.read.action !== 'update-index',
  );
  if (isAlone && installs.length === 0) {
    const question = 'Who uses these lists: a script of a later step, an image that is built on this one?';
    return { edits: [], assumption: { statement, state: 'unknown', question } };
  }
  const edits = installs.length === 0 ? [] : fetchThere(dockerfile, instruction, installs, cache, writtenBy);
  if (edits === undefined) return undefined;
  const update = writtenBy[0]?.command;
  if (!unsure) {
    const sources = update && edits.length > 0 ? sameSources(dockerfile, update, installs) : undefined;
    return { edits, assumption: sources?.state === 'unknown' ? sources : nothingNeeded.assumption };
  }
  const question = 'A later step may install from these lists: does it fetch them itself?';
  return { edits, assumption: { statement, state: 'unknown', question } };
}

function fetchThere(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  installs: readonly PlacedPackageCommand[],
  { removal, path }: CacheTrace['cache'],
  writtenBy: CacheTrace['writtenBy'],
): readonly TextEdit[] | undefined {
  // An update alone in its RUN is what `cache/update-and-install` moves.
  const isAlone = !packageCommands(dockerfile).some(
    (each) => each.instruction === instruction && each.read.action === 'install',
  );
  const update = writtenBy[0]?.command;
  if (path !== '/var/lib/apt/lists' || isAlone || update === undefined) return undefined;
  return fetchListsThere(dockerfile, instruction, installs, updateText(dockerfile, update), removal);
}

/** The update as it stands, or plainly where it is broken over lines. */
function updateText({ text }: Dockerfile, { range, name }: CommandLine): string {
  const written = text.slice(range.start, range.end);
  return written.includes('\n') ? `${name} update` : written;
}
