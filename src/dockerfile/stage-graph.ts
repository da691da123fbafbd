import { expandToken, type Variables } from './expand.ts';
import { globalVariables } from './global-variables.ts';
import type { FromInstruction, Instruction } from './instruction.ts';
import type { Stage, StageGraph, StageReference } from './stage.ts';
import type { EscapeCharacter, Token } from './syntax.ts';

/**
 * Puts instructions into stages and follows what each stage builds on, as BuildKit does. Without any FROM all of them
 * are one stage. https://docs.docker.com/build/building/multi-stage/
 */
export function buildStageGraph(instructions: readonly Instruction[], escapeCharacter: EscapeCharacter): StageGraph {
  const firstFrom = instructions.findIndex((instruction) => instruction.name === 'FROM');
  const before = instructions.slice(0, Math.max(firstFrom, 0));
  const globalArgs = before.filter((instruction) => instruction.name === 'ARG');
  const variables = globalVariables(globalArgs, escapeCharacter);
  const byName = new Map<string, Stage>();
  const stages = splitIntoStages(instructions.slice(before.length)).map((part, index) => {
    const stage = makeStage(index, part, baseOf(part.from, byName, variables, escapeCharacter));
    if (stage.name !== undefined) byName.set(stage.name, stage);
    return stage;
  });
  for (const stage of stages) addDependencies(stage, stages, byName);
  return { stages, globalArgs, final: stages.at(-1) };
}

interface StagePart {
  readonly from: FromInstruction | undefined;
  readonly instructions: Instruction[];
}

interface StageInTheMaking extends Stage {
  readonly dependsOn: Stage[];
}

function splitIntoStages(instructions: readonly Instruction[]): readonly StagePart[] {
  const parts: StagePart[] = [];
  for (const instruction of instructions) {
    const part = parts.at(-1);
    if (instruction.name === 'FROM') parts.push({ from: instruction, instructions: [] });
    else if (part === undefined) parts.push({ from: undefined, instructions: [instruction] });
    else part.instructions.push(instruction);
  }
  return parts;
}

function makeStage(index: number, part: StagePart, base: StageReference): StageInTheMaking {
  const name = part.from?.alias?.value.toLowerCase();
  return { index, name, from: part.from, base, instructions: part.instructions, dependsOn: [] };
}

/** A name in FROM means an earlier stage; BuildKit compares it as written with the lower-case names of stages. */
function baseOf(
  from: FromInstruction | undefined,
  byName: ReadonlyMap<string, Stage>,
  variables: Variables,
  escapeCharacter: EscapeCharacter,
): StageReference {
  if (from?.image === undefined) return { kind: 'unknown' };
  const { value, unknown, error } = expandToken(from.image, variables, { escape: escapeCharacter, unset: 'default' });
  if (error !== undefined || value === '') return { kind: 'unknown' };
  return namedReference(value, byName.get(value), unknown.size === 0);
}

function namedReference(name: string, stage: Stage | undefined, complete: boolean): StageReference {
  if (stage !== undefined) return { kind: 'stage', stage };
  return name === 'scratch' ? { kind: 'scratch' } : { kind: 'image', reference: name, complete };
}

function addDependencies(stage: StageInTheMaking, stages: readonly Stage[], byName: ReadonlyMap<string, Stage>): void {
  const found = new Set<Stage>();
  if (stage.base.kind === 'stage') found.add(stage.base.stage);
  for (const instruction of stage.instructions)
    for (const reference of sourcesOf(instruction, stages, byName))
      if (reference.kind === 'stage') found.add(reference.stage);
  for (const dependency of found) stage.dependsOn.push(dependency);
}

function sourcesOf(
  instruction: Instruction,
  stages: readonly Stage[],
  byName: ReadonlyMap<string, Stage>,
): readonly StageReference[] {
  if (instruction.name === 'COPY' && instruction.from) return [copyReference(instruction.from, stages, byName)];
  if (instruction.name !== 'RUN') return [];
  return instruction.mounts.map((mount) => mountReference(mount.options.get('from') ?? '', byName));
}

/** What the `--from` of a COPY names: a stage by number or name, or an image. */
export function resolveCopyFrom(graph: Pick<StageGraph, 'stages'>, from: Token): StageReference {
  return copyReference(from, graph.stages, stagesByName(graph.stages));
}

/** What `from=` of a RUN's mount names: a stage by name, or an image. `scratch` when it is absent. */
export function resolveMountFrom(graph: Pick<StageGraph, 'stages'>, from: string | undefined): StageReference {
  return mountReference(from ?? '', stagesByName(graph.stages));
}

function stagesByName(stages: readonly Stage[]): ReadonlyMap<string, Stage> {
  return new Map(stages.flatMap((stage) => (stage.name === undefined ? [] : [[stage.name, stage] as const])));
}

function copyReference(from: Token, stages: readonly Stage[], byName: ReadonlyMap<string, Stage>): StageReference {
  const { value } = from;
  if (/^[+-]?\d+$/.test(value)) {
    const stage = stages[Number(value)];
    return stage === undefined ? { kind: 'unknown' } : { kind: 'stage', stage };
  }
  if (value === '' || value.includes('$')) return { kind: 'unknown' };
  return namedReference(value, byName.get(value.toLowerCase()), true);
}

function mountReference(from: string, byName: ReadonlyMap<string, Stage>): StageReference {
  if (from === '') return { kind: 'scratch' };
  if (from.includes('$')) return { kind: 'unknown' };
  return namedReference(from, byName.get(from.toLowerCase()), true);
}
