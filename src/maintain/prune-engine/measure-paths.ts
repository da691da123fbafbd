import { diskBytes } from '../disk-bytes.ts';
import type { Piece } from './inventory.ts';

/** What has more files is no layer. */
const entriesAtMost = 20_000_000;

/**
 * Bytes of each piece that has paths.
 * @throws what the file system says where a part of one may not be read
 */
export async function measurePieces(
  pieces: readonly Piece[],
  { signal, progress }: { readonly signal: AbortSignal; progress(step: string, done?: number, total?: number): void },
): Promise<ReadonlyMap<string, number>> {
  const measured = new Map<string, number>();
  for (const [at, piece] of pieces.entries()) {
    if (piece.paths.length === 0) continue;
    progress('measuring what would be freed', at, pieces.length);
    measured.set(piece.id, await diskBytes(piece.paths, { entriesAtMost, signal }));
  }
  return measured;
}
