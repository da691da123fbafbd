import type { BaseImage } from '../bases/base-image.ts';
import { compareReleases } from '../bases/releases.ts';
import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { inCaseOf, insertLinesBefore, lineEndOf } from '../dockerfile/edit-lines.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import { removeCommands, removeInstruction } from '../dockerfile/remove-command.ts';
import { isEditableRun, standsAlone } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';
import { baseImageOf } from '../project/stage-facts.ts';
import { userAt } from '../project/user-at.ts';
import { takeOutWords } from './build-tools/take-out-words.ts';
import { wholePipe } from './piped-script.ts';

/** The glibc of each release: https://repology.org/project/glibc/versions */
const glibcOf: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { 8: '2.19', 9: '2.24', 10: '2.28', 11: '2.31', 12: '2.36', 13: '2.41' },
  ubuntu: { '14.04': '2.19', '16.04': '2.23', '18.04': '2.27', '20.04': '2.31', '22.04': '2.35', '24.04': '2.39' },
};

/** Packages that depend on the package nodejs, and would bring that of the distribution. */
const dependents = /^(?:npm|yarn|node-.*|libnode.*|passenger.*)$/;

/**
 * Takes Node.js from its official image in place of `curl https://deb.nodesource.com/setup_N.x | bash -` and the package nodejs: the same release as
 * its makers build it, and no script runs unseen. Undefined where the libc of the base is too old or not known for it, or where something else
 * comes of the script.
 */
export function takeNodeFromImage(
  dockerfile: Dockerfile,
  { command: download, instruction, stage }: PlacedCommand,
  runner: ShellCommand,
): Fix | undefined {
  if (stage === undefined || !isEditableRun(dockerfile, instruction) || !stage.instructions.includes(instruction))
    return undefined;
  const url = download.arguments.find(({ value }) => value.includes('deb.nodesource.com'));
  const release = /^https?:\/\/deb\.nodesource\.com\/setup_(\d+)\.x$/.exec(url?.value ?? '')?.[1];
  const whole = wholePipe(download, runner);
  if (release === undefined || !/^(?:ba|da)?sh$/.test(runner.name) || whole === undefined) return undefined;
  if (userAt(dockerfile, stage, instruction).isRoot !== true || !canRun(baseImageOf(stage), Number(release)))
    return undefined;
  const install = installOfNode(dockerfile, stage, instruction);
  if (install === undefined || reliesOnPackage(dockerfile, stage, instruction)) return undefined;
  if (needsLists(dockerfile, stage, instruction, install)) return undefined;
  const edits = exchange(dockerfile, instruction, whole, install, linesFor(instruction, release));
  if (edits === undefined) return undefined;
  return {
    title: `Copy Node.js from its official image: node:${release}-slim`,
    changes: { edits },
    assumptions: [
      { statement: 'The libc of the image is new enough for this Node.js.', state: 'holds' },
      {
        statement: `The build may pull node:${release}-slim, and nothing relies on where the package lies.`,
        state: 'unknown',
        question: `May the build pull the official image node:${release}-slim, from Docker Hub or a mirror of yours? Node.js lies in /usr/local/bin then and global packages in /usr/local/lib/node_modules, not below /usr: does a script or a setting name the old places, or the program nodejs?`,
      },
    ],
  };
}

/** The official builds are made on Enterprise Linux 7, from 18 on on 8: https://github.com/nodejs/node/blob/main/BUILDING.md */
function canRun({ distribution, distributionVersion, runtime }: BaseImage, release: number): boolean {
  // Older ones were pushed in a form that engines of today do not pull any more; newer ones ask for a library more.
  if (runtime?.name === 'node' || release < 6 || release > 24) return false;
  const table = Object.hasOwn(glibcOf, distribution) ? glibcOf[distribution] : undefined;
  const version = distribution === 'debian' ? distributionVersion?.split('.')[0] : distributionVersion;
  const glibc = version === undefined ? undefined : table?.[version];
  return glibc !== undefined && compareReleases(glibc, release < 18 ? '2.17' : '2.28') >= 0;
}

/** The one step that installs the package nodejs, in this RUN or a later one. */
function installOfNode(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
): PlacedPackageCommand | undefined {
  const found = packageCommands(dockerfile, 'apt-get', 'apt', 'aptitude').filter(
    (placed) =>
      placed.stage === stage &&
      placed.instruction.range.start >= instruction.range.start &&
      placed.read.action === 'install' &&
      placed.read.packages.some(({ name }) => name === 'nodejs'),
  );
  const [install, another] = found;
  const own = install?.read.packages.find(({ name }) => name === 'nodejs');
  return another === undefined && own?.version === undefined && install && standsAlone(install.command)
    ? install
    : undefined;
}

/** Something names the package's places or programs, a package depends on it, or a key is read by what the script installs. */
function reliesOnPackage(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): boolean {
  if (/\/usr\/(?:bin\/(?:node|npm|npx)|lib\/node_modules|include\/node)\b/.test(dockerfile.text)) return true;
  const commands = dockerfile.commandsNamed('nodejs', 'apt-key', 'gpg', 'lsb_release');
  if (commands.some((placed) => placed.stage === stage && placed.command.range.start > instruction.range.start))
    return true;
  return packageCommands(dockerfile, 'apt-get', 'apt', 'aptitude').some(
    (placed) =>
      placed.stage === stage &&
      placed.read.packages.some(
        ({ name }) => dependents.test(name) || (name === 'nodejs' && placed.read.action !== 'install'),
      ),
  );
}

/** A later step installs packages by the lists that the script read, or the step that goes with nodejs. */
function needsLists(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  install: PlacedPackageCommand,
): boolean {
  const own = packageCommands(dockerfile, 'apt-get', 'apt', 'aptitude').filter((placed) => placed.stage === stage);
  const isReading = ({ read }: PlacedPackageCommand) => read.action === 'update-index';
  const readBefore = own.some((each) => isReading(each) && each.instruction.range.end <= instruction.range.start);
  const isKept = readBefore && !/\/var\/lib\/apt/.test(dockerfile.text);
  const later = own.filter(
    (each) =>
      each.read.action === 'install' &&
      each.instruction !== instruction &&
      each.instruction !== install.instruction &&
      each.command.range.start > instruction.range.start,
  );
  return (
    !isKept &&
    later.some(
      (each) =>
        !own.some(
          (other) =>
            isReading(other) &&
            other.instruction === each.instruction &&
            other.command.range.start < each.command.range.start,
        ),
    )
  );
}

function linesFor(instruction: Instruction, release: string): readonly string[] {
  const copy = `${inCaseOf(instruction, 'COPY')} --from=node:${release}-slim`;
  const programs = Number(release) < 8 ? ['npm'] : ['npm', 'npx'];
  const links = programs.map((name) => `ln -s ../lib/node_modules/npm/bin/${name}-cli.js /usr/local/bin/${name}`);
  return [
    `${copy} /usr/local/bin/node /usr/local/bin/node`,
    `${copy} /usr/local/lib/node_modules /usr/local/lib/node_modules`,
    `${inCaseOf(instruction, 'RUN')} ${links.join(' && ')}`,
  ];
}

/** Serves apt alone: with nodejs gone nothing of it is wanted. */
function isHousekeeping(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  if (read !== undefined) return read.action === 'update-index' || read.action === 'clean-cache';
  return (
    command.name === 'set' ||
    (command.name === 'rm' &&
      command.arguments.every(({ value }) => /^-|^\/(?:var\/(?:lib\/apt|cache\/apt)|tmp|var\/tmp)\b/.test(value)))
  );
}

/** The edits that put the lines in the place of the script, and take the package out. */
function exchange(
  dockerfile: Dockerfile,
  instruction: RunInstruction,
  script: ShellCommand,
  install: PlacedPackageCommand,
  lines: readonly string[],
): readonly TextEdit[] | undefined {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const isOfScript = ({ range }: ShellCommand) => range.start >= script.range.start && range.end <= script.range.end;
  const isAlone = install.read.packages.length === 1;
  const isSpent = (each: ShellCommand) =>
    isOfScript(each) || isHousekeeping(each) || (isAlone && each === install.command);
  const isWhole = commands.every(isSpent) && instruction.syntax.innerComments.length === 0;
  const isHere = install.instruction === instruction;
  const place = isWhole
    ? [replace(dockerfile, instruction.range, lines.join(lineEndOf(dockerfile)))]
    : [insertLinesBefore(dockerfile, instruction, lines)];
  if (isWhole && isHere) return place;
  const rest = isHere ? undefined : withoutPackage(dockerfile, install, isHousekeeping);
  if (!isHere && rest === undefined) return undefined;
  if (isWhole) return [...place, ...(rest ?? [])];
  // The script read the lists of packages for all that follows.
  const reads = (each: ShellCommand) => readPackageCommand(each)?.action === 'update-index';
  const isRead = commands.some((each) => reads(each) && each.range.start < install.command.range.start);
  const installsMore = commands.some(
    (each) =>
      each.range.start > script.range.end &&
      readPackageCommand(each)?.action === 'install' &&
      !(isAlone && each === install.command),
  );
  if (installsMore && !isRead) return undefined;
  if (!isHere) {
    const removed = removeCommands(dockerfile, instruction, [script]);
    return removed && [...place, ...removed, ...(rest ?? [])];
  }
  const at = commands.findIndex((each) => isOfScript(each));
  const next = commands.slice(at).find((each) => !isOfScript(each));
  if (isAlone && next === install.command) {
    const removed = removeCommands(dockerfile, instruction, [script, install.command]);
    return removed && [...place, ...removed];
  }
  if (isAlone) return undefined;
  const own = install.read.packages.filter(({ name }) => name === 'nodejs').map(({ word }) => word);
  const words = takeOutWords(dockerfile, own);
  const removed = removeCommands(dockerfile, instruction, [script]);
  return removed && words && [...place, ...removed, ...words];
}

/** A later step without nodejs: the word, or all of it where nothing else is in it. Each has to read the lists of packages itself. */
function withoutPackage(
  dockerfile: Dockerfile,
  { command, instruction, read }: PlacedPackageCommand,
  isIdle: (command: ShellCommand) => boolean,
): readonly TextEdit[] | undefined {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  if (read.packages.length === 1)
    return commands.every((each) => each === command || isIdle(each))
      ? removeInstruction(dockerfile, instruction)
      : undefined;
  const readsLists = commands.some(
    (each) => readPackageCommand(each)?.action === 'update-index' && each.range.start < command.range.start,
  );
  const own = read.packages.filter(({ name }) => name === 'nodejs').map(({ word }) => word);
  return readsLists ? takeOutWords(dockerfile, own) : undefined;
}
