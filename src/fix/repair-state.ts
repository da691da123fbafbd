import type { Artifact } from '../core/artifact.ts';
import type { Finding } from '../core/finding.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import type { TrackedText } from './tracked-text.ts';

/** One thing that a rule found, before findings of one cause are put together. */
export interface Found {
  readonly finding: Finding;
  readonly cause: string | undefined;
}

/** What rules found, by what they looked at, so that only what changed has to be looked at again. */
export interface Inspection {
  readonly byDockerfile: ReadonlyMap<string, readonly Found[]>;
  readonly others: readonly Found[];
}

/** What the engine has others do: reading and auditing. */
export interface Auditor {
  /** The project with other texts in place of those of an earlier one. */
  reload(project: Project, changed: ReadonlyMap<string, Artifact>): Promise<Project>;
  /** Looks at these Dockerfiles, and at all that is no Dockerfile. */
  inspect(project: Project, dockerfiles: readonly Dockerfile[]): Inspection;
  /** The findings to repair: one a cause, without what comments and configuration take out. */
  open(project: Project, found: readonly Found[]): readonly Finding[];
}

/** A project under repair. A value: trying fixes gives another one. */
export interface RepairState {
  readonly project: Project;
  readonly inspection: Inspection;
  /** Files that were changed so far; those that were added have an empty original and are in `added`. */
  readonly texts: ReadonlyMap<string, TrackedText>;
  readonly added: ReadonlySet<string>;
  /** How often each file was changed. */
  readonly versions: ReadonlyMap<string, number>;
}

export function allFound({ byDockerfile, others }: Inspection): Found[] {
  return [...[...byDockerfile.values()].flat(), ...others];
}
