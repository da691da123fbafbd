import type { BuildContext } from '../context/build-context.ts';
import type { RuleDefinition } from '../core/rule.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ComposeFile } from '../kubernetes/compose.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import type { Workload } from '../kubernetes/workload.ts';
import type { Application } from './application.ts';
import type { InspectedImage } from './inspected-image.ts';
import type { LiveCluster } from './live-project.ts';
import type { Project } from './project.ts';

/** What each kind of rule is called with, once for each that the project has. The project itself is always there for its links. */
export interface Subjects {
  readonly dockerfile: { readonly dockerfile: Dockerfile; readonly project: Project };
  readonly context: { readonly context: BuildContext; readonly project: Project };
  readonly workload: { readonly workload: Workload; readonly project: Project };
  /** Every Kubernetes object, workloads too. */
  readonly object: { readonly object: KubernetesObject; readonly project: Project };
  readonly compose: { readonly compose: ComposeFile; readonly project: Project };
  readonly application: { readonly application: Application; readonly project: Project };
  readonly project: { readonly project: Project };
  readonly image: { readonly image: InspectedImage; readonly project: Project };
  readonly cluster: { readonly live: LiveCluster; readonly project: Project };
}

export type SubjectKind = keyof Subjects;

/** A rule of one kind. `looksAt` decides what its check is called with and which artifact its ranges are of. */
export interface RuleOf<Kind extends SubjectKind> extends RuleDefinition<Subjects[Kind]> {
  readonly looksAt: Kind;
}

/** Any rule, told apart by `looksAt`. */
export type Rule = { [Kind in SubjectKind]: RuleOf<Kind> }[SubjectKind];

/** Ranges are of the Dockerfile. */
export function dockerfileRule(definition: RuleDefinition<Subjects['dockerfile']>): RuleOf<'dockerfile'> {
  return { ...definition, looksAt: 'dockerfile' };
}

/** Ranges are of the ignore file when there is one, else of the first Dockerfile that uses the context. */
export function contextRule(definition: RuleDefinition<Subjects['context']>): RuleOf<'context'> {
  return { ...definition, looksAt: 'context' };
}

/** Ranges are of the manifest that declares the workload. */
export function workloadRule(definition: RuleDefinition<Subjects['workload']>): RuleOf<'workload'> {
  return { ...definition, looksAt: 'workload' };
}

/** Ranges are of the manifest that declares the object. */
export function objectRule(definition: RuleDefinition<Subjects['object']>): RuleOf<'object'> {
  return { ...definition, looksAt: 'object' };
}

/** Ranges are of the Compose file. */
export function composeRule(definition: RuleDefinition<Subjects['compose']>): RuleOf<'compose'> {
  return { ...definition, looksAt: 'compose' };
}

/** Every reported place names its `path`. */
export function applicationRule(definition: RuleDefinition<Subjects['application']>): RuleOf<'application'> {
  return { ...definition, looksAt: 'application' };
}

/** Called once. Every reported place names its `path`. */
export function projectRule(definition: RuleDefinition<Subjects['project']>): RuleOf<'project'> {
  return { ...definition, looksAt: 'project' };
}

/** Called for every image that was looked into. Ranges are of its artifact; ask for places by `placeOfLayer` and its like. */
export function imageRule(definition: RuleDefinition<Subjects['image']>): RuleOf<'image'> {
  return { ...definition, looksAt: 'image' };
}

/** Called once for a cluster, and never for files. Every reported place names its `path`: of a live object, or of a manifest of the repository. */
export function clusterRule(definition: RuleDefinition<Subjects['cluster']>): RuleOf<'cluster'> {
  return { ...definition, looksAt: 'cluster' };
}
