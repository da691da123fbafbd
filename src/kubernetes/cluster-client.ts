import type { KubeConfig } from '@kubernetes/client-node';
import type { JsonObject } from '../core/json-object.ts';
import type { ClusterObject, ResourceType } from './cluster-object.ts';
import { type ClusterAccess, loadClusterConfiguration } from './internal/cluster-configuration.ts';
import { clusterRequests } from './internal/cluster-requests.ts';
import { clusterTransport } from './internal/cluster-transport.ts';

export type { ClusterAccess } from './internal/cluster-configuration.ts';

/** Which objects a list or a watch is of. */
export interface ListOptions {
  /** All namespaces where absent. */
  readonly namespace?: string | undefined;
  /** As kubectl takes it: `app=web,tier!=test`. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface PatchOptions {
  readonly type: PatchType;
  readonly subresource?: string;
  readonly fieldManager?: string;
  readonly force?: boolean;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface WriteOptions {
  readonly fieldManager?: string;
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface LogOptions {
  readonly container?: string | undefined;
  readonly follow?: boolean;
  /** Of the container before its last restart. */
  readonly previous?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: ClusterObject;
}

/** Where an object is: its name, and its namespace unless its kind has none. */
export interface ObjectPlace {
  readonly name: string;
  readonly namespace?: string | undefined;
}

/**
 * One cluster's API server. All methods throw ClusterError (src/kubernetes/cluster-error.ts; exit code 3): it says what was refused
 * and which RBAC rule would allow it. Reads are tried again after 429 and 503, as long as the server asks for, in bounds; writes
 * never are.
 */
export interface ClusterClient {
  /** `https://10.0.0.1:6443` */
  readonly server: string;
  /** The context's name; `inClusterContext` for a pod's account. */
  readonly context: string;
  /** The context's namespace, else `default`. */
  readonly namespace: string;
  /** For the official client's own classes: `configuration.makeApiClient(CoordinationV1Api)`. */
  readonly configuration: KubeConfig;
  /** Undefined where there is none. */
  get(type: ResourceType, place: ObjectPlace, signal?: AbortSignal): Promise<ClusterObject | undefined>;
  /** Pages of at most 500, `managedFields` taken out. Goes on where a list expires meanwhile (410), each object given once. */
  pages(type: ResourceType, options?: ListOptions): AsyncGenerator<readonly ClusterObject[]>;
  /** All pages together. */
  list(type: ResourceType, options?: ListOptions): Promise<ClusterObject[]>;
  /** A list with the version that a watch can begin from. */
  listWithVersion(
    type: ResourceType,
    options?: ListOptions,
  ): Promise<{ readonly items: ClusterObject[]; readonly resourceVersion: string }>;
  /** Ends when the server ends it, at most after five minutes. @throws ClusterError of fault `gone`: then list again. */
  watch(type: ResourceType, options: ListOptions & { readonly resourceVersion?: string }): AsyncGenerator<WatchEvent>;
  create(
    type: ResourceType,
    namespace: string | undefined,
    body: JsonObject,
    options?: WriteOptions,
  ): Promise<ClusterObject>;
  /** Replaces it; with `metadata.resourceVersion` only if it has not changed since, else fault `conflict`. */
  replace(type: ResourceType, place: ObjectPlace, body: JsonObject, options?: WriteOptions): Promise<ClusterObject>;
  /** `body` an array for `json`. */
  patch(
    type: ResourceType,
    place: ObjectPlace,
    body: JsonObject | readonly JsonObject[],
    options: PatchOptions,
  ): Promise<ClusterObject>;
  /** False where there was none. */
  delete(type: ResourceType, place: ObjectPlace, options?: WriteOptions): Promise<boolean>;
  /** The bytes of a container's log as they come. */
  log(pod: ObjectPlace, options?: LogOptions): AsyncGenerator<Uint8Array>;
  /** The JSON that a path answers with: `/version`, `/apis`. */
  json(path: string, signal?: AbortSignal): Promise<JsonObject>;
  /** Gives back connections. A client that is not closed keeps no process alive for long. */
  close(): void;
}

export interface ClientSettings {
  /** Milliseconds for one request; default 30,000. */
  readonly timeout?: number;
  /** How often a read is tried again; default 4. */
  readonly retries?: number;
  /** Default `plimsoll`. */
  readonly userAgent?: string;
}

/**
 * Opens a cluster: by the kubeconfig that is named, KUBECONFIG, ~/.kube/config, or as a pod by its account. Asks nothing of it yet.
 * @throws UserError where no cluster is named or the kubeconfig is wrong
 */
export async function openCluster(access: ClusterAccess, settings: ClientSettings = {}): Promise<ClusterClient> {
  const configuration = await loadClusterConfiguration(access);
  const transport = clusterTransport(configuration, settings.userAgent ?? 'plimsoll');
  const context = configuration.getCurrentContext();
  return {
    server: transport.server,
    context,
    namespace: configuration.getContextObject(context)?.namespace || 'default',
    configuration,
    ...clusterRequests(transport, { timeout: settings.timeout ?? 30_000, retries: settings.retries ?? 4 }),
    close: transport.close,
  };
}
