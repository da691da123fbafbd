import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { objectsOfKind, scaleTargetOf } from '../kubernetes/relations.ts';
import { sameNamespace } from '../kubernetes/selector.ts';
import type { Workload } from '../kubernetes/workload.ts';
import { areMadeTogether, nearestTo } from './nearest.ts';
import type { Project } from './project.ts';
import { shareTests } from './test-path.ts';
import { workloadsNamed } from './workload-index.ts';

const kinds = ['HorizontalPodAutoscaler', 'ScaledObject'];
const indexes = new WeakMap<Project, ReadonlyMap<string, readonly KubernetesObject[]>>();
const none: readonly KubernetesObject[] = [];

/** The HorizontalPodAutoscalers and KEDA ScaledObjects that set the workload's number of replicas. Constant time after the first call. */
export function autoscalersByTarget(project: Project, workload: Workload): readonly KubernetesObject[] {
  let index = indexes.get(project);
  if (!index) {
    index = makeIndex(project);
    indexes.set(project, index);
  }
  return (index.get(`${workload.kind}/${workload.name}`) ?? none).filter(
    (object) =>
      sameNamespace(object, workload) && mayScale(object, workload.object) && isNearest(project, object, workload),
  );
}

/** Of several workloads of one name, as in the lessons of a course, an autoscaler means those that lie nearest. */
function isNearest(project: Project, autoscaler: KubernetesObject, workload: Workload): boolean {
  const namesakes = workloadsNamed(project, workload.kind, workload.name, autoscaler).map(({ object }) => object);
  if (namesakes.length < 2 || !namesakes.includes(workload.object)) return true;
  const meant = namesakes.filter((each) => mayScale(autoscaler, each));
  return nearestTo(autoscaler, meant).includes(workload.object);
}

/**
 * False where an autoscaler lies among tests or samples and the object that it names does not, or the other way round. What one overlay makes
 * belongs together wherever its files lie: `overlays/test` is an environment.
 */
export function mayScale(
  autoscaler: Pick<KubernetesObject, 'path' | 'origin'>,
  target: Pick<KubernetesObject, 'path' | 'origin'>,
): boolean {
  return areMadeTogether(autoscaler, target) || shareTests(autoscaler.path, target.path);
}

function makeIndex(project: Project): ReadonlyMap<string, readonly KubernetesObject[]> {
  const index = new Map<string, KubernetesObject[]>();
  for (const object of kinds.flatMap((kind) => objectsOfKind(project.objects, kind))) {
    const target = scaleTargetOf(object);
    if (!target) continue;
    const key = `${target.kind}/${target.name}`;
    const group = index.get(key);
    if (group) group.push(object);
    else index.set(key, [object]);
  }
  return index;
}
