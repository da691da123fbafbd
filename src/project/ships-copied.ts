import type { ContextUse } from '../context/context-use.ts';
import { inContext } from '../context/follow-links.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { Stage, StageReference } from '../dockerfile/stage.ts';
import { resolveCopyFrom, resolveMountFrom } from '../dockerfile/stage-graph.ts';
import { absolutePath, copiedFiles, liesIn } from './copied-files.ts';
import { type Project, shippedStages } from './project.ts';
import { expandedValue } from './stage-facts.ts';

/** Above this many paths only the directory that they were copied to counts. */
const maximalPaths = 1000;

/**
 * Whether an image may get paths of the context that COPY takes: by its own stages, or by a COPY --from or a mount that takes a directory of another
 * stage in which they lie. What a RUN moves inside a stage is not followed.
 */
export function shipsCopied(
  project: Project,
  dockerfile: Dockerfile,
  uses: readonly ContextUse[],
  paths: readonly string[],
): boolean {
  const byStart = new Map(uses.map((use) => [use.range.start, use]));
  const held = new Map<Stage, ReadonlySet<string>>();
  // A stage takes from those before it only.
  for (const stage of dockerfile.stages) {
    const places = new Set(stage.base.kind === 'stage' ? held.get(stage.base.stage) : []);
    for (const { instruction, destination = '/' } of copiedFiles(dockerfile, stage)) {
      const use = byStart.get(instruction.range.start);
      if (use !== undefined) for (const each of placesOf(use, paths, destination)) places.add(each);
      if (instruction.from === undefined) continue;
      const theirs = heldBy(held, resolveCopyFrom(dockerfile, instruction.from));
      if (theirs !== undefined && sourcesOf(dockerfile, instruction).some((source) => takes(source, theirs)))
        places.add(destination);
    }
    for (const instruction of stage.instructions) {
      if (instruction.name !== 'RUN') continue;
      for (const { options } of instruction.mounts) {
        const theirs = heldBy(held, resolveMountFrom(dockerfile, options.get('from')));
        const source = directoryBefore(options.get('source') ?? options.get('src') ?? '/');
        // Where the step puts what it sees there is not known.
        if (theirs !== undefined && takes(source, theirs)) places.add('/');
      }
    }
    if (places.size > 0) held.set(stage, places);
  }
  return shippedStages(project, dockerfile).some((stage) => held.has(stage));
}

function heldBy(
  held: ReadonlyMap<Stage, ReadonlySet<string>>,
  reference: StageReference,
): ReadonlySet<string> | undefined {
  return reference.kind === 'stage' ? held.get(reference.stage) : undefined;
}

/** Where the paths come to lie; the destination itself where that is not plain. */
function placesOf(use: ContextUse, paths: readonly string[], destination: string): readonly string[] {
  if (use.parents || paths.length > maximalPaths) return [destination];
  const sources = use.sources.map(inContext);
  return paths.map((path) => {
    const source = sources.find((each) => each === '' || path.startsWith(`${each}/`));
    if (source === undefined) return destination;
    return absolutePath(destination, source === '' ? path : path.slice(source.length + 1)) ?? destination;
  });
}

function sourcesOf(dockerfile: Dockerfile, instruction: CopyInstruction): readonly string[] {
  return instruction.sources.map((token) => directoryBefore(expandedValue(dockerfile, instruction, token) ?? '/'));
}

/** An absolute path, of one with wildcards or variables the directory before them. */
function directoryBefore(written: string): string {
  const wild = written.search(/[*?[$]/);
  const path = wild === -1 ? written : written.slice(0, written.lastIndexOf('/', wild) + 1);
  return absolutePath('/', path) ?? '/';
}

/** A directory above a place, or a part of what lies there. */
function takes(source: string, places: ReadonlySet<string>): boolean {
  return [...places].some((place) => liesIn(place, source) || liesIn(source, place));
}
