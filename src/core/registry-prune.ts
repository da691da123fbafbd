/** Why something of a registry is kept. */
export type KeepReason =
  /** The policy keeps a tag that points there, or the whole as it is young. */
  | 'policy'
  | 'young'
  /** How old it is nobody can tell, or its repository could not be read. */
  | 'unknown'
  | 'cluster'
  | 'git'
  /** An index that is kept lists it. */
  | 'listed'
  /** It refers to something that is kept, or something that is kept refers to it. */
  | 'referrer';

/** One manifest of a repository with what becomes of it. */
export interface PruneItem {
  readonly digest: string;
  /** All that point there: they share its fate. */
  readonly tags: readonly string[];
  readonly kind: 'image' | 'index' | 'artifact';
  /** Of its manifest, configuration and layers, shared or not. */
  readonly bytes: number;
  /** Seconds since 1970; undefined where nobody knows. */
  readonly date: number | undefined;
  /** What the date is of: registries mostly do not tell when something was pushed. */
  readonly dated: 'pushed' | 'built' | undefined;
  readonly decision: 'keep' | 'delete';
  readonly reason: string;
  /** Of what is kept. */
  readonly keeps?: KeepReason;
  /** Manifests of the same repository that have to be gone before: indexes that list it, and what it refers to. */
  readonly after: readonly string[];
}

export interface PruneRepository {
  readonly name: string;
  /** What is kept first, then what is deleted, in the order in which it is. */
  readonly items: readonly PruneItem[];
  /** Why nothing of the repository is deleted, whatever its items are. */
  readonly problem: string | undefined;
}

/** What was asked who needs images. */
export interface PruneRoots {
  readonly kind: 'cluster' | 'git';
  /** `context prod (https://10.0.0.1:6443)`, a directory. */
  readonly name: string;
  /** Objects of a cluster, files of a repository that were read. */
  readonly read: number;
  /** Files that are too large to be read. */
  readonly unread: number;
  /** Of them, images of this registry: tags and digests that they name. */
  readonly named: number;
  /** What of it was not looked at and may name images. */
  readonly unknown: readonly string[];
}

/** What of a registry is kept and what is deleted, and why. */
export interface PrunePlan {
  readonly registry: string;
  /** Of what is deleted: two plans of one id delete the same. */
  readonly id: string;
  /** Seconds since 1970: the time that ages are counted from. */
  readonly now: number;
  /** The policy in words. */
  readonly policy: readonly string[];
  readonly roots: readonly PruneRoots[];
  readonly repositories: readonly PruneRepository[];
  /** Bytes of blobs and manifests that nothing needs any more afterwards, each counted once. */
  readonly freedBytes: number;
  /** What makes `freedBytes` no more than a bound, or empty. */
  readonly freedAtMost: string;
  /** What could not be found out, and what that means. */
  readonly unknown: readonly string[];
}

/** What a run did with an item of the plan. */
export interface PrunedItem {
  readonly repository: string;
  readonly digest: string;
  readonly outcome: 'deleted' | 'gone already' | 'left alone';
  readonly reason: string;
}

export interface PruneRun {
  readonly items: readonly PrunedItem[];
  /** Why it ended before the plan did; undefined where it did not. */
  readonly stopped: string | undefined;
  /** Of a self-hosted registry whose garbage was collected: bytes on its disk. */
  readonly disk?: { readonly before: number; readonly after: number };
}
