import type { SourceRange } from './text.ts';

/** One word of a command as the shell would pass it, as far as that can be known without running anything. */
export interface CommandWord {
  /** As written, quotes and expansions included. */
  readonly raw: string;
  /** Quotes removed; expansions stand as written (`$VAR`, `${VAR:-x}`, `$(cmd)`). */
  readonly value: string;
  /**
   * True when nothing in it is expanded, so that `value` is what the program receives. A glob (`*.deb`, `pkg[extra]`) counts
   * as literal: it stays as written where no file matches.
   */
  readonly literal: boolean;
  /** Names of the variables expanded in it. */
  readonly variables: readonly string[];
  /** In the artifact's text, through line continuations. */
  readonly range: SourceRange;
}

export interface CommandRedirect {
  /** `>`, `>>`, `<`, `2>&1` style operators as bash names them: `>`, `>>`, `<`, `<&`, `>&`, `&>`, `<<`, `<<<` … */
  readonly operator: string;
  readonly descriptor: number | undefined;
  readonly target: CommandWord | undefined;
  readonly range: SourceRange;
}

/** One simple command: what runs, with which arguments. Wrappers such as sudo or env are taken off. */
export interface CommandLine {
  /** The program's base name, lower case for nothing: as written, without directories; '' when it is not known. */
  readonly name: string;
  readonly nameWord: CommandWord;
  readonly arguments: readonly CommandWord[];
  /** Programs that only start the command: sudo, env, exec, time, nice, nohup, command, xargs … outermost first. */
  readonly wrappers: readonly string[];
  /** The words that name the wrappers, one for each of `wrappers`. */
  readonly wrapperWords: readonly CommandWord[];
  readonly assignments: readonly { readonly name: string; readonly value: CommandWord | undefined }[];
  readonly redirects: readonly CommandRedirect[];
  readonly range: SourceRange;
}
