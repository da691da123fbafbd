import type { Step } from '../plan.ts';
import { join } from '../repository.ts';
import { findInSources } from './endpoints.ts';
import type { NodeFacts } from './node-facts.ts';
import { readNodePackage } from './node-package.ts';
import type { NodeStart } from './node-start.ts';

/** Directories that a program does not read as it runs. Dot directories are left out as well. */
const forDevelopers =
  /^(?:\..*|src|tests?|__tests__|__mocks__|spec|e2e|docs?|examples?|coverage|node_modules|k8s|kubernetes|helm|charts|cypress|playwright|benchmarks?|typings|types|@types)$/;

/** Files of compilers, linters, package managers and people. */
const filesForDevelopers =
  /^(?:\..*|.*\.(?:md|lock|lockb|tgz|ts|tsx|sh|log)|(?:package-lock|npm-shrinkwrap|tsconfig.*|tslint|nest-cli|nodemon|renovate|app|jest.*|project|nx|turbo|lerna|biome)\.jsonc?|(?:eslint|prettier|jest|vitest|babel|webpack|rollup|vite|postcss|tailwind|commitlint|lint-staged|gulpfile|Gruntfile|tsup|rspack|esbuild)\b.*|pnpm-.*|LICEN[CS]E.*|Makefile|Procfile|Dockerfile.*|nginx\.conf|docker-compose.*|compose.*\.ya?ml|CODEOWNERS|NOTICE.*|AUTHORS.*|package\.json)$/i;

const mostDirectories = 6;

/**
 * What of the built tree the image needs: what the build wrote, where the start command names it, the packages, and what of the sources'
 * tree the program may read as it runs. Undefined where it cannot be told apart: then all of it is copied.
 */
export function outputCopies(facts: NodeFacts, start: NodeStart): Step[] | undefined {
  const { place, member, build, install } = facts;
  const output = outputDirectory(facts, start);
  if (output === undefined || build === undefined || member !== '' || start.needsDevelopment || readsSources(facts))
    return undefined;
  // Packages of a workspace are links to directories beside node_modules.
  const root = readNodePackage(place.repository, join(install.root, 'package.json'));
  if (root === undefined || root.workspaces.length > 0 || place.has('pnpm-workspace.yaml')) return undefined;
  if ([...root.dependencies.values()].some((version) => /^(?:file|link|portal|workspace):/.test(version)))
    return undefined;
  const { directories, files } = besideSources(facts, output);
  if (directories.length > mostDirectories) return undefined;
  const copy = (name: string): Step => ({
    kind: 'copy',
    from: 'build',
    sources: [`/app/${name}`],
    destination: `./${name}`,
  });
  return [
    {
      kind: 'copy',
      comment: `What was built, the packages, and what the program may read beside them. Sources, tests and settings of tools stay behind. All belongs to root: the program runs as another user and cannot change itself`,
      from: 'build',
      sources: ['package.json', ...files].map((name) => `/app/${name}`),
      destination: './',
    },
    copy('node_modules'),
    ...[...directories, output].sort().map(copy),
  ];
}

/** The directory that the build writes and the start command names: `dist` of `node dist/main.js`. */
function outputDirectory({ place }: NodeFacts, { words }: NodeStart): string | undefined {
  const [program, ...rest] = words;
  if (program !== 'node') return undefined;
  const file = rest.find((word) => !word.startsWith('-'))?.replace(/^\.\//, '');
  const directory = /^([\w-][\w.-]*)\//.exec(file ?? '')?.[1];
  if (directory === undefined || directory === 'src' || directory === 'node_modules') return undefined;
  const prefix = join(place.directory, `${directory}/`);
  return place.repository.files.some((each) => each.startsWith(prefix)) ? undefined : directory;
}

/** A path below `src` in a string of the sources or of a configuration: it may be read as the program runs. */
function readsSources({ place }: NodeFacts): boolean {
  if (findInSources(place, /["'`](?:\.\/)?src\/|cwd\(\)\s*,\s*["'`]src["'`]/) !== undefined) return true;
  return ['ormconfig.json', 'ormconfig.js', '.sequelizerc', 'knexfile.js'].some((name) =>
    /\bsrc\//.test(place.read(name) ?? ''),
  );
}

function besideSources({ place }: NodeFacts, output: string) {
  const prefix = place.directory === '' ? '' : `${place.directory}/`;
  const directories = new Set<string>();
  const files: string[] = [];
  for (const file of place.repository.files) {
    if (!file.startsWith(prefix)) continue;
    const [name = '', ...below] = file.slice(prefix.length).split('/');
    if (below.length === 0) {
      if (!filesForDevelopers.test(name)) files.push(name);
    } else if (name !== output && !forDevelopers.test(name)) directories.add(name);
  }
  return { directories: [...directories], files };
}
