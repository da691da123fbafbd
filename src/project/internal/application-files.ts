import type { ApplicationLanguage } from '../application.ts';

interface LanguageFiles {
  readonly language: ApplicationLanguage;
  /** Files that make their directory an application of the language. */
  readonly manifest: RegExp;
  /** Files that belong beside them. */
  readonly locks: readonly string[];
  readonly source: RegExp;
}

/** What tells an application of each language, and what its sources are called. */
export const languageFiles: readonly LanguageFiles[] = [
  {
    language: 'node',
    manifest: /^package\.json$/,
    locks: [
      'package-lock.json',
      'npm-shrinkwrap.json',
      'yarn.lock',
      'pnpm-lock.yaml',
      'bun.lock',
      '.npmrc',
      'tsconfig.json',
    ],
    source: /\.(?:[cm]?[jt]s|[jt]sx)$/,
  },
  {
    language: 'python',
    manifest: /^(?:pyproject\.toml|requirements(?:[-_.][\w-]+)?\.txt|Pipfile|setup\.py|environment\.ya?ml)$/,
    locks: ['poetry.lock', 'uv.lock', 'Pipfile.lock', 'pdm.lock', 'setup.cfg'],
    source: /\.py$/,
  },
  { language: 'go', manifest: /^go\.mod$/, locks: ['go.sum'], source: /\.go$/ },
  {
    language: 'java',
    manifest: /^(?:pom\.xml|build\.gradle(?:\.kts)?)$/,
    locks: ['gradle.lockfile', 'settings.gradle', 'settings.gradle.kts'],
    source:
      /(?:\.(?:java|kt|scala)|(?:^|\/)(?:logback(?:-spring)?\.xml|log4j2?(?:-spring)?\.xml|logging\.properties|application(?:-[\w-]+)?\.(?:properties|ya?ml)))$/,
  },
  { language: 'ruby', manifest: /^Gemfile$/, locks: ['Gemfile.lock'], source: /\.(?:rb|ru)$/ },
  { language: 'php', manifest: /^composer\.json$/, locks: ['composer.lock'], source: /\.php$/ },
  { language: 'rust', manifest: /^Cargo\.toml$/, locks: ['Cargo.lock'], source: /\.rs$/ },
  {
    language: 'dotnet',
    manifest: /\.(?:cs|fs|vb)proj$/,
    locks: ['packages.lock.json', 'Directory.Packages.props', 'nuget.config'],
    source: /(?:\.(?:cs|fs|vb)|(?:^|\/)appsettings\.json)$/,
  },
];

/** In whatever case. A set, because to compile so long a pattern takes longer than to ask it of a small repository. */
const leftOutDirectories: ReadonlySet<string> = new Set([
  'node_modules',
  'bower_components',
  'vendor',
  'third_party',
  'site-packages',
  'venv',
  '.venv',
  'env',
  '__pycache__',
  '.git',
  '.tox',
  'dist',
  'build',
  'out',
  'target',
  'bin',
  'obj',
  'coverage',
  '.next',
  '.nuxt',
  '.cache',
  'test',
  'tests',
  '__tests__',
  'spec',
  'specs',
  'e2e',
  'example',
  'examples',
  'sample',
  'samples',
  'doc',
  'docs',
  'fixtures',
  'testdata',
  'mock',
  'mocks',
  '__mocks__',
  'migrations',
  'benchmark',
  'benchmarks',
  'stories',
  'storybook',
  'cypress',
  'scripts',
  'tools',
]);
const leftOutFiles =
  /(?:[._-](?:test|tests|spec|stories|min|bundle|generated|gen|pb|d)\.[\w.]+|_test\.(?:go|py)|(?:^|\/)mock[^/]*\.(?:go|[cm]?[jt]s)|_mock\.go|(?:^|\/)test_[^/]+\.py|(?:^|\/)conftest\.py|(?:^|\/)\.[^/]+\.[cm]?js|\.pb\.go|_pb2(?:_grpc)?\.py|Tests?\.(?:java|kt)|(?:^|\/)(?:webpack|rollup|vite|vitest|jest|babel|eslint|tailwind|postcss|next|nuxt|playwright|cypress|karma|commitlint|prettier|tsup|metro|drizzle|astro|svelte)\.config\.[\w]+|(?:^|\/)(?:Gruntfile|gulpfile|setup|noxfile|tasks|fabfile)\.(?:js|py))$/;

/** A source set of Maven or Gradle that ships: the directories below it are packages, and `com/example/tools` is neither example nor tool. */
const mainSourceSet = /^(?:.*\/)?src\/main\/(?=(?:java|kotlin|scala|groovy|resources)\/)/;

/** Whether a source is part of what runs: no test, example, vendored, generated or built file. `path` is relative to the application. */
export function isProgramSource(path: string): boolean {
  const directories = (mainSourceSet.exec(path)?.[0] ?? path).toLowerCase().split('/').slice(0, -1);
  return !directories.some((name) => leftOutDirectories.has(name)) && !leftOutFiles.test(path);
}

/** Whether a directory can hold an application of the project's own. `directory` is relative to the project. */
export function mayHoldApplication(directory: string): boolean {
  return !/(?:^|\/)(?:node_modules|bower_components|vendor|third_party|site-packages|\.?venv|__pycache__|\.git|\.tox|target|testdata|fixtures|__fixtures__)(?:\/|$)/.test(
    directory,
  );
}
