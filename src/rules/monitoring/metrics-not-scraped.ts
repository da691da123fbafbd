import { isScraped } from '../../kubernetes/relations.ts';
import { applicationsOf } from '../../project/application-builds.ts';
import { projectRule } from '../../project/rule.ts';

export const rule = projectRule({
  severity: 'note',
  summary: 'application with metrics that nothing scrapes',
  why: 'The application counts and nobody reads it: there is no graph to look at and no alert when it goes wrong.',
  remedy:
    'Add a ServiceMonitor or PodMonitor for the Prometheus Operator, or the annotation prometheus.io/scrape where Prometheus discovers pods by it.',
  peers: [],
  check({ project }, { report }) {
    for (const build of project.builds) {
      const endpoint = applicationsOf(project, build).flatMap(({ metrics }) => metrics)[0];
      if (!endpoint) continue;
      for (const use of build.runBy) {
        if (use.kind !== 'container' || use.container.role !== 'container' || !use.workload.longRunning) continue;
        if (isScraped(use.workload, project.objects) || pushes([...use.workload.podAnnotations.keys()])) continue;
        report({
          at: use.workload.place,
          message: `${use.workload.kind.toLowerCase()}/${use.workload.name} serves metrics, and nothing here scrapes them.`,
          also: [{ path: endpoint.path, range: endpoint.range, note: 'serves them' }],
        });
      }
    }
  },
});

/** Annotations of other collectors: Datadog, the OpenTelemetry Operator, Dynatrace, Grafana's. */
function pushes(annotations: readonly string[]): boolean {
  return annotations.some((name) =>
    /^(?:ad\.datadoghq\.com|instrumentation\.opentelemetry\.io|sidecar\.opentelemetry\.io|metrics\.dynatrace\.com|k8s\.grafana\.com|prometheus\.io)\//.test(
      name,
    ),
  );
}
