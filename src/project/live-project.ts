import type { Artifact } from '../core/artifact.ts';
import type { ClusterObject } from '../kubernetes/cluster-object.ts';
import { type ClusterSnapshot, livePath, type RunningPod } from '../kubernetes/cluster-snapshot.ts';
import { liveText } from '../kubernetes/live-text.ts';
import { readManifests } from '../kubernetes/manifest.ts';
import { workloadsOf } from '../kubernetes/read-workload.ts';
import type { Project } from './project.ts';

/** What is known of a live cluster besides its objects' manifests. */
export interface LiveCluster {
  readonly snapshot: ClusterSnapshot;
  /** The objects as the API server gave them, defaults and status included, by path. */
  readonly raw: ReadonlyMap<string, ClusterObject>;
  /** The pods of each workload, by its path. */
  readonly pods: ReadonlyMap<string, readonly RunningPod[]>;
  /** When images were built, by their names, as far as registries told: ISO 8601. */
  readonly created: ReadonlyMap<string, string>;
  /** The project whose manifests are compared with it. */
  readonly repository: Project | undefined;
}

/**
 * A cluster as a project: each live object is an artifact of its own, named as livePath does, with the text of the manifest that its user
 * would have written. With a repository its files are among the artifacts, as places of findings, and nothing else of it is audited.
 */
export function liveProject(
  snapshot: ClusterSnapshot,
  options: {
    readonly repository?: Project | undefined;
    readonly created?: ReadonlyMap<string, string>;
    readonly podTemplates?: readonly { readonly kind: string; readonly path: string }[];
  } = {},
): Project {
  const artifacts = new Map<string, Artifact>(options.repository?.artifacts);
  const raw = new Map(snapshot.objects.map((object) => [livePath(object), object]));
  const objects = [...raw].flatMap(([path, object]) => {
    const artifact: Artifact = { path, text: liveText(object), encoding: 'utf-8' };
    artifacts.set(path, artifact);
    return readManifests(artifact).objects;
  });
  const pods = new Map<string, RunningPod[]>();
  for (const pod of snapshot.pods) {
    const known = pods.get(pod.ownerPath);
    if (known) known.push(pod);
    else pods.set(pod.ownerPath, [pod]);
  }
  const more = (options.podTemplates ?? []).map(({ kind, path }) => ({ kind, path: path.split('.') }));
  const { repository } = options;
  return {
    root: repository?.root ?? '',
    name: repository ? `${snapshot.context} and ${repository.name}` : snapshot.context,
    dockerfiles: [],
    contexts: [],
    objects,
    workloads: workloadsOf(objects, more),
    composeFiles: [],
    applications: [],
    builds: [],
    otherFiles: [],
    templates: new Set(),
    problems: [...snapshot.problems, ...(repository?.problems ?? [])],
    artifacts,
    live: { snapshot, raw, pods, created: options.created ?? new Map(), repository },
  };
}
