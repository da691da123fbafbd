import type { Artifact } from '../core/artifact.ts';
import type { ReadProblem } from '../core/report.ts';
import { type KubernetesObject, readManifests } from '../kubernetes/manifest.ts';
import { type TemplateKind, workloadsOf } from '../kubernetes/read-workload.ts';
import type { Workload } from '../kubernetes/workload.ts';
import type { PodTemplatePlace } from './configuration.ts';
import type { DiscoveredChart } from './discover.ts';

export interface ClusterObjects {
  readonly objects: readonly KubernetesObject[];
  readonly workloads: readonly Workload[];
  readonly problems: readonly ReadProblem[];
}

export interface ObjectSources {
  /** Absolute path of the project's root. */
  readonly root: string;
  readonly artifacts: readonly Artifact[];
  readonly kustomizations: readonly string[];
  readonly charts: readonly DiscoveredChart[];
  readonly read: (path: string) => Artifact | undefined;
  readonly helm: boolean;
  /** The Kubernetes release that charts are rendered for; undefined: the newest. */
  readonly kubernetesTarget: string | undefined;
  readonly podTemplates: readonly PodTemplatePlace[];
}

/** Helm is a process for each chart. */
const chartsAtOnce = 4;

/**
 * Every Kubernetes object of a project: as files hold them, as overlays change them, as charts render. What a kustomization takes
 * is evaluated through the overlays that use it and not a second time by itself.
 */
export async function readObjects(sources: ObjectSources): Promise<ClusterObjects> {
  const objects: KubernetesObject[] = [];
  const problems: ReadProblem[] = [];
  let taken: ReadonlySet<string> = new Set();
  if (sources.kustomizations.length > 0) {
    const { readKustomizations } = await import('../kubernetes/kustomize.ts');
    const built = readKustomizations(sources.kustomizations, sources.read);
    objects.push(...built.objects);
    problems.push(...built.problems);
    taken = built.covered;
  }
  for (const artifact of sources.artifacts) {
    if (taken.has(artifact.path)) continue;
    const read = readManifests(artifact);
    objects.push(...read.objects);
    problems.push(...read.problems);
  }
  for (let at = 0; at < sources.charts.length; at += chartsAtOnce) {
    const some = sources.charts.slice(at, at + chartsAtOnce);
    for (const rendered of await Promise.all(some.map((chart) => renderOrName(chart, sources)))) {
      objects.push(...rendered.objects);
      problems.push(...rendered.problems);
    }
  }
  const more: TemplateKind[] = sources.podTemplates.map(({ kind, group, path }) => ({
    kind,
    ...(group !== undefined && { group }),
    path: path.split('.'),
  }));
  return { objects, workloads: workloadsOf(objects, more), problems };
}

/** A chart as helm renders it; without helm its templates are named as not read. */
async function renderOrName(
  chart: DiscoveredChart,
  { root, read, helm, kubernetesTarget }: ObjectSources,
): Promise<{ readonly objects: readonly KubernetesObject[]; readonly problems: readonly ReadProblem[] }> {
  const { renderChart, templatesOf } = await import('../kubernetes/helm.ts');
  if (helm) {
    return renderChart(chart, { root, files: read, kubernetes: kubernetesTarget });
  }
  const templates = templatesOf(chart);
  const [template] = templates;
  if (template === undefined) return { objects: [], problems: [] };
  return {
    objects: [],
    problems: [
      {
        path: template,
        message: 'the templates of this chart were not read, as --no-helm asks',
        remedy: 'Run without --no-helm to audit them.',
        templates,
      },
    ],
  };
}
