import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { expandToken } from '../../dockerfile/expand.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { BuildOptions, BuildPlan, Place, PlannedStage, PlannedStep } from './build-plan.ts';
import { absolute, commandText, planCopy, planRun, planWorkdir, type StepParts } from './plan-step.ts';
import {
  asVariables,
  declare,
  expandIn,
  globalValues,
  inheritState,
  newState,
  type StageState,
  setEnvironment,
  type Told,
} from './stage-state.ts';

/**
 * What BuildKit's front end makes of a Dockerfile, as far as cache keys go: the steps of the stages that the target needs. Instructions
 * that only change the image's configuration (LABEL, EXPOSE, CMD …) make none.
 * https://github.com/moby/buildkit/blob/v0.32.2/frontend/dockerfile/dockerfile2llb/convert.go
 */
export function planBuild(dockerfile: Dockerfile, options: BuildOptions = {}): BuildPlan {
  const target = targetStage(dockerfile, options.target);
  const buildArguments = options.buildArguments ?? new Map<string, string>();
  const planning: Planning = {
    dockerfile,
    buildArguments,
    globals: globalValues(dockerfile, buildArguments, target?.name ?? ''),
    states: new Map(),
    stages: [],
    steps: [],
    assumed: new Set(),
  };
  const needed = target === undefined ? new Set<Stage>() : neededBy(target, planning);
  for (const stage of dockerfile.stages) if (needed.has(stage)) planStage(planning, stage);
  const { stages, steps, assumed } = planning;
  return { stages, steps, assumed: [...assumed] };
}

interface Planning {
  readonly dockerfile: Dockerfile;
  readonly buildArguments: ReadonlyMap<string, string>;
  readonly globals: ReadonlyMap<string, Told>;
  readonly states: Map<Stage, StageState>;
  readonly stages: PlannedStage[];
  readonly steps: PlannedStep[];
  readonly assumed: Set<string>;
}

function targetStage({ stages, final }: Dockerfile, target: string | undefined): Stage | undefined {
  if (target === undefined) return final;
  const number = /^\d+$/.test(target) ? Number(target) : -1;
  return stages.find(({ name, index }) => name === target.toLowerCase() || index === number) ?? final;
}

/** With values given for the build, FROM may name another stage than it does by default. */
function neededBy(target: Stage, planning: Planning): ReadonlySet<Stage> {
  const needed = new Set<Stage>();
  const visit = (stage: Stage) => {
    if (needed.has(stage)) return;
    needed.add(stage);
    const base = baseOf(stage, planning);
    if (typeof base === 'object') visit(base);
    for (const each of stage.dependsOn)
      if (stage.base.kind !== 'stage' || each !== stage.base.stage || takesFiles(stage, each)) visit(each);
  };
  visit(target);
  return needed;
}

function takesFiles(stage: Stage, from: Stage): boolean {
  const isNamed = (text: string | undefined) =>
    text !== undefined && (text.toLowerCase() === from.name || text === String(from.index));
  return stage.instructions.some((instruction) =>
    instruction.name === 'COPY'
      ? isNamed(instruction.from?.value)
      : instruction.name === 'RUN' && instruction.mounts.some(({ options }) => isNamed(options.get('from'))),
  );
}

/** The stage that FROM names, or the text of the image. */
function baseOf({ from, index }: Stage, { dockerfile, globals }: Planning): Stage | string {
  if (from?.image === undefined) return 'scratch';
  const { value } = expandToken(from.image, asVariables(globals), { escape: dockerfile.syntax.escape });
  return dockerfile.stages.find((each) => each.index < index && each.name === value) ?? value;
}

function planStage(planning: Planning, stage: Stage): void {
  const { dockerfile, globals } = planning;
  const base = baseOf(stage, planning);
  const platform = stage.from?.platform
    ? expandToken(stage.from.platform, asVariables(globals), { escape: dockerfile.syntax.escape }).value
    : '';
  const below = typeof base === 'object' ? planning.states.get(base) : undefined;
  const state = below ? inheritState(below) : newState(imagePlace(planning, base, platform), platform);
  planning.states.set(stage, state);
  const start = state.place;
  for (const instruction of [...(below?.triggers ?? []), ...stage.instructions])
    planInstruction(planning, stage, state, instruction);
  planning.stages.push({
    index: stage.index,
    name: stage.name,
    line: stage.from?.line ?? 1,
    base: start,
    end: state.place,
  });
}

function imagePlace({ assumed }: Planning, base: Stage | string, platform: string): Place {
  if (typeof base === 'object' || base === 'scratch') return { kind: 'scratch' };
  assumed.add(base);
  return { kind: 'image', reference: base, platform };
}

function planInstruction(planning: Planning, stage: Stage, state: StageState, instruction: Instruction): void {
  const { dockerfile } = planning;
  const { line } = instruction;
  switch (instruction.name) {
    case 'ARG':
      declare(state, instruction, planning.globals, planning);
      return;
    case 'ENV':
      setEnvironment(state, instruction, dockerfile);
      return;
    case 'USER':
      state.user = { value: expandIn(state, instruction.value, dockerfile).value, line };
      return;
    case 'SHELL':
      state.shell = { value: commandText(instruction.command), line };
      return;
    case 'ONBUILD':
      if (instruction.trigger) state.triggers.push(instruction.trigger);
      return;
    case 'WORKDIR': {
      const value = absolute(state, expandIn(state, instruction.value, dockerfile).value);
      state.directory = { value, line };
      addStep(planning, stage, state, instruction, planWorkdir(state, value));
      return;
    }
    case 'RUN':
      addStep(
        planning,
        stage,
        state,
        instruction,
        planRun(instruction, state, dockerfile, (from) => placeOf(planning, stage, from)),
      );
      return;
    case 'COPY':
    case 'ADD': {
      const parts = planCopy(instruction, state, dockerfile, (from) => placeOf(planning, stage, from));
      for (const input of parts.inputs) if (input.kind === 'remote') planning.assumed.add(input.address);
      const before = state.place;
      addStep(planning, stage, state, instruction, parts);
      if (instruction.link) addMerge(planning, stage, state, instruction, before);
      return;
    }
    default:
  }
}

/** `--from` and `from=` name a stage by name, COPY's by number too, or an image. */
function placeOf(planning: Planning, stage: Stage, from: string): Place | undefined {
  const { stages } = planning.dockerfile;
  const number = /^\d+$/.test(from) ? Number(from) : -1;
  const named = stages.find(
    (each) => each.index < stage.index && (each.name === from.toLowerCase() || each.index === number),
  );
  if (named !== undefined) return planning.states.get(named)?.place;
  return from === '' || from.includes('$') ? undefined : imagePlace(planning, from, '');
}

function addStep(
  planning: Planning,
  stage: Stage,
  state: StageState,
  instruction: Instruction,
  parts: StepParts | undefined,
  shown = true,
): void {
  if (parts === undefined) return;
  const { steps } = planning;
  const definition = JSON.stringify(parts.facets.map(({ aspect, name, value }) => [aspect, name ?? '', value]));
  steps.push({ index: steps.length, stage: stage.index, instruction, shown, definition, ...parts });
  state.place = { kind: 'step', step: steps.length - 1 };
}

/** What `--link` copied is laid over what was there: the copy itself does not depend on that. */
function addMerge(planning: Planning, stage: Stage, state: StageState, instruction: Instruction, before: Place): void {
  const inputs = [before, state.place].map((place) => ({ kind: 'root' as const, place }));
  addStep(planning, stage, state, instruction, { facets: [{ aspect: 'command', value: 'merge' }], inputs }, false);
}
