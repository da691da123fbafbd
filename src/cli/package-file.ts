import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of a file that is delivered with the package, from the bundle as from the sources. */
export function packageFile(file: string): string {
  let directory = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(directory, file)) && path.dirname(directory) !== directory)
    directory = path.dirname(directory);
  return path.join(directory, file);
}
