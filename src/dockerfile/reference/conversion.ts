import type { Dockerfile } from '../dockerfile.ts';
import { expandWord } from '../expand.ts';
import { instructionFault, syntaxFault } from './argument-faults.ts';
import type { BuildState, Conversion } from './build-state.ts';
import { dispatchStep, type StageMemory } from './dispatch-step.ts';
import { type CheckOptions, readCheckOptions } from './file-faults.ts';
import { declarationsOf, expandGlobals } from './global-arguments.ts';
import { imageReferenceFault } from './image-reference.ts';
import { checkCircularSources, planStep } from './link-stages.ts';
import { type BuildCheck, newOutcome, type Outcome } from './outcome.ts';
import { checkBaseNames, fromWords, planStage, type StagePlan } from './plan-stages.ts';
import { checkContinuations, type ReadInstructions, readInstructions } from './read-instructions.ts';
import { checkKeywordCasing, checkStageNames } from './stage-names.ts';
import { inheritedTrigger } from './statement.ts';

/** Where the conversion of a file that is made to exhaust it ends: variables copied, characters expanded, triggers run. */
const mostInherited = 2_000_000;
const mostExpanded = 30_000_000;
const mostTriggers = 20_000;

const outcomes = new WeakMap<Dockerfile['syntax'], Outcome>();

/**
 * What BuildKit would refuse and what its build checks would report, in its order, for a build of every stage without
 * build arguments whose base images set nothing but PATH. It goes on where BuildKit stops. Computed once for a file.
 */
export function convert(dockerfile: Dockerfile): Outcome {
  const known = outcomes.get(dockerfile.syntax);
  if (known !== undefined) return known;
  const outcome = newOutcome();
  outcomes.set(dockerfile.syntax, outcome);
  const read = readInstructions(dockerfile, outcome);
  const options = readCheckOptions(dockerfile);
  if (typeof options === 'string') outcome.reject(options, undefined, { range: checkRange(dockerfile) });
  checkContinuations(dockerfile, outcome);
  convertStages(read, dockerfile, outcome);
  if (typeof options !== 'string' && options.failOnHit && outcome.hits.some(({ check }) => isChecked(check, options)))
    outcome.reject('The check directive makes every build check an error, and there are findings.', undefined, {
      range: checkRange(dockerfile),
    });
  return outcome;
}

/** Whether BuildKit runs a check on a file with these options. */
export function isChecked(check: BuildCheck, { skipped, experimental }: CheckOptions): boolean {
  if (check === 'InvalidDefinitionDescription') return experimental.has('all') || experimental.has(check);
  return !skipped.has('all') && !skipped.has(check);
}

function checkRange({ syntax }: Dockerfile) {
  return syntax.directives.find(({ name }) => name === 'check')?.range;
}

/** And last: it makes build steps of the stages. */
function convertStages({ globals, stages }: ReadInstructions, { syntax }: Dockerfile, outcome: Outcome): void {
  const { escape: escapeCharacter } = syntax;
  checkStageNames(stages, outcome);
  checkKeywordCasing(stages, outcome);
  const target = stages.at(-1);
  const ignored = newOutcome();
  const values = expandGlobals(
    globals,
    target === undefined ? '' : fromWords(target.from).name,
    escapeCharacter,
    ignored,
  );
  if (ignored.rejections.length === 0) checkDefaultBases(stages, values, escapeCharacter, outcome);
  outcome.rejections.push(...ignored.rejections);
  const conversion: Conversion = {
    outcome,
    escapeCharacter,
    globals: values,
    globalNames: new Set(globals.flatMap((statement) => declarationsOf(statement).map(({ name }) => name))),
    states: [],
    byName: new Map(),
    images: new Map(),
    bounds: { expanded: 0, inherited: 0, triggers: 0 },
  };
  const states = stages.map((stage) => planStage(stage, conversion));
  for (const [index, stage] of stages.entries())
    for (const statement of stage.statements) {
      const state = states[index];
      state?.steps.push(planStep(statement, state, conversion));
    }
  checkCircularSources(conversion);
  checkBaseNames(conversion);
  inheritTriggers(states.at(-1), conversion);
  for (const state of states) dispatchState(state, conversion);
}

/** Reports images that have no valid name as long as nobody gives a build argument. */
function checkDefaultBases(
  stages: readonly StagePlan[],
  values: ReadonlyMap<string, string>,
  escapeCharacter: Conversion['escapeCharacter'],
  outcome: Outcome,
): void {
  const valid = new Set<string>();
  for (const { from } of stages) {
    const { base } = fromWords(from);
    if (base === '' || valid.has(base)) continue;
    const { value, error } = expandWord(base, values, { escape: escapeCharacter });
    if (error !== undefined) return;
    if (imageReferenceFault(value) === undefined) valid.add(base);
    else outcome.hit('InvalidDefaultArgInFrom', from.instruction, base);
  }
}

/** A stage that is needed for the last one runs the ONBUILD triggers of the stage that it builds on. */
function inheritTriggers(target: BuildState | undefined, conversion: Conversion): void {
  const pending = target === undefined ? [] : [target];
  const needed = new Set<BuildState>(pending);
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    prependTriggers(state, conversion);
    for (const next of [state.base, ...(state.takesFrom?.keys() ?? [])])
      if (next !== undefined && !needed.has(next)) {
        needed.add(next);
        pending.push(next);
      }
  }
}

function prependTriggers(state: BuildState, conversion: Conversion): void {
  const heir = state.place;
  if (heir === undefined || state.base === undefined) return;
  const { bounds } = conversion;
  if (bounds.triggers > mostTriggers) return;
  const triggers = state.base.steps
    .filter(({ statement }) => statement.name === 'ONBUILD')
    .map(({ statement }) => inheritedTrigger(statement, heir))
    .filter((statement) => statement !== undefined)
    .filter((statement) => syntaxFault(statement) === undefined && instructionFault(statement) === undefined);
  bounds.triggers += state.base.steps.length;
  state.steps = triggers.map((statement) => planStep(statement, state, conversion)).concat(state.steps);
}

function dispatchState(state: BuildState, conversion: Conversion): void {
  const { base } = state;
  const { bounds } = conversion;
  const { variables, declared } = base ?? state;
  const owns = state.steps.length > 0;
  bounds.inherited += owns && base !== undefined ? variables.size + declared.size : 0;
  if (bounds.inherited > mostInherited || bounds.expanded > mostExpanded) return;
  state.variables = owns ? new Map(variables) : variables;
  state.declared = owns ? new Set(declared) : declared;
  state.depth = base?.depth ?? 0;
  state.workdirSet = base?.workdirSet ?? false;
  state.shellSet = base?.shellSet ?? false;
  if (base !== undefined) state.system = base.system;
  state.dispatched = true;
  const memory: StageMemory = { lastOf: new Map() };
  for (const step of state.steps) {
    dispatchStep(step, state, memory, conversion);
    if (bounds.expanded > mostExpanded) return;
  }
}
