import type { CommandLine, CommandWord } from '../../core/command-line.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { Cost } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { Severity } from '../../core/severity.ts';
import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import {
  absolutePath,
  bytesCopied,
  bytesCopiedTo,
  type CopiedFiles,
  copiedFiles,
  liesIn,
} from '../../project/copied-files.ts';
import { installsInto, isRemoved } from '../../project/moved-files.ts';
import { isOwnedBy, ownershipWords } from '../../project/ownership.ts';
import { type Project, shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { stageChain, workingDirectory } from '../../project/stage-facts.ts';
import { ownWhereCopied, type RecursiveChange } from '../../repairs/own-where-copied.ts';

/** Less than this, in bytes, nobody notices. */
const worthIt = 1_000_000;

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'A recursive chown or chmod stores copied files a second time',
  why: 'Changing the owner or mode of a file copies it whole into the new layer, so everything that was copied before is stored and pulled twice.',
  remedy: 'Give the files their owner and mode where they are copied: COPY --chown=… --chmod=….',
  peers: [],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile).flatMap((stage) => stageChain(stage)));
    const said = new Map<Instruction, Changes[]>();
    for (const placed of dockerfile.commandsNamed('chown', 'chgrp', 'chmod')) {
      const { command, stage, instruction } = placed;
      if (stage === undefined || !shipped.has(stage) || !isRecursive(command)) continue;
      const paths = changedPaths(dockerfile, placed);
      const twice = copiedFiles(dockerfile, stage).flatMap((copied): Twice[] => {
        const { instruction: copy, destination } = copied;
        if (
          copy.range.start >= instruction.range.start ||
          destination === undefined ||
          !paths.some((path) => overlaps(path, destination)) ||
          hasAlready(command, copy.chown?.value) ||
          isRemoved(dockerfile, { instruction: copy, destination }, placed)
        )
          return [];
        const isWhole = paths.some((path) => liesIn(destination, path));
        const places = isWhole ? [destination] : paths.filter((path) => liesIn(path, destination));
        const bytes = isWhole
          ? bytesCopied(project, dockerfile, copy)
          : bytesCopiedTo(project, dockerfile, copied, places);
        // What a later step made there was not copied.
        return !isWhole && bytes === 0 ? [] : [{ ...copied, isWhole, places, bytes }];
      });
      if (twice.length === 0) continue;
      const change = { placed, copies: twice, targets: targetPaths(dockerfile, placed) };
      const groups = said.get(instruction) ?? [];
      const same = groups.find(([first]) => takesAll(first.copies, twice));
      // The step stores them once more, whatever the number of commands that change them.
      if (same === undefined) said.set(instruction, [...groups, [change]]);
      else same.push(change);
    }
    for (const [instruction, groups] of said)
      for (const [at, group] of groups.flatMap((each) => apartOrTogether(project, dockerfile, each)).entries()) {
        const { changes, fix } = group;
        const [{ placed, copies }, ...others] = changes;
        const cost = costOf(copies);
        report({
          at: placed.command.range,
          severity: severityOf(dockerfile, copies, placed, cost),
          message: `${enumerate(changes.map((each) => `${each.placed.command.name} -R`))} ${changes.length === 1 ? 'stores' : 'store'} ${names(copies)} a second time.`,
          also: [
            ...copies.map((copy) => ({ range: copy.instruction.range, note: 'copied here' })),
            ...others.map((other) => ({ range: other.placed.command.range, note: 'changes them, too' })),
          ],
          ...(cost && { cost }),
          ...(fix && { fix }),
          // What an image measures of the step is said once, whatever the number of its commands.
          ...(at === 0 && { cause: `hides: ${instruction.range.start}` }),
        });
      }
  },
});

/** A command, and what it stores a second time. */
type Change = RecursiveChange & { readonly copies: readonly Twice[] };
type Changes = [Change, ...Change[]];

function takesAll(copies: readonly Twice[], others: readonly Twice[]): boolean {
  return others.every((other) =>
    copies.some(({ instruction, isWhole }) => instruction === other.instruction && isWhole === other.isWhole),
  );
}

/** Commands that change the same are one finding, unless they can only be repaired one by one. */
function apartOrTogether(
  project: Project,
  dockerfile: Dockerfile,
  changes: Changes,
): readonly { readonly changes: Changes; readonly fix: Fix | undefined }[] {
  const fix = ownWhereCopied(project, dockerfile, changes);
  if (fix !== undefined || changes.length === 1) return [{ changes, fix }];
  const alone = changes.map((change): { changes: Changes; fix: Fix | undefined } => ({
    changes: [change],
    fix: ownWhereCopied(project, dockerfile, [change]),
  }));
  return alone.some((each) => each.fix !== undefined) ? alone : [{ changes, fix }];
}

/** What is copied and then changed: all of it, or what comes to lie at some places below its destination. */
interface Twice extends CopiedFiles {
  readonly isWhole: boolean;
  readonly places: readonly string[];
  /** Of what is changed; undefined where it is not known. */
  readonly bytes: number | undefined;
}

/** By what is known of the size: an error from a megabyte on, a note for a script, and a warning where nobody can tell. */
function severityOf(
  dockerfile: Dockerfile,
  copies: readonly Twice[],
  change: PlacedCommand,
  cost: Cost | undefined,
): Severity {
  if (installsBetween(dockerfile, copies, change)) return 'error';
  if (cost?.bytes !== undefined && cost.bytes >= worthIt) return 'error';
  if (cost !== undefined && copies.every(({ bytes }) => bytes !== undefined)) return 'note';
  const sources = copies.flatMap(({ instruction }) => instruction.sources.map(({ value }) => value));
  if (sources.every((source) => /\.[a-z0-9]{1,6}$/i.test(source) && !/\.(?:tar|tgz|zip|gz|jar|war)$/i.test(source)))
    return 'note';
  return 'warning';
}

/** Packages that were installed among the files are stored twice, too; their size is not known here. */
function installsBetween(dockerfile: Dockerfile, copies: readonly CopiedFiles[], change: PlacedCommand): boolean {
  const from = Math.min(...copies.map(({ instruction }) => instruction.range.start));
  const paths = changedPaths(dockerfile, change);
  return packageCommands(dockerfile).some(
    (placed) =>
      placed.stage === change.stage &&
      placed.instruction.range.start > from &&
      placed.instruction.range.start < change.instruction.range.start &&
      installsInto(dockerfile, placed).some((directory) => paths.some((path) => liesIn(directory, path))),
  );
}

function isRecursive(command: CommandLine): boolean {
  return command.arguments.some(({ value }) => value === '--recursive' || /^-[a-zA-Z]*R/.test(value));
}

/** Without flags and the owner or mode, which comes first. */
function targets(command: CommandLine): readonly CommandWord[] {
  const { operands, values } = ownershipWords(command);
  return values.has('--reference') ? operands : operands.slice(1);
}

function changedPaths(dockerfile: Dockerfile, placed: PlacedCommand): string[] {
  const directory = directoryBefore(dockerfile, placed);
  return targets(placed.command).flatMap((word) =>
    word.literal ? (absolutePath(directory, word.value.replace(/\/?\*+$/, '') || '/') ?? []) : [],
  );
}

function directoryBefore(dockerfile: Dockerfile, { instruction, stage }: PlacedCommand): string | undefined {
  const moved = dockerfile.script(instruction)?.commands.some(({ name }) => name === 'cd' || name === 'pushd');
  return stage === undefined || moved ? undefined : workingDirectory(dockerfile, stage, instruction).path;
}

/** The operands with their paths, where a pattern or variable does not hide them. */
function targetPaths(dockerfile: Dockerfile, placed: PlacedCommand): RecursiveChange['targets'] {
  const directory = directoryBefore(dockerfile, placed);
  return targets(placed.command).map((word) => ({
    word,
    path: word.literal && !/[*?[{]/.test(word.value) ? absolutePath(directory, word.value) : undefined,
  }));
}

/** A change above what was copied takes all of it; one below, a part, which counts when it is not a single file. */
function overlaps(changed: string, destination: string): boolean {
  return liesIn(destination, changed) || (destination !== '/' && liesIn(changed, destination));
}

/** `chown -R` to the owner that the files were copied with, or from one that they do not have, changes nothing. */
function hasAlready(command: CommandLine, owner: string | undefined): boolean {
  if (command.name === 'chmod') return false;
  const { operands, values } = ownershipWords(command);
  const from = values.get('--from');
  if (from !== undefined && !isOwnedBy(from, owner ?? '0:0')) return true;
  if (command.name !== 'chown' || owner === undefined) return false;
  const asked = operands[0]?.value;
  return asked === owner || asked?.split(':')[0] === owner.split(':')[0];
}

function names(copies: readonly Twice[]): string {
  const places = [...new Set(copies.flatMap((copy) => copy.places))];
  return places.length > 2
    ? `what was copied to ${places[0]} and ${places.length - 1} more places`
    : `what was copied to ${places.join(' and ')}`;
}

function costOf(copies: readonly Twice[]): Cost | undefined {
  const bytes = copies.reduce((sum, copy) => sum + (copy.bytes ?? 0), 0);
  if (bytes === 0) return undefined;
  const whole = copies.every((copy) => copy.bytes !== undefined);
  return {
    bytes,
    basis: 'estimated',
    derivation: `size of the files that ${copies.length === 1 ? 'the COPY takes' : 'the COPYs take'} from the build context, uncompressed${whole ? '' : '; what comes from other stages is not counted'}`,
  };
}
