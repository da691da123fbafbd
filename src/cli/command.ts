/** One flag of a command, as help, parsing and shell completion see it. */
export interface FlagDefinition {
  readonly name: string;
  readonly short?: string;
  /** What the value is called in help: `FILE`. Absent for a switch. */
  readonly value?: string;
  readonly repeatable?: boolean;
  /** The only values that are taken. */
  readonly choices?: readonly string[];
  readonly description: string;
  /** Headline in help under which the flag stands. */
  readonly group?: string;
}

/** What a command is called with. Values are checked against the declaration already. */
export interface ParsedArguments {
  readonly positionals: readonly string[];
  /** All that was typed behind the command's name. */
  readonly words: readonly string[];
  has(flag: string): boolean;
  value(flag: string): string | undefined;
  values(flag: string): readonly string[];
}

/** The process's edge, so that a command can be run in a test. */
export interface Terminal {
  readonly version: string;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: {
    readonly isTTY: boolean;
    readonly columns: number | undefined;
    write(text: string | Uint8Array): void;
  };
  readonly stderr: { readonly isTTY: boolean; write(text: string): void };
}

/** What a command does when this word stands first behind its name, with a help page and flags of its own. */
export interface CommandForm extends Pick<Command, 'name' | 'arguments' | 'description' | 'examples'> {
  /** Names of those flags of the command that have an effect here; all others are refused. */
  readonly flags: readonly string[];
}

/** A command: what it is called, what it takes, and what it does. `run` returns the exit code (`exitCodes`). */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Behind the name: `[PATH|FILE…|-]`. */
  readonly arguments: string;
  readonly description: string;
  readonly flags: readonly FlagDefinition[];
  readonly examples: readonly { readonly call: string; readonly meaning: string }[];
  readonly forms?: readonly CommandForm[];
  run(parsed: ParsedArguments, terminal: Terminal): Promise<number>;
}
