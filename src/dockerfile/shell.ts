import type { CommandLine, CommandWord } from '../core/command-line.ts';
import type { SourceRange } from '../core/text.ts';

export type ShellDialect = 'posix' | 'bash' | 'powershell' | 'cmd' | 'unknown';

/** Syntax that bash has and POSIX has not (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html). */
export type ShellExtension =
  | 'double-bracket'
  | 'arithmetic-command'
  | 'arithmetic-for'
  | 'select'
  | 'function-keyword'
  | 'array'
  | 'pipe-both'
  | 'brace-expansion'
  | 'process-substitution'
  | 'ansi-quotes'
  | 'substring'
  | 'indirection';

/** What the parser may tell beside the command itself. */
export interface ScriptContext {
  /** The artifact's text; with it the ranges inside here-documents with `<<-` and escaped JSON strings are exact. */
  readonly source?: string;
  /** The words of the SHELL in force: `/bin/bash -o pipefail -c`; its options count for the script. */
  readonly shell?: readonly string[];
}

/** How a command's failure or success matters to the script it stands in. */
export interface CommandPlace {
  /** What stands between this command and the one before it in the same list; undefined for the first. */
  readonly after: '&&' | '||' | ';' | '&' | undefined;
  /** Its pipeline, the same object for all members; undefined when it is in none. */
  readonly pipeline: { readonly length: number; readonly range: SourceRange } | undefined;
  /** Zero-based position in the pipeline; 0 outside of one. */
  readonly pipelineIndex: number;
  /** Compound constructs and substitutions around it, outermost first. */
  readonly inside: readonly (
    | 'subshell'
    | 'substitution'
    | 'condition'
    | 'loop'
    | 'branch'
    | 'function'
    | 'group'
    | 'nested-shell'
  )[];
  /** `!` before it. */
  readonly negated: boolean;
}

/** A simple command in its place. */
export interface ShellCommand extends CommandLine {
  readonly place: CommandPlace;
  /** Commands of one `&&`/`||`/`;` list share this number within their script, nested lists have others. */
  readonly list: number;
}

/**
 * What an instruction runs, as the shell would see it. For the exec form: one command of literal words, and the inner
 * script when it is `sh -c "…"`. Never throws on broken input: what could be read is there, `errors` says the rest.
 */
export interface ShellScript {
  readonly dialect: ShellDialect;
  readonly form: 'shell' | 'exec';
  /** Every simple command in source order, those in substitutions, compound commands and `sh -c '…'` included. */
  readonly commands: readonly ShellCommand[];
  readonly errors: readonly { readonly message: string; readonly range: SourceRange }[];
  /** Names assigned for the shell itself (`x=1` as a command of its own, export, read, for). */
  readonly assigned: readonly {
    readonly name: string;
    readonly value: CommandWord | undefined;
    readonly exported: boolean;
    readonly range: SourceRange;
  }[];
  /** Options switched on by `set -e`, `set -o pipefail` and by the shell's own invocation, at any place: 'errexit', 'pipefail', 'xtrace', 'nounset'. */
  readonly options: ReadonlySet<string>;
  /** What in it only bash understands, in source order; what a shell that it starts (`bash -c`) reads is left out. */
  readonly extensions: readonly { readonly kind: ShellExtension; readonly range: SourceRange }[];
  /** Names of variables that are expanded anywhere in it. */
  readonly variables: ReadonlySet<string>;
}
