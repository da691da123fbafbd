import type { CommandWord } from '../core/command-line.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import { removeCommands } from '../dockerfile/remove-command.ts';
import { isEditableRun, linkOf, scriptStart, standsAlone } from '../dockerfile/run-chain.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { type CopiedFiles, copiedFiles, liesIn } from '../project/copied-files.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, imageInstructions, isRootUser, stageChain } from '../project/stage-facts.ts';
import { isChangedBetween } from './changed-between.ts';
import { type FlagChange, modeFlag, ownerFlag } from './copy-flags.ts';
import type { MovedAccounts } from './move-accounts.ts';
import { type Shortened, shortenCommand } from './shorten-command.ts';
import { type WrittenBelow, writtenBelow } from './written-below.ts';

/** A recursive chown or chmod, the paths that it changes in the order of its words, and the COPYs whose files it changes. */
export interface RecursiveChange {
  readonly placed: PlacedCommand;
  /** Each operand with the absolute path that it stands for; undefined where that is not known. */
  readonly targets: readonly { readonly word: CommandWord; readonly path: string | undefined }[];
  readonly copies: readonly CopiedFiles[];
}

/**
 * Gives copied files their owner or mode where they are copied, and leaves of the recursive commands what they do beside: the
 * directories that WORKDIR and mkdir made, and paths that hold nothing copied. Several commands are of one RUN.
 */
export function ownWhereCopied(
  project: Project,
  dockerfile: Dockerfile,
  changes: readonly RecursiveChange[],
): Fix | undefined {
  const together = new Set(changes.map(({ placed }) => placed.command));
  // Two of a kind would both go to the one flag.
  if (new Set([...together].map(({ name }) => name)).size < changes.length) return undefined;
  if (changes.some((change) => isChangedBetween(dockerfile, change, together))) return undefined;
  const parts = changes.map((change) => partOf(project, dockerfile, change));
  const [first, ...others] = parts;
  if (first === undefined || others.includes(undefined)) return undefined;
  const known = [first, ...others.flatMap((part) => part ?? [])];
  const rest = known.length === 1 ? restOf(dockerfile, first) : restOfSeveral(dockerfile, known);
  const edits = rest && inOrder([...known.flatMap(({ flag }) => flag.edits), ...rest]);
  if (edits === undefined) return undefined;
  const copies = new Set(changes.flatMap((change) => change.copies.map(({ instruction }) => instruction)));
  const [copy] = copies;
  const assumptions = known.flatMap(({ flag, left }) => [...flag.assumptions, ...left.assumptions]);
  return {
    title: `Pass ${enumerate(known.map(({ flag }) => flag.text))} to ${copies.size === 1 ? `the ${copy?.name ?? 'COPY'}` : `the ${copies.size} copies`} in place of ${enumerate(changes.map(({ placed }) => `${placed.command.name} -R`))}`,
    changes: { edits },
    // Of the same files the same is asked once.
    assumptions: [...new Map(assumptions.map((each) => [each.question ?? each.statement, each])).values()],
  };
}

/** What one command becomes. */
interface Part {
  readonly change: RecursiveChange;
  readonly flag: FlagChange;
  readonly left: Left;
  readonly shortened: Shortened;
}

function partOf(project: Project, dockerfile: Dockerfile, change: RecursiveChange): Part | undefined {
  const { placed, targets } = change;
  const { stage, instruction, command } = placed;
  if (stage === undefined || !isEditableRun(dockerfile, instruction) || !standsAlone(command)) return undefined;
  if (!isPlainCommand(placed) || !runsAsRoot(stage, placed) || !joinsPlainly(dockerfile, placed)) return undefined;
  if (!targets.every(({ path }) => path !== undefined) || !copiesAreWhole(dockerfile, stage, change)) return undefined;
  const flag = command.name === 'chown' ? ownerFlag(dockerfile, stage, change) : modeFlag(project, dockerfile, change);
  if (flag === undefined) return undefined;
  const left = whatIsLeft(dockerfile, stage, change);
  if (left === undefined) return undefined;
  const shortened = shortenCommand(dockerfile, change, left.named);
  return shortened && { change, flag, left, shortened };
}

function restOf(dockerfile: Dockerfile, { change, flag, shortened }: Part): readonly TextEdit[] | undefined {
  return flag.moved ? editsOfMove(dockerfile, change, flag.moved, shortened) : shortened.edits;
}

/** Those that go altogether follow each other, and go as one: the way to take each out depends on what stands beside it. */
function restOfSeveral(dockerfile: Dockerfile, parts: readonly Part[]): readonly TextEdit[] | undefined {
  if (parts.some(({ flag }) => flag.moved !== undefined)) return undefined;
  if (!parts.every(({ shortened }) => shortened.removed))
    return parts.some(({ shortened }) => shortened.removed)
      ? undefined
      : parts.flatMap(({ shortened }) => shortened.edits);
  const placed = parts.map(({ change }) => change.placed).sort((a, b) => a.command.range.start - b.command.range.start);
  const [first] = placed;
  if (first === undefined) return undefined;
  const { instruction } = first;
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const at = commands.indexOf(first.command);
  if (!placed.every(({ command }, offset) => commands[at + offset] === command)) return undefined;
  const heir = parts.flatMap(({ change }) => change.copies).at(-1)?.instruction;
  return removeCommands(
    dockerfile,
    instruction,
    placed.map(({ command }) => command),
    heir,
  );
}

/** Only flags that mean nothing for the result: -R, -v, -c, -f. */
function isPlainCommand({ command }: PlacedCommand): boolean {
  return (
    command.redirects.length === 0 &&
    command.wrappers.every((name) => name === 'sudo') &&
    command.arguments.every(
      ({ value }) => !value.startsWith('-') || /^(?:-[Rvcf]+|--recursive|--verbose|--changes)$/.test(value),
    )
  );
}

function runsAsRoot(stage: Stage, { instruction, command }: PlacedCommand): boolean {
  const user = imageInstructions(stage).findLast(
    (each) => each.name === 'USER' && each.range.start < instruction.range.start,
  );
  if (command.wrappers.includes('sudo')) return true;
  if (user?.name !== 'USER') return baseImageOf(stage).user === undefined || isRootUser(baseImageOf(stage).user ?? '');
  return isRootUser(user.value.value.split(':')[0] ?? '');
}

function joinsPlainly(dockerfile: Dockerfile, { command, instruction }: PlacedCommand): boolean {
  if (instruction.name !== 'RUN') return false;
  const isFirst = scriptStart(dockerfile, instruction) === command.range.start;
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const next = commands.find(({ range, place }) => range.start > command.range.end && place.inside.length === 0);
  return (isFirst || linkOf(dockerfile, instruction, command, 'before') !== undefined) && next?.place.after !== '||';
}

/** Every COPY whose files lie there is wholly changed, and is one of this stage whose place is known. */
function copiesAreWhole(dockerfile: Dockerfile, stage: Stage, { placed, targets, copies }: RecursiveChange): boolean {
  const isChanged = (path: string) => targets.some((target) => target.path !== undefined && liesIn(path, target.path));
  const earlier = stageChain(stage).flatMap((each) =>
    copiedFiles(dockerfile, each).filter(
      ({ instruction }) => each !== stage || instruction.range.start < placed.instruction.range.start,
    ),
  );
  return (
    copies.every(({ destination }) => destination !== undefined && isChanged(destination)) &&
    copies.every(({ instruction }) => !unpacks(instruction) && instruction.destination !== undefined) &&
    earlier.every(
      (copy) =>
        copy.destination !== undefined &&
        (copies.some(({ instruction }) => instruction === copy.instruction) ||
          !targets.some(
            ({ path }) =>
              path !== undefined && (liesIn(copy.destination ?? '', path) || liesIn(path, copy.destination ?? '')),
          ) ||
          (placed.command.name === 'chown' &&
            copy.instruction.chown !== undefined &&
            stage.instructions.includes(copy.instruction))),
    )
  );
}

/** Archives are unpacked with the owners that are in them. */
function unpacks({ name, sources }: CopyInstruction): boolean {
  return (
    name === 'ADD' && sources.some(({ value }) => /\.(?:tar|tgz|tbz2?|txz|gz|bz2|xz|zst)$|:\/\/|^git@/i.test(value))
  );
}

interface Left {
  readonly named: ReadonlyMap<CommandWord, readonly string[]>;
  readonly assumptions: readonly Assumption[];
}

/** What each operand still has to name, without recursion; undefined where a step is known to have written more. */
function whatIsLeft(
  dockerfile: Dockerfile,
  stage: Stage,
  { placed, targets, copies }: RecursiveChange,
): Left | undefined {
  const named = new Map<CommandWord, readonly string[]>();
  const unknown = new Set<Instruction>();
  let base: string | undefined;
  for (const { word, path } of targets) {
    if (path === undefined || !copies.some(({ destination }) => destination !== undefined && liesIn(destination, path)))
      continue;
    // A file has nothing below it.
    const isFile = copies.every(({ destination, instruction }) => destination !== path || isSingleFile(instruction));
    const written: WrittenBelow = writtenBelow(dockerfile, stage, path, placed);
    if (written.known !== undefined) return undefined;
    if (written.unknown.some((each) => speaksOf(dockerfile, each, path))) return undefined;
    for (const each of written.unknown) unknown.add(each);
    if (written.base && !isFile) base ??= path;
    named.set(word, isFile && copies.some(({ destination }) => destination === path) ? [] : written.named);
  }
  return { named, assumptions: [stepsWroteNothing(placed, [...unknown]), ...baseHoldsNothing(base)] };
}

/** A step that names the directory, or the one that it lies in, most likely puts files there: `unzip latest.zip -d /var/www/html/`. */
function speaksOf({ text }: Dockerfile, { range }: Instruction, path: string): boolean {
  const parent = path.slice(0, path.lastIndexOf('/'));
  const step = text.slice(range.start, range.end);
  return step.includes(path) || (parent.lastIndexOf('/') > 0 && step.includes(parent));
}

function isSingleFile({ sources, destination }: CopyInstruction): boolean {
  const [source] = sources;
  const name = source?.value.replace(/^.*\//, '') ?? '';
  return (
    sources.length === 1 &&
    /^[\w.-]*\.\w+$/.test(name) &&
    destination?.value.endsWith('/') === false &&
    destination.value.endsWith(name)
  );
}

function stepsWroteNothing({ command }: PlacedCommand, unknown: readonly Instruction[]): Assumption {
  const statement = `No step put other files there that ${command.name} -R changed as well.`;
  if (unknown.length === 0) return { statement, state: 'holds' };
  const lines = unknown.map(({ line }) => line);
  const shown = lines.length > 4 ? [...lines.slice(0, 3), 'others'] : lines;
  const question = `Did ${lines.length === 1 ? 'the step at line' : 'one of the steps at lines'} ${enumerate(shown.map(String), 'or')} put files there that must change, too?`;
  return { statement, state: 'unknown', question };
}

function baseHoldsNothing(path: string | undefined): Assumption[] {
  const statement = 'The base image has no files there.';
  if (path === undefined) return [{ statement, state: 'holds' }];
  return [
    {
      statement,
      state: 'unknown',
      question: `Does the base image, or a package that is installed, have files of its own in ${path} that must change, too?`,
    },
  ];
}

function editsOfMove(
  dockerfile: Dockerfile,
  { placed: { instruction, command }, copies }: RecursiveChange,
  { insertion, commands }: MovedAccounts,
  shortened: Shortened,
): readonly TextEdit[] | undefined {
  const removal = removeCommands(
    dockerfile,
    instruction,
    shortened.removed ? [...commands, command] : commands,
    copies.at(-1)?.instruction,
  );
  return removal && [insertion, ...removal, ...(shortened.removed ? [] : shortened.edits)];
}

/** Undefined where two of them want the same place. */
function inOrder(edits: readonly TextEdit[]): readonly TextEdit[] | undefined {
  const ordered = [...edits].sort((a, b) => a.range.start - b.range.start || a.range.end - b.range.end);
  const overlaps = ordered.some(({ range }, at) => {
    const next = ordered[at + 1];
    return next !== undefined && next.range.start < range.end;
  });
  return overlaps ? undefined : ordered;
}
