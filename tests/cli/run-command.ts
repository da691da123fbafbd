import { Readable } from 'node:stream';
import type { Command, Terminal } from '../../src/cli/command.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';

export interface CommandRun {
  readonly code: number;
  readonly stdout: string;
  readonly bytes: Buffer;
  readonly stderr: string;
}

/** Runs a command as the process would, without a terminal; or with one at which these lines are typed. */
export async function runCommand(
  command: Command,
  cwd: string,
  args: readonly string[],
  {
    input = '',
    typed,
    environment = {},
  }: {
    readonly input?: string | Uint8Array;
    readonly typed?: readonly string[];
    readonly environment?: Terminal['environment'];
  } = {},
): Promise<CommandRun> {
  const chunks: Buffer[] = [];
  let stderr = '';
  const stdin = Readable.from([Buffer.from(typed ? typed.map((line) => `${line}\n`).join('') : input)]);
  const terminal: Terminal = {
    version: '0.0.0-test',
    cwd,
    environment,
    stdin: Object.assign(stdin, { isTTY: typed !== undefined }),
    stdout: {
      isTTY: typed !== undefined,
      columns: 100,
      write: (text) => {
        chunks.push(Buffer.from(text));
      },
    },
    stderr: {
      isTTY: false,
      write: (text) => {
        stderr += text;
      },
    },
  };
  const code = await command.run(parseArguments(command, args), terminal);
  const bytes = Buffer.concat(chunks);
  return { code, stdout: bytes.toString(), bytes, stderr };
}

/** A process's edge that shows nothing. */
export function terminalOf(cwd: string, environment: Terminal['environment']): Terminal {
  const silent = { isTTY: false, columns: undefined, write() {} };
  return { version: '0.0.0-test', cwd, environment, stdin: Readable.from([]), stdout: silent, stderr: silent };
}
