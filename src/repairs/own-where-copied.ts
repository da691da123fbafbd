import type { CommandWord } from '../core/command-line.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { insertAfter, replace } from '../dockerfile/edit.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import { removeCommands } from '../dockerfile/remove-command.ts';
import { isEditableRun, linkOf, scriptStart, standsAlone } from '../dockerfile/run-chain.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { type CopiedFiles, copiedFiles, liesIn } from '../project/copied-files.ts';
import { frontendKnows } from '../project/frontend.ts';
import { ownershipWords } from '../project/ownership.ts';
import type { Project } from '../project/project.ts';
import { baseImageOf, imageInstructions, isRootUser, stageChain } from '../project/stage-facts.ts';
import { accountCommands, namesMade, ownerKnown } from './known-user.ts';
import { type MovedAccounts, moveAccounts } from './move-accounts.ts';
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
 * Gives copied files their owner or mode where they are copied, and leaves of the recursive command what it does beside: the
 * directories that WORKDIR and mkdir made, and paths that hold nothing copied.
 */
export function ownWhereCopied(project: Project, dockerfile: Dockerfile, change: RecursiveChange): Fix | undefined {
  const { placed, copies, targets } = change;
  const { stage, instruction, command } = placed;
  if (stage === undefined || !isEditableRun(dockerfile, instruction) || !standsAlone(command)) return undefined;
  if (!isPlainCommand(placed) || !runsAsRoot(stage, placed) || !joinsPlainly(dockerfile, placed)) return undefined;
  if (!targets.every(({ path }) => path !== undefined) || !copiesAreWhole(dockerfile, stage, change)) return undefined;
  const flag = command.name === 'chown' ? ownerFlag(dockerfile, stage, change) : modeFlag(project, dockerfile, change);
  if (flag === undefined) return undefined;
  const left = whatIsLeft(dockerfile, stage, change);
  if (left === undefined) return undefined;
  const shortened = shortenCommand(dockerfile, change, left.named);
  if (shortened === undefined) return undefined;
  const rest = flag.moved ? editsOfMove(dockerfile, change, flag.moved, shortened) : shortened.edits;
  const edits = rest && inOrder([...flag.edits, ...rest]);
  if (edits === undefined) return undefined;
  return {
    title: `Pass ${flag.text} to ${copies.length === 1 ? `the ${copies[0]?.instruction.name ?? 'COPY'}` : `the ${copies.length} copies`} in place of ${command.name} -R`,
    changes: { edits },
    assumptions: [...flag.assumptions, ...left.assumptions],
  };
}

interface FlagChange {
  readonly text: string;
  readonly edits: readonly TextEdit[];
  readonly assumptions: readonly Assumption[];
  readonly moved?: MovedAccounts;
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

/** `--chown=` as the command has it: a user without group keeps the group that COPY gives, which is that of root. */
function ownerFlag(dockerfile: Dockerfile, stage: Stage, change: RecursiveChange): FlagChange | undefined {
  const { placed, copies } = change;
  const word = ownershipWords(placed.command).operands[0];
  if (word === undefined) return undefined;
  const written = word.raw.replace(/^(["'])(.*)\1$/, '$2');
  const owner = ownerText(word.literal ? word.value : written);
  if (owner === undefined) return undefined;
  if (
    !/:/.test(owner) &&
    copies.some(({ instruction }) => instruction.from !== undefined || instruction.chown !== undefined)
  )
    return undefined;
  const full = owner.includes(':') ? owner : `${owner}:0`;
  const first = copies[0]?.instruction;
  if (first === undefined || !sameVariables(dockerfile, word, first, placed)) return undefined;
  if (copies.some(({ instruction }) => instruction.link) && !/^\d+:\d+$/.test(full)) return undefined;
  const name = word.literal ? owner : expandedOwner(dockerfile, placed, owner);
  const exists = name === undefined ? 'unknown' : ownerKnown(dockerfile, stage, name, first);
  const edits = copies.map(({ instruction }) => setFlag(dockerfile, instruction, 'chown', full));
  const result = { text: `--chown=${full}`, edits };
  const statement = 'The user and the group exist where the files are copied.';
  if (exists === 'holds') return { ...result, assumptions: [{ statement, state: 'holds' }] };
  const late = accountCommands(dockerfile, stage).filter(
    (each) =>
      each.stage === stage &&
      each.command.range.start > first.range.start &&
      name?.split(':').some((part) => namesMade(dockerfile, each).includes(part)),
  );
  if (late.length > 0) {
    const moved = moveAccounts(dockerfile, stage, first, late, change);
    return moved && { ...result, moved, assumptions: [{ statement, state: 'holds' }] };
  }
  const question = `Do the user and the group ${name ?? full} exist in the image before line ${first.line}?`;
  return { ...result, assumptions: [{ statement, state: 'unknown', question }] };
}

/** `user`, `user:group`, `user.group`; undefined for the forms that COPY does not know. */
function ownerText(written: string): string | undefined {
  const text = /^[a-z_][\w-]*\.[a-z_][\w-]*$/i.test(written) ? written.replace('.', ':') : written;
  const part = '(?:[\\w-]+|\\$\\{?[A-Za-z_]\\w*\\}?)';
  if (new RegExp(`^${part}(?::${part})?$`).test(text)) return text;
  // `:group` leaves the user, which is root for what COPY brings.
  return new RegExp(`^:${part}$`).test(text) ? `0${text}` : undefined;
}

function expandedOwner(dockerfile: Dockerfile, { instruction }: PlacedCommand, owner: string): string | undefined {
  const scope = environmentAt(dockerfile, instruction);
  let isKnown = true;
  const value = owner.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const found = scope.get(name);
    isKnown &&= found !== undefined;
    return found ?? '';
  });
  return isKnown ? value : undefined;
}

/** A variable means the same for the COPY as for the shell of the RUN. */
function sameVariables(
  dockerfile: Dockerfile,
  word: CommandWord,
  copy: Instruction,
  { instruction }: PlacedCommand,
): boolean {
  const assigned = dockerfile.script(instruction)?.assigned ?? [];
  return word.variables.every((name) => {
    const there = environmentAt(dockerfile, copy).declaration(name);
    return (
      there !== undefined &&
      there === environmentAt(dockerfile, instruction).declaration(name) &&
      !assigned.some((each) => each.name === name)
    );
  });
}

/** `--chmod=` for an octal mode, which COPY gives to files and directories alike, as chmod -R does. */
function modeFlag(
  project: Project,
  dockerfile: Dockerfile,
  { placed, copies }: RecursiveChange,
): FlagChange | undefined {
  const mode = ownershipWords(placed.command).operands[0];
  if (placed.command.name !== 'chmod' || mode === undefined || !/^0?[0-7]{3}$/.test(mode.value)) return undefined;
  if (copies.some(({ instruction }) => instruction.chmod !== undefined)) return undefined;
  const feature = copies.some(({ instruction }) => instruction.name === 'ADD') ? 'ADD --chmod' : 'COPY --chmod';
  return {
    text: `--chmod=${mode.value}`,
    edits: copies.map(({ instruction }) => setFlag(dockerfile, instruction, 'chmod', mode.value)),
    assumptions: [frontendKnows(project, dockerfile, feature)],
  };
}

function setFlag(dockerfile: Dockerfile, copy: CopyInstruction, name: 'chown' | 'chmod', value: string): TextEdit {
  const before = copy.flags.find((flag) => flag.name === name);
  return before
    ? replace(dockerfile, before.range, `--${name}=${value}`)
    : insertAfter(dockerfile, copy.keyword.range, ` --${name}=${value}`);
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
    for (const each of written.unknown) unknown.add(each);
    if (written.base && !isFile) base ??= path;
    named.set(word, isFile && copies.some(({ destination }) => destination === path) ? [] : written.named);
  }
  return { named, assumptions: [stepsWroteNothing(placed, [...unknown]), ...baseHoldsNothing(base)] };
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
