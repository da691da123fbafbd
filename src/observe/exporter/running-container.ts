import { type JsonObject, jsonObjectOf, objectsIn } from '../../core/json-object.ts';

/** What runs a pod, as a person knows it: the Deployment, not its ReplicaSet. */
export interface WorkloadName {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** One container of one pod, as the pod's specification and its status tell. */
export interface RunningContainer {
  readonly workload: WorkloadName;
  readonly pod: string;
  readonly node: string;
  readonly container: string;
  /** As the pod writes it: `shop/web:1.4`. */
  readonly image: string;
  /** `sha256:…` of what runs, from `imageID`; undefined before it was pulled. */
  readonly digest: string | undefined;
  readonly pullPolicy: string;
  readonly restarts: number;
  /** Why it ended last: `OOMKilled`, `Error`; undefined where it never did, or the kubelet forgot. */
  readonly lastReason: string | undefined;
  /** Why it does not run: `ImagePullBackOff`, `CrashLoopBackOff`. */
  readonly waiting: string | undefined;
}

/** By `namespace/name` of a Job: the CronJob that made it. */
export type JobOwners = ReadonlyMap<string, string>;

/** The containers of a pod, init containers among them; none of a pod that is over, whose images say nothing of what runs now. */
export function containersOf(pod: unknown, jobs: JobOwners): RunningContainer[] {
  const { metadata, spec, status } = partsOf(pod);
  if (status.phase === 'Succeeded' || status.phase === 'Failed') return [];
  const workload = workloadOf(metadata, jobs);
  const statuses = new Map(
    ['initContainerStatuses', 'containerStatuses'].flatMap((field) =>
      objectsIn(status[field]).map((each) => [textOf(each.name), each] as const),
    ),
  );
  return ['initContainers', 'containers']
    .flatMap((field) => objectsIn(spec[field]))
    .map((container): RunningContainer => {
      const name = textOf(container.name);
      const state = statuses.get(name) ?? {};
      return {
        workload,
        pod: textOf(metadata.name),
        node: textOf(spec.nodeName),
        container: name,
        image: textOf(container.image),
        digest: digestIn(textOf(state.imageID)),
        pullPolicy: textOf(container.imagePullPolicy),
        restarts: typeof state.restartCount === 'number' ? state.restartCount : 0,
        lastReason: reasonIn(state.lastState, 'terminated'),
        waiting: reasonIn(state.state, 'waiting'),
      };
    });
}

/** The CronJobs behind Jobs. */
export function jobOwners(jobs: readonly unknown[]): JobOwners {
  return new Map(
    jobs.flatMap((job) => {
      const { metadata } = partsOf(job);
      const owner = controllerOf(metadata);
      return owner?.kind === 'CronJob'
        ? [[`${textOf(metadata.namespace)}/${textOf(metadata.name)}`, owner.name] as const]
        : [];
    }),
  );
}

/** `metadata`, `spec` and `status` of an object; what is missing or no object is empty. */
export function partsOf(object: unknown): {
  readonly metadata: JsonObject;
  readonly spec: JsonObject;
  readonly status: JsonObject;
} {
  const { metadata, spec, status } = jsonObjectOf(object);
  return { metadata: jsonObjectOf(metadata), spec: jsonObjectOf(spec), status: jsonObjectOf(status) };
}

/** '' for what is no text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The digest at the end of `docker.io/shop/web@sha256:…` or of a bare image id. */
export function digestIn(imageId: string): string | undefined {
  return /(?:^|[@/])(sha256:[0-9a-f]{64})$/.exec(imageId)?.[1];
}

/**
 * A Deployment's ReplicaSet is called like it and the hash of its template, which its pods carry as a label: no ReplicaSet has to be read for it
 * (https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#pod-template-hash-label).
 */
function workloadOf(metadata: JsonObject, jobs: JobOwners): WorkloadName {
  const namespace = textOf(metadata.namespace);
  const owner = controllerOf(metadata);
  if (!owner) return { namespace, kind: 'Pod', name: textOf(metadata.name) };
  const hash = textOf(jsonObjectOf(metadata.labels)['pod-template-hash']);
  if (owner.kind === 'ReplicaSet' && hash !== '' && owner.name.endsWith(`-${hash}`))
    return { namespace, kind: 'Deployment', name: owner.name.slice(0, -hash.length - 1) };
  const cronJob = owner.kind === 'Job' ? jobs.get(`${namespace}/${owner.name}`) : undefined;
  return cronJob === undefined ? { namespace, ...owner } : { namespace, kind: 'CronJob', name: cronJob };
}

function controllerOf(metadata: JsonObject): { readonly kind: string; readonly name: string } | undefined {
  const owner = objectsIn(metadata.ownerReferences).find(({ controller }) => controller === true);
  return owner && { kind: textOf(owner.kind), name: textOf(owner.name) };
}

function reasonIn(state: unknown, phase: 'terminated' | 'waiting'): string | undefined {
  const reason = textOf(jsonObjectOf(jsonObjectOf(state)[phase]).reason);
  return reason === '' ? undefined : reason;
}
