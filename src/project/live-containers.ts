import type { RunningPod } from '../kubernetes/cluster-snapshot.ts';
import type { LiveContainer } from '../kubernetes/live-pod.ts';
import type { Container } from '../kubernetes/workload.ts';
import type { LiveCluster } from './live-project.ts';
import type { Project } from './project.ts';

/** A container of a live workload, and what runs of it in its pods. */
export interface RunningContainer {
  readonly container: Container;
  readonly runs: readonly { readonly pod: RunningPod; readonly state: LiveContainer }[];
}

/** The containers of all live workloads that have pods. Those that a webhook put into the pods are in no workload, and not here. */
export function runningContainers(project: Project, { pods }: LiveCluster): RunningContainer[] {
  return project.workloads.flatMap((workload) => {
    const own = pods.get(workload.object.path) ?? [];
    if (own.length === 0) return [];
    return workload.allContainers.map((container) => ({
      container,
      runs: own.flatMap((pod) => {
        const state = pod.containers.find(({ name }) => name === container.name);
        return state ? [{ pod, state }] : [];
      }),
    }));
  });
}
