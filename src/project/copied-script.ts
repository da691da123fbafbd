import type { BuildContext } from '../context/build-context.ts';
import type { CopyInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { imageInstructions } from './stage-facts.ts';

/** A file of a build context that an image starts. */
export interface CopiedScript {
  /** Relative to the context. */
  readonly path: string;
  /** Its beginning, at most 16 KB, as Latin-1. */
  readonly text: string;
  /** False when the file may be longer. */
  readonly complete: boolean;
}

/** The file that a stage copies from its context and that a path of the image names; undefined where that is not sure. */
export function copiedScript(context: BuildContext, stage: Stage, program: string): CopiedScript | undefined {
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (name === '') return undefined;
  const copies = imageInstructions(stage).filter(
    (each): each is CopyInstruction => (each.name === 'COPY' || each.name === 'ADD') && each.from === undefined,
  );
  const path = copies.flatMap((copy) => sourceOf(context, copy, name))[0];
  const text = path === undefined ? '' : context.readStart(path);
  return path === undefined || text === '' ? undefined : { path, text, complete: text.length < 16_000 };
}

/** The one file of that name that a COPY takes. */
function sourceOf(context: BuildContext, { sources }: CopyInstruction, name: string): readonly string[] {
  for (const { value } of sources) {
    const path = value
      .replace(/^(?:\.?\/)+/, '')
      .replace(/\/+$/, '')
      .replace(/^\.$/, '');
    const isFile = path === name || path.endsWith(`/${name}`);
    const below = path === '' ? name : `${path}/${name}`;
    const found = [...(isFile ? [path] : []), below].find((each) => context.index.ranges.has(each));
    if (found !== undefined) return [found];
  }
  return [];
}
