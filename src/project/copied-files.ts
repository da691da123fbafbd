import type { BuildContext } from '../context/build-context.ts';
import { type ContextUse, localSources, rangeAt } from '../context/context-use.ts';
import { hasWildcard, inContext } from '../context/follow-links.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { buildsOf, type Project } from './project.ts';
import { expandedValue, workingDirectory } from './stage-facts.ts';

/** A COPY or ADD with where its files come to lie. */
export interface CopiedFiles {
  readonly instruction: CopyInstruction;
  /** Absolute, without trailing slash (`/` for the root); undefined where a variable or an unknown directory hides it. */
  readonly destination: string | undefined;
}

const known = new WeakMap<Stage, readonly CopiedFiles[]>();

/** The COPY and ADD instructions of a stage itself, in order. */
export function copiedFiles(dockerfile: Dockerfile, stage: Stage): readonly CopiedFiles[] {
  let copies = known.get(stage);
  if (copies === undefined) {
    copies = stage.instructions.flatMap((instruction) =>
      instruction.name === 'COPY' || instruction.name === 'ADD'
        ? [{ instruction, destination: destinationOf(dockerfile, stage, instruction) }]
        : [],
    );
    known.set(stage, copies);
  }
  return copies;
}

function destinationOf(dockerfile: Dockerfile, stage: Stage, instruction: CopyInstruction): string | undefined {
  if (instruction.destination === undefined) return undefined;
  const written = expandedValue(dockerfile, instruction, instruction.destination);
  return written === undefined
    ? undefined
    : absolutePath(workingDirectory(dockerfile, stage, instruction).path, written);
}

/** A path inside a container made absolute; undefined where the directory it is relative to is not known. */
export function absolutePath(directory: string | undefined, written: string): string | undefined {
  if (!written.startsWith('/') && directory === undefined) return undefined;
  const parts: string[] = [];
  for (const part of (written.startsWith('/') ? written : `${directory}/${written}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** True when `inner` is `outer` or lies below it. Both absolute, or both relative to the same directory and no empty text. */
export function liesIn(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}

/** Bytes that an instruction takes from the build context; undefined where the context is not on disk or not all of it is known. */
export function bytesCopied(
  project: Project,
  dockerfile: Dockerfile,
  instruction: CopyInstruction,
): number | undefined {
  const taken = takenBy(project, dockerfile, instruction);
  return taken?.context.listing.entries.reduce(
    (sum, { size }, place) => sum + (taken.places[place] === 1 ? size : 0),
    0,
  );
}

/** The same for what comes to lie at some places below the destination; undefined also where it is not known which files do. */
export function bytesCopiedTo(
  project: Project,
  dockerfile: Dockerfile,
  { instruction, destination }: CopiedFiles,
  below: readonly string[],
): number | undefined {
  const taken = takenBy(project, dockerfile, instruction);
  if (taken === undefined || destination === undefined || taken.use.parents || taken.use.sources.some(hasWildcard))
    return undefined;
  const { context, use, places } = taken;
  const prefix = destination === '/' ? '/' : `${destination}/`;
  const counted = new Set<number>();
  for (const source of localSources(use)) {
    const from = rangeAt(context.index, inContext(source));
    if (from === undefined) return undefined;
    for (const path of below) {
      const rest = path.slice(prefix.length);
      const range =
        from.directory === undefined
          ? rest === inContext(source).split('/').at(-1)
            ? from.range
            : undefined
          : rangeAt(context.index, from.directory === '' ? rest : `${from.directory}/${rest}`)?.range;
      for (let place = range?.start ?? 0; place < (range?.end ?? 0); place++)
        if (places[place] === 1) counted.add(place);
    }
  }
  return [...counted].reduce((sum, place) => sum + (context.index.entries[place]?.size ?? 0), 0);
}

interface Taken {
  readonly context: BuildContext;
  readonly use: ContextUse;
  /** 1 at the place of each entry that is copied. */
  readonly places: Uint8Array;
}

function takenBy(project: Project, dockerfile: Dockerfile, instruction: CopyInstruction): Taken | undefined {
  if (instruction.from !== undefined) return undefined;
  for (const { context } of buildsOf(project, dockerfile)) {
    const use = context?.uses.find(
      ({ path, range }) => path === dockerfile.path && range.start === instruction.range.start,
    );
    if (context !== undefined && use?.known) return { context, use, places: context.copiedBy(use) };
  }
  return undefined;
}
