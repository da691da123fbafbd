import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertWord, replaceWord } from '../dockerfile/edit.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { removeCommand } from '../dockerfile/remove-command.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';
import { fetchesLists, listDependents, mayReadLists } from './list-dependents.ts';

const flag = '--no-cache';

/**
 * A RUN whose apk keeps no index: what installs fetches it for itself, and the update before it has nothing left to do. Later steps that
 * lived on the index that stayed are given the flag, too. Undefined where the update cannot be taken out, or serves something else.
 */
export function keepNoIndex(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  run: RunInstruction,
): Fix | undefined {
  const source = sourceOf(project, dockerfile, stage, run);
  // One repair, which the findings of both steps carry.
  const both = source && keepNoIndexIn(project, dockerfile, source.stage, source.run);
  return both ?? keepNoIndexIn(project, dockerfile, stage, run);
}

interface PlacedRun {
  readonly stage: Stage;
  readonly run: RunInstruction;
}

/** The step that left the index on which a later one lives. */
function sourceOf(project: Project, dockerfile: Dockerfile, stage: Stage, run: RunInstruction): PlacedRun | undefined {
  const chain = stageChain(stage);
  return packageCommands(dockerfile, 'apk')
    .flatMap(({ read, instruction, stage: own }): PlacedRun[] =>
      own !== undefined &&
      chain.includes(own) &&
      fetchesLists(read) &&
      instruction.name === 'RUN' &&
      instruction.range.start < run.range.start
        ? [{ stage: own, run: instruction }]
        : [],
    )
    .findLast((each) =>
      listDependents(project, dockerfile, each.stage, each.run, ['apk']).all.some(
        ({ instruction }) => instruction === run,
      ),
    );
}

function keepNoIndexIn(project: Project, dockerfile: Dockerfile, stage: Stage, run: RunInstruction): Fix | undefined {
  const own = packageCommands(dockerfile, 'apk').filter(({ instruction }) => instruction === run);
  if (own.some(({ read }) => read.action === 'other')) return undefined;
  const { all: later, unsure } = listDependents(project, dockerfile, stage, run, ['apk']);
  const updates = own.filter(({ read }) => read.action === 'update-index' && !read.noCache);
  const installs = own.filter(({ read }) => read.action === 'install' || read.action === 'upgrade');
  const edits: TextEdit[] = [];
  if (updates.length > 1) return undefined;
  for (const update of updates) {
    const removed = isPlain(update)
      ? withoutUpdate(dockerfile, run, update, [...installs, ...later][0]?.instruction)
      : undefined;
    if (removed === undefined) return undefined;
    edits.push(...removed);
  }
  for (const placed of [...installs, ...later]) {
    if (placed.read.noCache) continue;
    const edit = flagEdit(dockerfile, placed);
    if (edit === undefined) return undefined;
    edits.push(edit);
  }
  const isRead = unsure || mayReadLists(dockerfile.script(run)?.commands ?? []);
  return {
    title: updates.length === 0 ? `Pass ${flag}` : `Pass ${flag} instead of an update`,
    changes: { edits },
    assumptions: [knowsFlag(dockerfile, stage, run), nobodyElseReads(isRead, installs.length + later.length > 0)],
  };
}

function nobodyElseReads(isRead: boolean, isUsedHere: boolean): Assumption {
  const statement = 'Nothing else installs from this index.';
  if (!isRead && isUsedHere) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: isUsedHere
      ? 'Does a script of this or a later step call apk without an update of its own?'
      : 'Who uses this index: a script of a later step, an image that is built on this one?',
  };
}

/** An update that only fetches. */
function isPlain({ read, command }: PlacedPackageCommand): boolean {
  return (
    read.packages.length === 0 &&
    command.redirects.length === 0 &&
    read.flags.every(({ name }) => ['update-cache', 'quiet', 'verbose', 'no-progress', 'force'].includes(name))
  );
}

function withoutUpdate(
  dockerfile: Dockerfile,
  run: RunInstruction,
  { command }: PlacedPackageCommand,
  heir: Instruction | undefined,
): readonly TextEdit[] | undefined {
  const own = dockerfile.script(run)?.commands.find(({ range }) => range.start === command.range.start);
  return own && removeCommand(dockerfile, run, own, heir);
}

/** The flag in the place of `-U` and `--update`, which it includes, else behind the subcommand. */
function flagEdit(dockerfile: Dockerfile, { read, command }: PlacedPackageCommand): TextEdit | undefined {
  const { subcommand, flags } = read;
  if (subcommand === undefined || command.arguments.some(({ value }) => value === flag)) return undefined;
  const update = flags.find(
    ({ name, word }) => name === 'update-cache' && /^(?:-U|--update(?:-cache)?)$/.test(word.raw),
  );
  return update ? replaceWord(dockerfile, update.word.range, flag) : insertWord(dockerfile, subcommand.range, flag);
}

/** apk has the option since Alpine 3.3. */
function knowsFlag(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): Assumption {
  const statement = `apk knows ${flag}, which it has since Alpine 3.3.`;
  const { distribution, distributionVersion } = baseImageOf(stage);
  const [, minor] = /^3\.(\d+)/.exec(distributionVersion ?? '') ?? [];
  if (minor !== undefined && Number(minor) < 3 && distribution === 'alpine') return { statement, state: 'fails' };
  const isUsed = packageCommands(dockerfile, 'apk').some(
    (placed) => placed.stage === stage && placed.instruction !== run && placed.read.noCache,
  );
  if (distribution === 'alpine' || distribution === 'wolfi' || isUsed) return { statement, state: 'holds' };
  return {
    statement,
    state: 'unknown',
    question: 'Is the base image Alpine 3.3 or later? «cat /etc/alpine-release» in it says so.',
  };
}
