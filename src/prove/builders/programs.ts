import { accessSync, constants, realpathSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from './environment.ts';

/** Every program of this name on PATH, each once, the first first. A relative directory would let a repository bring its own. */
export function programsNamed(name: string, { PATH = '' }: Environment): string[] {
  const found = new Map<string, string>();
  for (const directory of PATH.split(path.delimiter)) {
    if (!path.isAbsolute(directory)) continue;
    const file = path.join(directory, name);
    try {
      accessSync(file, constants.X_OK);
      const real = realpathSync(file);
      if (!found.has(real)) found.set(real, file);
    } catch {
      // Not there.
    }
  }
  return [...found.values()];
}
