import type { BuildContext } from '../context/build-context.ts';
import { type ContextUse, localSources, rangeAt } from '../context/context-use.ts';
import { filesNamed } from '../context/listing-index.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { resolveCopyFrom } from '../dockerfile/stage-graph.ts';
import { absolutePath, copiedFiles, liesIn } from './copied-files.ts';
import { directoryOf } from './moved-files.ts';
import { buildsOf, type Project } from './project.ts';
import { expandedValue, imageWorkingDirectory, stageChain } from './stage-facts.ts';

/** A file of a build context that an image starts. */
export interface CopiedScript {
  /** Relative to the project's root. */
  readonly path: string;
  /** Its beginning, at most 16 KB, as Latin-1. */
  readonly start: string;
  /** False when the file may be longer. */
  readonly complete: boolean;
}

/** Where a program without a directory is looked for. */
const programDirectories = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** The file that a stage copies from its context and that a word of ENTRYPOINT or CMD names; undefined where that is not sure. */
export function copiedScript(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  program: string,
): CopiedScript | undefined {
  if (program === '' || program.startsWith('-') || program.includes('$')) return undefined;
  const places = placesOf(dockerfile, stage, program);
  const name = program.slice(program.lastIndexOf('/') + 1);
  const original = originalOf(dockerfile, stage, places);
  for (const { context } of buildsOf(project, dockerfile)) {
    if (context === undefined) continue;
    const copies = copiesOf(context, dockerfile, stage);
    const file =
      landedAt(context, copies, places) ??
      onlyOneNamed(context, copies, name) ??
      (original && landedAt(context, copies, [original]));
    const start = file === undefined ? '' : context.readStart(file);
    if (file === undefined || start === '') continue;
    const path = context.directory === '' ? file : `${context.directory}/${file}`;
    return { path, start, complete: start.length < 16_000 };
  }
  return undefined;
}

/** The path in a context of the file that COPY puts at an absolute place of a stage's image; undefined where none does for sure. */
export function fileCopiedTo(
  context: BuildContext,
  dockerfile: Dockerfile,
  stage: Stage,
  place: string,
): string | undefined {
  return landedAt(context, copiesOf(context, dockerfile, stage), [place]);
}

/** The same, through other stages (`COPY --from=`) and what moves directories (`mv`, `cp`); undefined where none brings it for sure. */
export function fileBroughtTo(
  context: BuildContext,
  dockerfile: Dockerfile,
  stage: Stage,
  place: string,
): string | undefined {
  const origins: Origin[] = [{ stage, place }];
  // Nobody moves a file as often; a file of thousands of `mv` is read in linear time.
  for (let at = 0; at < Math.min(origins.length, 20); at += 1) {
    const origin = origins[at];
    if (origin === undefined) break;
    const found = fileCopiedTo(context, dockerfile, origin.stage, origin.place);
    if (found !== undefined) return found;
    origins.push(...originsOf(dockerfile, origin.stage, origin.place));
  }
  return undefined;
}

interface Origin {
  readonly stage: Stage;
  readonly place: string;
}

/** Where the file at a place may come from: by COPY of another stage, the last first, or by `mv` and `cp`. */
function originsOf(dockerfile: Dockerfile, stage: Stage, place: string): readonly Origin[] {
  const chain = stageChain(stage);
  const copied = chain.flatMap((each) =>
    [...copiedFiles(dockerfile, each)].reverse().flatMap(({ instruction, destination }): Origin[] => {
      const source = instruction.from && resolveCopyFrom(dockerfile, instruction.from);
      if (source?.kind !== 'stage' || destination === undefined || instruction.parents) return [];
      return instruction.sources.flatMap((word) => {
        const written = expandedValue(dockerfile, instruction, word);
        const path = written === undefined ? undefined : absolutePath('/', written);
        const original = path === undefined ? undefined : movedFrom(path, destination, place);
        return original === undefined ? [] : { stage: source.stage, place: original };
      });
    }),
  );
  const moved = dockerfile.commandsNamed('cp', 'mv').flatMap((placed): Origin[] => {
    if (placed.stage === undefined || !chain.includes(placed.stage)) return [];
    const operands = placed.command.arguments.filter(({ value }) => !value.startsWith('-'));
    const target = operands.pop();
    if (target === undefined || [...operands, target].some(({ literal }) => !literal)) return [];
    const directory = directoryOf(dockerfile, placed);
    const destination = absolutePath(directory, target.value);
    if (destination === undefined) return [];
    return operands.flatMap(({ value }) => {
      const path = absolutePath(directory, value);
      const original = path === undefined ? undefined : movedFrom(path, destination, place);
      return original === undefined ? [] : { stage, place: original };
    });
  });
  return [...copied, ...moved];
}

/** What lay at `path`, a directory or a file with wildcards, lies at the destination now. */
function movedFrom(path: string, destination: string, place: string): string | undefined {
  if (!liesIn(place, destination)) return undefined;
  const rest = destination === '/' ? place : place.slice(destination.length);
  const slash = path.lastIndexOf('/');
  const [directory, name] = [path.slice(0, slash), path.slice(slash + 1)];
  if (/[*?[]/.test(directory)) return undefined;
  if (/[*?[]/.test(name)) return directory + rest;
  return rest === `/${name}` ? path : (path === '/' ? '' : path) + rest;
}

/** The whole text of such a file. */
export function copiedScriptText(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  program: string,
): string | undefined {
  const script = copiedScript(project, dockerfile, stage, program);
  return script && project.readFile?.(script.path)?.text;
}

/** The absolute paths that a word may mean. */
function placesOf(dockerfile: Dockerfile, stage: Stage, program: string): readonly string[] {
  const own = absolutePath(imageWorkingDirectory(dockerfile, stage), program);
  return [
    ...(own === undefined ? [] : [own]),
    ...(program.includes('/') ? [] : programDirectories.map((directory) => `${directory}/${program}`)),
  ];
}

/** The file of which a step makes the one at a place: `mv /init.sh /start`, `dos2unix -n /init.sh /start`. */
function originalOf(dockerfile: Dockerfile, stage: Stage, places: readonly string[]): string | undefined {
  const chain = stageChain(stage);
  for (const placed of dockerfile.commandsNamed('cp', 'mv', 'ln', 'install', 'dos2unix')) {
    if (placed.stage === undefined || !chain.includes(placed.stage)) continue;
    const [source, target] = placed.command.arguments.slice(-2).map(({ value }) => value);
    if (source === undefined || target === undefined || source.startsWith('-')) continue;
    const directory = directoryOf(dockerfile, placed);
    const made = absolutePath(directory, target);
    if (made !== undefined && places.includes(made)) return absolutePath(directory, source);
  }
  return undefined;
}

interface Copy {
  readonly use: ContextUse;
  readonly destination: string | undefined;
}

/** What is copied from the context into the image of a stage, the last first: it stands above what came before. */
function copiesOf(context: BuildContext, dockerfile: Dockerfile, stage: Stage): readonly Copy[] {
  return stageChain(stage).flatMap((each) =>
    [...copiedFiles(dockerfile, each)].reverse().flatMap(({ instruction, destination }): Copy[] => {
      const use = context.uses.find(
        ({ path, range }) => path === dockerfile.path && range.start === instruction.range.start,
      );
      return use?.known ? [{ use, destination }] : [];
    }),
  );
}

function landedAt(context: BuildContext, copies: readonly Copy[], places: readonly string[]): string | undefined {
  for (const { use, destination } of copies) {
    if (destination === undefined || use.parents) continue;
    for (const place of places)
      for (const source of localSources(use)) {
        const found = liesIn(place, destination) ? sourceOf(context, source, destination, place) : undefined;
        if (found !== undefined && context.copiedBy(use)[found] === 1) return context.index.entries[found]?.path;
      }
  }
  return undefined;
}

/** The number of the entry that a COPY of `source` to `destination` puts at `place`. */
function sourceOf({ index }: BuildContext, source: string, destination: string, place: string): number | undefined {
  const plain = source.replace(/^(?:\.?\/)+/, '').replace(/\/+$/, '');
  const taken = rangeAt(index, plain === '.' ? '' : plain);
  if (taken === undefined) return undefined;
  const rest = place.slice(destination === '/' ? 1 : destination.length + 1);
  // A file is named by the destination, or lies in it under its own name.
  if (taken.directory === undefined)
    return rest === '' || rest === plain.slice(plain.lastIndexOf('/') + 1) ? taken.range.start : undefined;
  if (rest === '') return undefined;
  const below = rangeAt(index, taken.directory === '' ? rest : `${taken.directory}/${rest}`);
  return below && below.directory === undefined ? below.range.start : undefined;
}

/** Where it cannot be told where files land, or a step moves them: the one file of that name that is copied. */
function onlyOneNamed(context: BuildContext, copies: readonly Copy[], name: string): string | undefined {
  const places = filesNamed(context.index, name);
  if (places.length === 0) return undefined;
  const copied = copies.map(({ use }) => context.copiedBy(use));
  const [only, other] = places.filter((place) => copied.some((taken) => taken[place] === 1));
  return only === undefined || other !== undefined ? undefined : context.index.entries[only]?.path;
}
