import { posix } from 'node:path';
import type { Place } from '../detector.ts';
import { baseName, directoryOf, join } from '../repository.ts';
import { type NodePackage, scriptPlace } from './node-package.ts';

/** Pages that a build of the project's own writes, while its start script runs a server for who works on them. */
export interface WatchedPages {
  readonly evidence: string;
  /** Below the package's directory; undefined where it is not seen where the build writes. */
  readonly directory: string | undefined;
}

/** Servers that show pages to who works on them, and build nothing that a server in production would not serve as it is. */
const pageWatcher = /^(?:browser-sync|live-server|lite-server|webpack-dev-server|webpack)$/;

/** What the start script only watches; undefined where it starts anything else. */
export function watchedPages(place: Place, manifest: NodePackage): WatchedPages | undefined {
  const start = manifest.scripts.get('start');
  if (start === undefined || !manifest.scripts.has('build')) return undefined;
  const script = (start.split(/&&|;/).at(-1) ?? '').trim().split(/\s+/);
  const [program = '', ...words] = script[0] === 'npx' ? script.slice(1) : script;
  const [first = ''] = words;
  const file = program === 'node' && /\.[cm]?js$/.test(first) ? (place.read(first) ?? '') : '';
  const watcher = [...manifest.devDependencies.keys()].find(
    (name) =>
      pageWatcher.test(name) &&
      ((program === name && (name !== 'webpack' || /^(?:serve|server|s)$/.test(first))) ||
        (name !== 'webpack' && file.includes(name))),
  );
  // A program that answers requests itself may serve the pages and more.
  if (watcher === undefined || /\b(?:createServer|\.listen)\(/.test(file)) return undefined;
  const shown = watcher.startsWith('webpack')
    ? undefined
    : program === watcher
      ? shownDirectory(words)
      : namedDirectory(place, file);
  const directory = shown ?? writtenByWebpack(place, manifest, watcher);
  return {
    directory: directory === undefined || holdsSources(place, directory) ? undefined : directory,
    evidence: `${watcher} in ${scriptPlace(manifest, 'start')}`,
  };
}

/** `live-server dist`, `browser-sync start --server dist`, `lite-server --baseDir=dist`. */
function shownDirectory(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => /^(?:-s|--server|--baseDir)$/.test(word));
  const joined = words.find((word) => /^--(?:server|baseDir)=/.test(word))?.replace(/^[^=]*=/, '');
  const word = joined ?? words[at === -1 ? 0 : at + 1];
  return /^["']?(?:\.\/)?([\w-][\w.-]*)\/?["']?$/.exec(word ?? '')?.[1]?.replace(/^-.*$/, '') || undefined;
}

/** The one directory of a usual name that is there with its first page and that the file which starts the watcher names. */
function namedDirectory(place: Place, file: string): string | undefined {
  const named = ['dist', 'build', '_site', 'public'].filter(
    (name) => place.has(`${name}/index.html`) && new RegExp(`(?<![\\w.-])${name}(?![\\w.-])`).test(file),
  );
  return named.length === 1 ? named[0] : undefined;
}

const webpackFile = /^webpack[\w.-]*\.[cm]?[jt]s$/;

/** The one directory that all of webpack's configuration names; `dist` where it names none. */
function writtenByWebpack(place: Place, manifest: NodePackage, watcher: string): string | undefined {
  const scripts = [...manifest.scripts.values()].filter((script) => /\bwebpack\b/.test(script)).join('\n');
  const asked = [...scripts.matchAll(/\s(?:--config|-c)[ =]["']?(?:\.\/)?([\w./-]+)/g)].flatMap(
    ([, name]) => name ?? [],
  );
  if (!watcher.startsWith('webpack') && !/\bwebpack\b/.test(manifest.scripts.get('build') ?? '')) return undefined;
  if (/\s(?:--output-path|-o)[ =]/.test(scripts)) return undefined;
  const directories = new Set(['', ...asked.map(directoryOf)]);
  const beside = place.repository.files
    .filter((path) => webpackFile.test(baseName(path)))
    .filter((path) => [...directories].some((each) => directoryOf(path) === join(place.directory, each)))
    .map((path) => (place.directory === '' ? path : path.slice(place.directory.length + 1)));
  const files = [...new Set([...asked, ...beside])];
  const places = files.map((path) => outputPlaces(path, place.read(path)));
  if (files.length === 0 || places.includes(undefined)) return undefined;
  const named = new Set(places.flatMap((each) => each ?? []));
  return named.size > 1 ? undefined : ([...named][0] ?? 'dist');
}

/** The directories that are the `path` of something in a file; undefined where one is not a plain directory of the project. */
function outputPlaces(path: string, text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const places = [...text.matchAll(/(?<![\w.])['"]?path['"]?:(?=([\s\S]{0,200}))|\boutput\.path\s*=/g)].map(
    ([, value = '']) => {
      const called =
        /^\s*(?:require\(['"](?:node:)?path['"]\)\.|path\.)?(?:resolve|join)\(\s*__dirname,\s*['"]([\w./-]+)['"]\s*\)/;
      const word = called.exec(value)?.[1];
      return word === undefined ? undefined : posix.join(directoryOf(path), word).replace(/\/$/, '');
    },
  );
  return places.every((each) => each !== undefined && /^[\w-][\w.-]*$/.test(each))
    ? places.flatMap((each) => each ?? [])
    : undefined;
}

/** Whether what a browser cannot read lies there: it is what the pages are made of. */
function holdsSources({ repository, directory }: Place, name: string): boolean {
  const prefix = `${join(directory, name)}/`;
  return (
    name === 'src' ||
    repository.files.some((file) => file.startsWith(prefix) && /\.(?:tsx?|jsx|vue|svelte|s[ac]ss|less)$/.test(file))
  );
}
