import { pathMatcher } from './path-matcher.ts';
import type { ImageBuild } from './project.ts';

/** A request that the user wants to be answered alike before and after. */
export interface ListedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** Undefined: the first that is known, or the first that the program listens on. */
  readonly port: number | undefined;
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | undefined;
}

/** A run of a program to its end that the user wants to give the same output before and after. */
export interface ListedRun {
  readonly arguments: readonly string[];
  /** Another program of the image than its own. */
  readonly entrypoint: string | undefined;
  /** What it reads from its standard input. */
  readonly input: string | undefined;
}

/** How an image is tried, as far as a user says: undefined and empty is left to what the project tells. */
export interface ProveSettings {
  readonly kind: 'service' | 'program' | undefined;
  readonly ports: readonly number[];
  readonly requests: readonly ListedRequest[];
  readonly runs: readonly ListedRun[];
  /** Value undefined: taken from the environment of plimsoll itself, and never shown. */
  readonly environment: ReadonlyMap<string, string | undefined>;
  readonly startSeconds: number | undefined;
  readonly graceSeconds: number | undefined;
}

/** The `prove` section of plimsoll.yaml: what holds for all builds, and for some. */
export interface ProveConfiguration extends ProveSettings {
  readonly builds: readonly (ProveSettings & {
    /** Globs of Dockerfiles. */
    readonly paths: readonly string[];
    /** Stage; undefined: any. */
    readonly target: string | undefined;
  })[];
}

export const noProveSettings: ProveSettings = {
  kind: undefined,
  ports: [],
  requests: [],
  runs: [],
  environment: new Map(),
  startSeconds: undefined,
  graceSeconds: undefined,
};

/** What holds for one build: the entries that name it over what holds for all, later ones over earlier ones; variables are put together. */
export function proveSettingsFor(configuration: ProveConfiguration, build: ImageBuild): ProveSettings {
  const { builds, ...general } = configuration;
  let settings: ProveSettings = general;
  for (const { paths, target, ...own } of builds) {
    if (target !== undefined && target.toLowerCase() !== build.stage?.name) continue;
    if (!pathMatcher(paths)(build.dockerfile.path)) continue;
    settings = {
      kind: own.kind ?? settings.kind,
      ports: own.ports.length > 0 ? own.ports : settings.ports,
      requests: own.requests.length > 0 ? own.requests : settings.requests,
      runs: own.runs.length > 0 ? own.runs : settings.runs,
      environment: new Map([...settings.environment, ...own.environment]),
      startSeconds: own.startSeconds ?? settings.startSeconds,
      graceSeconds: own.graceSeconds ?? settings.graceSeconds,
    };
  }
  return settings;
}
