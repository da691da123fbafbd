import { lastNameOf } from '../../core/image-reference.ts';
import { isPort } from '../../core/port-number.ts';
import { monitoredPort, monitorsOf } from '../../kubernetes/monitors.ts';
import { servicesOf } from '../../kubernetes/relations.ts';
import type { Container, Workload } from '../../kubernetes/workload.ts';
import type { Application } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import type { Project } from '../../project/project.ts';
import type { ObservedMetrics } from '../observe-plan.ts';

/**
 * Where a workload serves metrics: by its annotations, the monitors that choose it, its Services' annotations, a port of that name, what its image is
 * known for, or sources that serve them on the only port. Nothing that is generated follows the annotations of Services: what only they name
 * counts as not scraped.
 */
export function metricsOf(project: Project, workload: Workload): ObservedMetrics | undefined {
  const annotated = isAnnotated(workload.podAnnotations);
  const monitors = monitorsOf(workload, project.objects);
  const services = servicesOf(workload, project.objects);
  const ports = workload.containers.flatMap((container) => container.ports);
  const applications = workload.containers.flatMap((container) => {
    const build = buildRunBy(project, container);
    return build ? applicationsOf(project, build) : [];
  });
  const serving = applications.filter(({ metrics }) => metrics.length > 0);
  const named = ports.find(({ name }) => /(?:^|-)(?:metrics|prometheus|prom)(?:-|$)/.test(name ?? ''))?.containerPort;
  const only = serving.length > 0 && ports.length === 1 ? ports[0]?.containerPort : undefined;
  const places = [
    ...(annotated ? [annotationPlace(workload.podAnnotations)] : []),
    ...monitors.map((each) => monitoredPort(workload, each)),
    ...services
      .filter(({ annotations }) => isAnnotated(annotations))
      .map(({ annotations }) => annotationPlace(annotations)),
    named === undefined ? undefined : { port: named, path: undefined },
    ...workload.containers.map(exporterPort),
    only === undefined ? undefined : { port: only, path: undefined },
  ];
  const place = places.find((each) => each !== undefined);
  if (place === undefined) return undefined;
  const path = place.path ?? workload.podAnnotations.get('prometheus.io/path') ?? '/metrics';
  return {
    port: place.port,
    // What is no path of HTTP is not written into configuration.
    path: /^\/[\w./~%-]{0,200}$/.test(path) ? path : '/metrics',
    requestMetric: nameIn(serving, requestNames),
    durationMetric: nameIn(serving, durationNames),
    scrapedBy: annotated ? 'annotation' : monitors.length > 0 ? 'monitor' : undefined,
  };
}

interface Place {
  readonly port: number;
  readonly path: string | undefined;
}

function isAnnotated(annotations: ReadonlyMap<string, string>): boolean {
  return annotations.get('prometheus.io/scrape') === 'true';
}

function annotationPlace(annotations: ReadonlyMap<string, string>): Place | undefined {
  const port = Number(annotations.get('prometheus.io/port'));
  return isPort(port) ? { port, path: annotations.get('prometheus.io/path') } : undefined;
}

/** Exporters have numbers of their own, from 9100 on: https://github.com/prometheus/prometheus/wiki/Default-port-allocations */
function exporterPort({ imageReference, ports }: Container): Place | undefined {
  const [port, ...others] = ports.flatMap(({ containerPort }) => containerPort ?? []);
  if (port === undefined || others.length > 0) return undefined;
  const name = lastNameOf(imageReference?.text ?? '');
  const isExporter = /(?:^|[-_])exporter$/.test(name) && port >= 9100 && port < 10_000;
  return isExporter || name === 'cadvisor' || name === 'pushgateway' ? { port, path: undefined } : undefined;
}

/** Names that libraries and applications give to these two, the most usual first. */
const requestNames = /\b((?:[a-z][a-z0-9]{0,30}_){0,4}http_(?:server_)?requests_total)\b/;
const durationNames =
  /\b((?:[a-z][a-z0-9]{0,30}_){0,4}http_(?:server_)?requests?_duration_seconds|http_server_requests_seconds)\b/;

function nameIn(applications: readonly Application[], pattern: RegExp): string | undefined {
  for (const { metrics, sourcePaths, artifact } of applications) {
    const paths = new Set([...metrics.map(({ path }) => path), ...sourcePaths]);
    for (const path of paths) {
      const found = pattern.exec(artifact(path)?.text ?? '')?.[1];
      if (found !== undefined) return found.replace(/_bucket$/, '');
    }
  }
  return undefined;
}
