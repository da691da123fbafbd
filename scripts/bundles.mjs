// What scripts/build.mjs bundles and how; tests look at the same.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');

/** Packages in a file of their own beside the bundles, by that file's name: few commands want them, and each is large. */
const beside = {
  yaml: 'yaml',
  'kubernetes-client': '@kubernetes/client-node',
  fastify: 'fastify',
  'prom-client': 'prom-client',
  undici: 'undici',
  sqlite: 'node-sqlite3-wasm',
};
/** The same for files of our own. */
const besideFiles = { 'grafana-sdk': 'src/observe/grafana/sdk.ts' };

/**
 * And for those of an audit alone: what it loads where it is recorded, was proved, builds kustomizations, renders charts, or makes a page or a report for another program. In the
 * bundle of all commands they are parts like others.
 */
const besideAudit = {
  'recorded-image': 'src/cli/recorded-image.ts',
  evidence: 'src/cli/evidence-files.ts',
  'html-report': 'src/report/html.ts',
  'sarif-report': 'src/report/sarif.ts',
  'markdown-report': 'src/report/markdown.ts',
  'junit-report': 'src/report/junit.ts',
  'github-report': 'src/report/github.ts',
  'code-quality-report': 'src/report/code-quality.ts',
  'json-report': 'src/report/json.ts',
  'changed-files': 'src/project/changed-files.ts',
  'hadolint-configuration': 'src/audit/hadolint-configuration.ts',
  kustomize: 'src/kubernetes/kustomize.ts',
  helm: 'src/kubernetes/helm.ts',
};

/** The same for functions that a rule asks without waiting, where few projects have what they work on: called, they load their file. */
export const lateAudit = {
  bake: { file: 'src/kubernetes/bake.ts', functions: ['readBake'] },
  'structured-logs': { file: 'src/repairs/structured-logs.ts', functions: ['structuredLogs'] },
  'structured-access-log': { file: 'src/repairs/structured-access-log.ts', functions: ['structuredAccessLog'] },
  drift: { file: 'src/project/drift.ts', functions: ['driftOf'] },
  'renew-api': { file: 'src/repairs/renew-api.ts', functions: ['renewApi'] },
  'node-image': { file: 'src/repairs/node-image.ts', functions: ['takeNodeFromImage'] },
  'drop-sudo': { file: 'src/repairs/drop-sudo.ts', functions: ['dropSudo'] },
};

/** The same, which is loaded as bundles are, with compiled code. */
const recording = { recording: 'src/cli/record-run.ts' };

export const libraries = { ...beside, ...besideFiles };

/** Files that a library finds beside itself, by their path in node_modules/. */
export const besideLibraries = ['node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm'];

export const common = {
  absWorkingDir: root,
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

const bundle = {
  ...common,
  define: { 'import.meta.url': '__plimsoll.url', 'import.meta.dirname': '__plimsoll.directory' },
  supported: { 'dynamic-import': false },
  banner: {
    // Getters: few runs ask for either, and to make a URL takes a millisecond.
    js: '(function(require,__filename){const module={exports:{}},__plimsoll={get url(){return require("node:url").pathToFileURL(__filename).href},get directory(){return require("node:path").dirname(__filename)}};',
  },
  footer: { js: 'return module.exports})' },
};

const notOfHistory = /\/commands\/(?!(?:history|trend)\.ts$)|\/audit-share\.ts$/;

const notOfAudit =
  /\/commands\/(?!audit\.ts$)|\/(?:perform-cluster-audit|read-image|read-bases|inspected-image|cost-inputs|order-findings|image-uses)\.ts$/;

/**
 * The bundles of the command line, by their file's name: `audit` has that command alone, `history` the two that read recorded runs, `plimsoll` all of them. A module that a
 * run does not need costs it time all the same, as source to read and compiled code to take up; src/cli/main.ts chooses.
 */
export const bundles = {
  plimsoll: { ...bundle, entryPoints: { plimsoll: 'src/cli/bundle.ts' }, plugins: [lateBuiltins(), besideBundle()] },
  audit: {
    ...bundle,
    entryPoints: { audit: 'src/cli/bundle.ts' },
    plugins: [
      lateBuiltins(),
      lateParts(lateAudit),
      besideBundle({ ...besideFiles, ...besideAudit, ...recording }),
      without(notOfAudit),
    ],
  },
  history: {
    ...bundle,
    entryPoints: { history: 'src/cli/bundle.ts' },
    plugins: [lateBuiltins(), besideBundle(), without(notOfHistory)],
  },
  recording: {
    ...bundle,
    entryPoints: recording,
    plugins: [lateBuiltins(), besideBundle({ ...besideFiles, ...besideAudit })],
  },
};

/** Threads that read layers of images: with what they need and nothing else. */
export const layerWorker = { ...common, entryPoints: { 'layer-worker': 'src/cli/layer-worker.ts' } };

/** Loads these when they are first called: few runs want them, and each takes longer to load than to read a repository. */
export function lateBuiltins(
  functions = {
    'node:crypto': ['createCipheriv', 'createHash', 'createHmac', 'hash', 'randomBytes', 'timingSafeEqual'],
    'node:net': ['BlockList', 'connect', 'isIP'],
  },
) {
  return {
    name: 'late-builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^node:/ }, ({ path: name, namespace }) => {
        if (!(name in functions)) return undefined;
        return namespace === 'late' ? { path: name, external: true } : { path: name, namespace: 'late' };
      });
      onLoad({ filter: /^node:/, namespace: 'late' }, ({ path: name }) => ({
        contents: functions[name]
          .map((called) => `export const ${called} = ${lateCall(`require('${name}').${called}`, called)};`)
          .join('\n'),
      }));
    },
  };
}

/** The same for files of our own, that are parts beside the bundle. They export functions alone. */
function lateParts(late) {
  return {
    name: 'late-parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: name, resolveDir, namespace }) => {
        if (namespace === 'late-part') return { path: name, external: true };
        const [part] = Object.entries(late).find(([, { file }]) => file === ownPath(resolveDir, name)) ?? [];
        return part === undefined ? undefined : { path: part, namespace: 'late-part' };
      });
      onLoad({ filter: /./, namespace: 'late-part' }, ({ path: part }) => ({
        contents: late[part].functions
          .map((called) => `export const ${called} = ${lateCall(`require('./${part}.js').${called}`, called)};`)
          .join('\n'),
      }));
    },
  };
}

/** The path of a file that another one imports, from the root. */
function ownPath(resolveDir, name) {
  return path.relative(root, path.join(resolveDir, name)).split(path.sep).join('/');
}

/** A function in place of a function or, as its capital says, a class: what `new` calls may give another object. */
function lateCall(target, name) {
  return /^[A-Z]/.test(name)
    ? `function (...args) { return new (${target})(...args); }`
    : `(...args) => ${target}(...args)`;
}

/** What {@link besideAudit} and {@link lateAudit} name, with the libraries that all bundles share. */
export const parts = {
  ...common,
  // A library beside it is of CommonJS: what `import()` gives of that has no names.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.dirname': '__dirname' },
  entryPoints: {
    ...besideAudit,
    ...Object.fromEntries(Object.entries(lateAudit).map(([part, { file }]) => [part, file])),
  },
  plugins: [besideBundle({ ...besideFiles, ...besideAudit })],
};

/** Leaves these packages and files out of the bundle: each is asked for by the name of its file. */
function besideBundle(files = besideFiles) {
  const packages = new Map(Object.entries(beside).map(([file, name]) => [name, file]));
  return {
    name: 'beside-bundle',
    setup({ onResolve }) {
      onResolve({ filter: /^[@a-z]/ }, ({ path: name }) =>
        packages.has(name) ? { path: `./${packages.get(name)}.js`, external: true } : undefined,
      );
      onResolve({ filter: /^\.\.?\// }, ({ path: name, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        const own = ownPath(resolveDir, name);
        const [file] = Object.entries(files).find(([, each]) => each === own) ?? [];
        return file === undefined ? undefined : { path: `./${file}.js`, external: true };
      });
    },
  };
}

/** Leaves out of a bundle what main.ts never asks it for. */
function without(names) {
  return {
    name: 'without',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\.?\// }, ({ path: name, kind }) =>
        kind === 'dynamic-import' && names.test(name) ? { path: name, namespace: 'left-out' } : undefined,
      );
      onLoad({ filter: /./, namespace: 'left-out' }, ({ path: name }) => ({
        contents: `throw new Error(${JSON.stringify(`${name} is not in this bundle`)});`,
      }));
    },
  };
}
