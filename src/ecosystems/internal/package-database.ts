import type { InstalledPackage, PackageStream } from '../installed-package.ts';
import { maximumPackages } from './installed-text.ts';
import { textPieces } from './text-pieces.ts';

/**
 * Reads a database of packages, whose entries stand between empty lines, piece by piece.
 * @param packagesIn those of a piece, which holds whole entries
 */
export function databaseStream(packagesIn: (text: string) => Iterable<InstalledPackage>): PackageStream {
  const pieces = textPieces();
  let count = 0;
  let known: InstalledPackage[] = [];

  function read(text: string): void {
    if (count >= maximumPackages) return;
    for (const one of packagesIn(text)) {
      known.push(one);
      count++;
      if (count >= maximumPackages) return;
    }
  }

  function given(): readonly InstalledPackage[] {
    const now = known;
    known = [];
    return now;
  }

  return {
    push(chunk) {
      const text = pieces.push(chunk);
      if (text !== undefined) read(text);
    },
    found: given,
    end() {
      read(pieces.end());
      return given();
    },
    gap: () => (pieces.isCut() ? 'an entry of a package longer than 8 MiB, which was not read whole' : undefined),
  };
}
