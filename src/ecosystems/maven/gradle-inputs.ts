import { compareNumbers } from '../../core/version-order.ts';
import type { FetchInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';
import { scriptThatReads, withoutComments } from './gradle-reads.ts';
import { wrapperCall } from './wrapper-call.ts';

/**
 * No task of Gradle fetches all that is declared and nothing else, but writing checksums of it does: the release that first could is 6.2, and with
 * --dry-run what it writes is a file that no build reads. https://docs.gradle.org/current/userguide/dependency_verification.html
 */
const fetching = '--write-verification-metadata sha256 --dry-run help';
const firstRelease = '6.2';

/** What changes where Gradle looks for the project, or what it reads besides. */
const elsewhere = new Set([
  'project-dir',
  'build-file',
  'settings-file',
  'init-script',
  'include-build',
  'write-verification-metadata',
  'dependency-verification',
]);
/** Options that count for the fetch, too. */
const kept = /^-(?:[PDq]|[PD].+|g|i|s)$|^--(?:no-daemon|quiet|gradle-user-home(?:=.*)?|info|stacktrace|console=.*)$/;

/** The build scripts of all projects with what stands beside them; `release`: of the Gradle in the image, where it is known. */
export function fetchGradle(
  { tool, command, flags }: PackageCommand,
  files: ProjectFiles | undefined,
  release: string | undefined,
): FetchInputs | undefined {
  const program = tool === 'gradle' ? 'gradle' : wrapperCall(command, 'gradlew');
  const known = tool === 'gradle' ? release : wrapperRelease(files);
  if (program === undefined || flags.some(({ name }) => elsewhere.has(name))) return undefined;
  if (known !== undefined && compareNumbers(known, firstRelease) < 0) return undefined;
  const options = flags
    .filter(({ word }) => kept.test(word.raw))
    .map(({ word, valueWord }) => (valueWord === undefined ? word.raw : `${word.raw} ${valueWord.raw}`));
  const asked = known === undefined ? `, and is it Gradle ${firstRelease} or later` : '';
  const common = { command: [program, ...new Set(options), fetching].join(' '), fills: [] };
  if (files === undefined)
    return {
      ...common,
      files: [...(tool === 'gradlew' ? ['gradlew'] : []), 'build.gradle*', 'settings.gradle*', 'gradle.properties*'],
      directories: tool === 'gradlew' ? ['gradle'] : [],
      questions: [
        `Is it a project without subprojects, version catalog, buildSrc and included builds, whose build script reads no other file${asked}?`,
      ],
    };
  if (!files.paths.some((path) => /^(?:build|settings)\.gradle(?:\.kts)?$/.test(path))) return undefined;
  if (tool === 'gradlew' && !files.paths.includes('gradlew')) return undefined;
  const { paths, directories, needsSources } = projectsOf(files);
  return {
    ...common,
    files: [...(tool === 'gradlew' ? ['gradlew'] : []), ...paths],
    directories,
    questions: [`Do the build scripts and plug-ins configure the build without any other file of the project${asked}?`],
    ...(needsSources !== undefined && { needsSources }),
  };
}

function wrapperRelease(files: ProjectFiles | undefined): string | undefined {
  const properties = files?.read('gradle/wrapper/gradle-wrapper.properties') ?? '';
  return /^[ \t]*distributionUrl\s*=.*gradle-(\d+\.\d+(?:\.\d+)?)-/m.exec(properties)?.[1];
}

interface Projects {
  readonly paths: readonly string[];
  readonly directories: readonly string[];
  readonly needsSources: string | undefined;
}

/** Directories that are read whole: scripts and catalogs, and builds whose sources the build scripts need. */
function projectsOf(files: ProjectFiles): Projects {
  const settings = withoutComments(files.read('settings.gradle') ?? files.read('settings.gradle.kts') ?? '');
  const included = [...settings.matchAll(/\bincludeBuild\s*\(?\s*["']([^"']+)["']/g)].map(([, path = '']) =>
    path.replace(/^\.\//, '').replace(/\/+$/, ''),
  );
  const directories = ['gradle', 'buildSrc', ...included].filter((name) =>
    files.paths.some((path) => path.startsWith(`${name}/`)),
  );
  const isWhole = (path: string) => directories.some((name) => path.startsWith(`${name}/`));
  const paths = files.paths.filter((path) => belongsToBuild(path) && !isWhole(path)).sort(rootFirst);
  const outside = included.find((path) => !directories.includes(path));
  const bare = [...settings.matchAll(/\binclude\b\s*\(?((?:\s*["'][^"']+["']\s*,?)+)/g)]
    .flatMap(([, list = '']) => [...list.matchAll(/["']([^"']+)["']/g)].map(([, name = '']) => name))
    .map((name) => name.replace(/^:/, '').replaceAll(':', '/'))
    .find(
      (directory) =>
        files.paths.some((path) => path.startsWith(`${directory}/`)) &&
        !paths.some((path) => path.startsWith(`${directory}/`)),
    );
  const whole = files.paths.filter(isWhole);
  const there = new Set([...paths, ...whole]);
  const reader = scriptThatReads([...there], (path) => there.has(path), files.read);
  return {
    paths,
    directories,
    needsSources:
      outside !== undefined
        ? `it takes in the build of ${outside}`
        : bare !== undefined
          ? `the project ${bare} has no build script`
          : reader !== undefined
            ? `${reader} reads files of the project`
            : /\beachDir|\blistFiles\b|\bwalk\b|\bfileTree\b/.test(settings)
              ? 'where its projects lie is not plain'
              : undefined,
  };
}

function belongsToBuild(path: string): boolean {
  if (/(?:^|\/)(?:src|build|\.gradle|node_modules)\//.test(path)) return false;
  return /(?:^|\/)(?:[^/]+\.gradle(?:\.kts)?|gradle\.properties|(?:buildscript-)?gradle\.lockfile)$/.test(path);
}

/** Files of the root first, then those of each directory together. */
function rootFirst(a: string, b: string): number {
  const depth = (path: string) => (path.includes('/') ? 1 : 0);
  return depth(a) - depth(b) || (a < b ? -1 : 1);
}
