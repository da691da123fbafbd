import { expandWord } from '../expand.ts';
import { type BuildState, type BuildStep, type Conversion, newState } from './build-state.ts';
import { csvFields } from './csv-fields.ts';
import { parseGoInteger } from './go-number.ts';
import { splitField } from './run-flags.ts';
import { flagText, flagTexts, type Statement } from './statement.ts';

const nothingSet: ReadonlyMap<string, string> = new Map();

/** Makes the step of a statement, with the states that it takes files from. */
export function planStep(statement: Statement, state: BuildState, conversion: Conversion): BuildStep {
  const sources = sourcesOf(statement, conversion);
  const step = { statement, sources };
  if (sources.length > 0) state.takesFrom ??= new Map();
  for (const source of sources) state.takesFrom?.set(source, step);
  return step;
}

function sourcesOf(statement: Statement, conversion: Conversion): readonly BuildState[] {
  if (statement.name === 'COPY') {
    const source = copySource(statement, conversion);
    return source === undefined ? [] : [source];
  }
  if (statement.name !== 'RUN') return [];
  return flagTexts(statement, 'mount').map((mount) => mountSource(mount, conversion));
}

function copySource(statement: Statement, conversion: Conversion): BuildState | undefined {
  const from = flagText(statement, 'from');
  if (from === '') return undefined;
  const { outcome, states, byName, escapeCharacter } = conversion;
  const expansion = expandWord(from, nothingSet, { escape: escapeCharacter });
  if (expansion.error !== undefined)
    outcome.reject(expansion.error, undefined, { range: statement.instruction.keyword.range });
  else if (expansion.value !== from)
    outcome.reject('--from takes no variable; give the image a stage of its own with FROM.', undefined, {
      range: statement.instruction.keyword.range,
    });
  if (expansion.value !== from) return undefined;
  const index = parseGoInteger(from);
  if (index === undefined) return byName.get(from.toLowerCase()) ?? takenFrom(from, statement, conversion);
  const found = index >= 0n ? states[Number(index)] : undefined;
  if (found === undefined)
    outcome.reject(`--from=${from} names no stage; they are numbered from 0.`, undefined, {
      range: statement.instruction.keyword.range,
    });
  return found;
}

function mountSource(mount: string, conversion: Conversion): BuildState {
  let from = '';
  for (const [key, value] of (csvFields(mount) ?? []).map(splitField))
    if (key.toLowerCase() === 'from' && value !== undefined) from = value;
  const name = from === '' ? 'scratch' : from;
  return conversion.byName.get(name.toLowerCase()) ?? takenFrom(name, undefined, conversion);
}

/** An image that is no stage: BuildKit puts it behind the stages, where an index can even name it. */
function takenFrom(name: string, by: Statement | undefined, { states, byName, images }: Conversion): BuildState {
  let state = images.get(name);
  if (state === undefined) {
    state = newState({
      name: '',
      baseName: name,
      place: by?.instruction,
      base: byName.get(name),
      isStage: false,
      decidedBy: [],
    });
    images.set(name, state);
  }
  states.push(state);
  return state;
}

/** Reports the first stage that takes files from itself, directly or through others. */
export function checkCircularSources({ states, outcome }: Conversion): void {
  const finished = new Set<BuildState>();
  for (const state of states) {
    const step = firstStepOfCircle(state, finished);
    if (step === undefined) continue;
    outcome.reject('The stages take files from each other in a circle.', step.statement.instruction);
    return;
  }
}

interface Visit {
  readonly state: BuildState;
  readonly entries: Iterator<[BuildState, BuildStep]>;
  /** The step that leads from this state to the next one on the path. */
  step: BuildStep | undefined;
}

function sourcesTaken({ takesFrom }: BuildState): Iterator<[BuildState, BuildStep]> {
  return (takesFrom ?? new Map<BuildState, BuildStep>()).entries();
}

/** Walks what `root` takes files from; the step with which the path into a circle leaves `root`. */
function firstStepOfCircle(root: BuildState, finished: Set<BuildState>): BuildStep | undefined {
  if (root.takesFrom === undefined || finished.has(root)) return undefined;
  finished.add(root);
  const path: Visit[] = [{ state: root, entries: sourcesTaken(root), step: undefined }];
  const onPath = new Set([root]);
  for (let visit = path.at(-1); visit !== undefined; visit = path.at(-1)) {
    const next = visit.entries.next();
    if (next.done) {
      onPath.delete(visit.state);
      path.pop();
      continue;
    }
    const [source, step] = next.value;
    visit.step = step;
    if (onPath.has(source)) return path[0]?.step;
    if (finished.has(source)) continue;
    finished.add(source);
    onPath.add(source);
    path.push({ state: source, entries: sourcesTaken(source), step: undefined });
  }
  return undefined;
}
