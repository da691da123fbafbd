import type { ReportedPlace } from '../../core/rule.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { scaleTargetOf } from '../../kubernetes/relations.ts';
import { isWhole, runningContainers, titleOf } from '../../kubernetes/whole-workload.ts';
import { at, itemsAt, numberAt, scalarAt, textAt } from '../../kubernetes/yaml-node.ts';
import { mayScale } from '../../project/autoscalers.ts';
import { givenResources } from '../../project/limit-ranges.ts';
import { nearestTo } from '../../project/nearest.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadOfObject, workloadsNamed } from '../../project/workload-index.ts';
import { suggestResources } from '../../repairs/suggest-resources.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'An autoscaler computes with requests that are not there',
  why: 'Utilization is a share of what the containers request; without a request the autoscaler reports FailedGetResourceMetric and never scales.',
  remedy: 'Give every container of the pod a request for that resource, or scale on an average value.',
  peers: [],
  check({ object, project }, { report }) {
    const target = object.kind === 'HorizontalPodAutoscaler' ? scaleTargetOf(object) : undefined;
    if (!target) return;
    const namesakes = workloadsNamed(project, target.kind, target.name, object);
    const [nearest] = nearestTo(
      object,
      namesakes.map((each) => each.object).filter((each) => mayScale(object, each)),
    );
    const workload = nearest && workloadOfObject(project, nearest);
    if (!workload || !isWhole(workload)) return;
    for (const { resource, container, node } of utilizations(object)) {
      const without = runningContainers(workload).filter(
        (each) =>
          (container === undefined || container === each.name) && !givenResources(project, each).requests.has(resource),
      );
      const [first] = without;
      const missing = resource === 'cpu' ? 'CPU request' : resource === 'memory' ? 'memory request' : undefined;
      if (!first) continue;
      const fix =
        missing &&
        suggestResources(
          project,
          workload,
          without.map((each) => ({ container: each, missing: [missing] })),
        );
      report({
        ...(fix && { fix }),
        at: node,
        also: without.map(({ place, name }) => ({ ...place, note: `${name} has no ${resource} request` })),
        message: `The autoscaler scales on ${resource} utilization, and container ${first.name} of ${titleOf(workload)} requests no ${resource}.`,
      });
    }
  },
});

interface Utilization {
  readonly resource: string;
  /** The one container that is looked at; undefined: the sum of all. */
  readonly container: string | undefined;
  readonly node: ReportedPlace;
}

/** The metrics of an autoscaler that are shares of requests, in each version of the API. */
function utilizations(object: KubernetesObject): Utilization[] {
  const found: Utilization[] = [];
  const first = scalarAt(object.node, 'spec', 'targetCPUUtilizationPercentage');
  if (first) found.push({ resource: 'cpu', container: undefined, node: first });
  for (const metric of itemsAt(object.node, 'spec', 'metrics')) {
    const type = textAt(metric, 'type');
    const key = type === 'ContainerResource' ? 'containerResource' : type === 'Resource' ? 'resource' : undefined;
    if (key === undefined) continue;
    const name = scalarAt(metric, key, 'name');
    const isShare =
      textAt(metric, key, 'target', 'type') === 'Utilization' ||
      numberAt(metric, key, 'targetAverageUtilization') !== undefined;
    if (name && isShare)
      found.push({ resource: name.text, container: textAt(metric, 'containerResource', 'container'), node: name });
  }
  // Without any metric Kubernetes takes 80 % of the CPU request.
  if (!first && at(object.node, 'spec', 'metrics') === undefined)
    found.push({ resource: 'cpu', container: undefined, node: object.place });
  return found;
}
