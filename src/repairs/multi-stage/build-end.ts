import type { Instruction } from '../../dockerfile/instruction.ts';
import { liesIn } from '../../project/copied-files.ts';
import { textOf } from './instruction-text.ts';
import type { SplitPlan, SplitSubject } from './split-plan.ts';
import type { CopyStep, RunStep } from './stage-steps.ts';

/** Where the build ends in the stage that is split, and which of its instructions are the build's. */
export interface BuildEnd {
  /** Index of the last instruction that builds; -1 without any. */
  readonly last: number;
  /** Index of the last step that stays with the build, although it may build nothing: an update of the system, a message. */
  readonly lastStep: number;
  /** Copies that the new stage makes itself. */
  readonly late: readonly CopyStep[];
  readonly steps: ReadonlyMap<Instruction, RunStep>;
  /** Steps that make directories where builds put what nobody wants, in which no step puts anything: the program does. */
  readonly forRun: ReadonlySet<RunStep>;
  isBuild(instruction: Instruction): boolean;
  /** True for what the new stage has by its copies, or does without. */
  isCovered(path: string | undefined): boolean;
}

/** Where builds put what nobody wants at run time. A directory below /var is the program's: who makes it wants it. */
export const scratch = ['/tmp', '/root/.cache', '/root/.npm'];

/** Tells the build's instructions of a stage from those of the run. */
export function buildEnd(subject: SplitSubject, plan: SplitPlan): BuildEnd {
  const { stage, runs, copies } = subject;
  const steps = new Map<Instruction, RunStep>(runs.map((step) => [step.instruction, step]));
  const late = lateCopies(subject, plan);
  const forRun = new Set(runs.filter((step) => isForRun(subject, plan, step)));
  const isCovered = (path: string | undefined) =>
    path !== undefined && [...plan.copied, ...plan.left, ...scratch].some((root) => liesIn(path, root));
  const isBuild = (instruction: Instruction) => {
    const step = steps.get(instruction);
    if (step !== undefined && (plan.repeats?.(step) || forRun.has(step))) return false;
    if (step !== undefined)
      return step.kind === 'build' || (step.kind === 'setup' && step.paths.length > 0 && step.paths.every(isCovered));
    const copy = copies.find((each) => each.instruction === instruction);
    return copy !== undefined && !late.includes(copy) && (copy.paths?.every(isCovered) ?? false);
  };
  const staysBehind = (instruction: Instruction) => {
    const step = steps.get(instruction);
    return step !== undefined && (step.kind === 'system' || isIdle(step));
  };
  const last = stage.instructions.findLastIndex(isBuild);
  const lastStep = Math.max(last, stage.instructions.findLastIndex(staysBehind));
  return { last, lastStep, late, steps, forRun, isBuild, isCovered };
}

/** Who makes a directory of its own below /tmp, and lets no step put anything into it, makes it for the program. */
function isForRun({ dockerfile, stage }: SplitSubject, plan: SplitPlan, step: RunStep): boolean {
  if (step.kind !== 'setup' || !step.commands.some(({ command }) => command.name === 'mkdir')) return false;
  const others = stage.instructions
    .filter((each) => each !== step.instruction && ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(each.name))
    .map((each) => textOf(dockerfile, each));
  return step.paths.every(
    (path) =>
      path !== undefined &&
      scratch.some((root) => path !== root && liesIn(path, root)) &&
      !plan.copied.some((root) => liesIn(path, root)) &&
      !others.some((text) => text.includes(path)),
  );
}

/**
 * What is copied from the context behind the last step that builds: the new stage copies it itself. A changed source is then a layer of its own, as it
 * was before, and not one with all that was installed. What lies among the sources is for the run as well: no step that builds has seen it.
 */
function lateCopies({ dockerfile, stage, runs, copies }: SplitSubject, plan: SplitPlan): readonly CopyStep[] {
  const isCopied = (path: string | undefined) => path === undefined || plan.copied.some((root) => liesIn(path, root));
  const isLeft = (path: string | undefined) => path !== undefined && plan.left.some((root) => liesIn(path, root));
  const works = (step: RunStep) =>
    !plan.repeats?.(step) && (step.kind === 'build' || (step.kind === 'setup' && step.paths.some(isCopied)));
  const last = Math.max(-1, ...runs.filter(works).map(({ instruction }) => instruction.range.start));
  const workdir = stage.instructions.findLast(({ name }) => name === 'WORKDIR')?.range.start ?? -1;
  return copies.filter(
    ({ instruction, paths }) =>
      instruction.range.start > last &&
      instruction.from === undefined &&
      paths?.every((path) => isCopied(path) || isLeft(path)) === true &&
      !textOf(dockerfile, instruction).includes('$') &&
      (instruction.range.start > workdir || instruction.destination?.value.startsWith('/') === true),
  );
}

/** Nothing but settings of the shell and messages. */
export function isIdle({ kind, paths, commands }: RunStep): boolean {
  return (
    kind === 'setup' &&
    paths.length === 0 &&
    commands.every(({ command }) => !/^(?:mkdir|chown|chmod|chgrp|ln|touch)$/.test(command.name))
  );
}
