import { realpathSync } from 'node:fs';
import path from 'node:path';

/**
 * The file that git knows for a path of the project: what a symbolic link leads to where that lies in the project, for git takes a patch
 * of a link for one of the link's own text, and sees no change in a link whose file has changed.
 * @param root absolute
 */
export function linkedPlace(root: string, file: string): string {
  try {
    const place = path.relative(realpathSync(root), realpathSync(path.join(root, file)));
    const isOutside = path.isAbsolute(place) || place.split(path.sep)[0] === '..';
    return isOutside ? file : place.split(path.sep).join('/');
  } catch {
    // What does not exist yet has the name that it was given.
    return file;
  }
}
