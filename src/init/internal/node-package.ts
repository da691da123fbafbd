import { jsonObjectOf, parseJsonObject, textFieldsOf } from '../../core/json-object.ts';
import { lockFits } from '../../ecosystems/npm/lock-fits.ts';
import type { Place } from '../detector.ts';
import { directoryOf, join, placeIn, type Repository } from '../repository.ts';

/** A package.json, as far as it is needed. */
export interface NodePackage {
  /** Path of the file. */
  readonly path: string;
  readonly text: string;
  readonly name: string | undefined;
  readonly version: string | undefined;
  readonly scripts: ReadonlyMap<string, string>;
  readonly dependencies: ReadonlyMap<string, string>;
  readonly devDependencies: ReadonlyMap<string, string>;
  readonly engine: string | undefined;
  readonly packageManager: string | undefined;
  readonly main: string | undefined;
  /** Programs that an install of it makes: the file by name. */
  readonly programs: ReadonlyMap<string, string>;
  /** It says what others import of it. */
  readonly isLibrary: boolean;
  readonly type: string | undefined;
  readonly workspaces: readonly string[];
  readonly volta: string | undefined;
}

/** Undefined when it is not there or is no JSON object. */
export function readNodePackage(repository: Repository, path: string): NodePackage | undefined {
  const text = repository.read(path);
  const json = text === undefined ? undefined : parseJsonObject(text);
  if (text === undefined || json === undefined) return undefined;
  const workspaces = Array.isArray(json.workspaces) ? json.workspaces : jsonObjectOf(json.workspaces).packages;
  return {
    path,
    text,
    name: stringOf(json.name),
    version: stringOf(json.version),
    scripts: textFieldsOf(json.scripts),
    dependencies: textFieldsOf(json.dependencies),
    devDependencies: textFieldsOf(json.devDependencies),
    engine: stringOf(jsonObjectOf(json.engines).node),
    packageManager: stringOf(json.packageManager),
    main: stringOf(json.main),
    programs: programsOf(stringOf(json.name), json.bin),
    // `module` is read by bundlers alone, and types go to who builds on it.
    isLibrary: stringOf(json.module) !== undefined || (stringOf(json.types) !== undefined && Array.isArray(json.files)),
    type: stringOf(json.type),
    workspaces: Array.isArray(workspaces) ? workspaces.filter((each) => typeof each === 'string') : [],
    volta: stringOf(jsonObjectOf(json.volta).node),
  };
}

/** `"bin": "lib/main.js"` makes a program of the package's own name. */
function programsOf(name: string | undefined, bin: unknown): ReadonlyMap<string, string> {
  const only = stringOf(bin);
  if (only === undefined) return textFieldsOf(bin);
  return new Map([[(name ?? '').replace(/^@[^/]*\//, ''), only]]);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function dependsOn(manifest: NodePackage, name: string): boolean {
  return manifest.dependencies.has(name) || manifest.devDependencies.has(name);
}

/** `next ^15.0.0 (package.json:12)`. */
export function dependencyPlace(manifest: NodePackage, name: string): string {
  const version = manifest.dependencies.get(name) ?? manifest.devDependencies.get(name) ?? '';
  return `${name} ${version} (${placeIn(manifest.path, manifest.text, `"${name}"`)})`;
}

export function scriptPlace(manifest: NodePackage, name: string): string {
  const at = manifest.text.search(new RegExp(`"${name}"\\s*:`));
  return `scripts.${name} (${placeIn(manifest.path, manifest.text, at)})`;
}

export type NodeTool = 'npm' | 'yarn' | 'yarn-berry' | 'pnpm' | 'bun';

/** How packages are installed: by which tool, from which lock file, in which directory. */
export interface NodeInstall {
  readonly tool: NodeTool;
  /** The directory that has the lock file: the application's own or the root of its workspace. */
  readonly root: string;
  /** Base name; undefined when there is none. */
  readonly lock: string | undefined;
  /** Whether it answers all that the manifest asks for: else an install that keeps to it fails. */
  readonly fits: boolean;
  /** As `packageManager` gives it, else what the lock file's format needs. */
  readonly toolVersion: string | undefined;
  readonly evidence: string;
  readonly lockText: string;
}

const locks: readonly (readonly [string, NodeTool])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** The nearest lock file at or above the application; where two lie together, `packageManager` decides. */
export function findInstall({ repository, directory }: Place, manifest: NodePackage): NodeInstall {
  for (let at = directory; ; at = directoryOf(at)) {
    const here = locks.filter(([name]) => repository.has(join(at, name)));
    const rootManifest = at === directory ? manifest : readNodePackage(repository, join(at, 'package.json'));
    const declared = /^(npm|yarn|pnpm|bun)@(\d[\w.-]*)/.exec(rootManifest?.packageManager ?? '');
    const fits = ([name]: (typeof locks)[number]) =>
      lockFits(rootManifest?.text ?? '', name, repository.read(join(at, name)) ?? '') !== 'fails';
    const chosen = here.find(([, tool]) => tool === declared?.[1]) ?? here.find(fits) ?? here[0];
    if (chosen && (at === directory || isWorkspace(repository, at)))
      return { ...installOf(repository, at, chosen, declared?.[2]), fits: fits(chosen) };
    if (at === '') break;
  }
  const root = neededWorkspace(repository, directory, manifest) ?? directory;
  const top = root === directory ? manifest : (readNodePackage(repository, join(root, 'package.json')) ?? manifest);
  const declared = /^(npm|yarn|pnpm|bun)@(\d[\w.-]*)/.exec(top.packageManager ?? '');
  const tool = declared?.[1] ?? (repository.has(join(root, 'pnpm-workspace.yaml')) ? 'pnpm' : undefined);
  return {
    tool: tool === 'pnpm' || tool === 'bun' ? tool : tool === 'yarn' ? yarnKind(undefined, '', declared?.[2]) : 'npm',
    root,
    lock: undefined,
    fits: true,
    toolVersion: declared?.[2],
    evidence: declared
      ? `packageManager (${placeIn(top.path, top.text, '"packageManager"')})`
      : `no lock file: ${tool ?? 'npm'}`,
    lockText: '',
  };
}

/** Whether packages below a directory are installed together with it. */
export function isWorkspace(repository: Repository, directory: string): boolean {
  if (repository.has(join(directory, 'pnpm-workspace.yaml'))) return true;
  return (readNodePackage(repository, join(directory, 'package.json'))?.workspaces.length ?? 0) > 0;
}

/** The root of a workspace above, where the application needs another package of it, which no registry has. */
function neededWorkspace(repository: Repository, directory: string, manifest: NodePackage): string | undefined {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (!isWorkspace(repository, at)) continue;
    const prefix = at === '' ? '' : `${at}/`;
    const names = repository.files
      .filter((file) => file.startsWith(prefix) && file.endsWith('/package.json') && !file.includes('node_modules/'))
      .flatMap((file) => /"name"\s*:\s*"([^"]+)"/.exec(repository.read(file) ?? '')?.[1] ?? []);
    return names.some((name) => dependsOn(manifest, name)) ? at : undefined;
  }
  return undefined;
}

function installOf(
  repository: Repository,
  root: string,
  [lock, kind]: readonly [string, NodeTool],
  declared: string | undefined,
): Omit<NodeInstall, 'fits'> {
  const path = join(root, lock);
  const lockText = repository.read(path) ?? '';
  const tool = kind === 'yarn' ? yarnKind(repository.read(join(root, '.yarnrc.yml')), lockText, declared) : kind;
  return { tool, root, lock, toolVersion: declared ?? versionForLock(tool, lockText), evidence: path, lockText };
}

function yarnKind(
  configuration: string | undefined,
  lock: string,
  declared: string | undefined,
): 'yarn' | 'yarn-berry' {
  if (declared !== undefined) return declared.startsWith('1.') ? 'yarn' : 'yarn-berry';
  return configuration !== undefined || /^__metadata:/m.test(lock) ? 'yarn-berry' : 'yarn';
}

/** A released version that reads the lock file as it is. */
function versionForLock(tool: NodeTool, lock: string): string | undefined {
  if (tool === 'yarn') return '1.22.22';
  if (tool === 'yarn-berry') return Number(/^ {2}version: (\d+)/m.exec(lock)?.[1] ?? 8) < 8 ? '3.8.7' : '4.9.4';
  if (tool !== 'pnpm') return undefined;
  const format = Number.parseFloat(/^lockfileVersion: '?([\d.]+)/m.exec(lock)?.[1] ?? '9');
  return format >= 9 ? '10.15.1' : format >= 6 ? '8.15.9' : '7.33.7';
}
