import path from 'node:path';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isScraped } from '../../kubernetes/monitors.ts';
import { isWhole } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { entriesAt, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { projectRule } from '../../project/rule.ts';

/** Objects that hold alerts: of the Prometheus Operator and of those that were made after it. */
const ruleKinds = new Set([
  'PrometheusRule',
  'VMRule',
  'Rules',
  'ClusterRules',
  'GlobalRules',
  'GrafanaAlertRuleGroup',
  'DatadogMonitor',
  'PrometheusServiceLevel',
]);

export const rule = projectRule({
  severity: 'note',
  summary: 'workloads that are scraped and have no alert',
  why: 'Metrics alone wake nobody: that the service is down or slow is learned from its users.',
  remedy: 'Add a PrometheusRule with an alert for what users notice: errors, latency, and pods that are not ready.',
  peers: [],
  check({ project }, { report }) {
    const { objects, workloads } = project;
    if (objects.some(({ kind, node }) => ruleKinds.has(kind) || holdsRules(project, kind, node))) return;
    const scraped = onePerPlace(
      workloads.filter((workload) => workload.longRunning && isWhole(workload) && isScraped(workload, objects)),
    );
    const [first, ...others] = scraped;
    if (!first) return;
    report({
      at: first.place,
      message: `${scraped.length === 1 ? `${first.kind.toLowerCase()}/${first.name} is` : `${scraped.length} workloads are`} scraped by Prometheus, and no alert is defined.`,
      also: others.slice(0, 9).map(({ place }) => place),
    });
  },
});

/** Overlays make one workload of a file several times. */
function onePerPlace(workloads: readonly Workload[]): Workload[] {
  const byPlace = new Map(workloads.map((each) => [`${each.place.path}\0${each.place.range.start}`, each]));
  return [...byPlace.values()];
}

/** A ConfigMap with a file of rules for Prometheus or Grafana, written in it or brought by a generator of Kustomize. */
function holdsRules(project: Project, kind: string, node: KubernetesObject['node']): boolean {
  if (kind !== 'ConfigMap') return false;
  return entriesAt(node, 'data').some(
    ({ value }) => value.kind === 'scalar' && isRuleFile(value.text || (generatedFrom(project, value) ?? '')),
  );
}

function isRuleFile(text: string): boolean {
  return /^[ \t]*-?\s*alert:\s/m.test(text) && /^[ \t]*groups:/m.test(text);
}

/** The file that an entry of `configMapGenerator.files` names, `file` or `key=file`, beside its kustomization. */
function generatedFrom({ artifacts, readFile }: Project, { path: place = '', range }: YamlScalar): string | undefined {
  const written = artifacts.get(place)?.text.slice(range.start, range.end);
  const file = written?.replace(/^["']|["']$/g, '').replace(/^[^=/]*=/, '');
  if (!file || !/\.(?:ya?ml|rules)$/.test(file)) return undefined;
  return readFile?.(path.posix.join(path.posix.dirname(place), file))?.text;
}
