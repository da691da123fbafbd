import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The directory itself or the nearest above it that holds `.git`; undefined outside of a repository. */
export function repositoryTop(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (statSync(join(at, '.git'), { throwIfNoEntry: false })) return at;
    if (dirname(at) === at) return undefined;
  }
}
