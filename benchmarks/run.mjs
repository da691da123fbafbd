// Runs a benchmark that is written in TypeScript: `node benchmarks/run.mjs corpus/compare-buildkit [ARGUMENT...]`.
// It is bundled first, so that what is measured is what ships. The bundle goes to .cache/benchmarks.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { generate } from '../scripts/generate.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const [name, ...args] = process.argv.slice(2);
if (name === undefined) {
  console.error('usage: node benchmarks/run.mjs NAME [ARGUMENT...]');
  process.exit(2);
}

await generate();
const outfile = path.join(root, '.cache/benchmarks', `${name}.mjs`);
await build({
  entryPoints: [path.join(root, 'benchmarks', `${name}.ts`)],
  outfile,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  banner: {
    js: "import{createRequire as _plimsollRequire}from'node:module';const require=_plimsollRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [outfile, ...args], { stdio: 'inherit' });
process.exitCode = status ?? 1;
