import type { ListedRequest, ListedRun } from '../project/prove-settings.ts';
import type { BuiltImage } from './build.ts';

/** A request that a user lists, or that a probe or HEALTHCHECK makes. */
export interface TrialRequest extends ListedRequest {
  /** `default`: nobody names one, and the first page is asked for. */
  readonly from: 'configuration' | 'readinessProbe' | 'livenessProbe' | 'startupProbe' | 'healthcheck' | 'default';
}

/** A command inside the container: an exec probe, the image's HEALTHCHECK. */
export interface TrialCommand {
  readonly from: 'readinessProbe' | 'livenessProbe' | 'startupProbe' | 'healthcheck';
  readonly command: readonly string[];
}

/** One run of a program that ends by itself. */
export type TrialRun = ListedRun;

/** As whom and with what rights a container runs: what the manifest asks for. */
export interface TrialSecurity {
  readonly user: string | undefined;
  /** Refused where the user is root or, without `user`, no number: what a kubelet does for runAsNonRoot. */
  readonly nonRoot: boolean;
  readonly readOnlyRoot: boolean;
  readonly dropCapabilities: readonly string[];
  readonly addCapabilities: readonly string[];
  readonly noNewPrivileges: boolean;
  /** Paths where something may be written though the root is read-only: emptyDir and other volumes of the manifest. */
  readonly writable: readonly string[];
}

/** How a program is tried. */
export interface TrialPlan {
  /** `service`: starts and answers until it is stopped. `program`: ends by itself. */
  readonly kind: 'service' | 'program';
  /** Ports that are waited for. It counts as started when they all listen, or only some of them do and no other one follows; empty: whatever listens, or the time is over. */
  readonly ports: readonly number[];
  readonly requests: readonly TrialRequest[];
  readonly commands: readonly TrialCommand[];
  readonly runs: readonly TrialRun[];
  /** Values are not recorded. */
  readonly environment: ReadonlyMap<string, string>;
  /** Variables whose values are those of plimsoll's own environment: they are never shown, whatever they are called. */
  readonly fromHost?: ReadonlySet<string>;
  /** Of the manifest's container; undefined leaves ENTRYPOINT and CMD of the image. */
  readonly command: readonly string[] | undefined;
  readonly arguments: readonly string[] | undefined;
  /** Of the manifest's container; undefined leaves the image's. */
  readonly workingDirectory: string | undefined;
  /** Files that the manifest puts into the container, by path: those of ConfigMaps. */
  readonly files: ReadonlyMap<string, string>;
  readonly security: TrialSecurity | undefined;
  readonly startSeconds: number;
  /** SIGTERM to SIGKILL: the manifest's terminationGracePeriodSeconds, or the engine's 10. */
  readonly graceSeconds: number;
  /** Seconds that pass between the start of a service and the first request: none, unless it is to be seen what changes with time. */
  readonly askedAfterSeconds?: number;
  /** Sentences for people: what of the project could not be taken over, and what stands in its place. */
  readonly notes: readonly string[];
}

/** One thing that was seen, under a name that is the same in every trial of the plan: `GET :8080/healthz`. */
export interface Observation {
  readonly name: string;
  /** What kind of thing: decides how it is compared and masked. */
  readonly kind: 'started' | 'listens' | 'answer' | 'command' | 'output' | 'exit' | 'stops' | 'user';
  /** What is compared, line by line: status, headers, body; exit code; output. */
  readonly lines: readonly string[];
  /** Said and never compared. */
  readonly seconds?: number;
  /** False: a plain failure by itself (did not start, killed at the end of its grace period, 5xx from a probe). */
  readonly good: boolean;
}

/** What was seen of one image. */
export interface Trial {
  readonly image: string;
  readonly observations: readonly Observation[];
  /** What could not be tried and why. */
  readonly notRun: readonly string[];
  /** Last lines of the container's output, where it failed. No more than 100. */
  readonly logs: readonly string[];
}

/** What runs containers: a container engine, or pods of a cluster. */
export interface Runner {
  /** For people: `Docker Engine 20.10.24`, `pods on node-1`. */
  readonly title: string;
  /** @throws the reason of the signal once it is cancelled, whatever was broken off */
  try(image: BuiltImage, plan: TrialPlan, signal: AbortSignal): Promise<Trial>;
  /** Removes every container, pod and volume that its trials made. Never throws. */
  close(): Promise<void>;
}
