import { ageText } from '../../../core/age.ts';
import { fewAtOnce } from '../../../core/few-at-once.ts';
import { type JsonObject, jsonObjectOf, objectsIn, textFieldsOf } from '../../../core/json-object.ts';
import type { EngineEndpoint } from '../../../image/sources/engine-endpoints.ts';
import { encodedName, engineFailed } from '../../../image/sources/engine-request.ts';
import { diskRoom } from '../disk-room.ts';
import { type EngineItem, type Inventory, itemKey, ofNoImage, type Piece, type PrunableEngine } from '../inventory.ts';
import { repositoriesOf } from '../keep-reasons.ts';
import { type DockerApi, dockerApi } from './docker-api.ts';
import { chainIds, type DockerDisk, dockerDisk } from './docker-disk.ts';
import { buildSeconds, historyOf, layerBytes } from './history.ts';
import { knownTime, timeOf } from './times.ts';

const atOnce = 4;

/**
 * Docker Engine, by its API; what lies on its disk is measured there where it may be read. Undefined where it is Podman that answers.
 * @throws UserError (of a failed system) where it does not answer
 */
export async function dockerEngine(endpoint: EngineEndpoint, signal: AbortSignal): Promise<PrunableEngine | undefined> {
  const api = await dockerApi(endpoint, signal);
  if (api.isPodman) return undefined;
  /** Milliseconds that the engine's clock is ahead of ours. */
  let ahead = 0;
  return {
    name: 'docker',
    title: `Docker Engine ${api.engineVersion}`,
    address: endpoint.address,
    async read({ signal: given, progress }) {
      const begun = Date.now();
      const inventory = await readDocker(api, given, progress);
      ahead = (inventory.clock ?? begun) - begun;
      return inventory;
    },
    recheck: (item, given) => recheck(api, item, given),
    remove: (item, given) => remove(api, item, Date.now() + ahead, given),
  };
}

/** Milliseconds that two clocks may be apart without a word. */
const worthTelling = 60_000;

type Progress = (step: string, done?: number, total?: number) => void;

/** What is gathered on the way. */
interface Reading {
  readonly items: EngineItem[];
  readonly pieces: Map<string, Piece>;
  readonly disk: DockerDisk | undefined;
  readonly isInContainerd: boolean;
}

async function readDocker(api: DockerApi, signal: AbortSignal, progress: Progress): Promise<Inventory> {
  progress(`asking ${api.endpoint.engine} at ${api.endpoint.address}`);
  const asked = Date.now();
  const info = (await api.object('/info', signal)) ?? {};
  const { DockerRootDir: root, Driver: driver, SystemTime } = info;
  if (typeof root !== 'string' || typeof driver !== 'string')
    throw engineFailed(api.endpoint, 'does not say where it keeps its images');
  const isInContainerd = keepsInContainerd(info);
  const listed = await api.objects('/images/json?all=1', signal);
  const found = api.endpoint.socketPath === undefined || isInContainerd ? undefined : dockerDisk(root, driver);
  const disk = found && isDiskOf(found, listed) ? found : undefined;
  const reading: Reading = { items: [], pieces: new Map(), disk, isInContainerd };
  const notes: string[] = [];
  await readImages(api, listed, reading, signal, progress);
  progress('asking for containers, volumes and build cache');
  const usage = (await api.object('/system/df', signal)) ?? {};
  await readContainers(api, usage, reading, signal);
  readVolumes(usage, reading);
  const shared = readCache(usage, reading);
  if (reading.disk === undefined) {
    notes.push(
      isInContainerd
        ? 'its images are kept in containerd: bytes are the engine’s own, some of them told too low, and which images a registry gave is not told'
        : `${root} cannot be read here, so bytes are the engine's own: lengths of files, where disks count whole blocks`,
    );
    if (shared > 0)
      notes.push('build cache holds layers of images, which ones is not told: while it stays, less is freed');
  }
  const room = reading.disk && (await diskRoom(root));
  const clock = knownTime(SystemTime) ?? asked;
  const apart = Math.abs(clock - asked);
  if (apart > worthTelling)
    notes.push(`its clock and the one here are ${ageText(apart / 1000)} apart: ages are counted by its own`);
  return { items: reading.items, pieces: reading.pieces, clock, room, notes };
}

/** The store of `features.containerd-snapshotter` (https://docs.docker.com/engine/storage/containerd/), as `docker info` tells of it. */
function keepsInContainerd({ DriverStatus }: JsonObject): boolean {
  const status: readonly unknown[] = Array.isArray(DriverStatus) ? DriverStatus : [];
  return status.some((pair) => Array.isArray(pair) && pair[0] === 'driver-type' && /containerd/.test(String(pair[1])));
}

/** A socket may lead to another machine, whose engine has its data at the same place. One image in ten may have come or gone meanwhile. */
function isDiskOf(disk: DockerDisk, listed: readonly JsonObject[]): boolean {
  const missing = listed.filter(({ Id }) => typeof Id !== 'string' || !disk.hasImage(Id)).length;
  return missing <= listed.length / 10;
}

async function readImages(
  api: DockerApi,
  listed: readonly JsonObject[],
  { items, pieces, disk, isInContainerd }: Reading,
  signal: AbortSignal,
  progress: Progress,
): Promise<void> {
  const parents = new Set(listed.map(({ ParentId }) => ParentId));
  const known = new Set(listed.map(({ Id }) => Id));
  let done = 0;
  const found = new Map<string, EngineItem>();
  await fewAtOnce(listed, atOnce, async ({ Id: id, Size: size, ParentId: parent }) => {
    progress('reading images', done++, listed.length);
    if (typeof id !== 'string') return;
    const image = await api.object(`/images/${encodedName(id)}/json`, signal);
    // It went meanwhile.
    if (image === undefined) return;
    const history = historyOf(await api.objects(`/images/${encodedName(id)}/history`, signal));
    const { RootFS, Metadata, Config, Created } = image;
    const diffIds = jsonObjectOf(RootFS).Layers;
    const layers = chainIds(Array.isArray(diffIds) ? diffIds.map(String) : []);
    const bytes = layerBytes(history, layers.length);
    const ownPieces = layers.map((chain, at) => disk?.layer(chain) ?? { id: chain, paths: [], bytes: bytes[at] ?? 0 });
    const description = disk?.description(id);
    const all = description === undefined ? ownPieces : [...ownPieces, description];
    for (const piece of all) pieces.set(piece.id, piece);
    const names = namesOf(image);
    const tagged = knownTime(jsonObjectOf(Metadata).LastTagTime);
    const created = knownTime(Created);
    // In containerd what was built here has digests of repositories, too.
    const pulled = !isInContainerd && (Array.isArray(image.RepoDigests) ? image.RepoDigests : []).some(isRealName);
    found.set(id, {
      kind: 'image',
      id,
      names,
      time: created === undefined ? tagged : Math.max(created, tagged ?? 0),
      labels: textFieldsOf(jsonObjectOf(Config).Labels),
      needs: typeof parent === 'string' && known.has(parent) ? [itemKey({ kind: 'image', id: parent })] : [],
      pieces: all.map((piece) => piece.id),
      layers,
      inUse: undefined,
      intermediate: names.length === 0 && parents.has(id),
      pulled,
      buildSeconds: pulled || isInContainerd ? undefined : buildSeconds(history),
      listedBytes: typeof size === 'number' ? size : 0,
    });
  });
  // In the order of the engine's list, whichever answered first.
  for (const { Id } of listed) {
    const item = typeof Id === 'string' ? found.get(Id) : undefined;
    if (item) items.push(item);
  }
}

/** Its tags and digests; an image without them is listed as `<none>`. */
function namesOf({ RepoTags, RepoDigests }: JsonObject): string[] {
  return [RepoTags, RepoDigests].flatMap((names) => (Array.isArray(names) ? names.filter(isRealName) : []));
}

function isRealName(name: unknown): name is string {
  return typeof name === 'string' && !name.startsWith('<none>');
}

async function readContainers(
  api: DockerApi,
  usage: JsonObject,
  { items, pieces, disk }: Reading,
  signal: AbortSignal,
): Promise<void> {
  const sizes = new Map(objectsIn(usage.Containers).map(({ Id, SizeRw }) => [Id, SizeRw]));
  const images = new Map(items.map((item) => [item.id, item]));
  const listed = await api.objects('/containers/json?all=1', signal);
  await fewAtOnce(listed, atOnce, async ({ Id: id, Names, ImageID, Labels, State }) => {
    if (typeof id !== 'string') return;
    const container = (await api.object(`/containers/${encodedName(id)}/json`, signal)) ?? {};
    const state = jsonObjectOf(container.State);
    const size = sizes.get(id);
    const bytes = typeof size === 'number' ? size : 0;
    const piece = disk?.container(id) ?? { id: `container:${id}`, paths: [], bytes };
    pieces.set(piece.id, piece);
    const image = typeof ImageID === 'string' ? ImageID : '';
    const volumes = objectsIn(container.Mounts).flatMap(({ Type, Name }) =>
      Type === 'volume' && typeof Name === 'string' ? [itemKey({ kind: 'volume', id: Name })] : [],
    );
    items.push({
      kind: 'container',
      id,
      names: (Array.isArray(Names) ? Names : []).map((name) => String(name).replace(/^\//, '')),
      time: knownTime(state.FinishedAt) ?? knownTime(container.Created),
      labels: textFieldsOf(Labels),
      needs: [itemKey({ kind: 'image', id: image }), ...volumes],
      pieces: [piece.id, ...(images.get(image)?.pieces.filter((each) => !each.startsWith('description:')) ?? [])],
      inUse: isAtRest(State) ? undefined : `is ${typeof State === 'string' ? State : 'in an unknown state'}`,
      ...ofNoImage,
      listedBytes: bytes,
    });
  });
}

/** Others run, are paused, or are being made or deleted. */
function isAtRest(state: unknown): boolean {
  return state === 'exited' || state === 'dead' || state === 'created';
}

function readVolumes(usage: JsonObject, { items, pieces, disk }: Reading): void {
  for (const { Name: name, Mountpoint, CreatedAt, Labels, UsageData, Driver } of objectsIn(usage.Volumes)) {
    if (typeof name !== 'string') continue;
    const size = jsonObjectOf(UsageData).Size;
    const bytes = typeof size === 'number' && size > 0 ? size : 0;
    const isHere = disk !== undefined && typeof Mountpoint === 'string' && Driver === 'local';
    const piece = { id: `volume:${name}`, paths: isHere ? [Mountpoint] : [], bytes };
    pieces.set(piece.id, piece);
    items.push({
      kind: 'volume',
      id: name,
      names: [name],
      time: knownTime(CreatedAt),
      labels: textFieldsOf(Labels),
      needs: [],
      pieces: [piece.id],
      inUse: undefined,
      ...ofNoImage,
      listedBytes: bytes,
    });
  }
}

/** Gives how many records hold layers of images. */
function readCache(usage: JsonObject, { items, pieces, disk }: Reading): number {
  const records = objectsIn(usage.BuildCache);
  const made = new Map(records.map(({ ID, CreatedAt }) => [ID, timeOf(CreatedAt)]));
  for (const record of records) {
    const { ID: id, Type, Description, InUse, Shared, Size, CreatedAt, LastUsedAt, Parent, Parents } = record;
    if (typeof id !== 'string') continue;
    const bytes = typeof Size === 'number' ? Size : 0;
    const parents = (Array.isArray(Parents) ? Parents : [Parent]).filter((each): each is string => made.has(each));
    // Without the disk nobody knows which layer it shares: it frees nothing as long as an image may have it.
    const piece = disk?.cacheRecord(id) ?? { id: `cache:${id}`, paths: [], bytes: Shared === true ? 0 : bytes };
    if (!pieces.has(piece.id)) pieces.set(piece.id, { ...piece, bytes: piece.bytes ?? bytes });
    const begun = parents.map((each) => made.get(each)).find((each) => each !== undefined);
    const own = timeOf(CreatedAt);
    const took = own !== undefined && begun !== undefined ? (own - begun) / 1000 : undefined;
    const description = typeof Description === 'string' ? Description : '';
    items.push({
      kind: 'cache',
      id,
      names: description === '' ? [] : [description],
      time: timeOf(LastUsedAt) ?? own,
      labels: new Map(),
      needs: parents.map((each) => itemKey({ kind: 'cache', id: each })),
      pieces: [piece.id],
      layers: [],
      inUse: InUse === true ? 'a build uses it' : undefined,
      intermediate: false,
      pulled: description.startsWith('pulled from '),
      // A context is sent again; what a cache mount held is lost.
      buildSeconds:
        Type === 'source.local' ? 1 : Type === 'regular' && took !== undefined && took >= 0 ? took : undefined,
      listedBytes: bytes,
    });
  }
  return records.filter(({ Shared }) => Shared === true).length;
}

async function recheck(api: DockerApi, item: EngineItem, signal: AbortSignal): Promise<string | undefined> {
  switch (item.kind) {
    case 'image': {
      const image = await api.object(`/images/${encodedName(item.id)}/json`, signal);
      if (image === undefined) return 'it is gone already';
      const now = namesOf(image);
      const other = now.find((name) => !item.names.includes(name));
      if (other !== undefined) return `it got the name ${other}`;
      if (now.length < item.names.length) return 'it lost a name';
      const containers = await api.objects('/containers/json?all=1', signal);
      return containers.some(({ ImageID }) => ImageID === item.id) ? 'a container was made of it' : undefined;
    }
    case 'container': {
      const container = await api.object(`/containers/${encodedName(item.id)}/json`, signal);
      if (container === undefined) return 'it is gone already';
      const { Status, FinishedAt } = jsonObjectOf(container.State);
      if (!isAtRest(Status)) return 'it was started';
      return (knownTime(FinishedAt) ?? knownTime(container.Created)) === item.time ? undefined : 'it ran meanwhile';
    }
    case 'volume': {
      const volume = await api.object(`/volumes/${encodedName(item.id)}`, signal);
      if (volume === undefined) return 'it is gone already';
      return knownTime(volume.CreatedAt) === item.time ? undefined : 'it was made anew';
    }
    case 'cache':
      // The engine itself leaves alone what was used meanwhile: see below.
      return undefined;
  }
}

async function remove(api: DockerApi, item: EngineItem, now: number, signal: AbortSignal): Promise<string | undefined> {
  if (item.kind === 'cache') return removeRecord(api, item, now, signal);
  const { status, message } = await api.change('DELETE', pathToDelete(item), signal);
  return status >= 200 && status < 300 ? undefined : message;
}

/**
 * By its identifier, never by a name: one that was moved to another image would take that one along. The engine wants to be forced where there are several
 * names; running containers it minds even then. Its parents are items of their own.
 */
function pathToDelete(item: EngineItem): string {
  const { kind, id, names } = item;
  const isForced = names.filter((name) => !name.includes('@')).length > 1 || repositoriesOf(item).length > 1;
  if (kind === 'image') return `/images/${encodedName(id)}?noprune=1&force=${isForced ? 1 : 0}`;
  return kind === 'container' ? `/containers/${encodedName(id)}` : `/volumes/${encodedName(id)}`;
}

/** The engine deletes no record that was used later than so long ago. */
async function removeRecord(
  api: DockerApi,
  { id, time }: EngineItem,
  now: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const unused = Math.max(0, Math.floor((now - (time ?? now)) / 1000));
  const filters = { id: { [id]: true }, ...(unused > 0 && { until: { [`${unused}s`]: true } }) };
  const query = `all=1&filters=${encodeURIComponent(JSON.stringify(filters))}`;
  const { status, answer, message } = await api.change('POST', `/build/prune?${query}`, signal);
  if (status !== 200) return message;
  const { CachesDeleted: deleted } = answer;
  return Array.isArray(deleted) && deleted.includes(id) ? undefined : 'it is in use, or was used meanwhile';
}
