// Bundles the command line into dist/, dependencies included, so that an installed package needs nothing else: a small
// main.js, the bundles of which it loads one, and their compiled code.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { besideLibraries, bundles, common, lateBuiltins, layerWorker, libraries, parts } from './bundles.mjs';
import { generate } from './generate.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
await generate();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// Built beside and then put in place, so that whoever runs dist/ meanwhile finds it whole.
const draft = `dist.${process.pid}`;
const outdir = `${draft}/cli`;
const built = [await build({ ...common, outdir, entryPoints: libraries })];
built.push(await build({ ...parts, outdir }));
for (const file of besideLibraries) copyFileSync(`node_modules/${file}`, path.join(outdir, path.basename(file)));
built.push(await build({ ...layerWorker, outdir }));
const layerCode = hashOf(asciiOnly(`${outdir}/layer-worker.js`), await analysisCode());
const builds = {};
for (const [name, options] of Object.entries(bundles)) {
  const define = { ...options.define, PLIMSOLL_LAYER_CODE: JSON.stringify(layerCode) };
  built.push(await build({ ...options, define, outdir }));
  builds[name] = asciiOnly(`${outdir}/${name}.js`);
}
await build({
  ...common,
  outdir,
  entryPoints: { main: 'src/cli/main.ts', 'audit-worker': 'src/cli/audit-worker.ts' },
  plugins: [lateBuiltins({ 'node:v8': ['cachedDataVersionTag'] })],
  define: { PLIMSOLL_VERSION: JSON.stringify(version), PLIMSOLL_BUILDS: JSON.stringify(builds) },
});
// The package is of ECMAScript modules; what is bundled is not.
writeFileSync(`${draft}/package.json`, '{"type":"commonjs"}\n');
chmodSync(`${draft}/cli/main.js`, 0o755);
writeLicenses(built.map(({ metafile }) => metafile));
compileAhead('audit', ['audit', '--format', 'text']);
compileAhead('plimsoll', ['fix']);
// The audit's own is there by now, and is not kept again.
compileAhead('recording', ['audit', '--record', '--store', path.resolve(draft, 'code/history.db')]);
rmSync('dist', { recursive: true, force: true });
renameSync(draft, 'dist');

/**
 * The code that puts layers together, which is not the worker's: what was found in layers and stacks of them is kept until the code that finds it
 * changes.
 */
async function analysisCode() {
  const { outputFiles } = await build({ ...common, entryPoints: ['src/image/analyse-image.ts'], outdir, write: false });
  return hashOf(...outputFiles.map(({ text }) => text));
}

function hashOf(...texts) {
  return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);
}

/** Writes what esbuild leaves beyond ASCII, in tagged templates, as escapes: load-bundle.ts reads Latin-1. Gives the text's hash. */
function asciiOnly(file) {
  const text = readFileSync(file, 'utf8').replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  writeFileSync(file, text);
  return hashOf(text);
}

/**
 * Puts V8's compiled code beside a bundle, for whoever has this Node.js; others compile once (src/cli/load-bundle.ts). A
 * command runs first, because only code that ran is compiled.
 */
function compileAhead(bundle, [command, ...flags]) {
  const cache = path.resolve(draft, 'code');
  const environment = { PATH: process.env.PATH, HOME: cache, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
  const { status } = spawnSync(
    process.execPath,
    [`${outdir}/main.js`, command, 'examples/shop-node', '--no-helm', ...flags],
    {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  // Findings give 1; what fails here fails in the package, too.
  if (status === null || status > 1)
    throw new Error(`plimsoll ${command} failed (${status}): nothing was compiled ahead`);
  // Others of this run are kept there, too, as soon as V8 refused what stands beside their bundle.
  const code = readdirSync(path.join(cache, 'plimsoll')).find((name) => name.startsWith(`${builds[bundle]}-`));
  if (code === undefined) throw new Error(`plimsoll ${command} kept no compiled code of ${bundle}`);
  // As shippedCodeFile of src/cli/code-cache.ts names it.
  const file = `${outdir}/${bundle}-${process.version}-${process.arch}.code`;
  const sealed = readFileSync(path.join(cache, 'plimsoll', code));
  // Which of the package's are sealed says src/cli/load-bundle.ts: sealed is what stands there twice.
  writeFileSync(file, bundle === 'recording' ? sealed : sealed.subarray(0, sealed.length / 2));
  chmodSync(file, 0o644);
  rmSync(cache, { recursive: true });
}

/** The licences of what is bundled, as those licences ask. */
function writeLicenses(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const packages = new Set(inputs.flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  const texts = [...packages].sort().map((name) => {
    const { version: installed, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
    return `${name} ${installed} (${license})\n\n${licenseText(name, license)}\n`;
  });
  writeFileSync(`${draft}/THIRD-PARTY-LICENSES.txt`, texts.join(`\n${'-'.repeat(72)}\n\n`));
}

/** A few packages have no file of it, and name it in their package.json only. */
function licenseText(name, license) {
  const file = readdirSync(`node_modules/${name}`).find((each) => /^(?:un)?licen[cs]e(?:$|[.-])/i.test(each));
  if (file) return readFileSync(`node_modules/${name}/${file}`, 'utf8');
  if (license) return `Its package holds no text of the licence: https://spdx.org/licenses/${license}.html`;
  throw new Error(`${name} is bundled but has no licence`);
}
