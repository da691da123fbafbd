import { disruptionBudgetsOf, servicesOf } from '../kubernetes/relations.ts';
import { readSelector } from '../kubernetes/selector.ts';
import { isWhole, runningContainers } from '../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { at, textsAt } from '../kubernetes/yaml-node.ts';
import { aloneBecause } from '../project/alone-because.ts';
import { applicationsOf } from '../project/application-builds.ts';
import { autoscalersByTarget } from '../project/autoscalers.ts';
import { buildRunBy } from '../project/container-builds.ts';
import type { Project } from '../project/project.ts';
import { logFormatOf } from './internal/log-format.ts';
import { metricsOf } from './internal/metrics.ts';
import type {
  ObserveChoices,
  ObservedContainer,
  ObservedWorkload,
  ObservePlan,
  TraceLanguage,
} from './observe-plan.ts';
import { partOfKey, partOfValue } from './own-labels.ts';

/** Kinds that run pods and are known to every part. */
const observedKinds = new Set([
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'Pod',
]);

/**
 * What a project runs, as the parts of observe write from it. Sorted by namespace, kind and name. Workloads whose names Kubernetes
 * refuses, such as `${NAME}` that a script fills in, are left out and named. Never throws.
 */
export function readPlan(project: Project, choices: ObserveChoices): ObservePlan {
  const byName = new Map<string, ObservedWorkload>();
  const unnamed = new Set<string>();
  for (const workload of project.workloads) {
    if (!observedKinds.has(workload.kind) || workload.name === '' || !isWhole(workload) || isOwn(workload)) continue;
    if (!isNamed(workload)) {
      unnamed.add(`${workload.namespace === undefined ? '' : `${workload.namespace}/`}${workload.name}`);
      continue;
    }
    const key = [workload.namespace ?? '', workload.kind, workload.name].join('\0');
    // Overlays make one workload several times: the first is as good as the others for what is read here, but for an autoscaler, of which
    // a second one would fight with the first.
    const known = byName.get(key);
    if (!known) byName.set(key, observed(project, workload));
    else if (!known.autoscaled && autoscalersByTarget(project, workload).length > 0)
      byName.set(key, { ...known, autoscaled: true });
  }
  const workloads = [...byName].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, each]) => each);
  return { workloads, choices, ...(unnamed.size > 0 && { unnamed: [...unnamed].sort() }) };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
function isNamed({ namespace, name }: Workload): boolean {
  if (namespace !== undefined && !/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(namespace)) return false;
  return name.length <= 253 && name.split('.').every((part) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(part));
}

/** Written by an earlier run, wherever to: what observes is not what is to be observed. */
function isOwn({ object }: Workload): boolean {
  return object.labels.get(partOfKey) === partOfValue;
}

function observed(project: Project, workload: Workload): ObservedWorkload {
  const { object, kind, name, namespace, podLabels } = workload;
  const selector = readSelector(at(object.node, 'spec', 'selector'))?.matchLabels;
  const plain = kind === 'ReplicationController' ? textsAt(object.node, 'spec', 'selector') : undefined;
  const alone = aloneBecause(project, workload);
  return {
    kind,
    name,
    namespace,
    podLabels,
    selector: plain ?? selector ?? new Map(),
    replicas: workload.replicas,
    autoscaled: autoscalersByTarget(project, workload).length > 0,
    hasDisruptionBudget: disruptionBudgetsOf(workload, project.objects).length > 0,
    longRunning: workload.longRunning,
    serves: servicesOf(workload, project.objects).length > 0,
    metrics: metricsOf(project, workload),
    ...(alone !== undefined && { alone }),
    team: teamOf(workload),
    containers: runningContainers(workload).map((container) => observedContainer(project, container)),
    source: sourceOf(workload),
  };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const teamKeys = ['team', 'owner', 'app.kubernetes.io/part-of'];

function teamOf({ object, podLabels, podAnnotations }: Workload): string | undefined {
  const sources = [object.labels, object.annotations, podLabels, podAnnotations];
  for (const key of teamKeys)
    for (const source of sources) {
      const value = source.get(key);
      // What is no label value could not be one in Prometheus's notifications either, without surprises.
      if (value !== undefined && /^[\w.@ -]{1,63}$/.test(value)) return value;
    }
  return undefined;
}

function observedContainer(project: Project, container: Container): ObservedContainer {
  const { requests, limits } = container.resources;
  return {
    name: container.name,
    image: container.image?.text,
    ports: container.ports.flatMap(({ name, containerPort, protocol }) =>
      containerPort === undefined ? [] : [{ name, port: containerPort, protocol }],
    ),
    requests: { cpu: requests.get('cpu')?.amount, memory: requests.get('memory')?.amount },
    limits: { cpu: limits.get('cpu')?.amount, memory: limits.get('memory')?.amount },
    logFormat: logFormatOf(project, container),
    language: languageOf(project, container),
  };
}

function languageOf(project: Project, container: Container): TraceLanguage | undefined {
  const build = buildRunBy(project, container);
  const [application] = build ? applicationsOf(project, build) : [];
  return application?.language;
}

function sourceOf({ object, place }: Workload): string {
  if (place.path !== undefined && object.path !== place.path) return place.path;
  return `${object.path}:${object.source.lines.positionAt(place.range.start).line}`;
}
