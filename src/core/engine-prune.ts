/** What an engine keeps on its disk and can be asked to delete. */
export type EngineItemKind = 'image' | 'container' | 'volume' | 'cache';

export type EngineName = 'docker' | 'podman' | 'buildah' | 'containerd';

/** Why an item stays. */
export interface KeptReason {
  readonly why:
    | 'in-use'
    | 'labelled'
    | 'named'
    | 'roll-back'
    | 'last'
    | 'younger'
    | 'undated'
    | 'base'
    | 'needed'
    | 'not-asked'
    | 'cache-size'
    | 'enough-free';
  /** One sentence without its full stop: `by the container web (running)`. */
  readonly text: string;
}

interface PrunedItem {
  readonly kind: EngineItemKind;
  readonly id: string;
  readonly names: readonly string[];
  /** In milliseconds since 1970; undefined where the engine does not tell. */
  readonly time: number | undefined;
  /** What the engine's own list says that it has, layers that others share included. */
  readonly listedBytes: number;
}

export interface KeptItem extends PrunedItem {
  /** The first is shown where one is enough. */
  readonly reasons: readonly KeptReason[];
}

/** How an item that was to be deleted ended. */
export type PruneOutcome =
  | { readonly how: 'deleted' }
  /** It changed after the plan was made, and was left alone. */
  | { readonly how: 'left'; readonly why: string }
  | { readonly how: 'failed'; readonly why: string };

export interface DeletedItem extends PrunedItem {
  /** One sentence without its full stop: `older than 7 days, and not among the last 3 of shop/web`. */
  readonly reason: string;
  /** What its deletion frees, behind those before it in the list. */
  readonly freedBytes: number;
  /** Seconds until it is there again: by a pull, or by its build. Undefined where nobody can tell. */
  readonly getBack: { readonly seconds: number; readonly by: 'pull' | 'build' } | undefined;
  /** Undefined in a plan. */
  readonly outcome: PruneOutcome | undefined;
}

/** Free room of the file system that an engine's data lie on. */
export interface DiskRoom {
  readonly path: string;
  readonly totalBytes: number;
  readonly freeBytes: number;
}

/** One engine: what stays, what goes, and what that frees. */
export interface EnginePrune {
  readonly engine: EngineName;
  /** For people: `Docker Engine 20.10.24`. */
  readonly title: string;
  readonly address: string;
  readonly kept: readonly KeptItem[];
  /** In the order in which they are deleted. */
  readonly deleted: readonly DeletedItem[];
  /** Of all that is deleted: layers that several have counted once, those that stay not at all. */
  readonly predictedBytes: number;
  /** `measured`: blocks on the disk; `estimated`: what the engine says of lengths of files. */
  readonly basis: 'measured' | 'estimated';
  /** Of layers of images that go, but that build cache holds which stays. */
  readonly cacheHeldBytes: number;
  /** What the engine's own list adds up to for the same items. */
  readonly listedBytes: number;
  /** Bytes that were freed, after a real run. */
  readonly freedBytes: number | undefined;
  readonly room: DiskRoom | undefined;
  readonly roomAfter: DiskRoom | undefined;
  /** Undefined where no room was asked for. */
  readonly wantedFreeBytes: number | undefined;
  /** Images go, and no rule of the policy keeps any: what stays is in use, named, out of reach, or nobody can date it. */
  readonly everything: boolean;
  /** What is not known or was not done, one sentence each. */
  readonly notes: readonly string[];
}

/** What `plimsoll prune engine` prints. */
export interface EnginePruneReport {
  /** In milliseconds since 1970. */
  readonly time: number;
  readonly written: boolean;
  readonly engines: readonly EnginePrune[];
  /** Engines that nobody named and that are elsewhere or do not work. */
  readonly leftOut: readonly {
    readonly engine: EngineName;
    readonly why: string;
    readonly remedy: string | undefined;
  }[];
}
