import type { Artifact } from '../core/artifact.ts';
import type { ReportedPlace } from '../core/rule.ts';
import type { LineIndex, SourceRange } from '../core/text.ts';
import type { ExpandedText } from './compose-text.ts';
import type { YamlProblem } from './yaml-document.ts';
import type { YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';

/** A Compose file: https://github.com/compose-spec/compose-spec/blob/main/spec.md. `${VAR}` is kept as written. */
export interface ComposeFile extends Artifact {
  readonly kind: 'compose';
  readonly lines: LineIndex;
  readonly root: YamlMap;
  /** The project name (`name:`). */
  readonly name: string | undefined;
  /** `version:`, which Compose ignores. */
  readonly version: YamlScalar | undefined;
  readonly services: readonly ComposeService[];
  /** Files of `include`, and of services' `extends`, relative to the project's root. */
  readonly includes: readonly string[];
  readonly problems: readonly YamlProblem[];
  /** A text of it with its variables put in, as the `.env` file beside it sets them or by their defaults. */
  expand(text: string): ExpandedText;
}

/** One service with what it extends put in. Nodes may lie in another file: each has its own `path`. */
export interface ComposeService {
  readonly name: string;
  readonly nameNode: YamlScalar;
  /** Where to say something of the service as a whole: its name. */
  readonly place: ReportedPlace;
  readonly node: YamlNode;
  /**
   * True when neither `image` nor `build` is there, as in a file that is laid over another one (`compose.override.yaml`): what
   * seems to be missing may stand elsewhere.
   */
  readonly partial: boolean;
  readonly image: YamlScalar | undefined;
  readonly build: ComposeBuild | undefined;
  readonly command: YamlNode | undefined;
  readonly entrypoint: YamlNode | undefined;
  readonly user: YamlScalar | undefined;
  readonly privileged: YamlScalar | undefined;
  readonly readOnly: YamlScalar | undefined;
  readonly capAdd: readonly YamlScalar[];
  readonly capDrop: readonly YamlScalar[];
  readonly securityOpt: readonly YamlScalar[];
  readonly networkMode: YamlScalar | undefined;
  readonly pid: YamlScalar | undefined;
  readonly ipc: YamlScalar | undefined;
  readonly restart: YamlScalar | undefined;
  readonly pullPolicy: YamlScalar | undefined;
  readonly ports: readonly ComposePort[];
  readonly expose: readonly YamlScalar[];
  readonly environment: readonly ComposeVariable[];
  readonly envFiles: readonly YamlScalar[];
  readonly volumes: readonly ComposeVolume[];
  readonly healthcheck: ComposeHealthcheck | undefined;
  readonly logging: { readonly driver: YamlScalar | undefined; readonly node: YamlNode } | undefined;
  /** `deploy.resources.limits` and `.reservations`, and the older `mem_limit`, `cpus`. */
  readonly resources: ComposeResources;
  readonly replicas: number | undefined;
  /** Names of the secrets and configs that it is given. */
  readonly secrets: readonly string[];
  readonly configs: readonly string[];
  readonly dependsOn: readonly string[];
  /** Profiles that start it; none: it is always started. */
  readonly profiles: readonly string[];
}

export interface ComposeBuild {
  readonly node: YamlNode;
  /** As written: relative to the file that says it, or a URL. `.` when not written. */
  readonly context: string;
  readonly contextNode: YamlScalar | undefined;
  /** Relative to the project's root, '' for the root itself; undefined for a URL, a variable, or a path outside. */
  readonly contextPath: string | undefined;
  /** As written: relative to the context. `Dockerfile` when not written. */
  readonly dockerfile: string;
  readonly dockerfileNode: YamlScalar | undefined;
  /** Relative to the project's root; undefined when that cannot be known. */
  readonly dockerfilePath: string | undefined;
  readonly target: string | undefined;
  /** Value undefined: taken from the environment. */
  readonly args: ReadonlyMap<string, string | undefined>;
  /** More names and tags for what is built. */
  readonly tags: readonly string[];
}

export interface ComposePort {
  readonly node: YamlNode;
  readonly target: number | undefined;
  readonly published: string | undefined;
  readonly hostIp: string | undefined;
  readonly protocol: string;
}

export interface ComposeVariable {
  readonly name: string;
  /** The name's or the whole entry's place. */
  readonly node: YamlScalar;
  /** As written, variables not expanded; undefined when it is taken from the environment. */
  readonly value: string | undefined;
  /** Place of the value alone. */
  readonly valueRange: SourceRange | undefined;
}

export interface ComposeVolume {
  readonly node: YamlNode;
  readonly type: 'bind' | 'volume' | 'tmpfs' | 'other';
  /** Host path or volume name. */
  readonly source: string | undefined;
  readonly target: string | undefined;
  readonly readOnly: boolean;
}

export interface ComposeHealthcheck {
  readonly node: YamlNode;
  readonly disabled: boolean;
  readonly test: YamlNode | undefined;
}

export interface ComposeResources {
  readonly memoryLimit: YamlScalar | undefined;
  readonly cpuLimit: YamlScalar | undefined;
  readonly memoryReservation: YamlScalar | undefined;
  readonly cpuReservation: YamlScalar | undefined;
}
