import type { StepResult } from './build-cache.ts';
import type { Facet, Input, Place, PlannedStage, PlannedStep } from './build-plan.ts';
import type { Cause } from './cause.ts';
import { changedFiles } from './changed-files.ts';
import type { History } from './history.ts';
import type { CommitBuild, ReplayedBuild } from './replay.ts';

/**
 * Why a step was not found in the cache, seen from an earlier build that left its results there. For a step that was found it says what
 * would be said if it had not been.
 */
export function explainStep(
  step: PlannedStep,
  before: CommitBuild,
  after: CommitBuild,
  { history, build }: ExplainContext,
): Cause {
  const verdict = after.results[step.index]?.verdict;
  const above = stepAbove(step, after.results);
  // What is rebuilt whatever becomes of an undecided step above it has a reason of its own.
  if (above && (above.verdict === 'rebuilt' || (above.verdict === 'unknown' && verdict === 'unknown')))
    return (
      (verdict === 'unknown' && rebuiltSource(step, after)) || { kind: 'above', line: above.step.instruction.line }
    );
  const base = changedBase(step, before, after);
  if (base) return base;
  const known = counterpart(step, before, after);
  if (known === undefined) return { kind: 'added' };
  if (known.definition !== step.definition) return changedDefinition(step, known, before, after);
  return (
    changedInput(step, known, before, after, { history, build }) ?? {
      kind: 'unknown',
      reason: 'nothing that is known here',
    }
  );
}

/** An instruction of a build with what the cache says, and why where it was not found. */
export interface ExplainedStep extends StepResult {
  readonly cause: Cause | undefined;
}

/** Explains every instruction of a build that was not found in the cache, seen from an earlier one. */
export function explainBuild(
  before: CommitBuild,
  after: CommitBuild,
  context: ExplainContext,
): readonly ExplainedStep[] {
  return after.results
    .filter(({ step }) => step.shown)
    .map((result) => ({
      ...result,
      cause: result.verdict === 'cached' ? undefined : explainStep(result.step, before, after, context),
    }));
}

/** Whether a cause is where a rebuild begins, and not what follows from one. */
export function isBeginning(cause: Cause): boolean {
  return cause.kind !== 'above' && cause.kind !== 'stage';
}

export interface ExplainContext {
  readonly history: History;
  readonly build: ReplayedBuild;
}

/** The step whose file system this one changes; behind `COPY --link` the one of the two that was rebuilt. */
function stepAbove(step: PlannedStep, results: readonly StepResult[]): StepResult | undefined {
  const roots = step.inputs.flatMap((input) =>
    input.kind === 'root' && input.place.kind === 'step' ? [input.place.step] : [],
  );
  const above = roots.flatMap((at) => results[at] ?? []);
  const first = above.find(({ verdict }) => verdict !== 'cached') ?? above[0];
  return first && !first.step.shown && first.verdict !== 'cached' ? (stepAbove(first.step, results) ?? first) : first;
}

function rootOf(step: PlannedStep): Place | undefined {
  return step.inputs.flatMap((input) => (input.kind === 'root' ? [input.place] : []))[0];
}

function stageOf(build: CommitBuild, step: PlannedStep): PlannedStage | undefined {
  return build.plan?.stages.find(({ index }) => index === step.stage);
}

/** The stage of that name, or, where it has none, at that place. */
function sameStage(before: CommitBuild, stage: PlannedStage | undefined): PlannedStage | undefined {
  const stages = before.plan?.stages ?? [];
  return (
    stages.find(({ name }) => name !== undefined && name === stage?.name) ??
    stages.find(({ index }) => index === stage?.index)
  );
}

function changedBase(step: PlannedStep, before: CommitBuild, after: CommitBuild): Cause | undefined {
  const stage = stageOf(after, step);
  const root = rootOf(step);
  if (stage === undefined || root === undefined || root.kind === 'step') return undefined;
  const earlier = sameStage(before, stage);
  if (earlier === undefined || earlier.base.kind === 'step') return undefined;
  const [was, is] = [placeText(earlier.base), placeText(root)];
  return was === is ? undefined : { kind: 'base', before: was, after: is, line: stage.line };
}

function placeText(place: Place): string {
  return place.kind === 'image' ? `${place.platform === '' ? '' : `${place.platform} `}${place.reference}` : place.kind;
}

/** The step of the earlier build that did its work on the same file system; else the one at the same place of the same stage. */
function counterpart(step: PlannedStep, before: CommitBuild, after: CommitBuild): PlannedStep | undefined {
  const stage = sameStage(before, stageOf(after, step));
  const own = shownSteps(before, stage?.index);
  const root = rootKey(step, after);
  const onSame = root === undefined ? [] : own.filter((each) => rootKey(each, before) === root);
  const best = onSame.find(({ definition }) => definition === step.definition) ?? onSame[0];
  if (best) return best;
  const at = shownSteps(after, step.stage).indexOf(step);
  return own.find(({ definition }) => definition === step.definition) ?? own[at];
}

function shownSteps({ plan }: CommitBuild, stage: number | undefined): readonly PlannedStep[] {
  return plan?.steps.filter((step) => step.stage === stage && step.shown) ?? [];
}

function rootKey(step: PlannedStep, { results }: CommitBuild): string | undefined {
  const root = rootOf(step);
  if (root === undefined) return undefined;
  return root.kind === 'step' ? `step ${results[root.step]?.keys[0]}` : placeText(root);
}

function changedDefinition(step: PlannedStep, known: PlannedStep, before: CommitBuild, after: CommitBuild): Cause {
  const [was, is] = [shownSteps(before, known.stage), shownSteps(after, step.stage)];
  const earlier = was.find(({ definition }) => definition === step.definition);
  const stillThere = is.some(({ definition }) => definition === known.definition);
  if (earlier && stillThere) return { kind: 'moved', before: earlier.instruction.line };
  if (earlier) return { kind: 'removed', text: textOf(known), before: known.instruction.line };
  if (stillThere) return { kind: 'added' };
  return changedFacet(known, step);
}

/** What differs of two definitions: a variable, a setting, or what the instruction itself says. */
function changedFacet(before: PlannedStep, after: PlannedStep): Cause {
  const line = after.instruction.line;
  const own = (facets: readonly Facet[]) =>
    JSON.stringify(facets.filter(isOwn).map(({ aspect, name, value }) => [aspect, name, value]));
  if (own(before.facets) !== own(after.facets))
    return { kind: 'edited', aspect: 'command', before: textOf(before), after: textOf(after), line };
  const key = ({ aspect, name = '' }: Facet) => `${aspect} ${name}`;
  const known = new Map(before.facets.map((facet) => [key(facet), facet]));
  for (const facet of after.facets) {
    const earlier = known.get(key(facet));
    known.delete(key(facet));
    if (earlier?.value !== facet.value) return facetCause(facet.line ?? line, earlier, facet);
  }
  for (const facet of known.values()) return facetCause(line, facet, undefined);
  const moved = after.facets.find(({ aspect }) => aspect === 'variable');
  return {
    kind: 'edited',
    aspect: 'variable',
    before: 'another order',
    after: 'another order',
    line: moved?.line ?? line,
  };
}

const outerAspects: readonly Facet['aspect'][] = ['variable', 'shell', 'directory', 'user', 'platform'];

const isOwn = ({ aspect }: Facet) => !outerAspects.includes(aspect);

function facetCause(line: number, before: Facet | undefined, after: Facet | undefined): Cause {
  const { aspect, name } = after ?? before ?? { aspect: 'command' as const, name: undefined };
  if (aspect !== 'variable' || name === undefined)
    return { kind: 'edited', aspect, before: before?.value ?? '', after: after?.value ?? '', line };
  return {
    kind: 'variable',
    name,
    line,
    ...(before && { before: before.value }),
    ...(after && { after: after.value }),
  };
}

/** The instruction as one line. */
export function textOf({ instruction }: PlannedStep): string {
  const { keyword, rest } = instruction.syntax;
  return `${keyword.value.toUpperCase()} ${rest.text}`.replace(/\s+/g, ' ').trim();
}

function changedInput(
  step: PlannedStep,
  known: PlannedStep,
  before: CommitBuild,
  after: CommitBuild,
  context: ExplainContext,
): Cause | undefined {
  for (const [at, input] of step.inputs.entries()) {
    const cause = inputCause(input, known.inputs[at], before, after, context);
    if (cause) return cause;
  }
  return undefined;
}

function inputCause(
  input: Input,
  known: Input | undefined,
  before: CommitBuild,
  after: CommitBuild,
  context: ExplainContext,
): Cause | undefined {
  switch (input.kind) {
    case 'root':
      return undefined;
    case 'context': {
      const sources = known?.kind === 'context' ? known.sources : input.sources;
      const files = changedFiles({ before, after, was: sources, is: input.sources }, context);
      const path = after.ignore?.path ?? before.ignore?.path;
      return files.length === 0
        ? undefined
        : { kind: 'files', files, ...(path && files.some(({ byIgnoreFile }) => byIgnoreFile) && { ignoreFile: path }) };
    }
    case 'files':
      return sourceCause(input.place, after);
    case 'remote':
      return known?.kind === 'remote' && known.address === input.address
        ? undefined
        : { kind: 'unknown', reason: input.address };
    case 'unknown':
      return { kind: 'unknown', reason: input.reason };
  }
}

/** What a step takes from a stage that is not found in the cache. */
function rebuiltSource({ inputs }: PlannedStep, after: CommitBuild): Cause | undefined {
  return inputs.flatMap((input) => (input.kind === 'files' ? (sourceCause(input.place, after) ?? []) : []))[0];
}

function sourceCause(place: Place, after: CommitBuild): Cause | undefined {
  if (place.kind !== 'step') return { kind: 'stage', stage: placeText(place), line: undefined };
  const made = after.results[place.step];
  if (made === undefined || made.verdict === 'cached') return undefined;
  const stage = after.plan?.stages.find(({ index }) => index === made.step.stage);
  return {
    kind: 'stage',
    stage: stage?.name ?? `${made.step.stage}`,
    line: firstRebuilt(after, made).instruction.line,
  };
}

/** The step with which the rebuilding of a result began. */
function firstRebuilt(build: CommitBuild, result: StepResult): PlannedStep {
  const above = stepAbove(result.step, build.results);
  return above && above.verdict !== 'cached' ? firstRebuilt(build, above) : result.step;
}
