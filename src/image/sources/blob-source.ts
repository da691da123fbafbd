import type { LayerBytes } from '../image.ts';

/** What names a blob (https://github.com/opencontainers/image-spec/blob/main/descriptor.md). Its digest has a form that can be checked. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: number;
  readonly annotations: ReadonlyMap<string, string>;
}

/** A blob that was read whole: a manifest, an index or a configuration. */
export interface ReadBlob {
  readonly bytes: Buffer;
  /** Of what was read. */
  readonly digest: string;
  /** What a registry says it is, beside what stands in it. */
  readonly contentType?: string;
}

/** Where the blobs of an image lie. Every source that has manifests is one of these. */
export interface BlobSource {
  /** For messages: `OCI layout ./out`, `registry ghcr.io`. */
  readonly place: string;
  /** Says at once whether a blob is there; a registry answers undefined. */
  has(digest: string): boolean | undefined;
  /**
   * Reads a manifest.
   * @throws UserError where it is not there, is too large or is not what its digest names
   */
  manifest(of: Pick<Descriptor, 'digest'> & { readonly bytes?: number }): Promise<ReadBlob>;
  /** Reads a configuration, likewise. */
  configuration(of: Descriptor): Promise<ReadBlob>;
  /** Reads a document that is attached to an image, likewise. */
  document(of: Descriptor): Promise<ReadBlob>;
  /** What refers to a manifest: only of a registry. Rejects as `manifest` does. */
  referrers?(digest: string): Promise<readonly Pick<Descriptor, 'digest'>[]>;
  /** The manifest of a tag: only of a registry. Undefined where there is none. Rejects as `manifest` does. */
  tagged?(tag: string): Promise<ReadBlob | undefined>;
  /** @throws UserError where it is not there or has another size */
  layer(of: Descriptor): Promise<LayerBytes>;
}

/** Registries take no larger manifest (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests: 4 MiB at least). */
export const maximumManifestBytes = 4 * 1024 * 1024;

/** Lists of packages that name every file of a large image stay below. */
export const maximumDocumentBytes = 16 * 1024 * 1024;

/** Configurations with a history of thousands of steps stay below. */
export const maximumConfigurationBytes = 8 * 1024 * 1024;
