import type { Difference } from '../../project/compare-live.ts';
import { type Comparison, driftOf } from '../../project/drift.ts';
import type { Project } from '../../project/project.ts';
import { clusterRule } from '../../project/rule.ts';

/** Differences of one object that are told one by one. */
const told = 6;

export const rule = clusterRule({
  severity: 'warning',
  summary: 'The cluster is not as the repository’s manifests say',
  why: 'What was changed by hand is in no review and no history, is lost with the next deployment, and is missing when the cluster has to be made again.',
  remedy: 'Take over into the manifests what shall stay, and apply them: kubectl diff shows the rest.',
  peers: [],
  check({ project }, { report }) {
    const drift = driftOf(project);
    if (!drift) return;
    for (const comparison of drift.compared) {
      const differences = comparison.differences.filter(({ kind }) => kind !== 'image');
      const [first] = differences;
      if (!first) continue;
      report({
        at: first.place,
        message: `${nameOf(comparison, project)} differs from its manifest in ${summary(differences)}.`,
        also: placesOf(comparison, differences, project),
      });
    }
    for (const object of drift.missing)
      report({
        at: { ...object.place, path: object.place.path ?? object.path },
        message: `${object.kind.toLowerCase()}/${object.name} is not in the cluster, where others of its neighbours are.`,
        remedy: 'Apply the manifest, or remove it.',
      });
    for (const path of drift.unknown) {
      const workload = project.workloads.find(({ object }) => object.path === path);
      if (!workload) continue;
      report({
        at: { ...workload.place, path },
        severity: 'note',
        message: `No manifest of the repository declares ${workload.kind.toLowerCase()}/${workload.name}, which runs beside those that it declares.`,
        remedy: 'Write its manifest, remove it, or leave it to the repository that declares it.',
      });
    }
  },
});

function nameOf({ object, livePath }: Comparison, { live }: Project): string {
  const where = live?.raw.get(livePath)?.metadata.namespace;
  return `${object.kind.toLowerCase()}/${object.name}${where === undefined ? '' : ` in ${where}`}`;
}

function summary(differences: readonly Difference[]): string {
  const parts = differences.slice(0, told).map(described);
  const more = differences.length - parts.length;
  return `${parts.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** `replicas (3, live 5)`, `env[LOG_LEVEL] of web (only live)` */
function described({ field, manifest, live, only }: Difference): string {
  const container = /(?:containers|initContainers)\[([^\]]*)\]\.(.+)$/.exec(field);
  const name = container ? `${container[2]} of ${container[1]}` : field.replace(/^spec\.(?:template\.spec\.)?/, '');
  if (only === 'live') return `${name} (only live${live === undefined ? '' : `: ${live}`})`;
  if (only === 'manifest') return `${name} (not live)`;
  return manifest === undefined || live === undefined ? name : `${name} (${manifest}, live ${live})`;
}

function placesOf({ livePath }: Comparison, differences: readonly Difference[], project: Project) {
  const live = project.objects.find(({ path }) => path === livePath)?.place;
  return [
    ...differences.slice(1, told).map(({ place }) => place),
    ...(live ? [{ ...live, path: livePath, note: 'what is live' }] : []),
  ];
}
