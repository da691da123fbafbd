import { type EngineItem, itemKey } from './inventory.ts';

/** Reckons what deletions free, one after the other. */
export interface FreedBytes {
  /** Bytes that are free once this item is gone, too; the item counts as gone from now on. */
  take(item: EngineItem): number;
  /** The same without taking it. */
  wouldFree(items: readonly EngineItem[]): number;
  /** Whether all that held a piece is gone. */
  isFree(piece: string): boolean;
}

/**
 * A piece is free when the last item that holds it is gone: shared layers count once, and not at all as long as something that stays holds them.
 * @param bytesOf of a piece, by its id
 */
export function freedBytes(items: readonly EngineItem[], bytesOf: (piece: string) => number): FreedBytes {
  const holders = new Map<string, number>();
  for (const { pieces } of items)
    for (const piece of new Set(pieces)) holders.set(piece, (holders.get(piece) ?? 0) + 1);
  const gone = new Set<string>();
  return {
    take(item) {
      if (gone.has(itemKey(item))) return 0;
      gone.add(itemKey(item));
      let bytes = 0;
      for (const piece of new Set(item.pieces)) {
        const left = (holders.get(piece) ?? 0) - 1;
        holders.set(piece, left);
        if (left === 0) bytes += bytesOf(piece);
      }
      return bytes;
    },
    wouldFree(taken) {
      const less = new Map<string, number>();
      for (const item of taken)
        if (!gone.has(itemKey(item)))
          for (const piece of new Set(item.pieces)) less.set(piece, (less.get(piece) ?? 0) + 1);
      let bytes = 0;
      for (const [piece, count] of less) if (holders.get(piece) === count) bytes += bytesOf(piece);
      return bytes;
    },
    isFree: (piece) => holders.get(piece) === 0,
  };
}
