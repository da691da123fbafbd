/** A part of an image that is stored once, however many manifests name it. */
export interface BlobFacts {
  readonly digest: string;
  readonly bytes: number;
}

/** What is known of one manifest of a repository. */
export interface ManifestFacts {
  readonly digest: string;
  readonly kind: 'image' | 'index' | 'artifact';
  /** Of the manifest itself. */
  readonly bytes: number;
  /** Manifests that an index lists, whether they are there or not. */
  readonly children: readonly string[];
  /** What it says it is about. */
  readonly subject: string | undefined;
  /** Digest of its configuration: what some container runtimes call the image. */
  readonly configuration: string | undefined;
  /** Its configuration, its layers, and whatever else it names that is no manifest. */
  readonly blobs: readonly BlobFacts[];
  /** Seconds since 1970. */
  readonly date: number | undefined;
  readonly dated: 'pushed' | 'built' | undefined;
}

export interface RepositoryInventory {
  readonly name: string;
  /** False where the registry says that it has no such repository, and nothing else tells of one. */
  readonly isThere: boolean;
  /** Digests by tag. */
  readonly tags: ReadonlyMap<string, string>;
  readonly manifests: ReadonlyMap<string, ManifestFacts>;
  /** What an earlier run meant to delete, and had not yet when it was interrupted. */
  readonly leftOver: ReadonlySet<string>;
  /** Why not all of it is known, so that nothing of it may be deleted. */
  readonly problem: string | undefined;
}

/** What a registry holds, as far as it tells. */
export interface Inventory {
  readonly registry: string;
  /** Seconds since 1970: the earlier of the registry's clock and this machine's, so that nothing seems older than it is. */
  readonly now: number;
  readonly repositories: readonly RepositoryInventory[];
  /** Whether the registry lists what refers to a manifest. */
  readonly hasReferrers: boolean;
  /** False where only some repositories were asked for: the others may share layers. */
  readonly isWhole: boolean;
  /** What could not be found out. */
  readonly unknown: readonly string[];
}
