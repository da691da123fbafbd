import { isApkRepositoryFile } from '../../ecosystems/apk/repositories.ts';
import { isAptPreferenceFile } from '../../ecosystems/apt/apt-preferences.ts';
import { isAptSettingsFile } from '../../ecosystems/apt/apt-settings.ts';
import { isAptSourceFile } from '../../ecosystems/apt/apt-sources.ts';
import { manifestOf } from '../../ecosystems/facts.ts';
import { isRpmDatabase } from '../../ecosystems/rpm/installed.ts';
import { isRpmRepositoryFile } from '../../ecosystems/rpm/repositories.ts';
import type { ImageAnalysis } from '../../image/image-analysis.ts';
import type { LayerFiles } from '../../image/read-layer-files.ts';

/** The files that say what packages a system has and where its tools ask for more. */
export function isSystemFile(path: string): boolean {
  return (
    isAptFile(path) ||
    isApkFile(path) ||
    isRpmDatabase(path) ||
    isRpmRepositoryFile(path) ||
    isProjectFile(path) ||
    isToolSettings(path)
  );
}

/** Where the tools of languages are told to ask elsewhere, or to keep to no lock file. */
function isToolSettings(path: string): boolean {
  return /(?:^|\/)(?:\.npmrc|etc\/npmrc|pip\.conf|\.yarnrc(?:\.yml)?|pnpm-workspace\.yaml|bunfig\.toml|\.bundle\/config)$/.test(
    path,
  );
}

/** Manifests and lock files of a project, not those of the packages that it has. */
function isProjectFile(path: string): boolean {
  if (/(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor|gems)\//.test(path)) return false;
  return !/^(?:usr\/(?:lib|share)|var\/lib|proc|sys)\//.test(path) && manifestOf(path) !== undefined;
}

function isApkFile(path: string): boolean {
  if (path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed') return true;
  return path === 'etc/apk/world' || path === 'etc/apk/arch' || isApkRepositoryFile(path);
}

function isAptFile(path: string): boolean {
  if (path === 'var/lib/dpkg/status' || path === 'var/lib/apt/extended_states') return true;
  if (path.startsWith('var/lib/dpkg/status.d/')) return !path.endsWith('.md5sums');
  return isAptSourceFile(path) || isAptPreferenceFile(path) || isAptSettingsFile(path);
}

/** Configuration is text; more of it than this is none. */
const mostTextBytes = 256 * 1024;

/** The files of a file system as it is with one layer and those below it. */
export interface SystemFiles {
  readonly contents: ReadonlyMap<string, Buffer>;
  /** Those that are configuration, as text. */
  readonly texts: ReadonlyMap<string, string>;
}

/** The files with every layer from the base on, as far as one of them brings or takes away some. */
export function systemFilesByLayer(analysis: ImageAnalysis, read: readonly LayerFiles[]): SystemFiles[] {
  const contents = new Map<string, Buffer>();
  const found: SystemFiles[] = [];
  for (const layer of analysis.image.layers.keys()) {
    const own = read.find((each) => each.layer === layer);
    for (const [path, bytes] of own?.contents ?? []) contents.set(path, bytes);
    for (const path of removedAt(analysis, layer, contents)) contents.delete(path);
    found.push({ contents: new Map(contents), texts: textsOf(contents) });
  }
  return found;
}

/** Of the paths that are kept, those that a container does not see in the end are looked for in each layer's view. */
function removedAt(analysis: ImageAnalysis, layer: number, contents: ReadonlyMap<string, Buffer>): string[] {
  const doubtful = new Set([...contents.keys()].filter((path) => analysis.files.find(path) === undefined));
  if (doubtful.size === 0) return [];
  for (const { file, state } of analysis.filesAt?.(layer) ?? []) if (state !== 'removed') doubtful.delete(file.path);
  return [...doubtful];
}

function textsOf(contents: ReadonlyMap<string, Buffer>): Map<string, string> {
  return new Map(
    [...contents].flatMap(([path, bytes]) =>
      /^etc\//.test(path) && bytes.length <= mostTextBytes ? [[path, bytes.toString('utf8')] as const] : [],
    ),
  );
}

/** The path of the first such file that says so, in the first state of the system that has one. */
export function settingsWith(states: readonly SystemFiles[], name: RegExp, says: RegExp): string | undefined {
  return states
    .flatMap(({ contents }) => [...contents])
    .find(([path, bytes]) => name.test(path) && says.test(bytes.toString('utf8')))?.[0];
}
