import type { DiskRoom, EngineItemKind, EngineName } from '../../core/engine-prune.ts';

/** A part of the disk that one or more items hold: a layer, a blob, a description. It is free when the last of them is gone. */
export interface Piece {
  readonly id: string;
  /** Files and directories that are it; empty where the engine's disk cannot be looked at. */
  readonly paths: readonly string[];
  /** What the engine says that it has. Undefined: it does not say. */
  readonly bytes: number | undefined;
}

/** Something that an engine has and can be asked to delete. */
export interface EngineItem {
  readonly kind: EngineItemKind;
  readonly id: string;
  /** Of an image its tags and `repository@digest`, of a container or volume its name; none: it is known by its id. */
  readonly names: readonly string[];
  /** In milliseconds: made or, if later, tagged or pulled here; of a container ended; of build cache last used. */
  readonly time: number | undefined;
  readonly labels: ReadonlyMap<string, string>;
  /** Items that have to stay as long as it does: a container's image, an image's parent. */
  readonly needs: readonly string[];
  /** An image's pieces lie in the order of its layers, base first, those of no layer last. */
  readonly pieces: readonly string[];
  /** Identifiers of an image's layers, base first: an image whose layers begin with all of another one's stands on that one. */
  readonly layers: readonly string[];
  /** Why the engine itself does not let it go: `running`, `part of a build`. */
  readonly inUse: string | undefined;
  /** Made by a step of a build and never named, with an image that stands on it. */
  readonly intermediate: boolean;
  /** Whether a registry gave it, so that it can be pulled again. */
  readonly pulled: boolean;
  /** Seconds that its build took, as far as its history tells; undefined where it does not. */
  readonly buildSeconds: number | undefined;
  /** As the engine's own list prints it. */
  readonly listedBytes: number;
}

/** What images are told apart by, as it is of containers and volumes. */
export const ofNoImage: Pick<EngineItem, 'layers' | 'intermediate' | 'pulled' | 'buildSeconds'> = {
  layers: [],
  intermediate: false,
  pulled: false,
  buildSeconds: undefined,
};

/** All that an engine has. */
export interface Inventory {
  readonly items: readonly EngineItem[];
  readonly pieces: ReadonlyMap<string, Piece>;
  /** The engine itself measured on its disk what it says of pieces. */
  readonly measuredByEngine?: boolean;
  /** What to do where a part of the disk may not be read; absent: nothing is known. */
  readonly toMeasure?: string;
  /** What the engine's own clock said, in milliseconds; absent: it has ours. */
  readonly clock?: number;
  readonly room: DiskRoom | undefined;
  readonly notes: readonly string[];
}

/** An engine that can be looked into and told to delete. */
export interface PrunableEngine {
  readonly name: EngineName;
  /** `Docker Engine 20.10.24` */
  readonly title: string;
  readonly address: string;
  /** @throws UserError (of a failed system) where it does not answer, or not all of it can be known */
  read(options: {
    readonly signal: AbortSignal;
    progress(step: string, done?: number, total?: number): void;
  }): Promise<Inventory>;
  /** Whether it still is as the plan found it. A sentence where it is not. */
  recheck(item: EngineItem, signal: AbortSignal): Promise<string | undefined>;
  /** Deletes exactly this one. A sentence where the engine refused. */
  remove(item: EngineItem, signal: AbortSignal): Promise<string | undefined>;
  /** Which of these pieces it still has, after a real run. Absent: looked for by their paths. */
  left?(pieces: readonly Piece[], signal: AbortSignal): Promise<readonly Piece[]>;
  close?(): void;
}

/** What an item is called among others. */
export function itemKey({ kind, id }: Pick<EngineItem, 'kind' | 'id'>): string {
  return `${kind}:${id}`;
}
