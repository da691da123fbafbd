import { groupOf } from '../kubernetes/cluster-object.ts';
import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { autoscalersByTarget } from './autoscalers.ts';
import { type Difference, differences } from './compare-live.ts';
import { directoryOf } from './link-builds.ts';
import type { LiveCluster } from './live-project.ts';
import type { Project } from './project.ts';
import { workloadOfObject } from './workload-index.ts';

/** An object of a repository's manifests, and what a cluster has of it. */
export interface Comparison {
  readonly object: KubernetesObject;
  readonly livePath: string;
  readonly differences: readonly Difference[];
}

/** What of a cluster is not as a repository's manifests say. */
export interface Drift {
  readonly compared: readonly Comparison[];
  /** Manifests whose neighbours are in the cluster and they are not. */
  readonly missing: readonly KubernetesObject[];
  /** Paths of live workloads that no manifest declares, in namespaces where others are declared. */
  readonly unknown: readonly string[];
}

/** What is compared: everything that was read, but for accounts, which have nothing to differ in. */
const comparedKinds: ReadonlySet<string> = new Set([
  'apps/Deployment',
  'apps/StatefulSet',
  'apps/DaemonSet',
  'apps/ReplicaSet',
  'batch/CronJob',
  'batch/Job',
  '/Pod',
  '/ReplicationController',
  '/Service',
  // Those that workloads use; of others nothing is known.
  '/ConfigMap',
  'autoscaling/HorizontalPodAutoscaler',
  'policy/PodDisruptionBudget',
  'networking.k8s.io/NetworkPolicy',
  'networking.k8s.io/Ingress',
]);

const drifts = new WeakMap<LiveCluster, Drift>();

/** How a cluster differs from the manifests of the repository that it was asked to be compared with. Undefined without one. */
export function driftOf(project: Project): Drift | undefined {
  const { live } = project;
  if (!live?.repository) return undefined;
  let drift = drifts.get(live);
  if (!drift) {
    drift = findDrift(project, live, live.repository);
    drifts.set(live, drift);
  }
  return drift;
}

function findDrift(project: Project, live: LiveCluster, repository: Project): Drift {
  const declared = repository.objects.filter(
    ({ group, kind, name }) => name !== '' && comparedKinds.has(`${group}/${kind}`),
  );
  const find = counterpartFinder(live, declared);
  const best = new Map<string, Comparison>();
  const absent: KubernetesObject[] = [];
  for (const object of declared) {
    const path = find(object);
    if (path === undefined) absent.push(object);
    const raw = path === undefined ? undefined : live.raw.get(path);
    if (path === undefined || raw === undefined) continue;
    // Another version of an API has other fields.
    const comparable = raw.apiVersion === object.apiVersion;
    const found = comparable ? differences(object.node, raw, ownedByOthers(object, path, project, repository)) : [];
    const known = best.get(path);
    // Of several overlays, the one that was applied is the one that fits best.
    if (!known || found.length < known.differences.length)
      best.set(path, { object, livePath: path, differences: found });
  }
  return {
    compared: [...best.values()],
    missing: missingBeside(absent, [...best.values()], live),
    unknown: unknownBeside(project, best),
  };
}

interface Candidate {
  readonly path: string;
  readonly namespace: string | undefined;
}

/**
 * The live object of a manifest. Manifests without a namespace are for the one in which most of their neighbours' names are: the context's own
 * where several have as many, and none where that does not decide.
 */
function counterpartFinder(
  { raw, snapshot }: LiveCluster,
  declared: readonly KubernetesObject[],
): (object: KubernetesObject) => string | undefined {
  const byName = new Map<string, Candidate[]>();
  for (const [path, object] of raw)
    addTo(byName, `${groupOf(object)}/${object.kind}/${object.metadata.name}`, {
      path,
      namespace: object.metadata.namespace,
    });
  const candidatesOf = ({ group, kind, name }: KubernetesObject) => byName.get(`${group}/${kind}/${name}`) ?? [];
  const places = new Map<string, KubernetesObject[]>();
  for (const object of declared) if (object.namespace === undefined) addTo(places, placeOf(object), object);
  const namespaces = new Map(
    [...places].map(([place, objects]) => [place, likeliest(objects.map(candidatesOf), snapshot.namespace)]),
  );
  return (object) => {
    const wanted = object.namespace ?? namespaces.get(placeOf(object));
    return candidatesOf(object).find(({ namespace }) => namespace === wanted)?.path;
  };
}

function likeliest(found: readonly (readonly Candidate[])[], own: string): string | undefined {
  const counts = new Map<string, number>();
  for (const candidates of found)
    for (const { namespace = '' } of candidates) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const best = [...counts].flatMap(([namespace, count]) => (count === most ? [namespace] : []));
  return best.length > 1 ? best.find((namespace) => namespace === own) : best[0];
}

function addTo<Value>(groups: Map<string, Value[]>, key: string, value: Value): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}

const nothing: ReadonlySet<string> = new Set();
const replicas: ReadonlySet<string> = new Set(['replicas']);

/** Where an autoscaler is, live or to be, the number of replicas is its own. */
function ownedByOthers(
  object: KubernetesObject,
  path: string,
  project: Project,
  repository: Project,
): ReadonlySet<string> {
  const declared = workloadOfObject(repository, object);
  const running = project.workloads.find((workload) => workload.object.path === path);
  const scaled =
    (declared && autoscalersByTarget(repository, declared).length > 0) ||
    (running && autoscalersByTarget(project, running).length > 0);
  return scaled ? replicas : nothing;
}

/** A repository has examples, tests and other clusters' objects: what is missing is told beside what is there. */
function missingBeside(
  absent: readonly KubernetesObject[],
  compared: readonly Comparison[],
  { snapshot }: LiveCluster,
): KubernetesObject[] {
  const places = new Set(compared.map(({ object }) => placeOf(object)));
  const lookedAt = new Set(snapshot.namespaces);
  const told = new Set<string>();
  // Of one that no workload uses, nobody asked whether it is there.
  const isAsked = ({ namespace, name }: KubernetesObject) =>
    (namespace === undefined ? snapshot.namespaces : [namespace]).some((each) =>
      snapshot.absentConfigMaps.has(`${each}/${name}`),
    );
  return absent.filter((object) => {
    if (object.kind === 'ConfigMap' && !isAsked(object)) return false;
    const key = `${object.group}/${object.kind}/${object.namespace ?? ''}/${object.name}`;
    if (told.has(key) || !places.has(placeOf(object))) return false;
    if (object.namespace !== undefined && !lookedAt.has(object.namespace)) return false;
    told.add(key);
    return true;
  });
}

function placeOf({ origin, path }: KubernetesObject): string {
  if (origin.kind === 'kustomize') return `kustomize ${origin.overlay}`;
  return origin.kind === 'helm' ? `helm ${origin.chart}` : directoryOf(path);
}

function unknownBeside(project: Project, best: ReadonlyMap<string, Comparison>): string[] {
  const namespaces = new Set(
    project.workloads.filter(({ object }) => best.has(object.path)).map(({ namespace }) => namespace),
  );
  return project.workloads
    .filter(({ object, namespace }) => namespaces.has(namespace) && !best.has(object.path))
    .map(({ object }) => object.path);
}
