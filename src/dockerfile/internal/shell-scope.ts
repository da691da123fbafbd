import type { CommandPlace, ShellCommand, ShellExtension, ShellScript } from '../shell.ts';
import type { ShellText } from './shell-text.ts';

/** What is gathered while a script is walked; filled in place. */
export interface Collected {
  readonly commands: ShellCommand[];
  readonly errors: { message: string; range: { start: number; end: number } }[];
  readonly assigned: ShellScript['assigned'][number][];
  readonly options: Set<string>;
  readonly variables: Set<string>;
  readonly extensions: ShellScript['extensions'][number][];
  lists: number;
}

/** Where in the script the walk is. */
export interface Scope {
  readonly text: ShellText;
  readonly inside: CommandPlace['inside'];
  /** Whether `{a,b}` is expanded: bash does, the shells of Debian and Alpine do not. */
  readonly braces: boolean;
  /** How many `sh -c` are around. */
  readonly depth: number;
  /** The outer script has walked the substitutions that stand in this one. */
  readonly substitutionsSeen: boolean;
  /** The `time` before the pipeline, in `text`. */
  readonly timed: { readonly start: number; readonly end: number } | undefined;
}

export function newCollected(): Collected {
  return {
    commands: [],
    errors: [],
    assigned: [],
    options: new Set(),
    variables: new Set(),
    extensions: [],
    lists: 0,
  };
}

export function nextList(collected: Collected): number {
  return collected.lists++;
}

/** Notes syntax that is not POSIX, unless a shell that the script starts reads it. */
export function noteExtension(
  kind: ShellExtension,
  pos: number,
  end: number,
  scope: Scope,
  collected: Collected,
): void {
  if (!scope.inside.includes('nested-shell')) collected.extensions.push({ kind, range: scope.text.rangeOf(pos, end) });
}
