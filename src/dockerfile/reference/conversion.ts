import type { Dockerfile } from '../dockerfile.ts';
import { expandWord } from '../expand.ts';
import { instructionFault, syntaxFault } from './argument-faults.ts';
import type { BuildState, Conversion } from './build-state.ts';
import { checkDescription, commentsBefore } from './description-comments.ts';
import { dispatchStep, type StageMemory } from './dispatch-step.ts';
import { checkFile, checkLineLengths, readCheckOptions } from './file-faults.ts';
import { declarationsOf, expandGlobals } from './global-arguments.ts';
import { imageReferenceFault } from './image-reference.ts';
import { checkCircularSources, planStep } from './link-stages.ts';
import { newOutcome, type Outcome } from './outcome.ts';
import { checkBaseNames, fromWords, planStage, type StagePlan } from './plan-stages.ts';
import { checkFromCasing, checkKeywordCasing, checkStageNames } from './stage-names.ts';
import { inheritedTrigger, type Statement, statementOf } from './statement.ts';

const outcomes = new WeakMap<Dockerfile, Outcome>();

/**
 * What BuildKit would refuse and what its build checks would report, in its order, for a build of every stage without
 * build arguments whose base images set nothing but PATH. It goes on where BuildKit stops. Computed once for a file.
 */
export function convert(dockerfile: Dockerfile): Outcome {
  const known = outcomes.get(dockerfile);
  if (known !== undefined) return known;
  const outcome = newOutcome();
  outcomes.set(dockerfile, outcome);
  const statements = readFile(dockerfile, outcome);
  const read = readInstructions(dockerfile, statements, outcome);
  const options = readCheckOptions(dockerfile);
  if (typeof options === 'string') outcome.reject(options, undefined, { range: checkRange(dockerfile) });
  checkContinuations(statements, dockerfile, outcome);
  convertStages(read, dockerfile, outcome);
  if (typeof options !== 'string' && options.failOnHit) {
    const { skipped } = options;
    const counts = outcome.hits.some(
      ({ check }) => !skipped.has('all') && !skipped.has(check) && !isExperimental(check),
    );
    if (counts)
      outcome.reject('The check directive makes every build check an error, and there are findings.', undefined, {
        range: checkRange(dockerfile),
      });
  }
  return outcome;
}

function isExperimental(check: string): boolean {
  return check === 'InvalidDefinitionDescription';
}

function checkRange({ syntax }: Dockerfile) {
  return syntax.directives.find(({ name }) => name === 'check')?.range;
}

/** What BuildKit's parser does: it reads the whole file before it looks at any instruction. */
function readFile(dockerfile: Dockerfile, outcome: Outcome): readonly Statement[] {
  checkFile(dockerfile, outcome);
  const statements = dockerfile.instructions.map((instruction) => statementOf(instruction, dockerfile.syntax.escape));
  for (const statement of statements) {
    const { instruction } = statement;
    const fault = syntaxFault(statement);
    if (fault !== undefined) outcome.reject(fault, instruction);
    const open = instruction.heredocs.find(({ terminated }) => !terminated);
    if (open !== undefined)
      outcome.reject(`The here-document is not closed: no line holds only '${open.name}'.`, instruction);
  }
  checkLineLengths(dockerfile, outcome);
  return statements;
}

function checkContinuations(statements: readonly Statement[], dockerfile: Dockerfile, outcome: Outcome): void {
  for (const statement of statements)
    if (statement.instruction.syntax.emptyContinuations.length > 0)
      outcome.hit('NoEmptyContinuation', statement.instruction, '', {
        line: lastContinuationLine(statement, dockerfile),
      });
}

/** BuildKit names the last line of the instruction, here-documents left out. */
function lastContinuationLine({ instruction }: Statement, { lines, text }: Dockerfile): number {
  const [heredoc] = instruction.heredocs;
  if (heredoc === undefined) return instruction.syntax.endLine;
  return lines.positionAt(Math.min(heredoc.contentRange.start, text.length)).line - 1;
}

interface ReadInstructions {
  readonly globals: readonly Statement[];
  readonly stages: readonly StagePlan[];
}

/** What BuildKit does next: it reads each instruction and puts it into its stage. */
function readInstructions(
  dockerfile: Dockerfile,
  statements: readonly Statement[],
  outcome: Outcome,
): ReadInstructions {
  const comments = commentsBefore(dockerfile.syntax);
  const globals: Statement[] = [];
  const stages: (StagePlan & { readonly statements: Statement[] })[] = [];
  let isOutsideReported = false;
  for (const statement of statements) {
    if (statement.name === 'MAINTAINER') outcome.hit('MaintainerDeprecated', statement.instruction, '');
    if (statement.name === 'FROM') checkFromCasing(statement, outcome);
    const fault = syntaxFault(statement) ?? instructionFault(statement);
    if (fault !== undefined) {
      if (syntaxFault(statement) === undefined) outcome.reject(fault, statement.instruction);
      if (statement.name !== 'FROM') continue;
    } else checkDescription(statement, comments.get(statement.instruction.syntax.keyword.range.start), outcome);
    const stage = stages.at(-1);
    if (statement.name === 'FROM') stages.push({ from: statement, statements: [] });
    else if (stage !== undefined) stage.statements.push(statement);
    else if (statement.name === 'ARG') globals.push(statement);
    else if (!isOutsideReported) {
      outcome.reject(`${statement.name} stands before the first FROM; only ARG can.`, statement.instruction);
      isOutsideReported = true;
    }
  }
  if (stages.length === 0 && outcome.rejections.length === 0)
    outcome.reject('The file has no FROM, so there is nothing to build.', undefined);
  return { globals, stages };
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
  for (const state of conversion.states) dispatchState(state, conversion);
}

/** Reports images that have no valid name as long as nobody gives a build argument. */
function checkDefaultBases(
  stages: readonly StagePlan[],
  values: ReadonlyMap<string, string>,
  escapeCharacter: Conversion['escapeCharacter'],
  outcome: Outcome,
): void {
  for (const { from } of stages) {
    const { base } = fromWords(from);
    const { value, error } = expandWord(base, values, { escape: escapeCharacter });
    if (error !== undefined) return;
    if (base !== '' && imageReferenceFault(value) !== undefined)
      outcome.hit('InvalidDefaultArgInFrom', from.instruction, base);
  }
}

/** A stage that is needed for the last one runs the ONBUILD triggers of the stage that it builds on. */
function inheritTriggers(target: BuildState | undefined, conversion: Conversion): void {
  const pending = target === undefined ? [] : [target];
  const needed = new Set<BuildState>(pending);
  for (let state = pending.pop(); state !== undefined; state = pending.pop()) {
    prependTriggers(state, conversion);
    for (const next of [state.base, ...state.takesFrom.keys()])
      if (next !== undefined && !needed.has(next)) {
        needed.add(next);
        pending.push(next);
      }
  }
}

function prependTriggers(state: BuildState, conversion: Conversion): void {
  const heir = state.place;
  if (heir === undefined || state.base === undefined) return;
  const triggers = state.base.steps
    .filter(({ statement }) => statement.name === 'ONBUILD')
    .map(({ statement }) => inheritedTrigger(statement, heir))
    .filter((statement) => statement !== undefined)
    .filter((statement) => syntaxFault(statement) === undefined && instructionFault(statement) === undefined);
  state.steps.unshift(...triggers.map((statement) => planStep(statement, state, conversion)));
}

function dispatchState(state: BuildState, conversion: Conversion): void {
  const { base } = state;
  state.variables = new Map(base?.variables ?? [['PATH', '/usr/bin:/bin']]);
  state.declared = new Set(base?.declared);
  state.directory = base?.directory ?? '/';
  state.workdirSet = base?.workdirSet ?? false;
  state.shellSet = base?.shellSet ?? false;
  if (base !== undefined) state.system = base.system;
  state.dispatched = true;
  const memory: StageMemory = { lastOf: new Map() };
  for (const step of state.steps) dispatchStep(step, state, memory, conversion);
}
