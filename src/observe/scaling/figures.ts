import { printable } from '../../core/printable.ts';
import type { ObservedContainer, ObservedWorkload, ObservePlan } from '../observe-plan.ts';

/** What a workload is scaled on, with the figures that decide it. */
export interface Scaling {
  readonly workload: ObservedWorkload;
  readonly minimum: number;
  readonly maximum: number;
  /** Undefined where no container that serves asks for a share of the processor. */
  readonly cpu: ResourceTarget | undefined;
  /** Only where it was asked for. */
  readonly memory: ResourceTarget | undefined;
  /** Undefined where no counter of requests is known. */
  readonly requests: RequestTarget | undefined;
}

export interface ResourceTarget {
  /** Of what is requested, in percent. */
  readonly percent: number;
  /** The container that serves; undefined where it is the only one. */
  readonly container: string | undefined;
  readonly why: readonly string[];
}

export interface RequestTarget {
  /** The counter: `http_requests_total`. */
  readonly counter: string;
  /** The metric that the adapter makes of it: `http_requests_per_second`. */
  readonly metric: string;
  /** Requests a second and pod. */
  readonly each: number;
  readonly why: readonly string[];
}

/** A workload that is not scaled, and why not. */
export interface Unscaled {
  readonly workload: ObservedWorkload;
  readonly why: string;
}

/** Decides for each long-running workload whether and on what it is scaled. */
export function scalingsOf(plan: ObservePlan): {
  readonly scaled: readonly Scaling[];
  readonly unscaled: readonly Unscaled[];
} {
  const scaled: Scaling[] = [];
  const unscaled: Unscaled[] = [];
  for (const workload of plan.workloads.filter(({ longRunning }) => longRunning)) {
    const why = reasonAgainst(workload);
    const scaling = why === undefined ? scalingOf(workload, plan.choices.memoryScaled ?? []) : undefined;
    if (scaling) scaled.push(scaling);
    else
      unscaled.push({
        workload,
        why: why ?? 'no container that serves requests CPU, and no counter of its requests is known',
      });
  }
  return { scaled, unscaled };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-subdomain-names */
const objectName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** Whether the API server would take its name and namespace: what it would not is not written into a manifest. */
export function isNamed({ name, namespace }: ObservedWorkload): boolean {
  return objectName.test(name) && !name.includes('..') && (namespace === undefined || objectName.test(namespace));
}

function reasonAgainst(workload: ObservedWorkload): string | undefined {
  const { kind } = workload;
  if (!isNamed(workload)) return 'its name is none that the API server takes';
  if (workload.autoscaled) return 'it has an autoscaler already: two would undo what the other does';
  if (kind === 'DaemonSet') return 'a DaemonSet has one pod a node';
  if (kind === 'StatefulSet')
    return 'a StatefulSet keeps something of its own in each pod: more of them is a matter of its program';
  if (kind !== 'Deployment') return `a ${printable(kind)} is not scaled`;
  if (workload.alone !== undefined) return workload.alone;
  if (!workload.serves) return 'no Service sends it requests: how much there is to do is known to its queue';
  return undefined;
}

function scalingOf(workload: ObservedWorkload, memoryScaled: readonly string[]): Scaling | undefined {
  const container = servingContainer(workload);
  const cpu = cpuTarget(workload, container);
  const requests = requestTarget(workload, cpu, container);
  const memory = memoryScaled.includes(workload.name) ? memoryTarget(workload, container) : undefined;
  if (!cpu && !requests && !memory) return undefined;
  const minimum = Math.max(2, workload.replicas ?? 2);
  return { workload, minimum, maximum: minimum * growth, cpu, memory, requests };
}

/** How many times the least the most is. */
const growth = 5;

function servingContainer({ containers }: ObservedWorkload): ObservedContainer | undefined {
  const open = containers.filter(({ ports }) => ports.length > 0);
  return open.find(({ requests }) => requests.cpu !== undefined) ?? open[0] ?? containers[0];
}

/** Sidecars have their own load: with one, the average over all containers says little of the one that serves. */
function only({ containers }: ObservedWorkload, container: ObservedContainer): string | undefined {
  return containers.length > 1 ? container.name : undefined;
}

function cpuTarget(workload: ObservedWorkload, container: ObservedContainer | undefined): ResourceTarget | undefined {
  const requested = container?.requests.cpu;
  if (container === undefined || requested === undefined || requested <= 0) return undefined;
  const slow = container.language === 'java' || container.language === 'dotnet';
  const percent = slow ? 60 : 70;
  const limit = container.limits.cpu;
  const why = [
    `${percent} % of the request of ${cores(requested)} is ${cores((requested * percent) / 100)} a pod: the rest carries the load until new pods are ready`,
    slow
      ? `(some 15 s until it is noticed, and the start; 60 rather than 70, as ${container.language === 'java' ? 'a JVM' : '.NET'} is slow until its code is compiled).`
      : '(some 15 s until it is noticed, and the start).',
    limit === undefined
      ? 'There is no limit for the CPU: a pod may use more than it requests while the node has it.'
      : `The limit of ${cores(limit)} is ${Math.round((limit / requested) * 100)} % of the request: from there on the pod is throttled, and answers late.`,
  ];
  return { percent, container: only(workload, container), why };
}

function memoryTarget(
  workload: ObservedWorkload,
  container: ObservedContainer | undefined,
): ResourceTarget | undefined {
  const requested = container?.requests.memory;
  if (container === undefined || requested === undefined || requested <= 0) return undefined;
  const limit = container.limits.memory ?? requested;
  const percent = Math.max(1, Math.floor((0.8 * limit * 100) / requested));
  return {
    percent,
    container: only(workload, container),
    why: [
      `Asked for with --scale-memory: its memory follows its load and is given back. ${percent} % of the request of ${bytes(requested)} is 80 % of the limit`,
      `of ${bytes(limit)}: beyond it the pod is killed. Where a collector keeps what it has had, this never scales in: leave it out then.`,
    ],
  };
}

/** What one request is taken to cost where nobody has measured it, in core seconds. */
const requestCost = 0.01;

function requestTarget(
  workload: ObservedWorkload,
  cpu: ResourceTarget | undefined,
  container: ObservedContainer | undefined,
): RequestTarget | undefined {
  const counter = workload.metrics?.requestMetric;
  if (counter === undefined || !/^[a-zA-Z_][\w]{0,150}$/.test(counter)) return undefined;
  const requested = container?.requests.cpu;
  const share = cpu && requested !== undefined ? (requested * cpu.percent) / 100 : undefined;
  const each = share === undefined ? 10 : Math.max(1, Math.round(share / requestCost));
  const start =
    share === undefined
      ? 'A beginning: nothing is known of what a request costs, as the container requests no CPU.'
      : `${cores(share)} (see CPU) at 10 ms of CPU a request, which is a guess, as nobody has measured it.`;
  return {
    counter,
    metric: `${counter.replace(/_total$/, '')}_per_second`,
    each,
    why: [
      start,
      `Measure: sum(rate(container_cpu_usage_seconds_total{container=${JSON.stringify(container?.name ?? '')}}[5m])) / sum(rate(${counter}[5m])) under`,
      'load is the cost of one request in core seconds; the share divided by it goes between the marks below.',
    ],
  };
}

/** `250m`, `1.5`. */
export function cores(amount: number): string {
  return amount < 1 ? `${Math.round(amount * 1000)}m` : `${Math.round(amount * 100) / 100}`;
}

/** `128Mi`, `1.5Gi`. */
export function bytes(amount: number): string {
  const mebibytes = amount / 2 ** 20;
  if (mebibytes >= 1024) return `${Math.round((mebibytes / 1024) * 100) / 100}Gi`;
  return mebibytes >= 1 ? `${Math.round(mebibytes)}Mi` : `${Math.round(amount / 1024)}Ki`;
}
