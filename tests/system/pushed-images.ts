import { createHash } from 'node:crypto';

export const ociManifest = 'application/vnd.oci.image.manifest.v1+json';
export const ociIndex = 'application/vnd.oci.image.index.v1+json';
const ociConfig = 'application/vnd.oci.image.config.v1+json';
const ociLayer = 'application/vnd.oci.image.layer.v1.tar';

export interface PushedDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Pushes to a registry without TLS, as a client would: blobs first, then what names them. */
export interface Pusher {
  blob(repository: string, body: string | Buffer, mediaType?: string): Promise<PushedDescriptor>;
  /** Takes a blob over from another repository, without its bytes. */
  mount(repository: string, blob: PushedDescriptor, from: string): Promise<void>;
  /** By a tag, or untagged. */
  manifest(repository: string, object: object, tag?: string): Promise<PushedDescriptor>;
  /** An image of these layers, built at a time; `created` undefined leaves it out. */
  image(repository: string, image: PushedImage, tag?: string): Promise<PushedDescriptor>;
  /** What a repository says of a manifest: its digest, or the status. */
  head(repository: string, named: string): Promise<string | number>;
}

export interface PushedImage {
  readonly layers: readonly (string | Buffer)[];
  /** `2026-01-01T00:00:00Z`. */
  readonly created?: string | undefined;
  readonly subject?: PushedDescriptor;
  readonly architecture?: string;
  readonly entrypoint?: readonly string[];
}

export function digestOf(body: string | Buffer): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

export function pusherTo(host: string): Pusher {
  const base = (repository: string) => `http://${host}/v2/${repository}`;
  const known = new Set<string>();
  const must = async (url: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${await response.text()}`);
    return response;
  };
  const pusher: Pusher = {
    async blob(repository, body, mediaType = ociLayer) {
      const digest = digestOf(body);
      const size = Buffer.byteLength(body);
      if (known.has(`${repository}@${digest}`)) return { mediaType, digest, size };
      const begun = await must(`${base(repository)}/blobs/uploads/`, { method: 'POST' });
      const upload = new URL(begun.headers.get('location') ?? '', base(repository));
      upload.searchParams.set('digest', digest);
      await must(upload.href, {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream' },
        body: Buffer.from(body),
      });
      known.add(`${repository}@${digest}`);
      return { mediaType, digest, size };
    },
    async mount(repository, { digest }, from) {
      const { status } = await must(`${base(repository)}/blobs/uploads/?mount=${digest}&from=${from}`, {
        method: 'POST',
      });
      if (status !== 201) throw new Error(`${repository} does not take ${digest} over from ${from}`);
      known.add(`${repository}@${digest}`);
    },
    async manifest(repository, object, tag) {
      const body = JSON.stringify(object);
      const mediaType = 'mediaType' in object && typeof object.mediaType === 'string' ? object.mediaType : ociManifest;
      const digest = digestOf(body);
      await must(`${base(repository)}/manifests/${tag ?? digest}`, {
        method: 'PUT',
        headers: { 'content-type': mediaType },
        body,
      });
      return { mediaType, digest, size: Buffer.byteLength(body) };
    },
    async image(repository, { layers, created, subject, architecture = 'amd64', entrypoint }, tag) {
      const pushed = [];
      for (const layer of layers) pushed.push(await pusher.blob(repository, layer));
      const configuration = {
        architecture,
        os: 'linux',
        ...(created !== undefined && { created }),
        ...(entrypoint && { config: { Entrypoint: entrypoint } }),
        rootfs: { type: 'layers', diff_ids: pushed.map(({ digest }) => digest) },
      };
      const config = await pusher.blob(repository, JSON.stringify(configuration), ociConfig);
      const manifest = {
        schemaVersion: 2,
        mediaType: ociManifest,
        config,
        layers: pushed,
        ...(subject && { subject }),
      };
      return pusher.manifest(repository, manifest, tag);
    },
    async head(repository, named) {
      const { status, ok, headers } = await fetch(`${base(repository)}/manifests/${named}`, {
        method: 'HEAD',
        headers: { accept: `${ociManifest}, ${ociIndex}` },
      });
      return ok ? (headers.get('docker-content-digest') ?? '') : status;
    },
  };
  return pusher;
}

/** An index of manifests that are there. */
export function indexOf(manifests: readonly PushedDescriptor[], more: object = {}): object {
  return { schemaVersion: 2, mediaType: ociIndex, manifests, ...more };
}

/** Pulls every byte of a manifest, as a client would, and of all that it lists. @throws Error where something of it is missing or not whole */
export async function mustPull(host: string, repository: string, digest: string): Promise<void> {
  const base = `http://${host}/v2/${repository}`;
  const answer = await fetch(`${base}/manifests/${digest}`, {
    headers: { accept: `${ociManifest}, ${ociIndex}, */*` },
  });
  const text = await answer.text();
  if (!answer.ok || digestOf(text) !== digest) throw new Error(`${repository}@${digest}: ${answer.status}`);
  const { config, layers = [], manifests = [] } = JSON.parse(text);
  for (const each of manifests) await mustPull(host, repository, each.digest);
  for (const blob of config ? [config, ...layers] : layers) {
    const bytes = Buffer.from(await (await fetch(`${base}/blobs/${blob.digest}`)).arrayBuffer());
    if (digestOf(bytes) !== blob.digest) throw new Error(`${blob.digest} of ${repository} is not there whole`);
  }
}
