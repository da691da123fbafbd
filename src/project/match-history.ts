import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import type { HistoryForm } from '../image/history-line.ts';
import { buildsOf, type Project, shippedStages } from './project.ts';
import { imageInstructions, stageChain } from './stage-facts.ts';

/** One line of an image's history, read as an instruction; undefined where it is none. */
export interface NotedInstruction {
  readonly instruction: Instruction | undefined;
  readonly text: string;
  readonly form: HistoryForm;
}

/** The Dockerfile that made an image, for sure. */
export interface ImageOrigin {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  /** By their place in the history: of the last entries; those before are the base image's. */
  readonly instructions: ReadonlyMap<number, Instruction>;
}

/**
 * The Dockerfile of a project that made an image with this history; undefined where none did for sure. Every instruction of the stage must stand at the
 * history's end in the file's order, and one that runs, copies or starts something must be word for word the same.
 */
export function originOf(project: Project, history: readonly NotedInstruction[]): ImageOrigin | undefined {
  const found = project.dockerfiles.flatMap((dockerfile) => {
    const stages = buildsOf(project, dockerfile).length > 0 ? shippedStages(project, dockerfile) : dockerfile.stages;
    return [...stages].reverse().flatMap((stage) => matchStage(dockerfile, stage, history) ?? []);
  });
  const most = Math.max(0, ...found.map(({ instructions }) => instructions.size));
  const best = found.filter(({ instructions }) => instructions.size === most);
  // Two files that would both have made it: neither is sure.
  return best.length === 1 ? best[0] : undefined;
}

function matchStage(
  dockerfile: Dockerfile,
  stage: Stage,
  history: readonly NotedInstruction[],
): ImageOrigin | undefined {
  const written = imageInstructions(stage);
  const skipped = history.length - written.length;
  if (written.length === 0 || skipped < 0) return undefined;
  const instructions = new Map<number, Instruction>();
  let telling = 0;
  for (const [index, own] of written.entries()) {
    const noted = history[skipped + index];
    if (noted?.instruction?.name !== own.name) return undefined;
    const agreement = compare(dockerfile, own, noted);
    if (agreement === 'differs') return undefined;
    if (agreement === 'same' && isTelling(own)) telling += 1;
    instructions.set(skipped + index, own);
  }
  return telling === 0 ? undefined : { dockerfile, stage, instructions };
}

/** What hardly two files have alike. */
function isTelling({ name }: Instruction): boolean {
  return ['RUN', 'COPY', 'ADD', 'CMD', 'ENTRYPOINT', 'LABEL'].includes(name);
}

function compare(
  dockerfile: Dockerfile,
  own: Instruction,
  { text, form }: NotedInstruction,
): 'same' | 'differs' | 'unknown' {
  // The classic builder notes the hash of what it copied, and a here-document is noted in other words.
  if ((form === 'classic' && (own.name === 'COPY' || own.name === 'ADD')) || own.heredocs.length > 0) return 'unknown';
  const [mine, noted] = [wordsOf(own.syntax.rest.text), wordsOf(text.slice(text.indexOf(' ') + 1))];
  // Notes are cut where they are long.
  if (noted.length > 3900) return mine.startsWith(noted.slice(0, 3000)) ? 'same' : 'differs';
  switch (own.name) {
    case 'RUN':
      // An exec form is noted as its words.
      return mine === noted ? 'same' : own.command.form === 'exec' ? 'unknown' : 'differs';
    case 'COPY':
    case 'ADD':
      if (mine === noted) return 'same';
      return /[$[\]]/.test(dockerfile.text.slice(own.range.start, own.range.end)) ? 'unknown' : 'differs';
    case 'CMD':
    case 'ENTRYPOINT':
      if (mine === noted || noted.endsWith(` ${mine}`)) return 'same';
      return 'differs';
    default:
      // Variables are expanded, quotes taken off, paths made absolute: not worth a guess.
      return mine === noted ? 'same' : 'unknown';
  }
}

/** The text without flags, quotes, brackets, commas between words and repeated spaces. */
function wordsOf(text: string): string {
  return text
    .replace(/^(?:\s*--[a-z]+(?:=\S+)?)+/, '')
    .replace(/["'[\]]/g, ' ')
    .replace(/\s,\s/g, ' ')
    .replace(/<< ?/g, '<<')
    .replace(/\\[nt]/g, ' ')
    .replace(/\s{1,9999}/g, ' ')
    .trim();
}

/** The instruction that names the image that a stage stands on in the end. */
export function baseInstruction({ stage }: Pick<ImageOrigin, 'stage'>): Instruction | undefined {
  return stageChain(stage).at(-1)?.from;
}
