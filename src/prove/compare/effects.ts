import { posix } from 'node:path';
import { isJsonObject, parseJsonObject } from '../../core/json-object.ts';
import { literalPattern } from '../../core/literal-pattern.ts';
import { ecosystemFacts } from '../../ecosystems/facts.ts';
import type { ImageAnalysis, ImagePackage } from '../../image/image-analysis.ts';
import { copiedFiles, liesIn } from '../../project/copied-files.ts';
import type { ImageBuild } from '../../project/project.ts';
import { imageInstructions } from '../../project/stage-facts.ts';
import { applicationDirectories, imagePaths } from './copied-paths.ts';
import type { FoundDifference, TreeAspect } from './tree-differences.ts';

/** What all effects of one comparison are told from. */
export interface ComparedBuilds {
  readonly before: ImageBuild;
  readonly after: ImageBuild;
  readonly original: ImageAnalysis;
  readonly repaired: ImageAnalysis;
}

/** Which aspects of a difference an effect explains. */
export type Effect = (difference: FoundDifference) => ReadonlySet<TreeAspect>;

const { basename, dirname, join } = posix;

const nothing: ReadonlySet<TreeAspect> = new Set();
const everything: ReadonlySet<TreeAspect> = new Set(['there', 'kind', 'content', 'mode', 'owner', 'target']);
const gone: ReadonlySet<TreeAspect> = new Set(['there']);
const rights: ReadonlySet<TreeAspect> = new Set(['owner', 'mode']);

/** Package lists and downloads of all package managers: emptied, mounted, or filled in another step. */
export function packageCaches(): Effect {
  const places = Object.values(ecosystemFacts).flatMap(({ caches }) => caches.map(({ path }) => path));
  const patterns = places.map((place) => {
    const home = place.startsWith('~/');
    const escaped = literalPattern(home ? place.slice(2) : place.slice(1));
    return new RegExp(`^${home ? '(?:root|home/[^/]+|var/www|nonexistent)/' : ''}${escaped}(?:/|$)`);
  });
  const others =
    /^(?:var\/cache\/(?:apt|apk|dnf|yum|debconf|ldconfig|man)|var\/lib\/apt\/(?:lists|periodic|mirrors)|etc\/apk\/cache)(?:\/|$)/;
  // A tool makes the directories above its cache when it makes the cache.
  const above = /^(?:root|home\/[^/]+)\/(?:\.cache|\.local|\.local\/share|\.npm|\.config)$/;
  return ({ path }) =>
    others.test(path) || above.test(path) || patterns.some((pattern) => pattern.test(path)) ? everything : nothing;
}

/** Paths, and what lies below them: files that a step removes, or where it makes a mount or a link. */
export function namedPaths(named: readonly string[]): Effect {
  return ({ path }) => (named.some((each) => liesIn(`/${path}`, each)) ? everything : nothing);
}

/** Paths that a text names, where a step makes a directory or gives it to a user: what is new there, and whose it is. That something is gone is no part of it. */
export function madePaths(text: string): Effect {
  const named = absolutePathsIn(text);
  return ({ path, change }) => {
    if (change === 'removed' || !named.some((each) => liesIn(`/${path}`, each))) return nothing;
    return change === 'added' ? everything : rights;
  };
}

/** Owner and mode of what lies below paths that a text names, and of what COPY and WORKDIR bring. */
export function rightsOf(text: string, { before, after }: ComparedBuilds): Effect {
  const roots = [...absolutePathsIn(text), ...applicationDirectories(before), ...applicationDirectories(after)];
  const files = [imagePaths(before), imagePaths(after)];
  return ({ path }) =>
    roots.some((each) => liesIn(`/${path}`, each)) || files.some((each) => each.has(path)) ? rights : nothing;
}

/** Owner and mode of what COPY brings from the context, and of nothing that lies beside it. */
export function rightsOfCopies({ before, after }: ComparedBuilds): Effect {
  const files = [imagePaths(before), imagePaths(after)];
  return ({ path }) => (files.some((each) => each.has(path)) ? rights : nothing);
}

/** Absolute paths that are words of their own; never the root or one of its directories. */
export function absolutePathsIn(text: string): string[] {
  const words = text.match(/(?<![\w./-])\/[\w.@+-]+(?:\/[\w.@+*-]+)+/g) ?? [];
  return words.map((word) => word.replace(/\/\*?$/, '')).filter((word) => word.lastIndexOf('/') > 0);
}

const accountFiles =
  /^etc\/(?:passwd|group|shadow|gshadow|subuid|subgid)-?$|^home\/[^/]+(?:\/\.[a-z_]+)?$|^etc\/\.pwd\.lock$|^var\/(?:log\/(?:lastlog|faillog|tallylog)|mail\/[^/]+|spool\/mail\/[^/]+)$/;

/** The accounts of the system: a user that is added, changed or removed, with an empty home. */
export function accounts(): Effect {
  return ({ path }) => (accountFiles.test(path) ? everything : nothing);
}

const packageData =
  /^(?:var\/lib\/(?:dpkg|apt|rpm|dnf|yum|pam|systemd|ucf|ghostscript|python|xml-core|sgml-base)|(?:usr\/)?lib\/apk\/db|usr\/lib\/sysimage\/rpm|etc\/alternatives|etc\/apk\/(?:world|arch)|var\/cache\/(?:ldconfig|fontconfig|debconf)|usr\/share\/(?:doc|man|info|mime|lintian|locale)|etc\/ssl\/certs)(?:\/|$)|^etc\/(?:ld\.so\.cache|mailcap|shells|environment)$|^var\/log\/(?:apt\/.*|dpkg\.log|alternatives\.log|dnf.*|yum.*|bootstrap\.log)$/;
/** Places of packages of a distribution: no package has files below /usr/local. https://www.debian.org/doc/debian-policy/ch-opersys.html#site-specific-programs */
const systemFiles = /^(?!usr\/local\/.)(?:usr|lib\d*|bin|sbin|etc|var\/(?:lib|cache|log|spool)|opt|run)(?:\/|$)/;

/** Packages of the distribution that are there no more, or there in other versions: their files, and what package managers note. */
export function systemPackages({ original, repaired, after, before }: ComparedBuilds): Effect {
  const isOfSystem = ({ kind }: ImagePackage) => kind === 'deb' || kind === 'apk' || kind === 'rpm';
  const listOf = ({ packages }: ImageAnalysis) =>
    packages
      .filter(isOfSystem)
      .map(({ name, version }) => `${name} ${version}`)
      .sort()
      .join('\n');
  // Where the lists are the same, no package explains anything.
  if (listOf(original) === listOf(repaired)) return () => nothing;
  const own = [imagePaths(before), imagePaths(after)];
  return ({ path, change }) => {
    if (packageData.test(path)) return everything;
    return change !== 'changed' && systemFiles.test(path) && !own.some((each) => each.has(path)) ? gone : nothing;
  };
}

const applicationPackage =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor\/(?:bundle|composer|[\w.-]+)|gems|bundle)(?:\/|$)|^usr\/local\/(?:bundle|lib\/node_modules)(?:\/|$)/;

/**
 * Packages of a language, wherever they are installed; not that one is gone which the application's package.json names to run, and nothing within a package of
 * npm that is there in the same version as before.
 */
export function applicationPackages({ before, original, repaired }: ComparedBuilds): Effect {
  const needed = neededPackages(before);
  const isNeeded = (path: string) => needed.some((each) => path === each || path.startsWith(`${each}/`));
  const was = npmPackages(original);
  const is = npmPackages(repaired);
  const isUnchanged = (path: string) => {
    const own = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
    const version = own && was.get(own);
    return version !== undefined && version === is.get(own ?? '');
  };
  return ({ path, change }) => {
    if (!applicationPackage.test(path) || isUnchanged(path)) return nothing;
    return change === 'removed' && isNeeded(path) ? nothing : everything;
  };
}

/** The versions of npm packages by the directory in which they lie. */
function npmPackages({ packages }: ImageAnalysis): ReadonlyMap<string, string> {
  return new Map(
    packages.flatMap(({ kind, name, version, path }) =>
      kind === 'npm' && basename(path) === 'package.json' ? [[dirname(path), `${name}@${version}`] as const] : [],
    ),
  );
}

/** Where the packages lie that package.json names as dependencies, beside each package.json that is copied. */
function neededPackages(build: ImageBuild): readonly string[] {
  return [...imagePaths(build)].flatMap(([place, path]) => {
    if (basename(place) !== 'package.json') return [];
    const fields = parseJsonObject(build.context?.readStart(path) ?? '');
    const dependencies = fields?.dependencies;
    return isJsonObject(dependencies)
      ? Object.keys(dependencies).map((name) => join(dirname(place), 'node_modules', name))
      : [];
  });
}

/** Files of the context that the repaired build does not copy any more, with directories that hold nothing else. */
export function leftOutOfContext({ before, after }: ComparedBuilds): Effect {
  const [was, is] = [imagePaths(before), imagePaths(after)];
  const left = new Set([...was.keys()].filter((path) => !is.has(path)).flatMap(upwards));
  const kept = new Set([...is.keys()].flatMap(upwards));
  // An empty directory is no file of the context: it goes with the one that it lies in.
  const goesWithAnother = (path: string) =>
    upwards(path).some((each) => left.has(each) && !kept.has(each) && !was.has(each));
  return ({ path, change, before: file }) => {
    if (change !== 'removed') return nothing;
    if (file?.kind === 'directory') return left.has(path) || goesWithAnother(path) ? gone : nothing;
    return left.has(path) && was.has(path) ? gone : nothing;
  };
}

/** A path and all directories that it lies in. */
function upwards(path: string): string[] {
  const all: string[] = [];
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('/')))) all.push(at);
  return all;
}

/** Files of the context that a fix writes, where they come to lie: new ones where the other files of their directory do. */
export function writtenFiles(paths: readonly string[], { before, after }: ComparedBuilds): Effect {
  const places = new Set(
    [before, after].flatMap((build) => {
      const above = build.context?.directory ? `${build.context.directory}/` : '';
      const written = paths.flatMap((path) => (path.startsWith(above) ? [path.slice(above.length)] : []));
      return [...imagePaths(build)].flatMap(([place, path]) =>
        written.flatMap((each) => {
          if (each === path) return [place];
          const isBeside = dirname(each) === dirname(path) && basename(place) === basename(path);
          return isBeside ? [join(dirname(place), basename(each))] : [];
        }),
      );
    }),
  );
  return ({ path }) => (places.has(path) ? everything : nothing);
}

/** Another base image: what the lowest layers of both images bring, and what steps above it note in files of the system. */
export function otherBase({ original, repaired, before, after }: ComparedBuilds): Effect {
  const [was, is] = [baseLayers(original, before), baseLayers(repaired, after)];
  if (was === undefined || is === undefined) return outsideOfApplication([before, after]);
  return ({ path, before: old, after: now }) => {
    const ofBases = (old === undefined || old.layer < was) && (now === undefined || now.layer < is);
    return ofBases || packageData.test(path) || accountFiles.test(path) ? everything : nothing;
  };
}

function outsideOfApplication(builds: readonly ImageBuild[]): Effect {
  const own = builds.map(imagePaths);
  const directories = builds.flatMap(applicationDirectories);
  return ({ path }) =>
    own.some((each) => each.has(path)) || directories.some((each) => liesIn(`/${path}`, each)) ? nothing : everything;
}

/** How many of the lowest layers are the base image's: the history ends with the file's own instructions. Undefined where it does not. */
function baseLayers({ image }: ImageAnalysis, { dockerfile, stage }: ImageBuild): number | undefined {
  const shipped = stage ?? dockerfile.final;
  const { history } = image.configuration;
  const own = shipped === undefined ? 0 : imageInstructions(shipped).length;
  if (own === 0 || history.length < own) return undefined;
  return history.slice(0, history.length - own).filter(({ emptyLayer }) => !emptyLayer).length;
}

/** What a program is built from, and what is about it: texts of languages that are compiled or bundled, manifests, settings of tools, tests, papers. */
const builtFrom =
  /\.(?:go|mod|sum|rs|java|kts?|scala|gradle|properties|xml|cs|vb|fs|csproj|fsproj|sln|c|cc|cpp|cxx|h|hpp|s|[cm]?[jt]sx?|vue|svelte|scss|sass|less|lock|md|rst|adoc|proto|sh|bat|cmd|mk|cmake|in|map|gemspec|cfg|toml)$|(?:^|\/)(?:\.[^/]+|tests?|docs?|examples?|node_modules)(?:\/|$)|(?:^|\/)(?:package(?:-lock)?\.json|tsconfig[^/]*\.json|(?:yarn|pnpm)[^/]*|requirements[^/]*|Makefile|Dockerfile[^/]*|LICENSE[^/]*|(?:docker-)?compose[^/]*|[^/]*config\.json|Gemfile|Rakefile|mvnw|gradlew)$/i;

/**
 * A stage of its own that ships, and only what it copies: everything else is gone, its base is another one, and where it copies something to a place of which
 * the original has nothing, all of that is new.
 */
export function onlyWhatIsCopied(builds: ComparedBuilds): Effect {
  const { before, after, original } = builds;
  const shipped = after.stage ?? after.dockerfile.final;
  const destinations = (shipped === undefined ? [] : copiedFiles(after.dockerfile, shipped)).flatMap(
    ({ destination }) => destination ?? [],
  );
  const fresh = destinations.filter((each) => original.files.find(each.slice(1)) === undefined);
  const outside = outsideOfApplication([before, after]);
  const base = otherBase(builds);
  const [was, is] = [imagePaths(before), imagePaths(after)];
  // A page, a template, a setting that was copied from the context and is not there any more: nothing is built from it that would take its place.
  const isData = (path: string) => was.has(path) && !is.has(path) && !builtFrom.test(path);
  const lies = (path: string, directories: readonly string[]) => directories.some((each) => liesIn(`/${path}`, each));
  return (difference) => {
    const { path, change } = difference;
    if (change === 'removed') return isData(path) ? nothing : lies(path, destinations) ? base(difference) : everything;
    if (change === 'added' && lies(path, fresh)) return everything;
    const explained = outside(difference);
    return explained.size > 0 ? explained : base(difference);
  };
}
