import type { CommandLine } from '../../src/core/command-line.ts';
import { parseScript } from '../../src/dockerfile/parse-script.ts';

/** All commands of a shell script, in order. */
export function commandsOf(text: string): readonly CommandLine[] {
  const command = {
    form: 'shell',
    failedJson: false,
    command: { text, sourceOffset: (index: number) => index },
  } as const;
  return parseScript(command, [], 'bash').commands;
}

/** The first command of a shell script. */
export function commandOf(text: string): CommandLine {
  const [command] = commandsOf(text);
  if (!command) throw new Error(`no command in ${text}`);
  return command;
}
