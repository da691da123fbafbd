import type { CostInput } from '../../core/cost-report.ts';
import { type ImageReference, parseImageReference } from '../../core/image-reference.ts';
import { lineIndex } from '../../core/text.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import { entryOf } from '../../kubernetes/yaml-node.ts';
import { autoscalersByTarget } from '../../project/autoscalers.ts';
import type { Project } from '../../project/project.ts';

/** A workload that runs an image, with what manifests say of it. */
export interface ImageUse {
  readonly image: ImageReference;
  /** `deployment/web`. */
  readonly workload: string;
  /** Infinity: one on every node. */
  readonly replicas: CostInput;
  /** What manifests say that its program takes at least until it is ready. */
  readonly programSeconds: CostInput;
}

/**
 * Which images a project's workloads run, how often, and where that is written. An image that a pod names twice is one use.
 * @param prefix of the paths in what is said: the project's root as its user sees it, '' or with a slash at its end
 */
export function imageUses(project: Project, prefix = ''): ImageUse[] {
  return project.workloads.flatMap((workload) => {
    const uses = new Map<string, ImageUse>();
    for (const container of workload.allContainers) {
      const image = container.imageReference;
      if (image === undefined || container.role === 'ephemeral' || uses.has(image.text)) continue;
      uses.set(image.text, {
        image,
        workload: `${workload.kind.toLowerCase()}/${workload.name}`,
        replicas: replicasOf({ project, prefix }, workload),
        programSeconds: programSeconds({ project, prefix }, container),
      });
    }
    return [...uses.values()];
  });
}

/** The uses of an image: of its very repository, else of the only repository whose last name is the same. */
export function usesOf(name: string, uses: readonly ImageUse[]): ImageUse[] {
  const reference = parseImageReference(name);
  if (reference === undefined) return [];
  const exact = uses.filter(({ image }) => repositoryOf(image) === repositoryOf(reference));
  if (exact.length > 0) return exact;
  const alike = uses.filter(({ image }) => lastName(image) === lastName(reference));
  return new Set(alike.map(({ image }) => repositoryOf(image))).size === 1 ? alike : [];
}

/** Registry and repository, without tag: what two versions of one image have in common. */
export function repositoryOf({ registry, repository }: ImageReference): string {
  return `${registry}/${repository}`;
}

function lastName({ repository }: ImageReference): string {
  return repository.slice(repository.lastIndexOf('/') + 1);
}

/** How many pods a workload has at least; Infinity: one on every node. */
export function replicasOfWorkload(project: Project, workload: Workload): number {
  return replicasOf({ project, prefix: '' }, workload).value;
}

interface Seen {
  readonly project: Project;
  readonly prefix: string;
}

function replicasOf(seen: Seen, workload: Workload): CostInput {
  const place = placeIn(seen, workload);
  if (workload.kind === 'DaemonSet')
    return { value: Number.POSITIVE_INFINITY, source: `${place}: a DaemonSet runs on every node` };
  if (workload.replicas !== undefined && workload.replicasNode)
    return {
      value: workload.replicas,
      source: lineOf(seen, workload.replicasNode.path, workload.replicasNode.range.start),
    };
  for (const object of autoscalersByTarget(seen.project, workload)) {
    const spec = entryOf(object.node, 'spec')?.value;
    const least = spec && (entryOf(spec, 'minReplicas') ?? entryOf(spec, 'minReplicaCount'))?.value;
    if (least?.kind === 'scalar' && typeof least.value === 'number')
      return { value: least.value, source: `${lineOf(seen, least.path, least.range.start)}: the least` };
  }
  return { value: 1, source: `default: one, ${place} says nothing` };
}

/** The kubelet asks no probe earlier; how long the program really takes no manifest says. */
function programSeconds(seen: Seen, { startupProbe, readinessProbe }: Container): CostInput {
  const probe = [startupProbe, readinessProbe].find((each) => each !== undefined && each.initialDelaySeconds > 0);
  if (probe === undefined) return { value: 0, source: 'default: none, as no probe waits' };
  const delay = entryOf(probe.node, 'initialDelaySeconds')?.value ?? probe.node;
  return { value: probe.initialDelaySeconds, source: lineOf(seen, delay.path, delay.range.start) };
}

function placeIn(seen: Seen, { object, place }: Workload): string {
  return lineOf(seen, place.path ?? object.path, place.range.start);
}

function lineOf({ project: { artifacts }, prefix }: Seen, path: string, offset: number): string {
  const text = artifacts.get(path)?.text;
  return text === undefined ? prefix + path : `${prefix}${path}:${lineIndex(text).positionAt(offset).line}`;
}
