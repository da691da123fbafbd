import type { Place } from '../detector.ts';
import type { WritablePath } from '../plan.ts';
import { filesBelow, join } from '../repository.ts';
import { dependencyPlace, dependsOn, type NodePackage } from './node-package.ts';
import { watchedPages } from './watched-pages.ts';

/** What is known of a framework of Node.js. */
export interface NodeFramework {
  readonly name: string;
  readonly evidence: string;
  /** Why it cannot run in a container as it is. */
  readonly undecided?: string;
  /** Where it listens unless told otherwise. Undefined: the application's own code says it. */
  readonly port?: number;
  /** It listens where PORT says, without any code of the application. */
  readonly readsPort?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
  /** What starts the built application, where the framework and not a script decides. */
  readonly start?: readonly string[];
  /** What the image needs of the build; undefined: all of the directory. */
  readonly output?: readonly { readonly from: string; readonly to: string }[];
  /** The output holds the packages that it needs. */
  readonly selfContained?: boolean;
  /** It is pages for browsers, in this directory, that any web server can serve. */
  readonly pages?: Pages;
  readonly writable?: readonly WritablePath[];
}

export interface Pages {
  readonly directory: string;
  /** The page for paths that only the browser knows; undefined: each path has its own. */
  readonly fallback: string | undefined;
}

interface Known {
  readonly package: string;
  read(place: Place, manifest: NodePackage): Omit<NodeFramework, 'evidence'> | undefined;
}

/** In the order in which they are looked for: what brings its own server before what is a part of it. */
const known: readonly Known[] = [
  { package: 'next', read: readNext },
  { package: 'nuxt', read: readNuxt },
  { package: 'nuxt3', read: readNuxt },
  { package: '@remix-run/serve', read: () => ({ name: 'Remix', port: 3000, readsPort: true }) },
  { package: '@react-router/serve', read: () => ({ name: 'React Router', port: 3000, readsPort: true }) },
  { package: '@sveltejs/kit', read: readSvelteKit },
  { package: 'astro', read: readAstro },
  { package: '@nestjs/core', read: () => ({ name: 'NestJS' }) },
  { package: 'fastify', read: () => ({ name: 'Fastify' }) },
  { package: 'koa', read: () => ({ name: 'Koa' }) },
  { package: '@hapi/hapi', read: () => ({ name: 'hapi' }) },
  { package: 'restify', read: () => ({ name: 'Restify' }) },
  {
    package: 'hono',
    read: (_, manifest) => (manifest.dependencies.has('@hono/node-server') ? { name: 'Hono', port: 3000 } : undefined),
  },
  { package: '@feathersjs/feathers', read: () => ({ name: 'Feathers' }) },
  {
    package: 'express',
    read: (_, manifest) => (manifest.dependencies.has('express') ? { name: 'Express' } : undefined),
  },
  { package: '@angular/core', read: readAngular },
  { package: 'react-scripts', read: () => singlePage('Create React App', 'build') },
  { package: 'gatsby', read: () => severalPages('Gatsby', 'public') },
  { package: '@docusaurus/core', read: () => severalPages('Docusaurus', 'build') },
  { package: '@11ty/eleventy', read: () => severalPages('Eleventy', '_site') },
  { package: '@vue/cli-service', read: () => singlePage('Vue CLI', 'dist') },
  { package: 'vitepress', read: () => severalPages('VitePress', 'docs/.vitepress/dist') },
  { package: 'parcel', read: () => singlePage('Parcel', 'dist') },
  {
    package: 'vite',
    read: (place, manifest) =>
      /\bvite build\b/.test(manifest.scripts.get('build') ?? '')
        ? singlePage('Vite', outOption(manifest.scripts.get('build')) ?? outDirectory(place, 'dist'))
        : undefined,
  },
  {
    package: 'vite-ssg',
    read: (place, manifest) =>
      /\bvite-ssg build\b/.test(manifest.scripts.get('build') ?? '')
        ? severalPages('Vite', outDirectory(place, 'dist'))
        : undefined,
  },
];

/** The framework that an application is written with; undefined for a plain program. */
export function findNodeFramework(place: Place, manifest: NodePackage): NodeFramework | undefined {
  for (const { package: name, read } of known) {
    if (!dependsOn(manifest, name)) continue;
    const found = read(place, manifest);
    if (found) return { ...movedPages(found, manifest), evidence: dependencyPlace(manifest, name) };
  }
  return readWatched(place, manifest);
}

/** `react-scripts build && mv build _static`: the pages lie where the script puts them. */
function movedPages(found: Omit<NodeFramework, 'evidence'>, { scripts }: NodePackage): Omit<NodeFramework, 'evidence'> {
  const { pages } = found;
  const [, from = '', to = ''] =
    /(?:&&|;)\s*mv\s+(?:\.\/)?([\w.-][\w./-]*?)\/?\s+(?:\.\/)?([\w.-][\w./-]*?)\/?\s*$/.exec(
      scripts.get('build') ?? '',
    ) ?? [];
  return pages !== undefined && from === pages.directory ? { ...found, pages: { ...pages, directory: to } } : found;
}

/** Pages of a build of the project's own; why there is nothing to write where it is not seen where they lie. */
function readWatched(place: Place, manifest: NodePackage): NodeFramework | undefined {
  const watched = watchedPages(place, manifest);
  if (watched === undefined) return undefined;
  const { directory, evidence } = watched;
  if (directory !== undefined) return { ...severalPages('pages', directory), evidence };
  const undecided = `${evidence} only shows pages to who works on them, and it is not seen into which directory the build writes them: it is not known how they are served.`;
  return { name: 'pages', evidence, undecided };
}

function singlePage(name: string, directory: string): Omit<NodeFramework, 'evidence'> {
  return { name, pages: { directory, fallback: 'index.html' } };
}

function severalPages(name: string, directory: string): Omit<NodeFramework, 'evidence'> {
  return { name, pages: { directory, fallback: undefined } };
}

/** The text of a configuration, without lines that are comments: there, what is not so is offered. */
function configurationOf(place: Place, name: string): string {
  const text = ['js', 'mjs', 'cjs', 'ts', 'mts']
    .map((suffix) => place.read(`${name}.${suffix}`))
    .find((each) => each !== undefined);
  return (text ?? '').replace(/^[ \t]*\/\/.*$/gm, '');
}

/** `vite build --outDir DIRECTORY` goes before the configuration. */
function outOption(script: string | undefined): string | undefined {
  return /\s--outDir[ =]["']?(?:\.\/)?([\w.][\w./-]*?)\/?["']?(?=\s|$)/.exec(script ?? '')?.[1];
}

function outDirectory(place: Place, usual: string): string {
  return /\boutDir:\s*['"](?:\.?\/)?([\w./-]+?)\/?['"]/.exec(configurationOf(place, 'vite.config'))?.[1] ?? usual;
}

function readNext(place: Place): Omit<NodeFramework, 'evidence'> {
  const configuration = configurationOf(place, 'next.config');
  const output = /\boutput:\s*['"](standalone|export)['"]/.exec(configuration)?.[1];
  const directory = /\bdistDir:\s*['"](?:\.\/)?([\w.][\w./-]*?)\/?['"]/.exec(configuration)?.[1];
  if (output === 'export') return severalPages('Next.js', directory ?? 'out');
  const built = directory ?? '.next';
  const writable = [{ path: `/app/${built}/cache`, why: 'Next.js keeps optimized images and rendered pages there' }];
  const common = {
    name: 'Next.js',
    port: 3000,
    readsPort: true,
    writable,
    environment: { NEXT_TELEMETRY_DISABLED: '1' },
  };
  if (output !== 'standalone') return { ...common, start: ['node_modules/.bin/next', 'start'] };
  return {
    ...common,
    environment: { ...common.environment, HOSTNAME: '0.0.0.0' },
    start: ['node', 'server.js'],
    selfContained: true,
    output: [
      { from: `${built}/standalone`, to: './' },
      { from: `${built}/static`, to: `./${built}/static` },
      ...(hasDirectory(place, 'public') ? [{ from: 'public', to: './public' }] : []),
    ],
  };
}

function hasDirectory({ repository, directory }: Place, name: string): boolean {
  return filesBelow(repository, join(directory, name)).length > 0;
}

function readNuxt(_: Place, manifest: NodePackage): Omit<NodeFramework, 'evidence'> {
  const asked = manifest.dependencies.get('nuxt') ?? manifest.devDependencies.get('nuxt') ?? '3';
  if (/^[\^~]?2/.test(asked)) return { name: 'Nuxt 2', port: 3000, readsPort: true, environment: { HOST: '0.0.0.0' } };
  if (/\bnuxt(?:i)? generate\b/.test(manifest.scripts.get('build') ?? ''))
    return severalPages('Nuxt', '.output/public');
  return {
    name: 'Nuxt',
    port: 3000,
    readsPort: true,
    environment: { HOST: '0.0.0.0' },
    start: ['node', '.output/server/index.mjs'],
    output: [{ from: '.output', to: './.output' }],
    selfContained: true,
  };
}

function readSvelteKit(place: Place, manifest: NodePackage): Omit<NodeFramework, 'evidence'> | undefined {
  if (dependsOn(manifest, '@sveltejs/adapter-static')) {
    const configuration = configurationOf(place, 'svelte.config');
    const option = (name: string) => new RegExp(`\\b${name}:\\s*['"]([\\w./-]+)['"]`).exec(configuration)?.[1];
    return { name: 'SvelteKit', pages: { directory: option('pages') ?? 'build', fallback: option('fallback') } };
  }
  if (!dependsOn(manifest, '@sveltejs/adapter-node'))
    return {
      name: 'SvelteKit',
      undecided:
        'SvelteKit needs @sveltejs/adapter-node to run as a server of its own: the adapter that is there is for a hosting service.',
    };
  return { name: 'SvelteKit', port: 3000, readsPort: true, start: ['node', 'build'] };
}

function readAstro(_: Place, manifest: NodePackage): Omit<NodeFramework, 'evidence'> {
  if (!dependsOn(manifest, '@astrojs/node')) return severalPages('Astro', 'dist');
  return {
    name: 'Astro',
    port: 4321,
    readsPort: true,
    environment: { HOST: '0.0.0.0' },
    start: ['node', 'dist/server/entry.mjs'],
  };
}

function readAngular(place: Place, manifest: NodePackage): Omit<NodeFramework, 'evidence'> {
  const text = place.read('angular.json') ?? '';
  const project = /"projects"\s*:\s*\{\s*"([^"]+)"/.exec(text)?.[1] ?? manifest.name ?? 'app';
  const output = /"outputPath"\s*:\s*(?:\{\s*"base"\s*:\s*)?"([^"]+)"/.exec(text)?.[1] ?? `dist/${project}`;
  const builder = /"builder"\s*:\s*"@angular(?:-devkit)?\/build(?:-angular)?:(\w+)"/.exec(text)?.[1];
  return singlePage('Angular', builder === 'application' ? `${output}/browser` : output);
}
