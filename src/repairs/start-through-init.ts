import type { BaseImage } from '../bases/base-image.ts';
import { entryPointOf } from '../bases/entry-points.ts';
import type { Fix, TextEdit } from '../core/fix.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { inCaseOf, insertLinesAfter, insertLinesBefore } from '../dockerfile/edit-lines.ts';
import type { CmdInstruction, EntrypointInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { isEditableRun } from '../dockerfile/run-chain.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, isRootUser, stageChain } from '../project/stage-facts.ts';

/** Release from which on the distribution has tini, of those whose packages are still where they were: https://tracker.debian.org/pkg/tini, https://packages.ubuntu.com/tini. */
const since: Readonly<Record<string, string>> = { debian: '11', ubuntu: '20.04', alpine: '3.4' };

/** Versions from which on no official image stands on an older release than those, for tags that name none. */
const sinceVersion: Readonly<Record<string, string>> = { node: '18', python: '3.10' };

/**
 * Installs tini and starts the program through it; undefined where the base is not one of these, where it starts the program in a way of its own, or where
 * another stage stands on this one.
 */
export function startThroughInit(
  dockerfile: Dockerfile,
  stage: Stage,
  start: CmdInstruction | EntrypointInstruction,
): Fix | undefined {
  const image = baseImageOf(stage);
  if (!hasPackage(image)) return undefined;
  if (
    stageChain(stage).length > 1 ||
    dockerfile.stages.some((each) => each !== stage && stageChain(each).includes(stage))
  )
    return undefined;
  if (start.name === 'CMD' && !['none', 'runs'].includes(entryPointOf(image))) return undefined;
  const [word] = start.command.form === 'exec' ? start.command.words : [];
  const installed = installEdit(dockerfile, stage);
  if (word === undefined || installed === undefined || start.syntax.innerComments.length > 0) return undefined;
  const through: TextEdit =
    start.name === 'ENTRYPOINT'
      ? {
          path: dockerfile.path,
          range: { start: word.range.start, end: word.range.start },
          replacement: '"tini", "--", ',
        }
      : insertLinesBefore(dockerfile, start, [`${inCaseOf(start, 'ENTRYPOINT')} ["tini", "--"]`]);
  return {
    title: 'Start the program through tini',
    changes: { edits: [installed, through] },
    assumptions: [
      {
        statement: 'Nothing stops the program at SIGTERM today, and it may stop at once.',
        state: 'unknown',
        question:
          'Does no library stop the program at SIGTERM, is it run without docker run --init, and may it end at once, in the middle of a request? A handler of its own lets it answer first.',
      },
    ],
  };
}

/** Whether the release is known to have the package where it was; a release that nothing tells may be an old one. */
function hasPackage({ distribution, distributionVersion, runtime }: BaseImage): boolean {
  const from = since[distribution];
  if (from === undefined) return false;
  if (distributionVersion !== undefined)
    return /^\d/.test(distributionVersion) && compareNumbers(distributionVersion, from) >= 0;
  const fromVersion = sinceVersion[runtime?.name ?? ''];
  return (
    fromVersion !== undefined && runtime?.version !== undefined && compareNumbers(runtime.version, fromVersion) >= 0
  );
}

/** The package among those that root installs in a step of the stage, else in a step behind FROM. */
function installEdit(dockerfile: Dockerfile, stage: Stage): TextEdit | undefined {
  const image = baseImageOf(stage);
  const isAlpine = image.distribution === 'alpine';
  const commands = packageCommands(dockerfile).filter((each) => each.stage === stage);
  // apt-mark auto lets a later purge take whatever was installed.
  if (dockerfile.commandsNamed('apt-mark').some((each) => each.stage === stage)) return undefined;
  if (commands.some(({ read }) => read.action === 'remove' && read.packages.some(({ name }) => name === 'tini')))
    return undefined;
  const user = dockerfile.instructionsNamed('USER').find((each) => each.stage === stage)?.instruction.range.start;
  const isRemoving = commands.some(({ read }) => read.action === 'remove');
  const install = commands.find(
    (each) =>
      !isRemoving &&
      (each.read.tool === 'apk') === isAlpine &&
      each.command.range.start < (user ?? Number.POSITIVE_INFINITY) &&
      isPlainInstall(dockerfile, each, commands),
  );
  const [before, last] = install?.read.packages.slice(-2).map(({ word }) => word.range) ?? [];
  if (image.user === undefined || !isRootUser(image.user) || stage.from === undefined) return undefined;
  const behind = last ?? before;
  if (behind !== undefined) {
    // One a line where they stand so.
    const between = before && last ? dockerfile.text.slice(before.end, last.start) : ' ';
    const gap = /^[\s\\`]+$/.test(between) ? between : ' ';
    return { path: dockerfile.path, range: { start: behind.end, end: behind.end }, replacement: `${gap}tini` };
  }
  const step = isAlpine
    ? 'apk add --no-cache tini'
    : 'apt-get update && apt-get install -y --no-install-recommends tini && rm -rf /var/lib/apt/lists/*';
  return insertLinesAfter(dockerfile, stage.from, [`${inCaseOf(stage.from, 'RUN')} ${step}`]);
}

/** Options by which what is installed, from where and whether stay as they are. */
const harmless: ReadonlySet<string> = new Set(['yes', 'quiet', 'no-install-recommends', 'no-cache']);

/**
 * `apk add --no-cache names`, `apt-get update && apt-get install … names`: in a step of commands that `&&` joins and nothing else, so that it
 * runs always, from an index that is new, of names and without any other option.
 */
function isPlainInstall(
  dockerfile: Dockerfile,
  { instruction, command, read }: PlacedPackageCommand,
  commands: readonly PlacedPackageCommand[],
): boolean {
  if (read.action !== 'install' || !isEditableRun(dockerfile, instruction) || instruction.flags.length > 0)
    return false;
  const { start, end } = instruction.range;
  if (/[;|`$(){}]|(?<!&)&(?!&)/.test(dockerfile.text.slice(start, end).replace(/`[ \t]*\r?\n/g, ' '))) return false;
  if (command.name !== read.tool || command.place.inside.length > 0 || command.place.negated) return false;
  const isPlain = ({ flags }: typeof read): boolean => flags.every(({ name }) => harmless.has(name));
  // A dash behind a name takes it away; a path or an address is none of an index.
  const named = read.packages.every(
    ({ word }) => word.literal && /^[a-z0-9][\w.+-]*(?<!-)(?:[=~<>]|$)/.test(word.value),
  );
  if (!named || read.packages.length === 0) return false;
  if (read.tool === 'apk') return read.noCache && isPlain(read);
  return (
    ['apt-get', 'apt'].includes(read.tool) &&
    isPlain(read) &&
    commands.some(
      (each) =>
        each.instruction === instruction &&
        each.command.range.start < command.range.start &&
        each.read.ecosystem === 'apt' &&
        each.read.action === 'update-index' &&
        each.command.place.inside.length === 0 &&
        isPlain(each.read),
    )
  );
}
