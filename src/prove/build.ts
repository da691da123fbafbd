import type { BuilderKind } from '../core/evidence.ts';

/** A secret that a build is given. Its value is in no log, record or output. */
export interface BuildSecret {
  readonly id: string;
  readonly from: { readonly file: string } | { readonly environment: string };
}

/** One build. Paths are absolute. */
export interface BuildRequest {
  readonly context: string;
  readonly dockerfile: string;
  /** The stage that is built; undefined for the last. */
  readonly target: string | undefined;
  /** `linux/arm64`; undefined for the builder's own. */
  readonly platform: string | undefined;
  /** Of RUN steps; `default` is what the builder does by itself. */
  readonly network: 'default' | 'host' | 'none';
  /** Undefined: from the environment of the caller. Values are given on and not recorded. */
  readonly arguments: ReadonlyMap<string, string | undefined>;
  /** Named contexts, by name: a directory or an image. */
  readonly contexts: ReadonlyMap<string, string>;
  readonly secrets: readonly BuildSecret[];
  /** `none`: every step is carried out. `warm`: what earlier builds of this session left may be used. */
  readonly cache: 'none' | 'warm';
  /** A name for the result that nobody else uses. */
  readonly tag: string;
  /** Everything that the builder says is kept here. */
  readonly logFile: string;
  readonly timeoutSeconds: number;
}

/** A step as the builder told of it. */
export interface BuildStep {
  /** As the builder names it: `[build 3/7] RUN npm ci`, `Step 3/9 : RUN npm ci`. */
  readonly name: string;
  /** The instruction's name and text, in upper and its own case: `RUN npm ci`; undefined for what is no instruction (`exporting to image`). */
  readonly instruction: string | undefined;
  /** Of a stage; undefined where the builder does not say or there is only one. */
  readonly stage: string | undefined;
  readonly cached: boolean;
  /** Wall time; undefined where the builder does not say. */
  readonly seconds: number | undefined;
}

/** Where a container engine is reached. */
export interface EngineAddress {
  readonly kind: 'docker' | 'podman';
  /** The client's program and the flags that go before every command: `['docker', '-H', 'unix:///run/docker.sock']`. */
  readonly client: readonly string[];
}

/** An image that was built. */
export interface BuiltImage {
  readonly tag: string;
  /** Digest of its configuration: `sha256:…`. */
  readonly id: string;
  /** What `openImage` (image/sources) finds it by, whatever built it: `docker-daemon:TAG`, `oci-archive:FILE`. */
  readonly source: string;
  readonly steps: readonly BuildStep[];
  /** Wall time of the whole build, in seconds. */
  readonly seconds: number;
  /** Bytes that were sent as context; undefined where the builder does not say. */
  readonly contextBytes: number | undefined;
  readonly logFile: string;
}

/** How a build ended without an image. Nothing of it is left but the log. */
export interface FailedBuild {
  /** `failed`: the Dockerfile's own step or the file; `timeout`; `cancelled`; `unreachable`: an image or address that the file names does not answer; `system`: engine gone, disk full. */
  readonly why: 'failed' | 'timeout' | 'cancelled' | 'unreachable' | 'system';
  /** One sentence with what the builder said. No secret. */
  readonly message: string;
  /** The step that failed, where there is one. */
  readonly step: BuildStep | undefined;
  readonly logFile: string;
  readonly seconds: number;
}

export type BuildOutcome =
  | { readonly ok: true; readonly image: BuiltImage }
  | { readonly ok: false; readonly failure: FailedBuild };

/** A builder that was found and answers. */
export interface Builder {
  readonly kind: BuilderKind;
  /** For people: `Docker Engine 20.10.24 (BuildKit)`. */
  readonly title: string;
  /** The engine that can run what this builder makes; undefined where none can (`buildkitd` and `buildah` by themselves). */
  readonly engine: EngineAddress | undefined;
  /** What `openImage` has to be given to find what this builder makes, and a client of `engine` to reach it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** @throws UserError where this builder cannot do what is asked (secrets, named contexts); all else that goes wrong is an outcome. */
  build(request: BuildRequest, options: BuildOptions): Promise<BuildOutcome>;
  /** Gives an image that this builder made to a container engine, under its tag. Does nothing where the engine has it. */
  handTo(engine: EngineAddress, image: BuiltImage): Promise<void>;
  /** Removes one image that it made. */
  forget(image: BuiltImage): Promise<void>;
  /** Removes everything that its builds left: images, stopped containers, files. Never throws. */
  close(): Promise<void>;
}

export interface BuildOptions {
  readonly signal: AbortSignal;
  /** A step began or ended: for progress. */
  onStep?(step: Pick<BuildStep, 'name' | 'cached'>, done: number, of: number | undefined): void;
}
