import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type {
  CopyInstruction,
  EnvInstruction,
  Instruction,
  RunInstruction,
  ValueInstruction,
} from '../../dockerfile/instruction.ts';
import { liesIn } from '../../project/copied-files.ts';
import { expandedValue, isRootUser } from '../../project/stage-facts.ts';
import { type BuildEnd, isIdle } from './build-end.ts';
import { environmentLines, isReadAtRunTime, isSetAgain } from './carried-environment.ts';
import { commentsOf, textOf, withComments } from './instruction-text.ts';
import { madeDirectories } from './made-directories.ts';
import type { SplitPlan, SplitSubject } from './split-plan.ts';
import { isPattern, isRunTimeSetting, type RunStep } from './stage-steps.ts';

/** What the new stage says for an instruction; it leaves the stage that builds where it `moves`. Or why that cannot be known. */
export type Carried = { readonly lines: readonly string[]; readonly moves: boolean } | { readonly refusal: string };

/** The stage that is split, as its instructions are carried over one by one. */
export interface Parting {
  readonly subject: SplitSubject;
  readonly plan: SplitPlan;
  readonly end: BuildEnd;
  /** The last WORKDIR, where it stands behind all steps that stay. */
  readonly movedWorkdir: Instruction | undefined;
}

const nothing: Carried = { lines: [], moves: false };

/** What of one instruction acts at run time. */
export function carriedInstruction(instruction: Instruction, parting: Parting): Carried {
  const { dockerfile } = parting.subject;
  const { command } = parting.plan;
  if (instruction.name === 'CMD' && command !== undefined)
    return { lines: [...commentsOf(dockerfile, instruction), command], moves: true };
  if (isRunTimeSetting(instruction)) return moved(dockerfile, instruction);
  switch (instruction.name) {
    case 'USER':
      return carriedUser(instruction, parting);
    case 'ENV':
      return carriedEnvironment(instruction, parting);
    case 'ARG':
      return isReadAtRunTime(parting.subject.stage.instructions, instruction) ? said(dockerfile, instruction) : nothing;
    case 'WORKDIR':
      return carriedWorkdir(instruction, parting);
    case 'RUN':
      return carriedRun(instruction, parting);
    case 'COPY':
    case 'ADD':
      return carriedCopy(instruction, parting);
    default:
      return { refusal: `${instruction.name} cannot be parted` };
  }
}

/** The instruction goes, with the comments over it. */
function moved(dockerfile: Dockerfile, instruction: Instruction): Carried {
  return { lines: [withComments(dockerfile, instruction)], moves: true };
}

/** Both stages have it. */
function said(dockerfile: Dockerfile, instruction: Instruction): Carried {
  return { lines: [textOf(dockerfile, instruction)], moves: false };
}

function isBehindBuild(instruction: Instruction, { subject, end }: Parting): boolean {
  return subject.stage.instructions.indexOf(instruction) > end.last;
}

function carriedUser(instruction: ValueInstruction, parting: Parting): Carried {
  const { dockerfile, stage } = parting.subject;
  const isRoot = isRootUser((expandedValue(dockerfile, instruction, instruction.value) ?? '').split(':')[0] ?? '');
  const isLast = instruction === stage.instructions.findLast(({ name }) => name === 'USER');
  if (isLast && isBehindBuild(instruction, parting)) return moved(dockerfile, instruction);
  if (isLast) return isRoot ? said(dockerfile, instruction) : { refusal: 'a step builds as another user than root' };
  const at = stage.instructions.indexOf(instruction);
  return at < parting.end.last && !isRoot ? { refusal: 'the user changes between the steps' } : nothing;
}

function carriedEnvironment(instruction: EnvInstruction, { subject, plan, end }: Parting): Carried {
  const { dockerfile, stage } = subject;
  if (isSetAgain(stage.instructions, instruction)) return nothing;
  const isBehindSteps = stage.instructions.indexOf(instruction) > end.lastStep;
  const env = environmentLines(dockerfile, instruction, isBehindSteps, plan.left);
  if (typeof env === 'string') return { refusal: env };
  if (env === undefined) return nothing;
  return env.whole ? moved(dockerfile, instruction) : { lines: env.lines, moves: false };
}

function carriedWorkdir(instruction: Instruction, { subject, end, movedWorkdir }: Parting): Carried {
  const { dockerfile, stage, directory } = subject;
  if (instruction === movedWorkdir)
    return { lines: [...commentsOf(dockerfile, instruction), `WORKDIR ${directory}`], moves: true };
  if (stage.instructions.indexOf(instruction) > end.lastStep)
    return { refusal: 'the working directory changes between steps of the run' };
  return nothing;
}

function carriedRun(instruction: RunInstruction, parting: Parting): Carried {
  const { subject, plan, end, movedWorkdir } = parting;
  const { dockerfile, stage } = subject;
  const step = end.steps.get(instruction);
  if (step?.kind === 'build' && end.isBuild(instruction)) {
    const brought = [...plan.copied, ...plan.left];
    const made = madeDirectories(dockerfile, step, subject.runs).filter(
      (path) => !brought.some((root) => liesIn(path, root)),
    );
    return made.length > 0 ? { lines: [`RUN mkdir -p ${made.join(' ')}`], moves: false } : nothing;
  }
  const prepares = `line ${instruction.line} prepares files of the build and of the run together`;
  if (step !== undefined && end.isBuild(instruction) && preparesLate(step, end)) return { refusal: prepares };
  if (step === undefined || end.isBuild(instruction) || step.kind === 'system' || isIdle(step)) return nothing;
  const at = stage.instructions.indexOf(instruction);
  const isCovered = !end.forRun.has(step) && step.paths.some(end.isCovered);
  if (step.kind === 'setup' && isCovered && (at < end.last || !isRepeatable(step))) return { refusal: prepares };
  if (at < end.last) {
    if (mayNeedFiles(step, end))
      return { refusal: `it is not known whether line ${instruction.line} changes files of the build` };
    const between = stage.instructions.slice(at + 1, end.last + 1);
    return step.kind === 'user' && !isUserNeeded(dockerfile, between)
      ? moved(dockerfile, instruction)
      : said(dockerfile, instruction);
  }
  if (makesWhatIsThere(step, plan, movedWorkdir === undefined ? subject.directory : undefined))
    return { refusal: `line ${instruction.line} makes a directory that is there already` };
  return moved(dockerfile, instruction);
}

/** Whether a step changes files by a pattern or a variable, those of the build perhaps: the new stage does not have them there yet. */
function mayNeedFiles({ commands, paths }: RunStep, { isCovered }: BuildEnd): boolean {
  return (
    commands.some(({ command }) => /^(?:chmod|chgrp|chown|ln)$/.test(command.name)) &&
    paths.some((path) => path === undefined || (isPattern(path) && !isCovered(path)))
  );
}

/** Whether a step sets owners and modes of files that the new stage copies itself: it would have them without. */
function preparesLate({ instruction, paths }: RunStep, { late }: BuildEnd): boolean {
  const copied = late
    .filter((copy) => copy.instruction.range.start < instruction.range.start)
    .flatMap((copy) => copy.paths ?? []);
  return paths.some((path) => {
    const place = path?.replace(/\/[^/]*[*?[{].*$/, '') || '/';
    return path !== undefined && copied.some((each) => liesIn(each, place) || liesIn(place, each));
  });
}

function carriedCopy(instruction: CopyInstruction, parting: Parting): Carried {
  const { dockerfile, directory } = parting.subject;
  if (parting.end.isBuild(instruction)) return nothing;
  if (isBehindBuild(instruction, parting)) return moved(dockerfile, instruction);
  const isRelative = instruction.destination?.value.startsWith('/') !== true;
  if (isRelative && directory !== '/')
    return { refusal: `line ${instruction.line} copies into a directory that the new stage does not have there yet` };
  return said(dockerfile, instruction);
}

/** Whether steps of the build give something to a user, or become one. */
function isUserNeeded(dockerfile: Dockerfile, steps: readonly Instruction[]): boolean {
  return steps.some(
    (each) =>
      each.name === 'USER' ||
      /\b(?:chown|chgrp|su|sudo|gosu|su-exec|runuser|install -o)\b|--chown|~\w/.test(textOf(dockerfile, each)),
  );
}

function isRepeatable({ commands }: RunStep): boolean {
  return commands.every(
    ({ command }) =>
      !['mkdir', 'ln'].includes(command.name) || command.arguments.some(({ value }) => /^-\w*[pf]/.test(value)),
  );
}

/** A plain mkdir of a directory in which the copies lie, or of the working directory. */
function makesWhatIsThere({ commands, paths }: RunStep, plan: SplitPlan, directory: string | undefined): boolean {
  const makes = commands.some(
    ({ command }) => command.name === 'mkdir' && !command.arguments.some(({ value }) => /^-\w*p/.test(value)),
  );
  const there = [...plan.copied, ...(directory === undefined ? [] : [directory])];
  return makes && paths.some((path) => path !== undefined && there.some((each) => liesIn(each, path)));
}
