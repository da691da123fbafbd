import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import { type KubernetesObject, readManifests } from '../kubernetes/manifest.ts';
import { type TemplateKind, workloadsOf } from '../kubernetes/read-workload.ts';
import type { Workload } from '../kubernetes/workload.ts';
import type { DiscoveredChart } from './discover.ts';

export interface ClusterObjects {
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  readonly problems: readonly ReadProblem[];
}

export interface ObjectSources {
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly artifacts: readonly Artifact[];
  readonly kustomizations: readonly string[];
  readonly charts: readonly DiscoveredChart[];
  readonly read: (path: string) => Artifact | undefined;
  readonly helm: boolean;
  readonly podTemplates: readonly { readonly kind: string; readonly path: string }[];
}

/** Every Kubernetes object of a project: as files hold them, as overlays change them, as charts render. */
export async function readObjects(sources: ObjectSources): Promise<ClusterObjects> {
  const objects: KubernetesObject[] = [];
  const problems: ReadProblem[] = [];
  for (const artifact of sources.artifacts) {
    const read = readManifests(artifact);
    objects.push(...read.objects);
    problems.push(...read.problems);
  }
  const more: TemplateKind[] = sources.podTemplates.map(({ kind, path }) => ({ kind, path: path.split('.') }));
  return { objects, workloads: workloadsOf(objects, more), problems };
}
