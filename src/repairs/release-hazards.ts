import { type BaseImage, baseImage } from '../bases/base-image.ts';
import { compareReleases, releasesOf } from '../bases/releases.ts';
import type { TextEdit } from '../core/fix.ts';
import { familiarName } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { Stage } from '../dockerfile/stage.ts';
import * as apk from '../ecosystems/apk/gone-packages.ts';
import * as apt from '../ecosystems/apt/gone-packages.ts';
import type { PackageArgument } from '../ecosystems/package-command.ts';
import * as rpm from '../ecosystems/rpm/gone-packages.ts';

/** What the steps of some stages meet when their system is another release. */
export interface ReleaseHazards {
  /** One sentence for each thing that fails for certain. */
  readonly certain: readonly string[];
  /** Questions about what may. */
  readonly possible: readonly string[];
  /** What has another name on the new release. */
  readonly edits: readonly TextEdit[];
  /** Whether pip of the distribution installs into the system, which Debian 12 and Ubuntu 23.04 began to refuse. */
  readonly pipIntoSystem: boolean;
}

/** A file that stages copy from their context: a start script, a configuration. */
export interface CopiedText {
  readonly path: string;
  readonly text: string;
}

/** Looks at what stages on an image, and files that they copy, do that another image, of a newer release, does not take. */
export function releaseHazards(
  dockerfile: Dockerfile,
  stages: readonly Stage[],
  fromReference: string,
  toReference: string,
  copied: readonly CopiedText[] = [],
): ReleaseHazards {
  const own = new Set(stages);
  const from = baseImage(fromReference);
  const to = baseImage(toReference);
  const system = systemOf(to);
  const changesSystem = systemKey(from) !== systemKey(to);
  const ofLanguage = [
    ...unseenSteps(stages),
    ...languageHazards(dockerfile, own, from, to),
    ...nginxHazards(dockerfile, from, to, copied),
    ...versionedPaths(dockerfile, from, to, copied),
  ];
  if (!changesSystem) return { certain: ofLanguage, possible: [], edits: [], pipIntoSystem: false };
  const installs = packageCommands(dockerfile).filter(
    ({ stage, read }) => stage !== undefined && own.has(stage) && read.action === 'install',
  );
  const packages = installs.flatMap((placed) => packageHazard(placed, system, to));
  const foreign = foreignSources(dockerfile, own);
  const gone = packages.filter(({ isGone }) => isGone).map(({ name }) => name);
  const bound = gone.filter((name) => /\d\.\d|-\d/.test(name));
  const paths = from.runtime === undefined && foreign.length === 0 ? systemPaths(dockerfile) : [];
  return {
    certain: [
      ...(gone.length > 0 && foreign.length === 0
        ? [`${list(gone)} ${gone.length === 1 ? 'is' : 'are'} not in it any more`]
        : []),
      ...(foreign.length > 0 && foreign.every((each) => each.endsWith('add-apt-repository')) && bound.length > 0
        ? [`${list(bound)} of that version ${bound.length === 1 ? 'is' : 'are'} not built for it`]
        : []),
      ...pinned(installs),
      ...removedLibraries(dockerfile, own),
      ...textHazards(dockerfile, own, from, to),
      ...(system === 'alpine' ? [] : paths.map((place) => `${place}, which is of the old release`)),
      ...ofLanguage,
    ],
    possible: [
      ...(system === 'alpine' ? paths.map((place) => `Is that of the new release, too: ${place}?`) : []),
      ...(system === 'alpine' ? boundToRelease(installs, gone) : []),
      ...(foreign.length > 0 ? [`Do the package sources of ${foreign[0]} serve the new release?`] : []),
      ...(gone.length > 0 && foreign.length > 0 ? [`Where does ${list(gone)} come from then?`] : []),
    ],
    edits: packages.flatMap(({ word, renamed }) =>
      renamed === undefined || !word.literal ? [] : replace(dockerfile, word.range, renamed),
    ),
    pipIntoSystem: refusesSystemPip(to) && usesSystemPip(dockerfile, own, to),
  };
}

/** Alpine has the newest versions of these alone, each under a name of its own. */
function boundToRelease(installs: readonly PlacedPackageCommand[], gone: readonly string[]): readonly string[] {
  const names = installs
    .flatMap(({ read }) => read.packages.map(({ name }) => name))
    .filter(
      (name) => /^(?:php\d\d|postgresql\d\d|openjdk\d+|llvm\d+|clang\d+|lua5\.\d)/.test(name) && !gone.includes(name),
    );
  return names.length > 0 ? [`Does the new release still have ${list(names)}, which name a version?`] : [];
}

type System = 'debian' | 'ubuntu' | 'alpine' | 'rpm' | undefined;

function systemOf({ distribution }: BaseImage): System {
  if (distribution === 'debian' || distribution === 'ubuntu' || distribution === 'alpine') return distribution;
  return ['almalinux', 'rocky', 'centos', 'fedora', 'oraclelinux', 'amazonlinux'].includes(distribution)
    ? 'rpm'
    : undefined;
}

function systemKey({ distribution, distributionVersion, reference }: BaseImage): string {
  return distributionVersion === undefined ? `${reference?.text}` : `${distribution} ${distributionVersion}`;
}

interface PackageHazard {
  readonly name: string;
  readonly word: PackageArgument['word'];
  readonly isGone: boolean;
  readonly renamed: string | undefined;
}

function packageHazard({ read }: PlacedPackageCommand, system: System, to: BaseImage): readonly PackageHazard[] {
  return read.packages.flatMap(({ name, word, kind, version }): readonly PackageHazard[] => {
    if (kind !== 'registry' || version !== undefined) return [];
    const renamed = renamedOn(system, name);
    const isGone = renamed === undefined && isGoneFrom(system, name, to);
    return renamed === undefined && !isGone ? [] : [{ name, word, isGone, renamed }];
  });
}

function renamedOn(system: System, name: string): string | undefined {
  const of = (table: Readonly<Record<string, string>>) => (Object.hasOwn(table, name) ? table[name] : undefined);
  if (system === 'debian') return of(apt.renamedPackages) ?? of(apt.renamedOnDebian);
  if (system === 'ubuntu')
    return name === 'iceweasel' ? undefined : (of(apt.renamedPackages) ?? of(apt.renamedOnUbuntu));
  if (system === 'alpine') return of(apk.renamedPackages);
  return system === 'rpm' ? of(rpm.renamedPackages) : undefined;
}

function isGoneFrom(system: System, name: string, to: BaseImage): boolean {
  if (system === 'debian' || system === 'ubuntu') return apt.isGonePackage(name, system) || apt.isOfOldRelease(name);
  if (system === 'alpine') return apk.isGonePackage(name);
  return system === 'rpm' && to.distribution !== 'fedora' && rpm.isGonePackage(name);
}

/** Versions of system packages are those of one release. */
function pinned(installs: readonly PlacedPackageCommand[]): readonly string[] {
  const first = installs
    .filter(({ read }) => ['apt', 'apk', 'rpm'].includes(read.ecosystem))
    .flatMap(({ read }) => read.packages)
    .find(
      ({ pin, version, kind }) =>
        kind === 'registry' &&
        (pin === 'exact' || (pin === 'range' && bound.test(version ?? ''))) &&
        version !== undefined &&
        !version.includes('$'),
    );
  return first === undefined
    ? []
    : [`it does not have ${first.name} in version ${first.version?.replace(/^[=~]+/, '')}`];
}

/** `apt-get remove libtiff5` fails where no package has that name any more: the number is that of one release's library. */
function removedLibraries(dockerfile: Dockerfile, stages: ReadonlySet<Stage>): readonly string[] {
  const removed = packageCommands(dockerfile, 'apt-get', 'apt', 'aptitude')
    .filter(({ stage, read }) => stage !== undefined && stages.has(stage) && read.action === 'remove')
    .flatMap(({ read }) => read.packages.map(({ name }) => name))
    .find((name) => /^lib[a-z+.-]*\d[\w.+-]*$/.test(name) && !/-dev$/.test(name));
  return removed === undefined ? [] : [`a step removes ${removed}, which it may not know`];
}

/** `10.2.0-1*` is one build of one version, and Alpine's `~=2.47` what one release has; `20.*` of a maker's own source may be in every release. */
const bound = /^(?:(?:\d+:)?\d+(?:\.\d+)+-\d|=?~=?\d+\.\d)/;

/** Programs and files by which a step adds package sources of others. */
function foreignSources(dockerfile: Dockerfile, stages: ReadonlySet<Stage>): readonly string[] {
  const commands = dockerfile.commands.flatMap(({ command, stage }) => {
    if (stage === undefined || !stages.has(stage)) return [];
    if (/^(?:add-apt-repository|apt-add-repository)$/.test(command.name)) return 'add-apt-repository';
    if (command.name === 'yum-config-manager') return command.name;
    const isSource = (value: string) =>
      /sources\.list|yum\.repos\.d|\/etc\/apk\/repositories|setup_\d|\.repo$|release.*\.rpm$/.test(value);
    if (
      [...command.arguments, ...command.redirects.flatMap(({ target }) => target ?? [])].some(({ value }) =>
        isSource(value),
      )
    )
      return `line ${dockerfile.lines.positionAt(command.range.start).line}`;
    return [];
  });
  const copies = [...stages].flatMap(({ instructions }) =>
    instructions.flatMap((instruction) =>
      (instruction.name === 'COPY' || instruction.name === 'ADD') &&
      /sources\.list|yum\.repos\.d|apk\/repositories/.test(
        dockerfile.text.slice(instruction.range.start, instruction.range.end),
      )
        ? `line ${instruction.line}`
        : [],
    ),
  );
  return [...commands, ...copies];
}

/** What the text of the steps says that holds for one release alone. */
function textHazards(
  dockerfile: Dockerfile,
  stages: ReadonlySet<Stage>,
  from: BaseImage,
  to: BaseImage,
): readonly string[] {
  const hazards: string[] = [];
  const commands = dockerfile.commands.filter(({ stage }) => stage !== undefined && stages.has(stage));
  const words = commands.flatMap(({ command }) => command.arguments.map(({ value }) => value));
  if (to.reference?.repository === 'library/eclipse-temurin') {
    const home = /\/usr\/lib\/jvm\b|\/docker-java-home\b/.exec(dockerfile.text)?.[0];
    if (home !== undefined) hazards.push(`the file names ${home}, and Java lies in /opt/java/openjdk there`);
  }
  const { codename } = from;
  if (codename !== undefined && codename !== to.codename) {
    const named = new RegExp(`\\b${codename}\\b`);
    if (words.some((word) => named.test(word))) hazards.push(`a step names ${codename}`);
  }
  if (
    systemOf(to) === 'rpm' &&
    words.some((word) =>
      /(?:^|[^a-z])(?:el|epel-release-latest-|remi-release-|epel\/)[567](?![0-9])|CentOS-|\/[67]\/(?:x86_64|os)/.test(
        word,
      ),
    )
  )
    hazards.push('a step names a package or source of Enterprise Linux 7 or older');
  const oldSources = commands.find(
    ({ command }) => command.name === 'sed' && command.arguments.some(({ value }) => value === '/etc/apt/sources.list'),
  );
  if (oldSources !== undefined && isDeb822(to))
    hazards.push('/etc/apt/sources.list, which a step edits, is another file there');
  if (systemOf(to) === 'alpine' && words.some((word) => /alpine\/v?[\d.]+\//.test(word)))
    hazards.push('a step names the packages of one release of Alpine');
  if (to.users.some(({ uid }) => uid === 1000) && !from.users.some(({ uid }) => uid === 1000)) {
    const taken = commands.find(
      ({ command }) =>
        /^(?:useradd|adduser|groupadd|addgroup)$/.test(command.name) &&
        command.arguments.some(({ value }) => /^(?:.*=)?1000$/.test(value)),
    );
    if (taken !== undefined) hazards.push('number 1000, which a step gives to its user, is taken there');
  }
  return hazards;
}

/** The release keeps its package sources in files of another form. */
function isDeb822({ distribution, distributionVersion }: BaseImage): boolean {
  if (distribution === 'debian') return compareReleases(distributionVersion ?? '13', '12') >= 0;
  return distribution === 'ubuntu' && compareReleases(distributionVersion ?? '26.04', '24.04') >= 0;
}

function refusesSystemPip({ distribution, distributionVersion }: BaseImage): boolean {
  if (distribution === 'debian') return compareReleases(distributionVersion ?? '13', '12') >= 0;
  if (distribution === 'ubuntu') return compareReleases(distributionVersion ?? '26.04', '23.04') >= 0;
  return distribution === 'alpine' && compareReleases(distributionVersion ?? '3.24', '3.19') >= 0;
}

/** The image has no Python of its own beside the distribution's, and pip runs outside of a virtual environment. */
function usesSystemPip(dockerfile: Dockerfile, stages: ReadonlySet<Stage>, to: BaseImage): boolean {
  if (to.runtime?.name === 'python' || to.runtime?.name === 'pypy') return false;
  if (/PIP_BREAK_SYSTEM_PACKAGES|--break-system-packages/.test(dockerfile.text)) return false;
  return packageCommands(dockerfile, 'pip').some(
    ({ stage, read, command }) =>
      stage !== undefined &&
      stages.has(stage) &&
      read.action.startsWith('install') &&
      !command.nameWord.value.includes('/') &&
      !read.flags.some(({ name }) => name === 'target' || name === 'prefix'),
  );
}

/** Steps of ONBUILD run in the builds of other images, with sources that are not seen here. */
function unseenSteps(stages: readonly Stage[]): readonly string[] {
  const runs = stages.some(({ instructions }) =>
    instructions.some((each) => each.name === 'ONBUILD' && /^\s*(?:RUN|COPY|ADD)\b/i.test(each.syntax.rest.text)),
  );
  return runs ? ['its ONBUILD steps run in builds that are not seen here'] : [];
}

/** What commands of a language's own tools are refused by the new release of it. */
function languageHazards(
  dockerfile: Dockerfile,
  stages: ReadonlySet<Stage>,
  from: BaseImage,
  to: BaseImage,
): readonly string[] {
  const name = to.reference && familiarName(to.reference);
  const within = (programs: readonly string[]) =>
    dockerfile.commandsNamed(...programs).filter(({ stage }) => stage !== undefined && stages.has(stage));
  if (from.runtime?.name === 'python' && from.runtime.version?.startsWith('2') && !to.runtime?.version?.startsWith('2'))
    return ['Python 3 does not run what is written for Python 2'];
  if (name === 'tomcat' && /^[6-9]\b/.test(from.runtime?.version ?? '') && !/^[6-9]\b/.test(to.runtime?.version ?? ''))
    return ['it takes applications for jakarta.servlet alone, and those for javax.servlet have to be converted'];
  if (name === 'ruby' && /--no-(?:ri|rdoc)\b/.test(dockerfile.text))
    return ['its gem does not know --no-ri and --no-rdoc, which are --no-document'];
  if (name === 'php') {
    const old = within(['docker-php-ext-install', 'docker-php-ext-enable', 'pecl'])
      .flatMap(({ command }) => command.arguments)
      .find(({ value }) => /^(?:mcrypt|mysql|mssql|interbase|recode|wddx|xmlrpc|hash|json)$/.test(value));
    const option = within(['docker-php-ext-configure'])
      .flatMap(({ command }) => command.arguments)
      .find(({ value }) => /^--with-(?:(?:png|jpeg|freetype|zlib|xpm|gd)-dir|gd)\b/.test(value));
    return [old, option].flatMap((word) =>
      word === undefined ? [] : [`PHP ${releasesOf('php')?.newest} has no ${word.value}`],
    );
  }
  if (name === 'golang' && within(['go']).length > 0 && !/go\.mod|go mod\b/.test(dockerfile.text))
    return /\/go\/src\/|GOPATH|\bgo get\b|\bgodep\b|\bglide\b|\bdep ensure\b|GO111MODULE=off/.test(dockerfile.text)
      ? ['a Go without GOPATH does not build what has no go.mod']
      : [];
  return [];
}

/** What is built for one version of nginx is not loaded by another one, and directives are gone. https://nginx.org/en/CHANGES */
function nginxHazards(
  { text, path }: Dockerfile,
  from: BaseImage,
  to: BaseImage,
  copied: readonly CopiedText[],
): readonly string[] {
  if (from.runtime?.name !== 'nginx' || to.runtime?.name !== 'nginx' || from.runtime.version === to.runtime.version)
    return [];
  const texts = [{ path, text }, ...copied];
  const of = (what: RegExp, says: string) => {
    for (const each of texts) {
      const found = what.exec(each.text.replace(/^[ \t]*#.*$/gm, ''));
      if (found !== null) return [`${each.path} names ${found[0].trim()}, and ${says}`];
    }
    return [];
  };
  // Those that the image itself has come with it in the new version, too.
  return [
    ...of(
      /\bnginx-\d+\.\d+\.\d+|--add-dynamic-module\b|(?:\bload_module\b|\/nginx\/modules\/)(?!\s*["']?\S*ngx_(?:http|stream)_(?:geoip|image_filter|js|perl|xslt_filter)_module)/,
      'nginx loads no module that is built for another version',
    ),
    ...(compareReleases(to.runtime.version ?? '1.25', '1.25') >= 0
      ? of(/(?<=^|[;{])\s*ssl\s+o(?:n|ff)\s*(?=;)/m, 'nginx does not know that directive since 1.25.1')
      : []),
  ];
}

/**
 * A line that names a directory or program by the old version of the language: `COPY --from=build /usr/local/lib/python3.9`. Those of all
 * stages are looked at, as what one stage has another one copies.
 */
function versionedPaths(
  dockerfile: Dockerfile,
  from: BaseImage,
  to: BaseImage,
  copied: readonly CopiedText[],
): readonly string[] {
  const { name = '', version = '' } = from.runtime ?? {};
  const written = versionedPath[name];
  if (written === undefined || name !== to.runtime?.name) return [];
  const [old, next] = [version, to.runtime.version ?? ''].map((each) => written.version.exec(each)?.[0]);
  if (old === undefined || old === next) return [];
  const pattern = written.pattern(old);
  const file = copied.find(({ text }) => pattern.test(text));
  const place = placeOf(dockerfile, pattern) ?? (file && `${file.path} names ${pattern.exec(file.text)?.[0]}`);
  return place === undefined ? [] : [`${place}, which is of the old version`];
}

/** The first instruction that says it: `line 3 names python3.9`. */
function placeOf(dockerfile: Dockerfile, pattern: RegExp): string | undefined {
  for (const { instructions } of dockerfile.stages)
    for (const { name, range, line } of instructions) {
      const found = name === 'LABEL' ? null : pattern.exec(dockerfile.text.slice(range.start, range.end));
      if (found !== null) return `line ${line} names ${found[0]}`;
    }
  return undefined;
}

interface VersionedPath {
  /** What of a version counts. */
  readonly version: RegExp;
  pattern(version: string): RegExp;
}

const two = /^\d+\.\d+/;

/** What has the version of a language in its name; by runtime. PHP and Node.js name directories of extensions after their API. */
const versionedPath: Readonly<Record<string, VersionedPath>> = {
  python: {
    version: two,
    pattern: (version) =>
      new RegExp(`\\bpython${version.replace('.', '\\.')}\\b|-cp${version.replace('.', '')}-(?!abi3)`),
  },
  ruby: { version: two, pattern: (version) => new RegExp(`\\b(?:ruby|gems)/${version.replace('.', '\\.')}\\.0\\b`) },
  php: { version: two, pattern: () => /\bno-debug-(?:non-)?zts-\d{8}\b/ },
  node: { version: /^\d+/, pattern: () => /\bnode-v\d{2,3}-(?:linux|musl)/ },
  // Extensions are packages of one version each (postgresql-14-partman, postgresql-server-dev-14), and so are its directories.
  postgres: {
    version: /^(?:9\.\d|\d+)/,
    pattern: (version) =>
      new RegExp(
        `\\bpostgresql(?:-[a-z]+)*[-/]?${version.replace('.', '\\.')}(?![\\d.])[\\w.-]*|\\bpg_?${version}(?!\\d)`,
      ),
  },
};

/** A directory of the system's own language, whose version is that of the release. */
function systemPaths(dockerfile: Dockerfile): readonly string[] {
  const place = placeOf(dockerfile, /\/usr\/lib\/(?:python3\.\d+|ruby\/(?:gems\/)?\d+\.\d+\.0|perl5?\/5\.\d+)\b/);
  return place === undefined ? [] : [place];
}

function list(names: readonly string[]): string {
  const unique = [...new Set(names)];
  return unique.length > 3
    ? `${unique.slice(0, 3).join(', ')} and ${unique.length - 3} more`
    : unique.join(', ').replace(/, ([^,]*)$/, ' and $1');
}
