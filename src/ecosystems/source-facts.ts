import type { SourceRange } from '../core/text.ts';

/** A variable that a source reads from its environment. */
export interface SourceVariable {
  readonly name: string;
  /** The expression that reads it. */
  readonly range: SourceRange;
  /** The code goes on without it: a default is given, or absence is tested and bearable. */
  readonly optional: boolean;
  /** The code stops without it: it raises, throws, exits or refuses to start. Neither is true where that cannot be told. */
  readonly required: boolean;
  /** The default, when it is a literal. */
  readonly fallback: string | undefined;
  /** A required read that may never happen: in a branch, or in a function that nothing calls for certain. */
  readonly conditional?: boolean;
}

export type LogFormat = 'json' | 'text' | 'unknown';
export type LogDestination = 'stdout' | 'file' | 'unknown';

/** A logger that a source sets up or calls. One for each set-up; plain calls (`console.log`) once a file. */
export interface SourceLogger {
  readonly library: string;
  readonly range: SourceRange;
  readonly format: LogFormat;
  readonly destination: LogDestination;
  /** The file it writes to, when that is a literal. */
  readonly file?: string;
  /** A condition in the source decides whether it is set up. */
  readonly conditional?: boolean;
}

/** A place where a source serves metrics that Prometheus can scrape. */
export interface SourceMetrics {
  readonly library: string;
  readonly range: SourceRange;
}

/** A function of the application that reads the variable named by its first argument. */
export interface VariableReader {
  readonly name: string;
  /** It throws or exits by itself when the variable is not set. */
  readonly required: boolean;
}

/** What one source file tells, by its text alone. */
export interface SourceFacts {
  readonly variables: readonly SourceVariable[];
  readonly loggers: readonly SourceLogger[];
  readonly metrics: readonly SourceMetrics[];
  readonly readers: readonly VariableReader[];
  /** The environment is also read by names that the text does not show: passed on whole, iterated, bound by a framework. */
  readonly readsOthers: boolean;
  /** Variables that the source sets for itself. */
  readonly sets: readonly string[];
  /** It sets variables whose names the text does not show: in a loop, or from a file. */
  readonly setsOthers: boolean;
}

export const noFacts: SourceFacts = {
  variables: [],
  loggers: [],
  metrics: [],
  readers: [],
  readsOthers: false,
  sets: [],
  setsOthers: false,
};

/** What is known of the sources of one language. */
export interface SourceReader {
  /** Reads one source. `readers` are the application's own functions that read a variable, from a first pass over all files. */
  read(text: string, path: string, readers?: ReadonlyMap<string, VariableReader>): SourceFacts;
}
