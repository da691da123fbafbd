import type { Cost } from '../../core/finding.ts';
import type { ReplayedInstruction } from '../../core/replay-report.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { remoteSource } from '../../dockerfile/reference/git-source.ts';
import type { PackageCommand } from '../../ecosystems/package-command.ts';
import { copyAgain, runAgain } from '../../ecosystems/step-work.ts';
import type { PlannedStep } from './build-plan.ts';
import { textOf } from './explain.ts';

/** Where seconds come from, besides what is assumed. */
export interface KnownSeconds {
  /** By the line of the Dockerfile as it is: what a person says. */
  readonly given: ReadonlyMap<number, number>;
  /** By the instruction's text: what a build's log says. */
  readonly measured: ReadonlyMap<string, number>;
  /** Packages that an install of the project's manifests brings. */
  packages(command: PackageCommand): number | undefined;
}

type StepCost = ReplayedInstruction['cost'];

/** What it takes to run a step once. An instruction that a fix only moved keeps what was given for it by the same text. */
export function secondsOf(
  step: PlannedStep,
  dockerfile: Dockerfile,
  known: KnownSeconds,
  texts: ReadonlyMap<string, number>,
): StepCost {
  const text = textOf(step);
  const given = texts.get(text);
  if (given !== undefined) return { seconds: given, basis: 'given', derivation: 'given' };
  const measured = known.measured.get(text);
  if (measured !== undefined) return { seconds: measured, basis: 'measured', derivation: 'the log of a build' };
  return estimated(step, dockerfile, known);
}

/** What is given by line, by the text that stands there. */
export function givenByText(steps: readonly PlannedStep[], given: KnownSeconds['given']): ReadonlyMap<string, number> {
  return new Map(
    steps.flatMap((step) => {
      const seconds = given.get(step.instruction.line);
      return seconds === undefined ? [] : [[textOf(step), seconds] as const];
    }),
  );
}

function estimated({ instruction }: PlannedStep, dockerfile: Dockerfile, known: KnownSeconds): Cost {
  if (instruction.name === 'WORKDIR') return copyAgain('directory');
  if (instruction.name === 'COPY') return copyAgain('copy');
  if (instruction.name === 'ADD')
    return copyAgain(instruction.sources.some(({ value }) => remoteSource(value) !== undefined) ? 'download' : 'copy');
  const own = packageCommands(dockerfile).filter((placed) => placed.instruction === instruction);
  return runAgain(
    own.map(({ read }) => read),
    (command) => known.packages(command),
  );
}
