import { hashWords } from '../entry-table.ts';
import type { MergedLayers } from './merge-layers.ts';

/** Entries by their content. */
export interface Contents {
  /** The first entry that was asked for with the same content; the entry itself where it is the first one. */
  first(entry: number): number;
}

/** @param most how many entries will be asked for */
export function contents(merged: MergedLayers, most: number): Contents {
  let size = 16;
  while (size < most * 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);
  return {
    first(entry) {
      const hash = hashWord(merged, entry, 0);
      for (let at = hash & (size - 1); ; at = (at + 1) & (size - 1)) {
        const other = slots[at] ?? -1;
        if (other < 0) {
          slots[at] = entry;
          return entry;
        }
        if (hasSameContent(merged, entry, other)) return other;
      }
    },
  };
}

/** False for files without content: they are not worth a word. */
export function hasSameContent(merged: MergedLayers, one: number, other: number): boolean {
  if (bytesAt(merged, one) !== bytesAt(merged, other) || bytesAt(merged, one) === 0) return false;
  for (let word = 0; word < hashWords; word++)
    if (hashWord(merged, one, word) !== hashWord(merged, other, word)) return false;
  return true;
}

export function bytesAt({ tables, layers, starts }: MergedLayers, entry: number): number {
  const layer = layers[entry] ?? 0;
  return tables[layer]?.bytes[entry - (starts[layer] ?? 0)] ?? 0;
}

function hashWord({ tables, layers, starts }: MergedLayers, entry: number, word: number): number {
  const layer = layers[entry] ?? 0;
  return tables[layer]?.hashes[(entry - (starts[layer] ?? 0)) * hashWords + word] ?? 0;
}
