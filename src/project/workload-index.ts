import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { type LabelSelector, sameNamespace, selectorOf, selects } from '../kubernetes/selector.ts';
import type { Workload } from '../kubernetes/workload.ts';
import { directoryOf } from './link-builds.ts';
import type { Project } from './project.ts';

/** Custom kinds that make no pods. What others make cannot be seen. */
const podless: ReadonlySet<string> = new Set([
  'ServiceMonitor',
  'PodMonitor',
  'PrometheusRule',
  'Probe',
  'Certificate',
  'Issuer',
  'ClusterIssuer',
  'VirtualService',
  'DestinationRule',
  'Gateway',
  'HTTPRoute',
  'IngressRoute',
  'Middleware',
  'ExternalSecret',
  'SecretStore',
  'ClusterSecretStore',
  'SealedSecret',
  'ScaledObject',
  'VerticalPodAutoscaler',
  'PodMonitoring',
  'ManagedCertificate',
  'BackendConfig',
  'FrontendConfig',
]);

interface WorkloadIndex {
  readonly byObject: ReadonlyMap<KubernetesObject, Workload>;
  /** By kind and name. */
  readonly byName: ReadonlyMap<string, readonly Workload[]>;
  /** By `key=value` of the labels of their pods. */
  readonly byLabel: ReadonlyMap<string, readonly Workload[]>;
  /** By the directory of their file. */
  readonly byDirectory: ReadonlyMap<string, readonly Workload[]>;
  /** Directories with objects of custom kinds that may make pods. */
  readonly operated: ReadonlySet<string>;
}

const indexes = new WeakMap<Project, WorkloadIndex>();
const none: readonly Workload[] = [];

/** The workload that an object is. Constant time after the first call, as all of these. */
export function workloadOfObject(project: Project, object: KubernetesObject): Workload | undefined {
  return indexOf(project).byObject.get(object);
}

/** The workloads of a kind and name in the namespace of `user`, as far as the manifests tell. */
export function workloadsNamed(
  project: Project,
  kind: string,
  name: string,
  user: Pick<KubernetesObject, 'namespace'>,
): readonly Workload[] {
  const found = indexOf(project).byName.get(`${kind}/${name}`) ?? none;
  return found.filter((workload) => sameNamespace(workload, user));
}

/** The workloads whose pods a Service, PodDisruptionBudget or NetworkPolicy chooses; none when it has no selector. */
export function workloadsChosenBy(project: Project, object: KubernetesObject): readonly Workload[] {
  const selector = selectorOf(object);
  if (selector === undefined) return none;
  const chosen = candidates(project, selector).filter(
    (workload) => sameNamespace(workload, object) && selects(selector, workload.podLabels),
  );
  // Labels such as those that generators write are on the pods of many a program: where one is sure, those that may go anywhere are not meant.
  const isSure = ({ namespace }: Workload) => namespace === object.namespace;
  if (object.namespace === undefined || !chosen.some(isSure)) return chosen;
  const directory = directoryOf(object.path);
  return chosen.filter((workload) => isSure(workload) || directoryOf(workload.object.path) === directory);
}

/** Those with the rarest of the labels that are demanded. */
function candidates(project: Project, selector: LabelSelector): readonly Workload[] {
  const { byLabel } = indexOf(project);
  let fewest: readonly Workload[] = project.workloads;
  for (const [key, value] of selector.matchLabels) {
    const labelled = byLabel.get(`${key}=${value}`) ?? none;
    if (labelled.length < fewest.length) fewest = labelled;
  }
  return fewest;
}

function indexOf(project: Project): WorkloadIndex {
  let index = indexes.get(project);
  if (!index) {
    index = makeIndex(project);
    indexes.set(project, index);
  }
  return index;
}

function makeIndex({ workloads, objects }: Project): WorkloadIndex {
  const byObject = new Map<KubernetesObject, Workload>();
  const byName = new Map<string, Workload[]>();
  const byLabel = new Map<string, Workload[]>();
  const byDirectory = new Map<string, Workload[]>();
  for (const workload of workloads) {
    byObject.set(workload.object, workload);
    add(byName, `${workload.kind}/${workload.name}`, workload);
    add(byDirectory, directoryOf(workload.object.path), workload);
    for (const [key, value] of workload.podLabels) add(byLabel, `${key}=${value}`, workload);
  }
  const custom = objects.filter((object) => isCustom(object) && !byObject.has(object) && !podless.has(object.kind));
  return { byObject, byName, byLabel, byDirectory, operated: new Set(custom.map(({ path }) => directoryOf(path))) };
}

function add(groups: Map<string, Workload[]>, key: string, workload: Workload): void {
  const group = groups.get(key);
  if (group) group.push(workload);
  else groups.set(key, [workload]);
}

/** The workloads that files of the same directory declare, in the same namespace as far as the manifests tell. */
export function workloadsBeside(project: Project, object: KubernetesObject): readonly Workload[] {
  const found = indexOf(project).byDirectory.get(directoryOf(object.path)) ?? none;
  return found.filter((workload) => sameNamespace(workload, object));
}

/** True where an object of a custom kind stands beside it, of which an operator may make pods that no manifest shows. */
export function hasOperatedBeside(project: Project, object: KubernetesObject): boolean {
  return indexOf(project).operated.has(directoryOf(object.path));
}

function isCustom({ group }: KubernetesObject): boolean {
  return group.includes('.') && !group.endsWith('.k8s.io');
}
