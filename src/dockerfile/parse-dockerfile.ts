import type { Artifact } from '../core/artifact.ts';
import { lineIndex } from '../core/text.ts';
import { commandOf } from './command-form.ts';
import { type CommandIndex, commandIndex } from './command-index.ts';
import type { Dockerfile, Rejection } from './dockerfile.ts';
import type { Instruction } from './instruction.ts';
import { once } from './once.ts';
import { parseInstruction } from './parse-instruction.ts';
import { parseScript } from './parse-script.ts';
import { parseSyntax } from './parse-syntax.ts';
import { type PlacedInstructions, placeInstructions } from './placed-instructions.ts';
import { findRejections } from './reference/rejections.ts';
import type { ShellScript } from './shell.ts';
import { dialectAt, shellWordsAt } from './shell-dialect.ts';
import type { Stage, StageGraph } from './stage.ts';
import { buildStageGraph } from './stage-graph.ts';
import type { DockerfileSyntax } from './syntax.ts';

/** Reads a Dockerfile. Costs nothing until something of it is asked for; never throws, whatever the text. */
export function parseDockerfile(artifact: Artifact): Dockerfile {
  const lines = once(() => lineIndex(artifact.text));
  let reading: Reading | undefined;
  const read = () => {
    reading ??= readingOf(artifact, dockerfile);
    return reading;
  };
  const dockerfile: Dockerfile = {
    kind: 'dockerfile',
    path: artifact.path,
    text: artifact.text,
    encoding: artifact.encoding,
    get lines() {
      return lines();
    },
    get syntax() {
      return read().syntax();
    },
    get instructions() {
      return read().instructions();
    },
    get stages() {
      return read().graph().stages;
    },
    get globalArgs() {
      return read().graph().globalArgs;
    },
    get final() {
      return read().graph().final;
    },
    get rejections() {
      return read().rejections();
    },
    get commands() {
      return read().commands().all;
    },
    instructionsNamed: (name) => read().placed().named(name),
    script: (instruction) => read().script(instruction),
    commandsNamed: (...names) => read().commands().named(names),
    forget() {
      reading = undefined;
    },
  };
  return dockerfile;
}

/** All that is computed of a file, each when it is first asked for. */
interface Reading {
  syntax(): DockerfileSyntax;
  instructions(): readonly Instruction[];
  graph(): StageGraph;
  placed(): PlacedInstructions;
  commands(): CommandIndex;
  script(instruction: Instruction): ShellScript | undefined;
  rejections(): readonly Rejection[];
}

function readingOf({ text }: Artifact, dockerfile: Dockerfile): Reading {
  const syntax = once(() => parseSyntax(text));
  const instructions = once(() => parseInstructions(syntax()));
  const graph = once(() => buildStageGraph(instructions(), syntax().escape));
  const placed = once(() => placeInstructions(instructions(), graph().stages));
  const scripts = new Map<Instruction, ShellScript | undefined>();
  const script = (instruction: Instruction) => {
    if (!scripts.has(instruction))
      scripts.set(instruction, readScript(instruction, placed().stageOf.get(instruction), text));
    return scripts.get(instruction);
  };
  const commands = once(() => commandIndex(placed().named('RUN'), script));
  return { syntax, instructions, graph, placed, script, commands, rejections: once(() => findRejections(dockerfile)) };
}

function parseInstructions({ items, escape: escapeCharacter }: DockerfileSyntax): readonly Instruction[] {
  const instructions: Instruction[] = [];
  for (const item of items) if (item.kind === 'instruction') instructions.push(parseInstruction(item, escapeCharacter));
  return instructions;
}

/** The shell view of what an instruction runs; undefined for one that runs nothing. */
function readScript(instruction: Instruction, stage: Stage | undefined, source: string): ShellScript | undefined {
  const command = commandOf(instruction);
  if (command === undefined) return undefined;
  const shell = shellWordsAt(stage, instruction);
  return parseScript(command, instruction.heredocs, dialectAt(stage, instruction), { source, ...(shell && { shell }) });
}
