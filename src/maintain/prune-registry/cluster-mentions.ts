import { gunzipSync } from 'node:zlib';
import { type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { compareCodes } from '../../core/natural-order.ts';
import type { PruneRoots } from '../../core/registry-prune.ts';
import type { ClusterClient, ListOptions } from '../../kubernetes/cluster-client.ts';
import { ClusterError } from '../../kubernetes/cluster-error.ts';
import { type ClusterObject, groupOf, type ResourceType, resources } from '../../kubernetes/cluster-object.ts';
import { livePath } from '../../kubernetes/cluster-snapshot.ts';
import type { MentionCollector } from './mentions.ts';

/** What runs images and what it could go back to: earlier pod templates are in ReplicaSets and ControllerRevisions. */
export const workloadTypes: readonly ResourceType[] = [
  resources.pods,
  resources.deployments,
  resources.replicaSets,
  resources.statefulSets,
  resources.daemonSets,
  resources.controllerRevisions,
  resources.replicationControllers,
  resources.jobs,
  resources.cronJobs,
  resources.podTemplates,
];

/** Where Helm keeps its releases: https://helm.sh/docs/topics/advanced/#storage-backends */
const releases: readonly { readonly type: ResourceType; readonly options: ListOptions }[] = [
  { type: resources.secrets, options: { fieldSelector: 'type=helm.sh/release.v1' } },
  { type: resources.configMaps, options: { labelSelector: 'owner=helm' } },
];

/** Kinds that are read for the releases of Helm. RBAC knows no right to Secrets of one type alone. */
export const releaseTypes: readonly ResourceType[] = releases.map(({ type }) => type);

type ReadCluster = Pick<ClusterClient, 'server' | 'context' | 'pages'>;

export interface ClusterMentionsRequest {
  /** Read the releases of Helm, too. */
  readonly helm: boolean;
  /** Kinds beside those that every cluster has. */
  readonly more: readonly ResourceType[];
  onProgress?(step: string): void;
}

/**
 * Collects the images that a cluster runs or could go back to. Only lists, in all namespaces.
 * @throws ClusterError where anything of it cannot be read: what is not known may need any image
 */
export async function readClusterMentions(
  cluster: ReadCluster,
  request: ClusterMentionsRequest,
  collector: MentionCollector,
): Promise<PruneRoots> {
  const name = `context ${cluster.context}`;
  const before = collector.count();
  let read = 0;
  const each = async (type: ResourceType, options: ListOptions, take: (object: ClusterObject, by: string) => void) => {
    for await (const page of cluster.pages(type, options)) {
      for (const object of page) take(object, `${name}: ${livePath(object).replace(/^cluster:/, '')}`);
      read += page.length;
      request.onProgress?.(`reading ${type.resource} of ${name}: ${read} objects`);
    }
  };
  for (const type of [...workloadTypes, ...request.more])
    await each(type, {}, (object, by) => collector.value(object, { kind: 'cluster', by }));
  if (request.helm)
    for (const { type, options } of releases)
      await each(type, options, (object, by) => {
        const release = releaseIn(object);
        if (release === undefined)
          throw new ClusterError(`the Helm release ${by} cannot be read`, {
            fault: 'invalid',
            server: cluster.server,
            remedy: 'Delete it, or leave Helm’s releases out: --no-helm-releases.',
          });
        for (const text of manifestsOf(release)) collector.text(text, { kind: 'cluster', by });
      });
  collector.endSource();
  const unknown = await unreadKinds(cluster, request.more);
  return {
    kind: 'cluster',
    name: `${name} (${cluster.server})`,
    read,
    unread: 0,
    named: collector.count() - before,
    unknown,
  };
}

/** What tells which kinds a cluster has of its own. */
export const customKinds: ResourceType = {
  apiVersion: 'apiextensions.k8s.io/v1',
  resource: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
};

/** Kinds of the cluster's own that were not read: objects of any of them may run images. */
async function unreadKinds(cluster: ReadCluster, read: readonly ResourceType[]): Promise<string[]> {
  const isRead = new Set(read.map(({ apiVersion, resource }) => `${groupOf({ apiVersion })}/${resource}`));
  const found: string[] = [];
  try {
    for await (const page of cluster.pages(customKinds, {}))
      for (const { spec } of page) {
        const { group, names, versions } = jsonObjectOf(spec);
        const { plural } = jsonObjectOf(names);
        const all = Array.isArray(versions) ? versions.map((each: unknown) => jsonObjectOf(each)) : [];
        const version = (all.find(({ storage }) => storage === true) ?? all[0])?.name;
        if (!isRead.has(`${String(group)}/${String(plural)}`))
          found.push([group, version, plural].map(String).join('/'));
      }
  } catch (error) {
    if (!(error instanceof ClusterError) || (error.fault !== 'forbidden' && error.fault !== 'not-found')) throw error;
    return [
      `Which kinds of its own context ${cluster.context} has, the account may not list (customresourcedefinitions): what their objects name is not known.`,
    ];
  }
  if (found.length === 0) return [];
  return [
    `Objects of these kinds of context ${cluster.context} were not read, and may name images (--resource reads them): ${found.sort(compareCodes).join(', ')}.`,
  ];
}

/** No release that fits into a Secret unpacks to more. */
const largestRelease = 256 * 1024 * 1024;

/** JSON, packed, in Base64, in the Base64 that every Secret has (https://github.com/helm/helm/blob/main/pkg/storage/driver/util.go). */
export function releaseIn({ kind, data }: ClusterObject): JsonObject | undefined {
  const { release } = jsonObjectOf(data);
  if (typeof release !== 'string') return undefined;
  const text = kind === 'Secret' ? Buffer.from(release, 'base64').toString('latin1') : release;
  const bytes = Buffer.from(text, 'base64');
  try {
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return parseJsonObject(
      (isPacked ? gunzipSync(bytes, { maxOutputLength: largestRelease }) : bytes).toString('utf8'),
    );
  } catch {
    return undefined;
  }
}

/** What `helm rollback` would apply. */
function manifestsOf({ manifest, hooks }: JsonObject): string[] {
  const others = Array.isArray(hooks) ? hooks.map((hook: unknown) => jsonObjectOf(hook).manifest) : [];
  return [manifest, ...others].filter((text) => typeof text === 'string');
}
