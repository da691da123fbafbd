import { UserError } from '../../../core/errors.ts';
import { emptyMessage, GrpcError, grpcCodes, grpcServer } from '../internal/grpc.ts';
import { protobufMessage, type ReceivedMessage } from '../internal/protobuf.ts';

/** A name in a name space of containerd, and what it points to. */
export interface NamedImage {
  readonly name: string;
  readonly target: string;
  readonly labels: ReadonlyMap<string, string>;
  /** In milliseconds. */
  readonly updated: number;
}

export interface ContentInfo {
  readonly digest: string;
  readonly bytes: number;
  readonly labels: ReadonlyMap<string, string>;
}

export interface SnapshotInfo {
  readonly key: string;
  readonly parent: string;
  readonly committed: boolean;
  readonly labels: ReadonlyMap<string, string>;
}

export interface ContainerInfo {
  readonly id: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly image: string;
  readonly snapshotter: string;
  readonly snapshotKey: string;
  readonly created: number;
}

/** containerd's own services (https://github.com/containerd/containerd/tree/main/api/services), and its CRI where it has one. */
export interface ContainerdApi {
  readonly socket: string;
  namespaces(signal: AbortSignal): Promise<string[]>;
  version(signal: AbortSignal): Promise<string>;
  /** By the names of snapshotters, where they keep their data. */
  snapshotters(signal: AbortSignal): Promise<ReadonlyMap<string, string>>;
  images(namespace: string, signal: AbortSignal): Promise<NamedImage[]>;
  content(namespace: string, signal: AbortSignal): Promise<ContentInfo[]>;
  /** A small blob. */
  blob(namespace: string, digest: string, signal: AbortSignal): Promise<Buffer>;
  snapshots(namespace: string, snapshotter: string, signal: AbortSignal): Promise<SnapshotInfo[]>;
  /** Bytes that a snapshot takes on the disk. */
  snapshotBytes(namespace: string, snapshotter: string, key: string, signal: AbortSignal): Promise<number>;
  containers(namespace: string, signal: AbortSignal): Promise<ContainerInfo[]>;
  /** What leases hold: kinds (`content`, `snapshots/overlayfs`) with identifiers. */
  leased(namespace: string, signal: AbortSignal): Promise<{ readonly type: string; readonly id: string }[]>;
  /** Waits until what nothing needs any more is gone. `target`: only if it still points there, where the version knows that. */
  deleteImage(
    namespace: string,
    image: { readonly name: string; readonly target: string; readonly wait: boolean },
    signal: AbortSignal,
  ): Promise<void>;
  /** False where there is no CRI. */
  removeByCri(image: string, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

export function containerdApi(socket: string): ContainerdApi {
  const server = grpcServer(socket);
  const call = async (method: string, request: Buffer, signal: AbortSignal, namespace?: string) => {
    try {
      return await server.call(method, request, {
        signal,
        ...(namespace !== undefined && { headers: { 'containerd-namespace': namespace } }),
      });
    } catch (error) {
      throw error instanceof GrpcError && error.code === grpcCodes.unavailable ? unreachable(socket, error) : error;
    }
  };
  const ask = (service: string, request: Buffer, signal: AbortSignal, namespace?: string) =>
    call(`containerd.services.${service}`, request, signal, namespace);
  return {
    socket,
    async namespaces(signal) {
      const [list] = await ask('namespaces.v1.Namespaces/List', emptyMessage, signal);
      return list?.messages(1).map((each) => each.text(1)) ?? [];
    },
    async version(signal) {
      const [answer] = await ask('version.v1.Version/Version', emptyMessage, signal);
      return answer?.text(1) ?? '';
    },
    async snapshotters(signal) {
      const [list] = await ask('introspection.v1.Introspection/Plugins', emptyMessage, signal);
      const plugins = list?.messages(1).filter((each) => each.text(1) === 'io.containerd.snapshotter.v1') ?? [];
      // One that could not start says why.
      const working = plugins.filter((each) => each.messages(7).length === 0);
      return new Map(working.map((each) => [each.text(2), each.map(5).get('root') ?? '']));
    },
    async images(namespace, signal) {
      const [list] = await ask('images.v1.Images/List', emptyMessage, signal, namespace);
      return (list?.messages(1) ?? []).map((image) => ({
        name: image.text(1),
        labels: image.map(2),
        target: image.messages(3)[0]?.text(2) ?? '',
        updated: Math.max(timeIn(image, 7), timeIn(image, 8)),
      }));
    },
    async content(namespace, signal) {
      const parts = await ask('content.v1.Content/List', emptyMessage, signal, namespace);
      return parts
        .flatMap((part) => part.messages(1))
        .map((info) => ({ digest: info.text(1), bytes: info.number(2), labels: info.map(5) }));
    },
    async blob(namespace, digest, signal) {
      const request = protobufMessage({ 1: digest, 3: maximumBlob });
      const parts = await ask('content.v1.Content/Read', request, signal, namespace);
      return Buffer.concat(parts.flatMap((part) => part.bytes(2) ?? []));
    },
    async snapshots(namespace, snapshotter, signal) {
      const request = protobufMessage({ 1: snapshotter });
      const parts = await ask('snapshots.v1.Snapshots/List', request, signal, namespace);
      return parts
        .flatMap((part) => part.messages(1))
        .map((info) => ({
          key: info.text(1),
          parent: info.text(2),
          committed: info.number(3) === committedKind,
          labels: info.map(6),
        }));
    },
    async snapshotBytes(namespace, snapshotter, key, signal) {
      const request = protobufMessage({ 1: snapshotter, 2: key });
      const [usage] = await ask('snapshots.v1.Snapshots/Usage', request, signal, namespace);
      return usage?.number(1) ?? 0;
    },
    async containers(namespace, signal) {
      const [list] = await ask('containers.v1.Containers/List', emptyMessage, signal, namespace);
      return (list?.messages(1) ?? []).map((container) => ({
        id: container.text(1),
        labels: container.map(2),
        image: container.text(3),
        snapshotter: container.text(6),
        snapshotKey: container.text(7),
        created: timeIn(container, 8),
      }));
    },
    async leased(namespace, signal) {
      const [list] = await ask('leases.v1.Leases/List', emptyMessage, signal, namespace);
      const found: { type: string; id: string }[] = [];
      for (const lease of list?.messages(1) ?? []) {
        const request = protobufMessage({ 1: lease.text(1) });
        const [held] = await ask('leases.v1.Leases/ListResources', request, signal, namespace).catch(nothingIfGone);
        for (const resource of held?.messages(1) ?? []) found.push({ id: resource.text(1), type: resource.text(2) });
      }
      return found;
    },
    async deleteImage(namespace, { name, target, wait }, signal) {
      const request = protobufMessage({ 1: name, 2: wait, 3: protobufMessage({ 2: target }) });
      await ask('images.v1.Images/Delete', request, signal, namespace);
    },
    async removeByCri(image, signal) {
      try {
        await call(
          'runtime.v1.ImageService/RemoveImage',
          protobufMessage({ 1: protobufMessage({ 1: image }) }),
          signal,
        );
        return true;
      } catch (error) {
        if (error instanceof GrpcError && error.code === grpcCodes.unimplemented) return false;
        throw error;
      }
    },
    close: server.close,
  };
}

const committedKind = 3;

/** Configurations are of some kilobytes. */
const maximumBlob = 8 * 1024 * 1024;

/** Milliseconds of a `google.protobuf.Timestamp`; 0 where there is none. */
function timeIn(message: ReceivedMessage, field: number): number {
  const [time] = message.messages(field);
  return time === undefined ? 0 : time.number(1) * 1000 + Math.floor(time.number(2) / 1e6);
}

/** A lease ends with what it was for. */
function nothingIfGone(error: unknown): ReceivedMessage[] {
  if (error instanceof GrpcError && error.code === grpcCodes.notFound) return [];
  throw error;
}

function unreachable(socket: string, cause: GrpcError): UserError {
  const denied = cause.message.includes('EACCES');
  return new UserError(`containerd does not answer: ${cause.message}`, {
    where: socket,
    remedy: denied
      ? 'Its socket is root’s: use sudo.'
      : 'See whether it runs, and name its socket: containerd:/run/containerd/containerd.sock.',
    exitCode: 3,
    cause,
  });
}
