import type { Attachments } from './attachment.ts';

/** One kind of machine (https://github.com/opencontainers/image-spec/blob/main/config.md). */
export interface Platform {
  readonly os: string;
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  /** `v7`, `v8`; absent where none is said. */
  readonly variant?: string;
}

/** One step of how an image was made. */
export interface HistoryEntry {
  /** RFC 3339, as written; absent where the builder did not say. */
  readonly created?: string;
  /** The instruction as the builder noted it: `RUN /bin/sh -c apt-get update # buildkit`. */
  readonly createdBy: string;
  readonly comment?: string;
  /** No layer belongs to it. */
  readonly emptyLayer: boolean;
}

/** What an image says of itself (https://github.com/opencontainers/image-spec/blob/main/config.md). What it does not say is absent or empty. */
export interface ImageConfiguration {
  /** Empty for a plain directory, which has no configuration. */
  readonly digest: string;
  readonly platform: Platform;
  /** RFC 3339, as written. */
  readonly created?: string;
  readonly author?: string;
  readonly user: string;
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[];
  /** `NAME=value`, in order. */
  readonly environment: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly volumes: readonly string[];
  readonly workingDirectory: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly stopSignal?: string;
  /** `HEALTHCHECK` as Docker keeps it: `['CMD-SHELL', 'curl …']`; `['NONE']` switches one off. */
  readonly healthcheck?: readonly string[];
  readonly history: readonly HistoryEntry[];
  /** Digests of the layers unpacked, base first. */
  readonly diffIds: readonly string[];
}

/** Where a layer's bytes are. A worker thread can read `file` and `directory` by itself. */
export type LayerBytes =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly offset: number;
      readonly length: number;
      /** As of a stream: an engine wrote them just now, and keeps them by their diffId. */
      readonly byDiffId?: true;
    }
  /** Can be opened more than once. What comes out is not verified: whoever reads it to the end holds it against the digest. */
  | {
      readonly kind: 'stream';
      open(signal: AbortSignal): AsyncIterable<Uint8Array>;
      /** Whoever has them keeps them by their diffId: what was found in a layer of that is true of them, without asking for them. */
      readonly byDiffId?: true;
    }
  /** A root file system on disk, as one layer. */
  | { readonly kind: 'directory'; readonly path: string };

/** A root file system on disk: it has no configuration, and nothing is known of how it is run. */
export function isPlainDirectory({ layers }: Pick<Image, 'layers'>): boolean {
  return layers.some(({ content }) => content.kind === 'directory');
}

/** How a layer is packed, of a stream as its manifest says; many say it wrongly, and the first bytes decide. `unknown`: its first bytes tell (https://github.com/opencontainers/image-spec/blob/main/layer.md). */
export type Packing = 'none' | 'gzip' | 'zstd' | 'unknown';

/** One layer of an image, not yet looked into. */
export interface ImageLayer {
  /** Of the bytes as they are stored; absent for a plain directory and where an archive names none. */
  readonly digest?: string;
  /** Of the bytes unpacked, as the configuration says; absent for a plain directory. */
  readonly diffId?: string;
  readonly packing: Packing;
  /** Bytes as they are stored; absent for a plain directory. */
  readonly bytes?: number;
  /** Which entry of the history made it; absent where the history does not fit the layers. */
  readonly history?: number;
  /** A layer that is not in the registry by licence (`urls`): it is named and not read. */
  readonly foreign: boolean;
  readonly content: LayerBytes;
}

/** An image that was found, for one platform. Nothing of its layers was read yet. */
export interface Image {
  /** As the user named it, for output. */
  readonly name: string;
  /** Where it was found: `Docker Engine`, `registry ghcr.io`, `OCI layout`. */
  readonly source?: string;
  /** The reference that it was found under or that an archive names it by; absent for one without. */
  readonly reference?: string;
  /** Of the manifest; absent where the source has none (archive of `docker save`, directory). */
  readonly digest?: string;
  /** Of the index that the manifest was chosen from. */
  readonly indexDigest?: string;
  readonly annotations: ReadonlyMap<string, string>;
  readonly configuration: ImageConfiguration;
  /** Base first. */
  readonly layers: readonly ImageLayer[];
  /** What is attached to it; absent where the source cannot tell (`docker save`, engines, directories). Not after `close`. */
  attachments?(): Promise<Attachments>;
  /** Lets go of connections and files. Does nothing the second time. */
  close(): Promise<void>;
}
