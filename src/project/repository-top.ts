import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The directory itself or the nearest above it that holds `.git`; undefined outside of a repository. */
export function repositoryTop(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (isThere(join(at, '.git'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** False too for what may not be looked at: whoever reads the directory says so. */
function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
