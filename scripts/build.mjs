// Bundles the command line into dist/: one chunk a command, dependencies included, so that an installed package loads
// only what a command uses and needs nothing else.
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
await generate();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli/main.ts'],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  chunkNames: 'chunks/[name]-[hash]',
  define: { PLIMSOLL_VERSION: JSON.stringify(version) },
  // Bundled CommonJS dependencies call require for Node's own modules.
  banner: {
    js: "import{createRequire as _plimsollRequire}from'node:module';const require=_plimsollRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync('dist/cli/main.js', 0o755);
writeLicenses(metafile);

/** The licences of what is bundled, as those licences ask. */
function writeLicenses(meta) {
  const packages = new Set(
    Object.keys(meta.inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const texts = [...packages].sort().map((name) => {
    const { version: installed, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    return `${name} ${installed} (${license})\n\n${licenseText(name)}\n`;
  });
  writeFileSync('dist/THIRD-PARTY-LICENSES.txt', texts.join(`\n${'-'.repeat(72)}\n\n`));
}

function licenseText(name) {
  for (const file of ['LICENSE', 'LICENSE.md', 'LICENSE-MIT', 'license', 'LICENSE.txt']) {
    try {
      return readFileSync(`node_modules/${name}/${file}`, 'utf8');
    } catch {}
  }
  throw new Error(`${name} is bundled but has no licence file`);
}
