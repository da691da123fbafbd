import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { isOfBase } from '../../project/image-base.ts';
import type { ImageStep, InspectedImage } from '../../project/inspected-image.ts';
import { externalBase, stageChain } from '../../project/stage-facts.ts';
import type { BuildStep, StageCommand, StepCopy } from './predict-system.ts';
import { fetcherOf, packageCommandsOf, scriptOf } from './step-commands.ts';
import { mountsOf, type StepMounts } from './step-mounts.ts';
import { hiddenSettings } from './step-settings.ts';

/** The steps of an image as far as they are its own, each with the package managers' commands that it runs. */
export function buildStepsOf(image: InspectedImage, pathOf: (path: string) => string): BuildStep[] {
  return image.steps.map((step): BuildStep => {
    const isBase = (isOfBase(image.base, step.layer) ?? step.ofBase) === true || step.entry === undefined;
    const line = step.written?.line;
    return {
      text: step.text,
      layer: step.layer,
      isBase,
      isRun: step.instruction?.name === 'RUN',
      shared: step.together !== undefined,
      commands: isBase ? [] : packageCommandsOf(image, step),
      mounts: isBase ? undefined : mountsOfStep(image, step),
      hiddenSettings: isBase ? undefined : hiddenSettings(image, step),
      fetcher: isBase ? undefined : fetcherOf(image, step),
      copies: copyOf(image, step),
      place: image.origin && line !== undefined ? `${pathOf(image.origin.dockerfile.path)}:${line}` : undefined,
    };
  });
}

/** Only the file tells what a RUN mounts: no builder notes it. */
function mountsOfStep(image: InspectedImage, step: ImageStep): StepMounts | undefined {
  const { dockerfile, instruction } = scriptOf(image, step);
  return instruction?.name === 'RUN' ? mountsOf(dockerfile, instruction) : undefined;
}

/** Only the file tells where a COPY takes from; without it, what it brings may be of another stage. */
function copyOf({ origin }: InspectedImage, { instruction, written }: ImageStep): StepCopy | undefined {
  if (instruction?.name !== 'COPY' && instruction?.name !== 'ADD') return undefined;
  if (origin === undefined || written?.name !== instruction.name)
    return { kind: 'stage', commands: [], base: undefined };
  const { from } = written;
  if (from === undefined) return { kind: 'context' };
  const chain = origin.dockerfile.stages.filter(
    ({ name, index }) => name === from.value.toLowerCase() || String(index) === from.value,
  );
  const stages = new Set(chain.flatMap(stageChain));
  const [stage] = chain;
  const below = stage && externalBase(stage);
  return {
    kind: 'stage',
    commands: packageCommands(origin.dockerfile).flatMap((placed) =>
      placed.stage && stages.has(placed.stage) ? [stageCommand(origin.dockerfile, placed)] : [],
    ),
    base: below?.kind === 'image' && below.complete ? below.reference : undefined,
  };
}

function stageCommand(dockerfile: Dockerfile, { read, command, instruction }: PlacedPackageCommand): StageCommand {
  const scope = environmentAt(dockerfile, instruction);
  const assigned = instruction.name === 'RUN' ? (dockerfile.script(instruction)?.assigned ?? []) : [];
  const own = new Map([...assigned, ...command.assignments].map(({ name, value }) => [name, value?.value]));
  return { read, variable: (name) => (own.has(name) ? own.get(name) : scope.get(name)) };
}
