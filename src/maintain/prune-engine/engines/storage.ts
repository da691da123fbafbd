import { UserError } from '../../../core/errors.ts';
import { familiarName, parseImageReference } from '../../../core/image-reference.ts';
import {
  isJsonObject,
  type JsonObject,
  jsonObjectOf,
  parseJsonObject,
  textFieldsOf,
} from '../../../core/json-object.ts';
import { isInstalled } from '../../../image/sources/storage.ts';
import { diskRoom } from '../disk-room.ts';
import { type ProgramAnswer, runProgram } from '../internal/run-program.ts';
import { type EngineItem, type Inventory, itemKey, ofNoImage, type Piece, type PrunableEngine } from '../inventory.ts';
import { buildSeconds } from './history.ts';
import {
  readStorage,
  type StorageFiles,
  type StoredContainer,
  type StoredImage,
  storedParents,
} from './storage-files.ts';
import { knownTime } from './times.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The storage that Podman and Buildah share, with the program that deletes in it. */
interface Storage {
  readonly name: 'podman' | 'buildah';
  readonly root: string;
  readonly driver: string;
  run(args: readonly string[], signal: AbortSignal): Promise<ProgramAnswer>;
  /** With the other program, where it is installed. */
  readonly buildah: ((args: readonly string[], signal: AbortSignal) => Promise<ProgramAnswer>) | undefined;
}

/** Podman's own service is on another machine or of another user: its storage cannot be seen from here. */
export interface StorageElsewhere {
  readonly elsewhere: UserError;
}

/**
 * This user's storage of Podman and Buildah, by Podman or by Buildah: what lies in it is read from its own files, and deleted by the program. Undefined
 * where the program is not installed.
 * @throws UserError (of a failed system) where it does not work
 */
export async function storageEngine(
  name: 'podman' | 'buildah',
  environment: Environment,
  signal: AbortSignal,
): Promise<PrunableEngine | StorageElsewhere | undefined> {
  if (!isInstalled(name, environment)) return undefined;
  const elsewhere = name === 'podman' ? serviceElsewhere(environment) : undefined;
  if (elsewhere !== undefined) return { elsewhere: isElsewhere(elsewhere) };
  const { CONTAINER_HOST: _, CONTAINER_CONNECTION: __, ...local } = environment;
  const run = (args: readonly string[], given: AbortSignal) => runProgram(name, args, local, given);
  const info = await run(name === 'podman' ? ['info', '--format', 'json'] : ['info'], signal);
  const { store, version, host } = parseJsonObject(info.output) ?? {};
  if (jsonObjectOf(host).serviceIsRemote === true) return { elsewhere: isElsewhere('this podman') };
  const found = new Map(Object.entries(jsonObjectOf(store)).map(([key, value]) => [key.toLowerCase(), value]));
  const [root, driver] = [found.get('graphroot'), found.get('graphdrivername')];
  if (!info.ok || typeof root !== 'string' || typeof driver !== 'string') {
    signal.throwIfAborted();
    throw new UserError(`${name} does not say where its storage is: ${info.complaint || 'no reason'}`, {
      remedy: `See what «${name} info» says.`,
      exitCode: 3,
    });
  }
  const other = name === 'podman' && isInstalled('buildah', environment);
  const storage: Storage = {
    name,
    root,
    driver,
    run,
    buildah: name === 'buildah' ? run : other ? (args, given) => runProgram('buildah', args, local, given) : undefined,
  };
  const number = jsonObjectOf(version).Version;
  const title = name === 'podman' ? `Podman ${typeof number === 'string' ? number : ''}`.trim() : 'Buildah';
  return {
    name,
    title: `${title} (${driver} storage)`,
    address: root,
    read: ({ signal: given, progress }) => {
      progress(`reading ${root}`);
      return readItems(storage, given);
    },
    recheck: (item, given) => recheck(storage, item, given),
    remove: (item, given) => remove(storage, item, given),
  };
}

/** What names a service of Podman that is not this user's: it has another storage than the one whose files are read here. */
function serviceElsewhere(environment: Environment): string | undefined {
  const { CONTAINER_HOST, CONTAINER_CONNECTION } = environment;
  if (CONTAINER_CONNECTION) return 'CONTAINER_CONNECTION';
  return CONTAINER_HOST && !ownSockets(environment).includes(CONTAINER_HOST.replace(/^unix:(?:\/\/)?/, ''))
    ? 'CONTAINER_HOST'
    : undefined;
}

/** Where Podman's service of this user listens: others, forwarded ones too, may be of any storage (podman-system-service(1)). */
function ownSockets({ XDG_RUNTIME_DIR }: Environment): string[] {
  const user = process.getuid?.();
  if (user === 0) return ['/run/podman/podman.sock', '/var/run/podman/podman.sock'];
  return [`${XDG_RUNTIME_DIR ?? `/run/user/${user}`}/podman/podman.sock`];
}

function isElsewhere(what: string): UserError {
  return new UserError(`${what} asks a service of Podman elsewhere, whose storage cannot be seen from here`, {
    remedy: 'Run it on that machine, as the user whose storage it is; or unset it for that of this user.',
    exitCode: 3,
  });
}

async function readItems(storage: Storage, signal: AbortSignal): Promise<Inventory> {
  const files = filesOf(storage);
  const parents = storedParents(files.images);
  const isParent = new Set(parents.values());
  const pieces = new Map<string, Piece>();
  const items: EngineItem[] = files.images.map((image) => {
    const layers = layerPieces([...image.layers, ...image.otherLayers], files, pieces);
    pieces.set(image.description.id, image.description);
    const parent = parents.get(image.id);
    const id = `sha256:${image.id}`;
    return {
      kind: 'image',
      id,
      names: namesOf(image),
      time: image.time,
      labels: image.labels,
      needs: parent === undefined ? [] : [itemKey({ kind: 'image', id: `sha256:${parent}` })],
      pieces: [...layers.map((piece) => piece.id), image.description.id],
      layers: image.layers,
      inUse:
        storage.name === 'buildah' && image.names.length > 1
          ? 'has several names, and Buildah takes such an image only with the containers made of it'
          : undefined,
      intermediate: image.names.length === 0 && isParent.has(image.id),
      pulled: image.pulled,
      buildSeconds: image.pulled ? undefined : buildSeconds(image.history),
      listedBytes: layers.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    };
  });
  const states = await containerStates(storage, signal);
  for (const container of files.containers) items.push(containerItem(container, states, storage, files, pieces));
  const notes = storage.name === 'buildah' ? ['volumes are Podman’s, which is not asked'] : [];
  if (storage.name === 'podman') items.push(...(await readVolumes(storage, pieces, signal)));
  // Files of other users of a rootless storage are of identifiers that only its name space has.
  const isRootless = process.getuid?.() !== 0;
  return {
    items,
    pieces,
    room: await diskRoom(storage.root),
    notes,
    ...(isRootless && { toMeasure: `«${storage.name} unshare plimsoll …» may read all of it` }),
  };
}

/** @throws UserError (of a failed system) where it cannot be read: what is not known may need any layer */
function filesOf({ root, driver }: Storage): StorageFiles {
  try {
    return readStorage(root, driver);
  } catch (cause) {
    throw new UserError(`the storage cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      where: root,
      remedy: 'Run it as the user whose storage it is.',
      exitCode: 3,
      cause,
    });
  }
}

function layerPieces(ids: readonly string[], { layers }: StorageFiles, pieces: Map<string, Piece>): Piece[] {
  return ids.flatMap((id) => {
    const piece = layers.get(id)?.piece;
    if (piece !== undefined) pieces.set(piece.id, piece);
    return piece ?? [];
  });
}

/** With the digest under each repository, as both programs list it. */
function namesOf({ names, digest }: StoredImage): string[] {
  if (digest === undefined) return [...names];
  const repositories = names.flatMap((name) => {
    const reference = parseImageReference(name);
    return reference === undefined ? [] : [familiarName(reference)];
  });
  return [...new Set([...names, ...repositories.map((name) => `${name}@${digest}`)])];
}

interface ContainerState {
  /** `running`, `exited` … */
  readonly state: string;
  readonly ended: number | undefined;
  readonly labels: ReadonlyMap<string, string>;
}

/** Of Podman's containers, by their identifiers. Undefined where Podman is not asked. */
async function containerStates(
  storage: Storage,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, ContainerState> | undefined> {
  if (storage.name === 'buildah') return undefined;
  const { ok, output, complaint } = await storage.run(['ps', '--all', '--format', 'json'], signal);
  if (!ok) throw failed(storage, 'does not list its containers', complaint, signal);
  return new Map(
    listOf(output).map(({ Id, State, ExitedAt, Labels }) => [
      String(Id),
      {
        state: typeof State === 'string' ? State : 'unknown',
        ended: typeof ExitedAt === 'number' && ExitedAt > 0 ? ExitedAt * 1000 : undefined,
        labels: textFieldsOf(Labels),
      },
    ]),
  );
}

function containerItem(
  container: StoredContainer,
  states: ReadonlyMap<string, ContainerState> | undefined,
  storage: Storage,
  files: StorageFiles,
  pieces: Map<string, Piece>,
): EngineItem {
  const layers = layerPieces(container.layers, files, pieces);
  pieces.set(container.description.id, container.description);
  const state = states?.get(container.id);
  return {
    kind: 'container',
    id: container.id,
    names: container.names,
    time: state?.ended ?? container.created,
    labels: state?.labels ?? new Map(),
    needs: [itemKey({ kind: 'image', id: `sha256:${container.image}` })],
    pieces: [...layers.map((piece) => piece.id), container.description.id],
    inUse: whyInUse(container, state, storage),
    ...ofNoImage,
    listedBytes: layers.at(-1)?.bytes ?? 0,
  };
}

const atRest: readonly string[] = ['exited', 'stopped', 'created', 'configured', 'initialized', 'dead'];

function whyInUse({ of }: StoredContainer, state: ContainerState | undefined, storage: Storage): string | undefined {
  switch (of) {
    case 'podman':
      if (state === undefined) return 'is Podman’s, which is not asked';
      return atRest.includes(state.state) ? undefined : `is ${state.state}`;
    case 'buildah':
      return storage.buildah === undefined ? 'is Buildah’s, which is not installed' : undefined;
    case 'other':
      return 'is of a program that is not known here';
  }
}

async function readVolumes(storage: Storage, pieces: Map<string, Piece>, signal: AbortSignal): Promise<EngineItem[]> {
  const [all, unused] = await Promise.all([
    storage.run(['volume', 'ls', '--format', 'json'], signal),
    storage.run(['volume', 'ls', '--filter', 'dangling=true', '--format', 'json'], signal),
  ]);
  if (!all.ok || !unused.ok)
    throw failed(storage, 'does not list its volumes', all.complaint || unused.complaint, signal);
  const free = new Set(listOf(unused.output).map(({ Name }) => Name));
  return listOf(all.output).flatMap(({ Name: name, Driver, Mountpoint, CreatedAt, Labels }): EngineItem[] => {
    if (typeof name !== 'string') return [];
    const paths = Driver === 'local' && typeof Mountpoint === 'string' ? [Mountpoint.replace(/\/_data$/, '')] : [];
    const piece: Piece = { id: `volume:${name}`, paths, bytes: undefined };
    pieces.set(piece.id, piece);
    return [
      {
        kind: 'volume',
        id: name,
        names: [name],
        time: knownTime(CreatedAt),
        labels: textFieldsOf(Labels),
        needs: [],
        pieces: [piece.id],
        inUse: free.has(name) ? undefined : 'a container uses it',
        ...ofNoImage,
        listedBytes: 0,
      },
    ];
  });
}

async function recheck(storage: Storage, item: EngineItem, signal: AbortSignal): Promise<string | undefined> {
  const files = filesOf(storage);
  const hex = item.id.replace(/^sha256:/, '');
  switch (item.kind) {
    case 'image': {
      const image = files.images.find(({ id }) => id === hex);
      // Its last dependent took a step's image along.
      if (image === undefined) return item.intermediate ? undefined : 'it is gone already';
      const now = namesOf(image);
      const other = now.find((name) => !item.names.includes(name));
      if (other !== undefined) return `it got the name ${other}`;
      if (now.length < item.names.length) return 'it lost a name';
      return files.containers.some((container) => container.image === hex) ? 'a container was made of it' : undefined;
    }
    case 'container': {
      const container = files.containers.find(({ id }) => id === hex);
      if (container === undefined) return 'it is gone already';
      const state = (await containerStates(storage, signal))?.get(hex);
      const used = whyInUse(container, state, storage);
      if (used !== undefined) return `it ${used}`;
      return (state?.ended ?? container.created) === item.time ? undefined : 'it ran meanwhile';
    }
    case 'volume': {
      const { ok, output } = await storage.run(['volume', 'inspect', item.id], signal);
      if (!ok) return 'it is gone already';
      return knownTime(listOf(output)[0]?.CreatedAt) === item.time ? undefined : 'it was made anew';
    }
    case 'cache':
      return 'such a storage has none';
  }
}

/**
 * By identifiers alone, and never forced: that would take containers along. Of several names all but one are taken from the image before; a name that
 * meanwhile went to another image is not touched by that.
 */
async function remove(storage: Storage, item: EngineItem, signal: AbortSignal): Promise<string | undefined> {
  const hex = item.id.replace(/^sha256:/, '');
  const done = ({ ok, complaint }: ProgramAnswer) => (ok ? undefined : complaint || 'no reason was given');
  switch (item.kind) {
    case 'image': {
      if (item.intermediate && !filesOf(storage).images.some(({ id }) => id === hex)) return undefined;
      const tags = item.names.filter((name) => !name.includes('@'));
      for (const tag of tags.slice(1)) {
        const why = done(await storage.run(['untag', hex, tag], signal));
        if (why !== undefined) return why;
      }
      return done(await storage.run(storage.name === 'podman' ? ['rmi', '--no-prune', hex] : ['rmi', hex], signal));
    }
    case 'container': {
      const isBuildahs = filesOf(storage).containers.some(({ id, of }) => id === hex && of === 'buildah');
      const run = isBuildahs ? (storage.buildah ?? storage.run) : storage.run;
      return done(await run(['rm', hex], signal));
    }
    case 'volume':
      return done(await storage.run(['volume', 'rm', item.id], signal));
    case 'cache':
      return undefined;
  }
}

function listOf(output: string): JsonObject[] {
  const { list } = parseJsonObject(`{"list":${output.trim() || '[]'}}`) ?? {};
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function failed({ name, root }: Storage, what: string, complaint: string, signal: AbortSignal): UserError {
  signal.throwIfAborted();
  return new UserError(`${name} ${what}: ${complaint || 'no reason'}`, { where: root, exitCode: 3 });
}
