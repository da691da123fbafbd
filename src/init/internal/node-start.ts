import type { Place } from '../detector.ts';
import { join } from '../repository.ts';
import { type NodePackage, scriptPlace } from './node-package.ts';
import { procfileCommand } from './procfile.ts';
import { splitCommand, takeAssignments, withExec } from './shell-words.ts';

/** How the program starts. */
export interface NodeStart {
  /** `$PORT` stands as written. */
  readonly words: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly evidence: string;
  /** It is run by a development dependency, such as tsx: they must stay. */
  readonly needsDevelopment: boolean;
  /** A script, a Procfile or the user says so; not the name of a file alone. */
  readonly asked: boolean;
}

/** What starts the program in production: the command line, the Procfile, a script, `main`, or a file of a usual name. */
export function findNodeStart(place: Place, manifest: NodePackage): NodeStart | undefined {
  const chosen = place.choices.start;
  if (chosen !== undefined) return fromLine(place, manifest, chosen, '--start', 0) ?? inShell(chosen, '--start');
  const procfile = procfileCommand(place);
  if (procfile) {
    const start = fromLine(place, manifest, procfile.line, procfile.evidence, 0);
    if (start) return start;
  }
  for (const name of ['start:prod', 'start:production', 'start', 'prod', 'production', 'serve:prod']) {
    const line = manifest.scripts.get(name);
    if (line === undefined || startsMember.test(line)) continue;
    const start =
      fromLine(place, manifest, line, scriptPlace(manifest, name), 0) ?? inShell(line, scriptPlace(manifest, name));
    return isMissing(place, manifest, start) ? undefined : start;
  }
  return fromFiles(place, manifest);
}

/** Whether it starts a file at the top or below that is not there, and no script could make it. */
function isMissing(place: Place, { scripts }: NodePackage, { words }: NodeStart): boolean {
  const [program, file = ''] = words;
  if (program !== 'node' || !/^(?:\.\/)?[\w-][\w./-]*\.[cm]?js$/.test(file)) return false;
  if (place.has(file.replace(/^\.\//, ''))) return false;
  return ![...scripts].some(([name, line]) =>
    /build|compile|prepare|install|bundle|generate|\b(?:tsc|webpack|rollup|esbuild|babel|swc|vite|gulp|grunt|make)\b/.test(
      `${name} ${line}`,
    ),
  );
}

/** A script of a workspace's root that starts one of its members, which is an application of its own. */
const startsMember =
  /^(?:pnpm\b.*\s(?:--filter|-F)\b|npm\b.*\s(?:-w|--workspace)\b|yarn workspace\s|lerna (?:run|exec)\s|turbo\s)/;

function fromFiles(place: Place, manifest: NodePackage): NodeStart | undefined {
  if (manifest.isLibrary) return undefined;
  const { main } = manifest;
  const candidates = [
    'server.js',
    'app.js',
    'index.js',
    'src/server.js',
    'src/index.js',
    'src/app.js',
    'server.mjs',
    'index.mjs',
  ];
  const found = [...(main ? [main] : []), ...candidates].find((name) => place.has(name));
  if (found !== undefined)
    return {
      ...node(
        ['node', found],
        found === main ? `main (${place.place('package.json', '"main"')})` : `the file ${found}`,
      ),
      asked: false,
    };
  if (main !== undefined && manifest.scripts.has('build'))
    return node(['node', main], `main (${place.place('package.json', '"main"')})`);
  return undefined;
}

function node(words: readonly string[], evidence: string): NodeStart {
  return { words, variables: {}, evidence, needsDevelopment: false, asked: true };
}

/** A shell runs what is more than one command; the packages' own programs are found as npm finds them. */
function inShell(line: string, evidence: string): NodeStart {
  return {
    words: ['sh', '-c', withExec(line)],
    variables: { PATH: '/app/node_modules/.bin:$PATH' },
    evidence,
    needsDevelopment: false,
    asked: true,
  };
}

const mostScripts = 5;

function fromLine(
  place: Place,
  manifest: NodePackage,
  line: string,
  evidence: string,
  depth: number,
): NodeStart | undefined {
  // `npm run build && node dist/main.js`: what is before it belongs to the build.
  const last = line.split(/&&|;/).at(-1)?.trim() ?? '';
  const words = splitCommand(last);
  if (words === undefined) return undefined;
  const { variables, rest } = takeAssignments(words);
  const start = fromWords(place, manifest, rest, evidence, depth);
  return start && { ...start, variables: { ...variables, ...start.variables } };
}

const runners: ReadonlySet<string> = new Set(['npm', 'yarn', 'pnpm', 'bun']);
const supervisors = /^(?:nodemon|node-dev|pm2-runtime|pm2|forever|supervisor)$/;
const compilers = /^(?:ts-node|ts-node-dev|tsnd|tsx|babel-node|esrun|vite-node|swc-node)$/;

function fromWords(
  place: Place,
  manifest: NodePackage,
  words: readonly string[],
  evidence: string,
  depth: number,
): NodeStart | undefined {
  const [program = '', ...rest] = words;
  if (runners.has(program)) return fromRunner(place, manifest, words, evidence, depth);
  if (program === 'npx' || program === 'bunx')
    return fromWords(
      place,
      manifest,
      rest.filter((word, at) => at > 0 || !word.startsWith('-')),
      evidence,
      depth,
    );
  if (program === 'node' || program === 'nodejs') return node(['node', ...rest.filter(isForProduction)], evidence);
  if (program === 'nx') return fromNx(place);
  if (isParallel.test(program)) {
    const served = fromParallel(place, manifest, words, evidence, depth);
    if (served) return served;
  }
  if (supervisors.test(program)) return fromSupervisor(place, manifest, words, evidence);
  if (compilers.test(program)) {
    const file = rest.find((word) => /\.[cm]?[jt]sx?$/.test(word));
    return file === undefined ? undefined : fromTypeScript(place, manifest, program, file, evidence);
  }
  if (program === 'nest') return node(['node', 'dist/main'], `${evidence}, which runs what nest build wrote`);
  if (program === '' || /[/.]/.test(program))
    return words.length > 0 && place.has(program.replace(/^\.\//, '')) ? node(words, evidence) : undefined;
  return {
    words: [`node_modules/.bin/${program}`, ...rest],
    variables: {},
    evidence,
    needsDevelopment: !isProductionProgram(manifest, program),
    asked: true,
  };
}

/** What starts several programs beside each other. */
const parallel = '(?:concurrently|conc|run-p|npm-run-all2?)';
const isParallel = new RegExp(`^${parallel}$`);

/** What only somebody who works on the sources needs: it builds again and again, or opens a browser. */
const onlyWatches =
  /(?:^|\s)(?:--watch|-w)(?=\s|$)|:watch\b|\bwatch[:-]|^(?:\S*\/)?(?:browser-sync|live-server|livereload|onchange|chokidar|open-cli|wait-on|webpack-dev-server|vite|sass|tailwindcss|react-scripts start)\b/;

/** Of programs that are started beside each other the one that serves, where all others only watch. */
function fromParallel(
  place: Place,
  manifest: NodePackage,
  [program = '', ...rest]: readonly string[],
  evidence: string,
  depth: number,
): NodeStart | undefined {
  if (
    depth >= mostScripts ||
    (program.startsWith('npm-run-all') && !rest.some((word) => /^(?:-p|--parallel)$/.test(word)))
  )
    return undefined;
  const takesValue = /^(?:-n|--names|-c|--prefix-colors|-p|--prefix|--kill-others-on|-s|--success|--restart-\w+|-l)$/;
  const commands = rest.filter(
    (word, at) => !word.startsWith('-') && !(program.startsWith('conc') && takesValue.test(rest[at - 1] ?? '')),
  );
  const lines = commands.map((word) => {
    const name = program.startsWith('conc')
      ? /^(?:(?:npm|yarn|pnpm):|(?:npm|yarn|pnpm) run )([\w:.-]+)$/.exec(word)?.[1]
      : word;
    return { name: name ?? '', line: (name && manifest.scripts.get(name)) ?? (name === undefined ? word : undefined) };
  });
  const serving = lines.filter(
    ({ name, line }) =>
      !onlyWatches.test(name) &&
      !(line !== undefined && !/nodemon|node --watch|tsx watch/.test(line) && onlyWatches.test(line)),
  );
  const [only, ...others] = serving;
  if (only?.line === undefined || others.length > 0 || serving.length === lines.length) return undefined;
  return fromLine(place, manifest, only.line, `${evidence}, without what only watches`, depth + 1);
}

/** Words of a start that begin several programs in one container, or one that watches its sources. */
export const startsSeveral = new RegExp(`(?:^|/|\\s)${parallel}(?=\\s|$)`);

/** `npm run start:prod`: what the script says. */
function fromRunner(
  place: Place,
  manifest: NodePackage,
  [program = '', ...rest]: readonly string[],
  evidence: string,
  depth: number,
): NodeStart | undefined {
  const operands = rest.filter((word) => !word.startsWith('-'));
  const script = operands[0] === 'run' ? operands[1] : operands[0];
  if (script === undefined) return undefined;
  const line = manifest.scripts.get(script);
  if (line !== undefined && depth < mostScripts)
    return fromLine(place, manifest, line, `${evidence}, ${scriptPlace(manifest, script)}`, depth + 1);
  return program === 'bun' ? node(['bun', ...rest], evidence) : undefined;
}

/** What the project's build target writes. */
function fromNx(place: Place): NodeStart | undefined {
  const project = place.read('project.json') ?? '';
  const output = /"outputPath"\s*:\s*"([^"]+)"/.exec(project)?.[1];
  const main = /"main"\s*:\s*"[^"]*?([^"/]+)\.ts"/.exec(project)?.[1];
  if (!output || !main) return undefined;
  return node(
    ['node', `${output}/${main}.js`],
    `what nx build writes (${place.place('project.json', '"outputPath"')})`,
  );
}

/** What nodemon, pm2 and the like start, which a container does without. */
function fromSupervisor(
  place: Place,
  manifest: NodePackage,
  [program = '', ...rest]: readonly string[],
  evidence: string,
): NodeStart | undefined {
  const configuration = rest.find((word) => /ecosystem|\.config\.c?js(?:on)?$|pm2/.test(word) && place.has(word));
  const text = configuration === undefined ? '' : (place.read(configuration) ?? '');
  const script = /["']?script["']?\s*:\s*["']([^"']+)/.exec(text)?.[1];
  if (script) return node(['node', script.replace(/^\.\//, '')], `${evidence}, ${configuration}`);
  const file = rest.find((word) => /\.[cm]?[jt]s$/.test(word) || place.has(word) || place.has(`${word}.js`));
  if (file === undefined) return undefined;
  return /ts$/.test(file)
    ? fromTypeScript(place, manifest, 'tsx', file, evidence)
    : node(['node', file], `${evidence}, without ${program}`);
}

function isForProduction(word: string): boolean {
  return !/^--(?:watch|inspect|env-file)/.test(word);
}

/** Programs of packages that are named otherwise. */
const packagesOfPrograms: Readonly<Record<string, readonly string[]>> = {
  'remix-serve': ['@remix-run/serve'],
  'react-router-serve': ['@react-router/serve'],
  strapi: ['@strapi/strapi'],
  prisma: ['prisma'],
  fastify: ['fastify-cli'],
};

function isProductionProgram(manifest: NodePackage, program: string): boolean {
  const names = packagesOfPrograms[program] ?? [program, `${program}-cli`];
  return (
    names.some((name) => manifest.dependencies.has(name)) || !names.some((name) => manifest.devDependencies.has(name))
  );
}

/** What the compiler writes for a TypeScript file, where a build script compiles; else the development tool runs it. */
function fromTypeScript(
  place: Place,
  manifest: NodePackage,
  program: string,
  file: string,
  evidence: string,
): NodeStart {
  const compiled = compiledPath(place, manifest, file);
  if (compiled !== undefined) return node(['node', compiled], `${evidence}; the build compiles ${file} to ${compiled}`);
  return {
    words: [`node_modules/.bin/${program}`, file],
    variables: {},
    evidence,
    needsDevelopment: !manifest.dependencies.has(program),
    asked: true,
  };
}

function compiledPath(place: Place, manifest: NodePackage, file: string): string | undefined {
  const build = manifest.scripts.get('build') ?? '';
  const configuration = place.read('tsconfig.json') ?? '';
  if (!/\btsc\b/.test(build) || /"noEmit"\s*:\s*true/.test(configuration)) return undefined;
  const output = /^[ \t]*"outDir"\s*:\s*"\.?\/?([^"]+?)\/?"/m.exec(configuration)?.[1];
  if (output === undefined) return undefined;
  const root =
    /^[ \t]*"rootDir"\s*:\s*"\.?\/?([^"]*?)\/?"/m.exec(configuration)?.[1] ??
    (file.startsWith('src/') && !/"include"\s*:\s*\[[^\]]*"(?!src)/.test(configuration) ? 'src' : '');
  const relative = root !== '' && file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file.replace(/^\.\//, '');
  return join(output, relative.replace(/\.([cm]?)tsx?$/, '.$1js'));
}
