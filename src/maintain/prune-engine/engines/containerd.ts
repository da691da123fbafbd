import { jsonObjectOf, parseJsonObject, textFieldsOf } from '../../../core/json-object.ts';
import { diskRoom } from '../disk-room.ts';
import { GrpcError } from '../internal/grpc.ts';
import { type EngineItem, type Inventory, itemKey, ofNoImage, type Piece, type PrunableEngine } from '../inventory.ts';
import {
  type ContainerdApi,
  type ContainerInfo,
  type ContentInfo,
  containerdApi,
  type NamedImage,
  type SnapshotInfo,
} from './containerd-api.ts';
import { buildSeconds } from './history.ts';
import { knownTime, timeOf } from './times.ts';

export const containerdSocket = '/run/containerd/containerd.sock';

/** The name space of Kubernetes' images. */
export const kubernetesNamespace = 'k8s.io';

/**
 * containerd by its own API, as CRI does not tell what layers images share. In the name space of Kubernetes images are removed through CRI, which keeps a list
 * of its own.
 * @throws UserError (of a failed system) where it does not answer
 */
export async function containerdEngine(
  socket: string,
  namespace: string,
  signal: AbortSignal,
): Promise<PrunableEngine> {
  const api = containerdApi(socket);
  try {
    const version = await api.version(signal);
    return {
      name: 'containerd',
      title: `containerd ${version} (${namespace})`,
      address: socket,
      read: ({ signal: given, progress }) => {
        progress(`reading containerd at ${socket}`);
        return readContainerd(api, namespace, given);
      },
      recheck: (item, given) => recheck(api, namespace, item, given),
      remove: (item, given) => remove(api, namespace, item, given),
      left: (pieces, given) => leftPieces(api, namespace, pieces, given),
      close: api.close,
    };
  } catch (error) {
    api.close();
    throw error;
  }
}

/** All of one name space, by its keys. */
interface NamespaceFacts {
  readonly images: readonly NamedImage[];
  readonly containers: readonly ContainerInfo[];
  readonly content: ReadonlyMap<string, ContentInfo>;
  /** By `snapshotter/key`. */
  readonly snapshots: ReadonlyMap<string, SnapshotInfo>;
  readonly leased: readonly { readonly type: string; readonly id: string }[];
}

async function factsOf(
  api: ContainerdApi,
  namespace: string,
  snapshotters: Iterable<string>,
  signal: AbortSignal,
): Promise<NamespaceFacts> {
  const snapshots = new Map<string, SnapshotInfo>();
  for (const snapshotter of snapshotters)
    for (const info of await api.snapshots(namespace, snapshotter, signal))
      snapshots.set(`${snapshotter}/${info.key}`, info);
  return {
    images: await api.images(namespace, signal),
    containers: await api.containers(namespace, signal),
    content: new Map((await api.content(namespace, signal)).map((info) => [info.digest, info])),
    snapshots,
    leased: await api.leased(namespace, signal),
  };
}

async function readContainerd(api: ContainerdApi, namespace: string, signal: AbortSignal): Promise<Inventory> {
  const snapshotters = await api.snapshotters(signal);
  const facts = await factsOf(api, namespace, snapshotters.keys(), signal);
  const pinned = new Set(pinnedPieces(facts));
  for (const other of await api.namespaces(signal)) {
    if (other === namespace) continue;
    // Blobs of one digest are one file, whatever the name space; snapshots are of each.
    const content = await api.content(other, signal);
    for (const { digest } of content) pinned.add(`blob:${digest}`);
  }
  const pieces = new Map<string, Piece>();
  const items: EngineItem[] = [];
  const ofTarget = new Map<string, NamedImage[]>();
  for (const image of facts.images) ofTarget.set(image.target, [...(ofTarget.get(image.target) ?? []), image]);
  for (const [target, named] of ofTarget)
    items.push(await imageItem(api, namespace, target, named, facts, pinned, pieces, signal));
  const targets = new Map(facts.images.map(({ name, target }) => [name, target]));
  for (const container of facts.containers) items.push(containerItem(container, targets));
  for (const piece of pieces.values()) {
    if (!piece.id.startsWith('snapshot:')) continue;
    const [, snapshotter = '', key = ''] = /^snapshot:([^/]+)\/(.*)$/s.exec(piece.id) ?? [];
    const bytes = await api.snapshotBytes(namespace, snapshotter, key, signal).catch(unknownIfGone);
    pieces.set(piece.id, { ...piece, bytes });
  }
  const [root] = [...snapshotters.values()].filter((each) => each.startsWith('/'));
  const place = root?.replace(/\/io\.containerd\.[^/]+$/, '');
  return {
    items,
    pieces,
    measuredByEngine: true,
    room: place === undefined ? undefined : await diskRoom(place),
    notes: [
      'bytes are what containerd says of its own disk; what nothing held before goes along with the first deletion',
    ],
  };
}

/** What stays whatever images go: what containers, leases and roots hold. */
function pinnedPieces(facts: NamespaceFacts): string[] {
  const { containers, leased, content, snapshots } = facts;
  const roots = [
    ...containers.map(({ snapshotter, snapshotKey }) => `snapshot:${snapshotter}/${snapshotKey}`),
    ...leased.flatMap(({ type, id }) =>
      type === 'content'
        ? [`blob:${id}`]
        : type.startsWith('snapshots/')
          ? [`snapshot:${type.slice('snapshots/'.length)}/${id}`]
          : [],
    ),
    ...[...content.values()].flatMap(({ digest, labels }) => (labels.has(rootLabel) ? [`blob:${digest}`] : [])),
    ...[...snapshots].flatMap(([key, { labels }]) => (labels.has(rootLabel) ? [`snapshot:${key}`] : [])),
  ];
  return reachable(roots, facts);
}

const rootLabel = 'containerd.io/gc.root';

/** As the garbage collector goes (https://github.com/containerd/containerd/blob/main/docs/garbage-collection.md). */
function reachable(roots: readonly string[], { content, snapshots }: NamespaceFacts): string[] {
  const found = new Set(roots);
  for (const piece of found) {
    const snapshot = piece.startsWith('snapshot:') ? snapshots.get(piece.slice('snapshot:'.length)) : undefined;
    if (snapshot !== undefined && snapshot.parent !== '')
      found.add(`${piece.slice(0, piece.indexOf('/'))}/${snapshot.parent}`);
    const labels = snapshot?.labels ?? content.get(piece.slice('blob:'.length))?.labels ?? new Map<string, string>();
    for (const [label, value] of labels) {
      // A second reference of a kind has something behind it: `gc.ref.content.l.3`.
      if (/^containerd\.io\/gc\.ref\.content(?:[./]|$)/.test(label)) found.add(`blob:${value}`);
      const [, snapshotter] = /^containerd\.io\/gc\.ref\.snapshot\.([^/]+)/.exec(label) ?? [];
      if (snapshotter !== undefined) found.add(`snapshot:${snapshotter}/${value}`);
    }
  }
  return [...found].filter((piece) =>
    piece.startsWith('blob:')
      ? content.has(piece.slice('blob:'.length))
      : snapshots.has(piece.slice('snapshot:'.length)),
  );
}

/** Files fill whole blocks. */
const blockBytes = 4096;

async function imageItem(
  api: ContainerdApi,
  namespace: string,
  target: string,
  named: readonly NamedImage[],
  facts: NamespaceFacts,
  pinned: ReadonlySet<string>,
  pieces: Map<string, Piece>,
  signal: AbortSignal,
): Promise<EngineItem> {
  const held = reachable([`blob:${target}`], facts);
  const own = held.filter((piece) => !pinned.has(piece));
  for (const id of own) {
    const info = facts.content.get(id.slice('blob:'.length));
    const bytes = info && Math.ceil(info.bytes / blockBytes) * blockBytes;
    if (!pieces.has(id)) pieces.set(id, { id, paths: [], bytes });
  }
  const blobs = held.flatMap((piece) => facts.content.get(piece.slice('blob:'.length)) ?? []);
  // The configuration holds the references to the snapshots.
  const configured = blobs.find(({ labels }) =>
    [...labels.keys()].some((label) => label.startsWith('containerd.io/gc.ref.snapshot.')),
  );
  const text = configured && (await api.blob(namespace, configured.digest, signal).catch(emptyIfGone)).toString('utf8');
  const { created, config, history } = parseJsonObject(text ?? '') ?? {};
  const built = knownTime(created);
  const updated = Math.max(...named.map((image) => image.updated));
  const steps = (Array.isArray(history) ? history : []).map((step: unknown) => ({
    created: timeOf(jsonObjectOf(step).created),
    createdBy: '',
    bytes: undefined,
  }));
  const labels = new Map(named.flatMap((image) => [...image.labels]));
  const names = named.map(({ name }) => name).filter((name) => !/^sha256:[0-9a-f]{64}$/.test(name));
  // What was imported has no registry's digest among its names; what was pulled does, with CRI.
  const pulled = names.some((name) => name.includes('@'));
  return {
    kind: 'image',
    id: target,
    names: names.toSorted((one, other) => Number(one.includes('@')) - Number(other.includes('@'))),
    time: updated > 0 ? Math.max(updated, built ?? 0) : built,
    labels: new Map([...labels, ...textFieldsOf(jsonObjectOf(config).Labels)]),
    needs: [],
    pieces: own,
    layers: layersOf(held, facts),
    inUse: labels.get('io.cri-containerd.pinned') === 'pinned' ? 'is pinned, as the sandbox of pods is' : undefined,
    intermediate: false,
    pulled,
    buildSeconds: pulled ? undefined : buildSeconds(steps),
    listedBytes: blobs.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** Its snapshots, base first. */
function layersOf(held: readonly string[], { snapshots }: NamespaceFacts): string[] {
  const chain = held.filter((piece) => piece.startsWith('snapshot:')).map((piece) => piece.slice('snapshot:'.length));
  const depth = (key: string): number => {
    let count = 0;
    for (let at: string | undefined = key; at !== undefined && count < 1000; count++) {
      const parent: string = snapshots.get(at)?.parent ?? '';
      at = parent === '' ? undefined : `${at.slice(0, at.indexOf('/'))}/${parent}`;
    }
    return count;
  };
  return chain.toSorted((one, other) => depth(one) - depth(other));
}

/** What a node's pods are made of, or what somebody runs by hand. Kubernetes clears up its containers itself. */
function containerItem(
  { id, labels, image, created }: ContainerInfo,
  targets: ReadonlyMap<string, string>,
): EngineItem {
  const pod = labels.get('io.kubernetes.pod.name');
  const name = labels.get('io.kubernetes.container.name') ?? (pod === undefined ? undefined : 'sandbox');
  return {
    kind: 'container',
    id,
    names: pod === undefined ? [] : [`${labels.get('io.kubernetes.pod.namespace')}/${pod}/${name}`],
    time: created > 0 ? created : undefined,
    labels,
    needs: [itemKey({ kind: 'image', id: targets.get(image) ?? image })],
    pieces: [],
    inUse: 'is there: who made it clears it up',
    ...ofNoImage,
    listedBytes: 0,
  };
}

async function recheck(
  api: ContainerdApi,
  namespace: string,
  item: EngineItem,
  signal: AbortSignal,
): Promise<string | undefined> {
  const images = await api.images(namespace, signal);
  const named = images.filter(({ target }) => target === item.id);
  if (named.length === 0) return 'it is gone already';
  const names = new Set(named.map(({ name }) => name));
  const other = named.find(({ name }) => !/^sha256:/.test(name) && !item.names.includes(name));
  if (other !== undefined) return `it got the name ${other.name}`;
  if (item.names.some((name) => !names.has(name))) return 'it lost a name';
  const containers = await api.containers(namespace, signal);
  return containers.some(({ image }) => names.has(image)) ? 'a container was made of it' : undefined;
}

/** Through CRI where it is Kubernetes' image; without, name by name, each only if it still points there. The last waits for the garbage collector. */
async function remove(
  api: ContainerdApi,
  namespace: string,
  item: EngineItem,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const named = (await api.images(namespace, signal)).filter(({ target }) => target === item.id);
    const id = named.find(({ name }) => /^sha256:[0-9a-f]{64}$/.test(name))?.name;
    if (namespace === kubernetesNamespace && id !== undefined && (await api.removeByCri(id, signal))) return undefined;
    for (const [at, { name, target }] of named.entries())
      await api.deleteImage(namespace, { name, target, wait: at === named.length - 1 }, signal);
    return undefined;
  } catch (error) {
    if (error instanceof GrpcError) return error.message;
    throw error;
  }
}

async function leftPieces(
  api: ContainerdApi,
  namespace: string,
  pieces: readonly Piece[],
  signal: AbortSignal,
): Promise<Piece[]> {
  const { content, snapshots } = await factsOf(api, namespace, (await api.snapshotters(signal)).keys(), signal);
  return pieces.filter(({ id }) =>
    id.startsWith('blob:') ? content.has(id.slice('blob:'.length)) : snapshots.has(id.slice('snapshot:'.length)),
  );
}

function unknownIfGone(error: unknown): undefined {
  if (!(error instanceof GrpcError)) throw error;
}

function emptyIfGone(error: unknown): Buffer {
  if (!(error instanceof GrpcError)) throw error;
  return Buffer.alloc(0);
}
