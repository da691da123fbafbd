import type { Dockerfile } from './dockerfile.ts';
import { expandToken, type Variables } from './expand.ts';
import { globalVariables, platformArguments } from './global-variables.ts';
import type { ArgInstruction, EnvInstruction, Instruction, KeyValue } from './instruction.ts';
import { once } from './once.ts';
import type { Stage } from './stage.ts';
import type { EscapeCharacter } from './syntax.ts';

/** An ARG or ENV that declares a name. */
export interface Declaration {
  readonly instruction: ArgInstruction | EnvInstruction;
  readonly pair: KeyValue;
  /** With defaults for every ARG; undefined when it cannot be known or is not set. */
  readonly value: string | undefined;
  /** False for `ARG name` without a value from anywhere: it is empty unless the build gives one. */
  readonly isSet: boolean;
}

/** The variables that an instruction can use. `has` and `get` are what {@link expandToken} wants. */
export interface Environment extends Variables {
  /** The last ARG or ENV before the instruction that declares the name, in its stage or in one that it builds on. */
  declaration(name: string): Declaration | undefined;
  /** False when the base image may set more variables, because it is not known here. */
  readonly complete: boolean;
}

/** ARG names that RUN can use without any ARG. https://docs.docker.com/reference/dockerfile/#predefined-args */
export const predefinedArguments: readonly string[] = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'FTP_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
].flatMap((name) => [name, name.toLowerCase()]);

/**
 * What is in scope just before `instruction`, as BuildKit has it when no build argument is given: ARG and ENV of the
 * stage so far and of the stages that it builds on, in the order in which they stand. For FROM and what stands before it:
 * the ARGs before the first FROM. Each stage is evaluated once; a question then costs logarithmic time.
 */
export function environmentAt(
  dockerfile: Pick<Dockerfile, 'stages' | 'globalArgs' | 'syntax'>,
  instruction: Instruction,
): Environment {
  let environment = environments.get(instruction);
  if (environment === undefined) {
    environment = readEnvironment(dockerfile, instruction);
    environments.set(instruction, environment);
  }
  return environment;
}

/** Many rules ask for the same instruction. */
const environments = new WeakMap<Instruction, Environment>();

function readEnvironment(dockerfile: Source, instruction: Instruction): Environment {
  const at = instruction.syntax.range.start;
  const stage = instruction.name === 'FROM' ? undefined : stageAt(dockerfile.stages, at);
  if (stage !== undefined) return new View(timelinesOf(dockerfile, stage), at, stage);
  return new View([globalTimeline(dockerfile)], at, undefined);
}

type Source = Pick<Dockerfile, 'stages' | 'globalArgs' | 'syntax'>;

/** Declarations by name, each with the place from which on it holds. */
type Places = Map<string, { readonly at: number; readonly declaration: Declaration }[]>;

/** What a scope declares and sets: `ARG name` alone declares, and leaves what was set before. */
interface Timeline {
  readonly declared: Places;
  readonly set: Places;
  /** Set from outside: the platform's variables, `PATH`. */
  readonly ambient: ReadonlySet<string>;
}

/** Stages on stages deeper than this are no file that a person wrote. */
const maximalDepth = 100;

const stageTimelines = new WeakMap<Stage, Timeline>();
const globalTimelines = new WeakMap<readonly ArgInstruction[], Timeline>();

function stageAt(stages: readonly Stage[], offset: number): Stage | undefined {
  let low = 0;
  let high = stages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((stages[middle]?.from?.syntax.range.start ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return stages[low - 1];
}

function globalTimeline(dockerfile: Source): Timeline {
  let timeline = globalTimelines.get(dockerfile.globalArgs);
  if (timeline === undefined) {
    timeline = evaluate(dockerfile.globalArgs, [], new Set(platformArguments), undefined, dockerfile.syntax.escape);
    globalTimelines.set(dockerfile.globalArgs, timeline);
  }
  return timeline;
}

/** The timelines of a stage and of those that it builds on, the nearest first. */
function timelinesOf(dockerfile: Source, stage: Stage): readonly Timeline[] {
  let timelines = timelinesByStage.get(stage);
  if (timelines === undefined) {
    timelines = readTimelines(dockerfile, stage);
    timelinesByStage.set(stage, timelines);
  }
  return timelines;
}

const timelinesByStage = new WeakMap<Stage, readonly Timeline[]>();

function readTimelines(dockerfile: Source, stage: Stage): readonly Timeline[] {
  const chain = [stage];
  for (let at = stage; at.base.kind === 'stage' && chain.length < maximalDepth; at = at.base.stage)
    chain.push(at.base.stage);
  const globals = once(() => globalVariables(dockerfile.globalArgs, dockerfile.syntax.escape));
  let timelines: readonly Timeline[] = [];
  for (const each of chain.reverse()) {
    const timeline =
      stageTimelines.get(each) ??
      evaluate(each.instructions, timelines, ambientInStage, globals, dockerfile.syntax.escape);
    stageTimelines.set(each, timeline);
    timelines = [timeline, ...timelines];
  }
  return timelines;
}

const ambientInStage: ReadonlySet<string> = new Set(['PATH']);

function evaluate(
  instructions: readonly Instruction[],
  bases: readonly Timeline[],
  ambient: ReadonlySet<string>,
  globals: (() => Variables) | undefined,
  escapeCharacter: EscapeCharacter,
): Timeline {
  const timeline: Timeline = { declared: new Map(), set: new Map(), ambient };
  const options = { escape: escapeCharacter, unset: 'default' } as const;
  for (const instruction of instructions) {
    if (instruction.name !== 'ARG' && instruction.name !== 'ENV') continue;
    const at = instruction.syntax.range.start;
    // ENV expands all its pairs with what was there before it, ARG each with the ones before it too.
    const visible = new View(
      [timeline, ...bases],
      instruction.name === 'ENV' ? at : Number.POSITIVE_INFINITY,
      undefined,
    );
    for (const pair of instruction.pairs) {
      const name = instruction.name === 'ENV' ? expandToken(pair.key, visible, options).value : pair.key.value;
      const declaration = { instruction, pair, ...evaluatePair(pair, visible, globals, options) };
      addPlace(timeline.declared, name, at, declaration);
      if (declaration.isSet) addPlace(timeline.set, name, at, declaration);
    }
  }
  return timeline;
}

function addPlace(places: Places, name: string, at: number, declaration: Declaration): void {
  const list = places.get(name);
  if (list === undefined) places.set(name, [{ at, declaration }]);
  else list.push({ at, declaration });
}

function evaluatePair(
  { key, value }: KeyValue,
  visible: Variables,
  globals: (() => Variables) | undefined,
  options: { readonly escape: EscapeCharacter; readonly unset: 'default' },
): Pick<Declaration, 'value' | 'isSet'> {
  if (value === undefined) {
    const isSet = globals?.().has(key.value) ?? false;
    return { value: isSet ? globals?.().get(key.value) : undefined, isSet };
  }
  const { value: expanded, unknown, error } = expandToken(value, visible, options);
  return { value: error === undefined && unknown.size === 0 ? expanded : undefined, isSet: true };
}

/** What holds before `offset` in the nearest scope, and in the stages below. */
class View implements Environment {
  private readonly timelines: readonly Timeline[];
  private readonly offset: number;
  private readonly stage: Stage | undefined;

  constructor(timelines: readonly Timeline[], offset: number, stage: Stage | undefined) {
    this.timelines = timelines;
    this.offset = offset;
    this.stage = stage;
  }

  has(name: string): boolean {
    return this.timelines.some(({ ambient }) => ambient.has(name)) || this.last('set', name) !== undefined;
  }

  get(name: string): string | undefined {
    return this.last('set', name)?.value;
  }

  declaration(name: string): Declaration | undefined {
    return this.last('declared', name);
  }

  get complete(): boolean {
    return this.stage === undefined || isComplete(this.stage);
  }

  /** The nearest scope has its declarations before the offset, the stages below have all of theirs. */
  private last(kind: 'declared' | 'set', name: string): Declaration | undefined {
    let end: number | undefined = this.offset;
    for (const timeline of this.timelines) {
      const list = timeline[kind].get(name);
      const found = list?.[(end === undefined ? list.length : countBefore(list, end)) - 1];
      if (found !== undefined) return found.declaration;
      end = undefined;
    }
    return undefined;
  }
}

function countBefore(list: readonly { readonly at: number }[], offset: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.at ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function isComplete(stage: Stage): boolean {
  let at = stage;
  for (let depth = 0; at.base.kind === 'stage' && depth < maximalDepth; depth += 1) at = at.base.stage;
  return at.base.kind === 'scratch';
}
