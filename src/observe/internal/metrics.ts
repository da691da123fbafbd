import type { Workload } from '../../kubernetes/workload.ts';
import type { Application } from '../../project/application.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import type { Project } from '../../project/project.ts';
import type { ObservedMetrics } from '../observe-plan.ts';

/** Where a workload serves metrics: by its annotations, a port of that name, or sources that serve them on the only port. */
export function metricsOf(
  project: Project,
  workload: Workload,
  scrapedBy: ObservedMetrics['scrapedBy'],
): ObservedMetrics | undefined {
  const ports = workload.containers.flatMap((container) => container.ports);
  const applications = workload.containers.flatMap((container) => {
    const build = buildRunBy(project, container);
    return build ? applicationsOf(project, build) : [];
  });
  const serving = applications.filter(({ metrics }) => metrics.length > 0);
  const annotated = scrapedBy === 'annotation' ? Number(workload.podAnnotations.get('prometheus.io/port')) : Number.NaN;
  const named = ports.find(({ name }) => /(?:^|-)(?:metrics|prometheus|prom)(?:-|$)/.test(name ?? ''))?.containerPort;
  const only = serving.length > 0 && ports.length === 1 ? ports[0]?.containerPort : undefined;
  const port = isPort(annotated) ? annotated : (named ?? only);
  if (port === undefined) return undefined;
  const path = workload.podAnnotations.get('prometheus.io/path') ?? '/metrics';
  return {
    port,
    // What is no path of HTTP is not written into configuration.
    path: /^\/[\w./~%-]{0,200}$/.test(path) ? path : '/metrics',
    requestMetric: nameIn(serving, requestNames),
    durationMetric: nameIn(serving, durationNames),
    scrapedBy,
  };
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number > 0 && number < 65_536;
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
