import type { Artifact } from '../core/artifact.ts';
import type { SourceRange } from '../core/text.ts';

export type ApplicationLanguage = 'node' | 'python' | 'go' | 'java' | 'ruby' | 'php' | 'rust' | 'dotnet';

/** A variable that the application's source reads from its environment. */
export interface VariableRead {
  readonly name: string;
  readonly path: string;
  readonly range: SourceRange;
  /** True when the code goes on without it: a default is given, or absence is tested. */
  readonly optional: boolean;
  /** True when the program stops or fails at once without it. Neither this nor `optional` where the text does not tell. */
  readonly required: boolean;
  /** The default, when it is a literal. */
  readonly fallback: string | undefined;
  /** A required read that may never happen: in a branch, or in a function that nothing calls for certain. */
  readonly conditional?: boolean;
}

/** A logger that the application's source sets up or calls. */
export interface LoggerUse {
  /** `console`, `winston`, `pino`, `logging`, `structlog`, `log`, `log/slog`, `zap`, `logback`, `log4j2` … */
  readonly library: string;
  readonly path: string;
  readonly range: SourceRange;
  readonly format: 'json' | 'text' | 'unknown';
  /** `file` when this very call makes the logger write to a file whose place is not stdout, stderr or /dev/std*. */
  readonly destination: 'stdout' | 'file' | 'unknown';
  /** The file, when it is a literal. */
  readonly file?: string;
  /** A condition in the source decides whether it is set up. */
  readonly conditional?: boolean;
}

/** A place where the application serves metrics that Prometheus can scrape. */
export interface MetricsEndpoint {
  /** `prom-client`, `prometheus_client`, `promhttp`, `own` … */
  readonly library: string;
  readonly path: string;
  readonly range: SourceRange;
}

/** A program with its sources and manifest files, found in the project. Sources are read on first use, tests and vendored code left out. */
export interface Application {
  /** Directory relative to the project's root, '' for the root itself. */
  readonly directory: string;
  readonly language: ApplicationLanguage;
  /** package.json, go.mod, pyproject.toml, requirements*.txt, pom.xml … and lock files, by base name. */
  readonly manifests: ReadonlyMap<string, Artifact>;
  /** Paths of its sources, without tests, examples and vendored code. Bounded. */
  readonly sourcePaths: readonly string[];
  readonly variablesRead: readonly VariableRead[];
  /** The environment is also read by names that the sources do not show: a framework binds it, or it is passed on whole. */
  readonly readsOtherVariables: boolean;
  /** Variables that the sources set for themselves. */
  readonly variablesSet: ReadonlySet<string>;
  /** They set more, by names that they do not show: in a loop, or from a file. */
  readonly setsOtherVariables: boolean;
  /** False when a bound was met and not all sources were read: then nothing can be said to be absent. */
  readonly complete: boolean;
  readonly loggers: readonly LoggerUse[];
  readonly metrics: readonly MetricsEndpoint[];
  /** Text of a source or manifest that a finding points at. */
  artifact(path: string): Artifact | undefined;
}
