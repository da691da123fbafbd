import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { PlacedPackageCommand } from '../dockerfile/package-commands.ts';
import { flagValue } from '../ecosystems/package-command.ts';
import { absolutePath } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';

/**
 * Whether a package manager is told, by an option, a variable or its settings, of another directory or manifest than the one where it is started:
 * what lies there would have to be copied first, and what lies here is not what it reads.
 */
export function worksElsewhere(dockerfile: Dockerfile, install: PlacedPackageCommand): boolean {
  const { read, command, stage } = install;
  if (read.flags.some(({ name }) => movingOptions[read.ecosystem]?.has(name))) return true;
  const joined = joinedOption[read.tool];
  if (joined !== undefined && command.arguments.some(({ value }) => joined.test(value))) return true;
  // `env -C client npm ci`, `sudo -D client npm ci`
  const wrapped = dockerfile.text.slice(command.range.start, command.nameWord.range.start);
  if (command.wrappers.length > 0 && /\s(?:-C|-D|--chdir)/.test(wrapped)) return true;
  if (
    read.tool === 'bundle' &&
    dockerfile.commands.some(
      (placed) =>
        placed.stage === stage &&
        placed.command.name === 'bundle' &&
        ['config', 'gemfile'].every((word) => placed.command.arguments.some(({ value }) => value === word)),
    )
  )
    return true;
  return (movingVariables[read.ecosystem] ?? []).some((variable) => isMovedBy(dockerfile, install, variable));
}

/** Options that name the directory or the manifest, by their long names. */
const movingOptions: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: new Set(['prefix', 'cwd', 'dir', 'lockfile-dir']),
  pip: new Set(['directory', 'project', 'lock-file']),
  gem: new Set(['gemfile']),
  composer: new Set(['working-dir']),
  go: new Set(['C', 'modfile', 'overlay']),
  cargo: new Set(['manifest-path', 'directory']),
};

/** The same with the value joined, where a dash begins a word and not letters. */
const joinedOption: Readonly<Record<string, RegExp>> = {
  mvn: /^-f(?!ae$|n$|f$)./,
  mvnw: /^-f(?!ae$|n$|f$)./,
  gradle: /^-[pbcI]./,
  gradlew: /^-[pbcI]./,
};

interface MovingVariable {
  readonly name: string;
  /** What it says when it says nothing: a path beside the command. */
  readonly usual?: string;
  /** Values that are of no matter. */
  readonly harmless?: RegExp;
}

/** The variables that name the directory, the manifest, or another file that an install reads. */
const movingVariables: Readonly<Record<string, readonly MovingVariable[]>> = {
  npm: ['npm_config_dir', 'npm_config_lockfile_dir', 'npm_config_cwd'].flatMap((name) => [
    { name },
    { name: name.toUpperCase() },
  ]),
  pip: [
    { name: 'PIPENV_PIPFILE', usual: 'Pipfile' },
    { name: 'UV_PROJECT', usual: '.' },
    { name: 'UV_WORKING_DIRECTORY', usual: '.' },
    { name: 'UV_WORKING_DIR', usual: '.' },
    ...['REQUIREMENT', 'CONSTRAINT', 'FIND_LINKS', 'CONFIG_FILE'].map((name) => ({ name: `PIP_${name}` })),
    ...['CONSTRAINT', 'BUILD_CONSTRAINT', 'OVERRIDE', 'FIND_LINKS', 'CONFIG_FILE'].map((name) => ({
      name: `UV_${name}`,
    })),
  ],
  gem: [{ name: 'BUNDLE_GEMFILE', usual: 'Gemfile' }],
  composer: [{ name: 'COMPOSER', usual: 'composer.json' }],
  go: [
    { name: 'GOFLAGS', harmless: /^(?!.*-(?:modfile|overlay|C)\b)/ },
    { name: 'GOWORK', harmless: /^off$/ },
  ],
  maven: [{ name: 'MAVEN_ARGS', harmless: /^(?!.*(?:-f|--file)\b)/ }],
};

function isMovedBy(dockerfile: Dockerfile, install: PlacedPackageCommand, variable: MovingVariable): boolean {
  const { instruction, command } = install;
  const declared = environmentAt(dockerfile, instruction).declaration(variable.name);
  const given = [...command.assignments, ...(dockerfile.script(instruction)?.assigned ?? [])]
    .filter(({ name }) => name === variable.name)
    .map(({ value }) => (value?.literal ? value.value : undefined));
  const values = [...(declared === undefined ? [] : [declared.value]), ...given];
  if (values.length === 0) return false;
  const directory = directoryOf(dockerfile, install);
  const usual = variable.usual === undefined ? undefined : absolutePath(directory, variable.usual);
  return values.some(
    (value) =>
      value === undefined ||
      (value !== '' &&
        variable.harmless?.test(value) !== true &&
        (usual === undefined || absolutePath(directory, value) !== usual)),
  );
}

/** Words of an install of which it is not known whether they make it read something else: options that are not in the lists, and variables. */
export function unknownWords({ read, command }: PlacedPackageCommand): readonly string[] {
  const plain = plainOptions[read.tool] ?? plainOptions[read.ecosystem];
  // What Maven and Gradle read is asked of a person in any case.
  if (plain === undefined) return [];
  const isPlain = (name: string) => plain.has(name) || plain.has(name.replace(/^no-/, ''));
  const options = read.flags.filter(({ name }) => !isPlain(name)).map(({ word }) => word.value);
  const links = flagValue(read, 'find-links');
  const taken = new Set(read.flags.flatMap(({ word, valueWord }) => [word, valueWord]));
  const variables = command.arguments.filter((word) => !word.literal && !taken.has(word)).map(({ value }) => value);
  return [
    ...options.filter((word) => !/^(?:-f|--find-links)/.test(word) || !/^https?:/.test(links ?? '')),
    ...variables,
  ];
}

/** Options of which none makes an install read another file, by their long names without `no-`; by ecosystem or tool. */
const plainOptions: Readonly<Record<string, ReadonlySet<string>>> = {
  npm: names(
    'production dev peer optional only omit include save save-dev save-prod save-optional save-exact save-bundle exact tilde fund audit progress',
    'silent quiet verbose loglevel reporter timing color yes force legacy-peer-deps strict-peer-deps strict-peer-dependencies ignore-scripts',
    'unsafe-perm update-notifier bin-links prefer-offline offline prefer-online prefer-dedupe package-lock frozen-lockfile prefer-frozen-lockfile pure-lockfile lockfile',
    'immutable immutable-cache check-cache check-files inline-builds mode network-timeout network-concurrency child-concurrency maxsockets fetch-retries',
    'fetch-retry-factor fetch-retry-mintimeout fetch-retry-maxtimeout fetch-timeout registry cache cache-folder cache-dir non-interactive',
    'interactive ignore-engines ignore-optional ignore-platform mutex package-import-method shamefully-hoist node-linker install-strategy cpu',
    'os libc foreground-scripts python build-from-source fallback-to-build update-binary strict-ssl proxy https-proxy engine-strict default-rc backend',
  ),
  pip: names(pipOptions()),
  uv: names(
    pipOptions(),
    'locked frozen dev all-extras extra no-group all-groups install-project install-workspace inexact exact compile-bytecode link-mode system python',
    'prerelease resolution index-strategy exclude-newer torch-backend strict native-tls offline refresh default-index editable managed-python python-downloads',
  ),
  poetry: names(
    'root dev only without with extras all-extras all-groups only-root interaction quiet verbose ansi cache sync remove-untracked compile plugins',
  ),
  pipenv: names(
    'dev deploy ignore-pipfile system skip-lock sequential keep-outdated clear pre quiet verbose python pypi-mirror index-url extra-pip-args',
    'categories requirement',
  ),
  gem: names(
    'jobs retry quiet verbose without with deployment frozen path cache clean system binstubs full-index force redownload shebang',
    'prefer-local trust-policy color',
  ),
  composer: names(
    'dev interaction quiet verbose scripts autoloader optimize-autoloader classmap-authoritative apcu-autoloader apcu-autoloader-prefix',
    'progress ansi plugins prefer-dist prefer-source prefer-install ignore-platform-req ignore-platform-reqs suggest cache audit profile download-only',
  ),
  go: names(
    'x v modcacherw json o ldflags gcflags asmflags tags trimpath a race installsuffix buildmode buildvcs mod p t d u i work n compiler',
  ),
  cargo: names(
    'release locked frozen offline target target-dir features all-features default-features bin bins lib package workspace all exclude profile jobs',
    'verbose quiet color message-format p F j v q r',
  ),
  nuget: names(
    'runtime source verbosity cache http-cache packages disable-parallel locked-mode use-lock-file force ignore-failed-sources interactive',
    'dependencies nologo property r s v p f',
  ),
};

function pipOptions(): string {
  return [
    'requirement constraint cache cache-dir upgrade quiet verbose user disable-pip-version-check trusted-host require-hashes deps force-reinstall pre',
    'index-url extra-index-url index timeout retries proxy target prefix root src ignore-installed binary only-binary prefer-binary',
    'build-isolation use-pep517 compile progress-bar root-user-action break-system-packages upgrade-strategy warn-script-location warn-conflicts input',
    'python-version platform abi implementation use-feature use-deprecated exists-action global-option install-option config-settings color clean isolated',
  ].join(' ');
}

function names(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.join(' ').split(' '));
}
