import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/engine');

/** Where the tests' own Docker Engine is reached; it is started where it does not run. */
export function engineSocket(): string {
  return execFileSync(script, ['up'], { encoding: 'utf8' }).trim();
}
