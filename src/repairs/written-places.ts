import { contentAt } from '../bases/image-paths.ts';
import type { CommandWord } from '../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { absolutePath, copiedFiles, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import { baseImageOf, expandedValue, stageChain, workingDirectory } from '../project/stage-facts.ts';
import { startedCommands } from '../project/started-commands.ts';
import { isFileName } from './written-below.ts';

/** Where a program writes when it runs, as far as file and program tell. */
export interface WrittenPlaces {
  /**
   * Directories that have to belong to the user: volumes, directories made for data and logs, the working directory of programs that write
   * there, and one into which the build puts nothing: what else would the program do there?
   */
  readonly directories: readonly string[];
  /** Those among them that no step makes. */
  readonly missing: readonly string[];
  /** COPY and ADD that bring files into them. */
  readonly copies: readonly CopyInstruction[];
  /** Directories among them into which steps put files that stay those of root. */
  readonly filled: readonly string[];
  /** The first VOLUME of the stage, behind all mkdir: what is done to a volume behind it is lost with older builders. */
  readonly volume: Instruction | undefined;
  /** A step behind VOLUME makes one of the directories: it fails where the directory is there already. */
  readonly madeLate: boolean;
}

/** Programs that write where they are started: development servers, compilers, frameworks that keep state beside the sources. */
const writesWorkdir =
  /^(?:rails|puma|unicorn|thin|passenger|jekyll|hugo|celery|jupyter|jupyter-lab|jupyter-notebook|ipython|go|cargo|mvn|gradle|gradlew|mvnw|lein|sbt|mix|make|artisan|manage\.py|webpack|webpack-dev-server|vite|ng|nodemon|gulp|grunt|ember|gatsby|next|nuxt|meteor|odoo|scrapy|airflow|luigid|mlflow)$/;

/** Directories that are made for what a program writes. */
const forData =
  /^\/(?:data|logs?|cache|state|uploads?|storage|config|db|database|backups?|downloads?|output|results|workspace|work|spool|run)(?:\/|$)|^\/var\/(?:log|lib|cache|spool|run|opt|data|www)\/[^/]|^\/(?:run|srv)\/[^/]|\/(?:[\w.]+[_-])?(?:data|logs?|cache|tmp|temp|uploads?|storage|run|pids?|state|db|spool)$/;

/** Nothing there is a program's to own whole. */
const ofSystem =
  /^\/(?:$|(?:bin|boot|dev|etc|lib\w*|media|mnt|opt|proc|root|run|sbin|sys|tmp|usr|var|home|srv)$|(?:etc|usr(?!\/(?:local\/)?src\/[^/])|dev|proc|sys|root|lib\w*|bin|sbin|boot|tmp)\/|var\/(?:tmp|run|log|lib|cache|spool|www|opt)$|var\/(?:lib|cache)\/(?:apt|dpkg|apk|yum|dnf|rpm)(?:\/|$))/;

export function writtenPlaces(dockerfile: Dockerfile, stage: Stage): WrittenPlaces {
  const volumes = stage.instructions.flatMap((each) =>
    each.name === 'VOLUME' ? each.paths.flatMap((path) => expandedValue(dockerfile, each, path) ?? []) : [],
  );
  const directories = new Set<string>();
  const volume = stage.instructions.find(({ name }) => name === 'VOLUME');
  const makesLate = dockerfile
    .commandsNamed('mkdir')
    .some(({ stage: own, instruction }) => own === stage && volume && instruction.range.start > volume.range.start);
  const entered = workdirs(dockerfile, stage);
  const made = [...madeDirectories(dockerfile, stage), ...entered];
  // The step that gives them away stands before VOLUME: a WORKDIR behind it has not made its directory yet.
  const isEnteredLate =
    volume !== undefined &&
    !makesLate &&
    stage.instructions.some(({ name, range }) => name === 'WORKDIR' && range.start > volume.range.start);
  for (const path of [...volumes, ...made.map(({ path }) => path)]) {
    const clean = path.startsWith('/') ? path.replace(/\/+$/, '') : path;
    if (/^\/[\w./@+-]+$/.test(clean) && !ofSystem.test(clean)) directories.add(clean);
  }
  const owned = [...directories];
  const surelyMade = new Set(
    made.flatMap((each) => (each.isSure && !(isEnteredLate && entered.includes(each)) ? each.path : [])),
  );
  const copies = copiedFiles(dockerfile, stage).flatMap(({ instruction, destination }) =>
    destination !== undefined && instruction.chown === undefined && owned.some((path) => liesIn(destination, path))
      ? [instruction]
      : [],
  );
  return {
    directories: owned,
    missing: owned.filter((path) => !surelyMade.has(path)),
    copies,
    filled: owned.filter((path) => isFilled(dockerfile, stage, path)),
    volume,
    madeLate: makesLate,
  };
}

/** A directory that a step makes, or enters. */
interface MadeDirectory {
  readonly path: string;
  /** False where a variable names it, which a build argument may change. */
  readonly isSure: boolean;
}

/** Directories for data that a step of the stage makes. */
function madeDirectories(dockerfile: Dockerfile, stage: Stage): readonly MadeDirectory[] {
  return dockerfile
    .commandsNamed('mkdir')
    .filter((placed) => placed.stage === stage && placed.command.place.inside.length === 0)
    .flatMap((placed) =>
      placed.command.arguments.flatMap((word) => {
        const value = word.literal ? word.value : expandedWord(dockerfile, placed, word);
        if (value === undefined || value.startsWith('-') || !/^[\w./@+-]+$/.test(value)) return [];
        const path = absolutePath(directoryOf(dockerfile, placed), value);
        return path !== undefined && forData.test(path) ? [{ path, isSure: word.literal }] : [];
      }),
    );
}

/** A word with the variables of ENV and ARG; undefined where the shell decides what it is. */
function expandedWord(dockerfile: Dockerfile, { instruction }: PlacedCommand, word: CommandWord): string | undefined {
  const assigned = dockerfile.script(instruction)?.assigned ?? [];
  if (!/^(?:[\w./@+-]|\$\w+|\$\{\w+\})+$/.test(word.value) || assigned.length > 0) return undefined;
  return expandedValue(dockerfile, instruction, { value: word.value, range: word.range });
}

/** Working directories that the program writes to: where it starts, and those for data that it passed. */
function workdirs(dockerfile: Dockerfile, stage: Stage): readonly MadeDirectory[] {
  const end = finalDirectory(dockerfile, stage);
  const entered = stage.instructions.flatMap((each, at): MadeDirectory[] => {
    if (each.name !== 'WORKDIR') return [];
    const next = stage.instructions[at + 1];
    const path = next === undefined ? end : workingDirectory(dockerfile, stage, next).path;
    return path === undefined ? [] : [{ path, isSure: !each.value.value.includes('$') }];
  });
  const last = entered.findLast(({ path }) => path === end) ?? (end && { path: end, isSure: true });
  const empty = entered.filter(({ path }) => (path === end || forData.test(path)) && isEmpty(dockerfile, stage, path));
  return last && writesWhereStarted(dockerfile, stage) ? [...empty, last] : empty;
}

function writesWhereStarted(dockerfile: Dockerfile, stage: Stage): boolean {
  return startedCommands(dockerfile, stage).some(
    ({ name, arguments: words }) =>
      writesWorkdir.test(name) ||
      words.slice(0, 3).some(({ value }) => writesWorkdir.test(value.slice(value.lastIndexOf('/') + 1))),
  );
}

/** The build puts nothing there, and the base image has nothing there. */
function isEmpty(dockerfile: Dockerfile, stage: Stage, path: string): boolean {
  const content = contentAt(baseImageOf(stage), path);
  return (
    (content === 'nothing' || content === 'directory') &&
    stageChain(stage).every(
      (each) =>
        !isFilled(dockerfile, each, path) &&
        copiedFiles(dockerfile, each).every(
          ({ destination, instruction: { sources } }) =>
            destination !== undefined &&
            !liesIn(destination, path) &&
            (!liesIn(path, destination) || sources.every(({ value }) => isFileName(value))),
        ),
    )
  );
}

/** The directory in which the container starts. */
function finalDirectory(dockerfile: Dockerfile, stage: Stage): string | undefined {
  const last = stage.instructions.at(-1);
  if (last === undefined) return undefined;
  const { path } = workingDirectory(dockerfile, stage, last);
  if (last.name !== 'WORKDIR') return path;
  const value = expandedValue(dockerfile, last, last.value);
  return value === undefined ? undefined : absolutePath(path, value);
}

/** Whether a step other than mkdir, chown and chmod names the directory or works in it. */
function isFilled(dockerfile: Dockerfile, stage: Stage, path: string): boolean {
  return dockerfile.commands.some(
    (placed) =>
      placed.stage === stage &&
      !/^(?:mkdir|chown|chmod|rm|cd|ls|test|\[)$/.test(placed.command.name) &&
      (directoryOf(dockerfile, placed)?.startsWith(path) ||
        placed.command.arguments.some(({ value }) => value === path || value.startsWith(`${path}/`)) ||
        placed.command.redirects.some(({ target }) => target?.value.startsWith(`${path}/`))),
  );
}
