import type { Fix } from '../../core/fix.ts';
import type { ReportedPlace } from '../../core/rule.ts';
import { isScraped } from '../../kubernetes/monitors.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { ContainerPort, Workload } from '../../kubernetes/workload.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { buildRunBy } from '../../project/container-builds.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'Metrics that nothing collects',
  why: 'The program counts and measures, and nobody ever sees it: no graph, no alert.',
  remedy:
    'Add a ServiceMonitor or PodMonitor that chooses it, or the prometheus.io/scrape annotation where that is how targets are found.',
  peers: [],
  check({ workload, project }, { report }) {
    if (!workload.longRunning || !isWhole(workload) || isScraped(workload, project.objects)) return;
    const [port] = workload.containers.flatMap(({ ports }) =>
      ports.filter(({ name }) => name !== undefined && /(?:^|-)(?:metrics|prometheus|prom)(?:-|$)/.test(name)),
    );
    const endpoint = endpointOf(project, workload);
    if (port === undefined && endpoint === undefined) return;
    report({
      ...annotated(project, workload, port),
      at: port ? { path: port.node.path, range: port.node.range } : workload.place,
      also: endpoint ? [endpoint] : [],
      message: port
        ? `${titleOf(workload)} has a port named ${port.name}, and nothing scrapes it.`
        : `${titleOf(workload)} serves metrics, and nothing scrapes it.`,
    });
  },
});

/** Where an application that the workload runs serves its metrics. */
function endpointOf(project: Project, workload: Workload): ReportedPlace | undefined {
  for (const container of workload.containers) {
    const build = buildRunBy(project, container);
    for (const application of build ? applicationsOf(project, build) : [])
      for (const { path, range, library } of application.metrics)
        return { path, range, note: library === 'own' ? 'serves metrics' : `serves metrics with ${library}` };
  }
  return undefined;
}

/** The annotations that common configurations of Prometheus look for. */
function annotated(project: Project, workload: Workload, named: ContainerPort | undefined): { readonly fix?: Fix } {
  const ports = workload.containers.flatMap(({ ports: own }) => own);
  const port = named ?? (ports.length === 1 ? ports[0] : undefined);
  if (port?.containerPort === undefined) return {};
  const edits = setIn(project, workload.object, workload.template, {
    metadata: {
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(port.containerPort) },
    },
  });
  const fix = manifestFix('Let Prometheus scrape the pods', edits, [
    asks(
      'Prometheus finds its targets by these annotations, and the metrics are at /metrics.',
      'Does your Prometheus look for prometheus.io/scrape on pods? With the Prometheus Operator, write a PodMonitor for the port instead.',
    ),
  ]);
  return fix ? { fix } : {};
}
