// Bundles the command line into dist/, dependencies included, so that an installed package needs nothing else: a small
// main.js, the bundle that it loads, and the bundle's compiled code.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { generate } from './generate.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
process.chdir(root);
await generate();
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// Built beside and then put in place, so that whoever runs dist/ meanwhile finds it whole.
const draft = `dist.${process.pid}`;
/** Packages in a file of their own beside the bundle, by that file's name: few commands want them, and each is large. */
const beside = {
  yaml: 'yaml',
  'kubernetes-client': '@kubernetes/client-node',
  fastify: 'fastify',
  'prom-client': 'prom-client',
};
/** The same for files of our own. */
const besideFiles = { 'grafana-sdk': 'src/observe/grafana/sdk.ts' };
const common = {
  outdir: `${draft}/cli`,
  bundle: true,
  // One script of CommonJS, whose modules run when they are first asked for: V8's code cache knows no ECMAScript modules,
  // and every file more costs as much as a thousand lines of compiled code.
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  keepNames: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};
const { metafile } = await build({
  ...common,
  entryPoints: { plimsoll: 'src/cli/bundle.ts' },
  define: { 'import.meta.url': '__plimsollUrl' },
  supported: { 'dynamic-import': false },
  plugins: [
    lateBuiltins({
      'node:crypto': ['createHash', 'createHmac', 'randomBytes', 'timingSafeEqual'],
      'node:net': ['isIP'],
    }),
    besideBundle(),
  ],
  banner: {
    js: '(function(require,__filename){const module={exports:{}},__plimsollUrl=require("node:url").pathToFileURL(__filename).href;',
  },
  footer: { js: 'return module.exports})' },
});
const libraries = await build({ ...common, entryPoints: { ...beside, ...besideFiles } });
// esbuild leaves characters beyond ASCII in tagged templates; load-bundle.ts reads the file as Latin-1.
const bundle = readFileSync(`${draft}/cli/plimsoll.js`, 'utf8').replace(
  /[^\0-\x7f]/g,
  (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
);
writeFileSync(`${draft}/cli/plimsoll.js`, bundle);
await build({
  ...common,
  entryPoints: { main: 'src/cli/main.ts', 'audit-worker': 'src/cli/audit-worker.ts' },
  plugins: [lateBuiltins({ 'node:v8': ['cachedDataVersionTag'] })],
  define: {
    PLIMSOLL_VERSION: JSON.stringify(version),
    PLIMSOLL_BUILD: JSON.stringify(createHash('sha256').update(bundle).digest('hex').slice(0, 16)),
  },
});
// The package is of ECMAScript modules; what is bundled is not.
writeFileSync(`${draft}/package.json`, '{"type":"commonjs"}\n');
chmodSync(`${draft}/cli/main.js`, 0o755);
writeLicenses([metafile, libraries.metafile]);
compileAhead();
rmSync('dist', { recursive: true, force: true });
renameSync(draft, 'dist');

/**
 * Puts V8's compiled code beside the bundle, for whoever has this Node.js; others compile once (src/cli/load-bundle.ts). An
 * audit runs first, because only code that ran is compiled.
 */
function compileAhead() {
  const cache = path.resolve(draft, 'code');
  const environment = { PATH: process.env.PATH, HOME: cache, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache };
  spawnSync(
    process.execPath,
    [`${draft}/cli/main.js`, 'audit', 'examples/shop-node', '--no-helm', '--format', 'text'],
    {
      env: environment,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  const [code] = readdirSync(path.join(cache, 'plimsoll'));
  renameSync(path.join(cache, 'plimsoll', code), `${draft}/cli/plimsoll.code`);
  chmodSync(`${draft}/cli/plimsoll.code`, 0o644);
  rmSync(cache, { recursive: true });
}

/** Loads these when they are first called: few runs want them, and each takes longer to load than to read a repository. */
function lateBuiltins(functions) {
  return {
    name: 'late-builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path: name, namespace }) => {
        if (!(name in functions)) return undefined;
        return namespace === 'late' ? { path: name, external: true } : { path: name, namespace: 'late' };
      });
      onLoad({ filter: /^node:/, namespace: 'late' }, ({ path: name }) => ({
        contents: functions[name]
          .map((called) => `export const ${called} = (...args) => require('${name}').${called}(...args);`)
          .join('\n'),
      }));
    },
  };
}

/** Leaves these packages out of the bundle: each is asked for by the name of its file. */
function besideBundle() {
  const files = new Map(Object.entries(beside).map(([file, name]) => [name, file]));
  return {
    name: 'beside-bundle',
    setup({ onResolve }) {
      onResolve({ filter: /^[@a-z]/ }, ({ path: name }) =>
        files.has(name) ? { path: `./${files.get(name)}.js`, external: true } : undefined,
      );
      onResolve({ filter: /^\.\// }, ({ path: name, resolveDir }) => {
        const own = path.relative(root, path.join(resolveDir, name)).split(path.sep).join('/');
        const [file] = Object.entries(besideFiles).find(([, each]) => each === own) ?? [];
        return file === undefined ? undefined : { path: `./${file}.js`, external: true };
      });
    },
  };
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
