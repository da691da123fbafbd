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

/** True when `inner` is `outer` or lies below it. Both absolute. */
export function liesIn(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}

/** Bytes that an instruction takes from the build context; undefined where the context is not on disk or not all of it is known. */
export function bytesCopied(
  project: Project,
  dockerfile: Dockerfile,
  instruction: CopyInstruction,
): number | undefined {
  for (const { context } of buildsOf(project, dockerfile)) {
    const use = context?.uses.find(
      ({ path, range }) => path === dockerfile.path && range.start === instruction.range.start,
    );
    if (context === undefined || use === undefined || !use.known) continue;
    const taken = context.copiedBy(use);
    let bytes = 0;
    for (const [place, entry] of context.listing.entries.entries()) if (taken[place] === 1) bytes += entry.size;
    return bytes;
  }
  return undefined;
}
