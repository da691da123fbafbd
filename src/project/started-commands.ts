import { wordsOf } from '../dockerfile/command-form.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { lastInstruction } from './stage-facts.ts';

/** The commands of ENTRYPOINT and CMD. */
export function startedCommands(dockerfile: Dockerfile, stage: Stage): readonly ShellCommand[] {
  return [lastInstruction(stage, 'ENTRYPOINT'), lastInstruction(stage, 'CMD')].flatMap(
    (instruction) => (instruction && dockerfile.script(instruction)?.commands) ?? [],
  );
}

/** The words of ENTRYPOINT and CMD, one behind the other. */
export function startedWords(stage: Stage): readonly string[] {
  return [lastInstruction(stage, 'ENTRYPOINT'), lastInstruction(stage, 'CMD')].flatMap((instruction) =>
    instruction ? wordsOf(instruction.command) : [],
  );
}

/** The names of scripts among what ENTRYPOINT and CMD start. */
export function startedScripts(dockerfile: Dockerfile, stage: Stage): ReadonlySet<string> {
  return new Set(
    startedCommands(dockerfile, stage)
      .flatMap(({ nameWord, arguments: words }) => [
        nameWord.value,
        // A script that an interpreter or an init is given; `npm start` names none.
        ...words.slice(0, 4).flatMap(({ value }) => (/\.sh$|\//.test(value) ? value : [])),
      ])
      .filter(
        (word) =>
          /\.sh$|(?:^|\/)(?:docker-)?(?:entrypoint|entry|start|run|init|boot)[\w-]*$/.test(word) &&
          !word.startsWith('-'),
      ),
  );
}
