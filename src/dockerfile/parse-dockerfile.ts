import type { Artifact } from '../core/artifact.ts';
import { lineIndex } from '../core/text.ts';
import { commandIndex } from './command-index.ts';
import type { Dockerfile } from './dockerfile.ts';
import type { CommandForm, Instruction } from './instruction.ts';
import { once } from './once.ts';
import { parseInstruction } from './parse-instruction.ts';
import { parseScript } from './parse-script.ts';
import { parseSyntax } from './parse-syntax.ts';
import { placeInstructions } from './placed-instructions.ts';
import { findRejections } from './reference/rejections.ts';
import type { ShellScript } from './shell.ts';
import { dialectAt, shellWordsAt } from './shell-dialect.ts';
import type { Stage } from './stage.ts';
import { buildStageGraph } from './stage-graph.ts';

/** Reads a Dockerfile. Costs nothing until something of it is asked for; never throws, whatever the text. */
export function parseDockerfile(artifact: Artifact): Dockerfile {
  const syntax = once(() => parseSyntax(artifact.text));
  const lines = once(() => lineIndex(artifact.text));
  const instructions = once(() =>
    syntax().items.flatMap((item) => (item.kind === 'instruction' ? [parseInstruction(item, syntax().escape)] : [])),
  );
  const graph = once(() => buildStageGraph(instructions(), syntax().escape));
  const placed = once(() => placeInstructions(instructions(), graph().stages));
  const scripts = new Map<Instruction, ShellScript | undefined>();
  const script = (instruction: Instruction) => {
    if (!scripts.has(instruction))
      scripts.set(instruction, readScript(instruction, placed().stageOf.get(instruction), artifact.text));
    return scripts.get(instruction);
  };
  const commands = once(() => commandIndex(placed().named('RUN'), script));
  const dockerfile: Dockerfile = {
    kind: 'dockerfile',
    path: artifact.path,
    text: artifact.text,
    encoding: artifact.encoding,
    get lines() {
      return lines();
    },
    get syntax() {
      return syntax();
    },
    get instructions() {
      return instructions();
    },
    get stages() {
      return graph().stages;
    },
    get globalArgs() {
      return graph().globalArgs;
    },
    get final() {
      return graph().final;
    },
    get rejections() {
      return rejections();
    },
    get commands() {
      return commands().all;
    },
    instructionsNamed: (name) => placed().named(name),
    script,
    commandsNamed: (...names) => commands().named(names),
  };
  const rejections = once(() => findRejections(dockerfile));
  return dockerfile;
}

/** The shell view of what an instruction runs; undefined for one that runs nothing. */
function readScript(instruction: Instruction, stage: Stage | undefined, source: string): ShellScript | undefined {
  const command = commandOf(instruction);
  if (command === undefined) return undefined;
  const shell = shellWordsAt(stage, instruction);
  return parseScript(command, instruction.heredocs, dialectAt(stage, instruction), { source, ...(shell && { shell }) });
}

function commandOf(instruction: Instruction): CommandForm | undefined {
  switch (instruction.name) {
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      return instruction.command;
    case 'HEALTHCHECK':
      return instruction.check.kind === 'cmd' ? instruction.check.command : undefined;
    case 'ONBUILD':
      return instruction.trigger && commandOf(instruction.trigger);
    default:
      return undefined;
  }
}
