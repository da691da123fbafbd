import { execFileSync } from 'node:child_process';

/** The indexes of rules and commands are generated from the files beside them; a test run must not see old ones. */
export function setup(): void {
  execFileSync(process.execPath, ['scripts/generate.mjs'], { stdio: 'inherit' });
}
