import { parseImageReference } from '../core/image-reference.ts';
import { maskTokens } from '../core/mask-secrets.ts';
import type { ClusterInventory, ReportedDrift, RunningImage } from '../core/report.ts';
import { lineIndex } from '../core/text.ts';
import type { ClusterSnapshot, RunningPod } from '../kubernetes/cluster-snapshot.ts';
import type { LiveContainer } from '../kubernetes/live-pod.ts';
import { driftOf } from '../project/drift.ts';
import type { LiveCluster } from '../project/live-project.ts';
import type { Project } from '../project/project.ts';
import { textOf } from './places.ts';

/** Which images run in a cluster, where they come from, what its nodes hold and pulled, and how it differs from a repository. */
export function clusterInventory(project: Project, live: LiveCluster, today: string): ClusterInventory {
  const { snapshot } = live;
  const drift = reportedDrift(project);
  return {
    server: snapshot.server,
    context: snapshot.context,
    version: snapshot.version,
    namespaces: snapshot.namespaces,
    leftOut: snapshot.leftOut,
    pods: snapshot.pods.length,
    images: runningImages(live, today),
    nodes: snapshot.nodes.map(({ name, version, platform, images }) => ({
      name,
      version,
      platform,
      images: images.length,
      bytes: images.reduce((sum, { bytes }) => sum + bytes, 0),
    })),
    ...(drift && { drift }),
  };
}

function daysBetween(created: string | undefined, today: string): number | undefined {
  const days = created === undefined ? Number.NaN : (Date.parse(today) - Date.parse(created)) / 86_400_000;
  return Number.isNaN(days) ? undefined : Math.max(0, Math.floor(days));
}

interface Run {
  readonly pod: RunningPod;
  readonly state: LiveContainer;
}

function runningImages({ snapshot, created, raw }: LiveCluster, today: string): RunningImage[] {
  const runs = new Map<string, Run[]>();
  for (const pod of snapshot.pods)
    for (const state of pod.containers) {
      const known = runs.get(state.image);
      if (known) known.push({ pod, state });
      else runs.set(state.image, [{ pod, state }]);
    }
  const held = heldImages(snapshot);
  const pulls = pullsByImage(snapshot);
  const images = [...runs].map(([image, own]): RunningImage => {
    const digests = distinct(own.flatMap(({ state }) => state.digest ?? []));
    const keys = [canonicalName(image), ...digests].filter((key) => key !== undefined);
    const holders = keys.flatMap((key) => held.get(key) ?? []);
    return {
      image,
      registry: parseImageReference(image)?.registry,
      digests,
      created: created.get(image),
      ageDays: daysBetween(created.get(image), today),
      bytes: holders.length === 0 ? undefined : Math.max(...holders.map(({ bytes }) => bytes)),
      nodes: distinct(holders.map(({ node }) => node)).length,
      pullPolicies: distinct(own.flatMap(({ state }) => state.pullPolicy ?? [])),
      pulls: pulls.get(image),
      runBy: usesOf(own, raw),
    };
  });
  return images.sort((one, other) => (other.bytes ?? -1) - (one.bytes ?? -1) || (one.image < other.image ? -1 : 1));
}

function usesOf(own: readonly Run[], raw: LiveCluster['raw']): RunningImage['runBy'] {
  const groups = new Map<string, Run[]>();
  for (const run of own) {
    const key = `${run.pod.ownerPath}\0${run.state.name}`;
    const known = groups.get(key);
    if (known) known.push(run);
    else groups.set(key, [run]);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    const owner = first && raw.get(first.pod.ownerPath);
    if (!first || !owner) return [];
    const worst = group.reduce((one, other) => (other.state.restarts > one.state.restarts ? other : one));
    return [
      {
        path: first.pod.ownerPath,
        namespace: owner.metadata.namespace,
        kind: owner.kind.toLowerCase(),
        name: owner.metadata.name,
        container: first.state.name,
        pods: group.length,
        restarts: group.reduce((sum, { state }) => sum + state.restarts, 0),
        lastReason: worst.state.waiting ?? worst.state.lastEnd?.reason,
      },
    ];
  });
}

/** What nodes hold, by name with tag and by digest. */
function heldImages({ nodes }: ClusterSnapshot): Map<string, { readonly node: string; readonly bytes: number }[]> {
  const held = new Map<string, { readonly node: string; readonly bytes: number }[]>();
  for (const { name: node, images } of nodes)
    for (const { names, bytes } of images)
      for (const name of names) {
        const at = name.indexOf('@');
        const key = at === -1 ? canonicalName(name) : name.slice(at + 1);
        if (key === undefined) continue;
        const known = held.get(key);
        if (known) known.push({ node, bytes });
        else held.set(key, [{ node, bytes }]);
      }
  return held;
}

/** `docker.io/library/nginx:latest` for `nginx`; undefined for what is named by digest alone or is no reference. */
function canonicalName(image: string): string | undefined {
  const reference = parseImageReference(image);
  if (!reference || (reference.digest !== undefined && reference.tag === undefined)) return undefined;
  return `${reference.registry}/${reference.repository}:${reference.tag ?? 'latest'}`;
}

function pullsByImage({ pulls }: ClusterSnapshot): Map<string, NonNullable<RunningImage['pulls']>> {
  const groups = new Map<string, ClusterSnapshot['pulls'][number][]>();
  for (const pull of pulls) {
    const known = groups.get(pull.image);
    if (known) known.push(pull);
    else groups.set(pull.image, [pull]);
  }
  return new Map(
    [...groups].map(([image, own]) => {
      const seconds = own.map((pull) => pull.seconds).sort((one, other) => one - other);
      return [
        image,
        {
          count: own.length,
          medianSeconds: seconds[Math.floor((seconds.length - 1) / 2)] ?? 0,
          longestSeconds: seconds.at(-1) ?? 0,
          bytes: own.find(({ bytes }) => bytes !== undefined)?.bytes,
        },
      ];
    }),
  );
}

function reportedDrift(project: Project): ReportedDrift | undefined {
  const drift = driftOf(project);
  if (!drift) return undefined;
  return {
    compared: drift.compared.length,
    differing: drift.compared
      .filter(({ differences }) => differences.length > 0)
      .map(({ livePath, object, differences }) => ({
        live: livePath,
        manifest: object.place.path ?? object.path,
        line: lineOf(project, object.place.path ?? object.path, object.place.range.start),
        differences: differences.map(({ kind, field, manifest, live }) => ({
          kind,
          field,
          manifest: manifest === undefined ? undefined : maskTokens(manifest),
          live: live === undefined ? undefined : maskTokens(live),
        })),
      })),
    missing: drift.missing.map(({ kind, name, place, path }) => ({
      kind: kind.toLowerCase(),
      name,
      manifest: place.path ?? path,
    })),
    unknown: drift.unknown,
  };
}

function lineOf(project: Project, path: string, offset: number): number {
  return lineIndex(textOf(project, path) ?? '').positionAt(offset).line;
}

function distinct<Item>(items: readonly Item[]): Item[] {
  return [...new Set(items)];
}
