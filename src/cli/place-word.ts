import path from 'node:path';
import { printable } from '../core/printable.ts';
import { shellWord } from '../core/shell-word.ts';

/**
 * A directory as it is typed in a shell where one stands; no flag, whatever it is called.
 * @param root seen from there, with forward slashes; '' when it is the same
 * @param directory below the root; '' for the root
 */
export function placeWord(root: string, directory: string): string {
  const place = path.posix.normalize(path.posix.join(root, directory));
  return shellWord(printable(place.startsWith('-') ? `./${place}` : place));
}
