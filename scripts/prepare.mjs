// What npm calls when the package is made from its sources. Called by way of `npm install --global git+…`, as pre-commit does it, npm gives its own settings on
// to the installation in the clone, which then is a global one, too, and leaves the clone without what the build needs.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
if (!existsSync(path.join(root, 'node_modules/esbuild'))) {
  const install = ['ci', '--global=false', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const { status } = spawnSync('npm', install, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) process.exit(status ?? 1);
}
await import('./build.mjs');
