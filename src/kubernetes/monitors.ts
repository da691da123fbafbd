import { isPort } from '../core/port-number.ts';
import { choosersOfKind, keptSelector } from './internal/chooser-index.ts';
import type { KubernetesObject } from './manifest.ts';
import { servicePorts, servicesOf } from './relations.ts';
import { sameNamespace, selects } from './selector.ts';
import type { Container, Workload } from './workload.ts';
import { booleanAt, itemsAt, numberAt, scalarsAt, textAt, type YamlNode } from './yaml-node.ts';

// Prometheus Operator, and the kinds that Google and VictoriaMetrics made after it. All of them choose by labels, and may look
// into other namespaces than their own.
const podMonitorKinds = ['PodMonitor', 'PodMonitoring', 'ClusterPodMonitoring', 'VMPodScrape'];
const serviceMonitorKinds = ['ServiceMonitor', 'VMServiceScrape'];

/** An object that has a Prometheus scrape a workload, by way of a Service or not. */
export interface ChoosingMonitor {
  readonly monitor: KubernetesObject;
  readonly service: KubernetesObject | undefined;
}

/** The monitors that choose the workload's pods, or a Service of theirs. */
export function monitorsOf(workload: Workload, objects: readonly KubernetesObject[]): readonly ChoosingMonitor[] {
  const chosenBy = (kinds: readonly string[], labels: ReadonlyMap<string, string>) =>
    kinds.flatMap((kind) =>
      choosersOfKind(objects, kind)
        .candidates(labels)
        .filter((monitor) => chooses(labels)(monitor) && looksInto(monitor, workload)),
    );
  return [
    ...chosenBy(podMonitorKinds, workload.podLabels).map((monitor) => ({ monitor, service: undefined })),
    ...servicesOf(workload, objects).flatMap((service) =>
      chosenBy(serviceMonitorKinds, service.labels).map((monitor) => ({ monitor, service })),
    ),
  ];
}

/** True when Prometheus is told to scrape the workload: by an annotation, a PodMonitor, or a ServiceMonitor over its Services. */
export function isScraped(workload: Workload, objects: readonly KubernetesObject[]): boolean {
  if (workload.podAnnotations.get('prometheus.io/scrape') === 'true') return true;
  if (servicesOf(workload, objects).some((service) => service.annotations.get('prometheus.io/scrape') === 'true'))
    return true;
  return monitorsOf(workload, objects).length > 0;
}

/** Where on the workload's pods the monitor's first endpoint leads; undefined where no port of them has its name. */
export function monitoredPort(
  { containers }: Workload,
  { monitor, service }: ChoosingMonitor,
): { readonly port: number; readonly path: string } | undefined {
  for (const field of ['endpoints', 'podMetricsEndpoints'])
    for (const endpoint of itemsAt(monitor.node, 'spec', field)) {
      const port = portOf(containers, endpoint, service);
      if (port !== undefined) return { port, path: textAt(endpoint, 'path') ?? '/metrics' };
    }
  return undefined;
}

function portOf(
  containers: readonly Container[],
  endpoint: YamlNode,
  service: KubernetesObject | undefined,
): number | undefined {
  const named = textAt(endpoint, 'port');
  const port = service && servicePorts(service).find(({ name }) => named !== undefined && name === named);
  const written = [
    ...(port ? [port.targetPort?.text ?? String(port.port ?? '')] : []),
    ...(service || named === undefined ? [] : [named]),
    ...['targetPort', 'portNumber'].flatMap(
      (key) => textAt(endpoint, key) ?? numberAt(endpoint, key)?.toString() ?? [],
    ),
  ];
  for (const each of written) {
    const number = Number(each);
    if (isPort(number)) return number;
    const found = containers.flatMap(({ ports }) => ports).find(({ name }) => name === each)?.containerPort;
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Whether a monitor looks into the namespace of an object. Without a `namespaceSelector` that is its own; which one, is not known of an object that names none.
 * https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.NamespaceSelector
 */
export function looksInto(monitor: KubernetesObject, object: Pick<KubernetesObject, 'namespace'>): boolean {
  const isEverywhere = booleanAt(monitor.node, 'spec', 'namespaceSelector', 'any') === true;
  if (isEverywhere || monitor.kind.startsWith('Cluster')) return true;
  const names = scalarsAt(monitor.node, 'spec', 'namespaceSelector', 'matchNames').map(({ text }) => text);
  if (names.length === 0) return sameNamespace(monitor, object);
  return object.namespace === undefined || names.includes(object.namespace);
}

function chooses(labels: ReadonlyMap<string, string>): (object: KubernetesObject) => boolean {
  return (object) => {
    const selector = keptSelector(object);
    return selector !== undefined && selects(selector, labels);
  };
}
