import { inDirectory, type JunkKind } from './junk-kind.ts';
import { secretKinds } from './secret-kinds.ts';

const contextKinds: readonly JunkKind[] = [
  {
    id: 'version-control',
    what: 'the history of version control',
    why: 'It changes with every commit, so that every step after it is built again, and it holds all that was ever deleted.',
    area: 'context',
    ignore: ['.git', '.svn', '.hg'],
    directories: ['.git', '.svn', '.hg'],
    neededBy: ['git', 'svn', 'hg'],
  },
  {
    id: 'node-modules',
    what: 'installed Node.js packages',
    why: 'They were installed for another machine, and they cover or slow down what the build installs itself.',
    area: 'context',
    ignore: ['**/node_modules'],
    directories: ['node_modules', 'bower_components'],
  },
  {
    id: 'python-environment',
    what: 'a Python virtual environment',
    why: 'It holds the paths and binaries of another machine and does not work in the image.',
    area: 'context',
    ignore: ['**/.venv', '**/venv'],
    directories: ['.venv', 'venv', 'env', '.env'],
    when: (entry, _, around) => around.has(`${entry.path}/pyvenv.cfg`),
  },
  {
    id: 'python-caches',
    what: 'compiled Python and its tools’ caches',
    why: 'The build makes its own; these only change often and break the layer cache.',
    area: 'context',
    ignore: [
      '**/__pycache__',
      '**/*.py[co]',
      '**/.pytest_cache',
      '**/.mypy_cache',
      '**/.ruff_cache',
      '**/.tox',
      '**/.nox',
    ],
    directories: ['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.tox', '.nox', '.ipynb_checkpoints'],
    suffixes: ['.pyc', '.pyo'],
  },
  {
    id: 'coverage',
    what: 'coverage and test reports',
    why: 'Every test run rewrites them, so that the layer cache is lost.',
    area: 'context',
    ignore: ['**/coverage', '**/.nyc_output', '**/htmlcov', '**/.coverage', '**/playwright-report', '**/test-results'],
    directories: ['coverage', '.nyc_output', 'htmlcov', 'playwright-report', 'test-results'],
    files: ['.coverage', 'coverage.out', 'lcov.info'],
    when: (entry, _, around) => entry.path.split('/').pop() !== 'coverage' || isReport(entry.path, around),
  },
  {
    id: 'java-build',
    what: 'the output of Maven, Gradle, sbt or Cargo',
    why: 'The build makes its own; old artifacts can end up in the image instead.',
    area: 'context',
    ignore: ['**/target', '**/.gradle'],
    directories: ['target', '.gradle'],
    when: (entry, parent, around) =>
      entry.path.endsWith('.gradle') ||
      ['pom.xml', 'Cargo.toml', 'build.sbt'].some((name) => around.has(inDirectory(parent, name))),
  },
  {
    id: 'dotnet-build',
    what: 'the output of .NET',
    why: 'It was built for another machine and confuses the restore in the image.',
    area: 'context',
    ignore: ['**/bin', '**/obj'],
    directories: ['bin', 'obj'],
    when: (_, parent, around) => ['.csproj', '.fsproj', '.vbproj'].some((suffix) => around.hasNamed(parent, suffix)),
  },
  {
    id: 'web-build',
    what: 'the output of a web build',
    why: 'The build makes its own; an old one can end up in the image instead.',
    area: 'context',
    ignore: ['**/.next', '**/.nuxt', '**/.svelte-kit', '**/.parcel-cache', '**/.turbo', '**/.angular'],
    directories: ['.next', '.nuxt', '.svelte-kit', '.parcel-cache', '.turbo', '.angular', '.output'],
  },
  {
    id: 'build-output',
    what: 'build output that git ignores',
    why: 'The build makes its own; an old one can end up in the image instead.',
    area: 'context',
    ignore: ['**/dist', '**/build', '**/out'],
    directories: ['dist', 'build', 'out'],
    // Directories of these names are sources in many a project: only git's own ignore file tells.
    when: (entry, _, around) => around.isGitIgnored(`${entry.path}/`),
  },
  {
    id: 'vendored-packages',
    what: 'installed PHP or Ruby packages that git ignores',
    why: 'They were installed for another machine, and the build installs its own.',
    area: 'context',
    ignore: ['**/vendor'],
    directories: ['vendor'],
    when: (entry, parent, around) =>
      ['composer.json', 'Gemfile'].some((name) => around.has(inDirectory(parent, name))) &&
      around.isGitIgnored(`${entry.path}/`),
  },
  {
    id: 'logs',
    what: 'log files',
    why: 'They grow with every run, so that the layer cache is lost, and they can hold personal data.',
    area: 'context',
    ignore: ['**/*.log', '**/npm-debug.log*'],
    suffixes: ['.log'],
  },
  {
    id: 'dumps',
    what: 'memory or database dumps',
    why: 'They are large, and hold the data of whoever made them.',
    area: 'context',
    ignore: ['**/*.hprof', '**/*.heapsnapshot', '**/*.dump', '**/*.dmp', '**/*.sql.gz'],
    suffixes: ['.hprof', '.heapsnapshot', '.dump', '.dmp', '.sql.gz'],
  },
  {
    id: 'proofs',
    what: 'history, logs and evidence of Plimsoll',
    why: 'Each recorded run and each proof writes them anew, so that the layer cache is lost.',
    area: 'context',
    ignore: ['.plimsoll'],
    directories: ['.plimsoll'],
  },
  {
    id: 'editor-files',
    what: 'files of editors and desktops',
    why: 'They differ from machine to machine, so that the same commit gives different layers.',
    area: 'context',
    ignore: ['**/.DS_Store', '**/Thumbs.db', '.idea', '.vscode', '**/*.swp'],
    directories: ['.idea', '.vscode', '.vs'],
    files: ['.DS_Store', 'Thumbs.db', 'desktop.ini'],
    suffixes: ['.swp'],
  },
  {
    id: 'terraform',
    what: 'downloaded Terraform providers',
    why: 'They are hundreds of megabytes that a container does not run.',
    area: 'context',
    ignore: ['**/.terraform'],
    directories: ['.terraform'],
  },
  {
    id: 'virtual-machines',
    what: 'files of virtual machines',
    why: 'They are large, and a container does not run them.',
    area: 'context',
    ignore: ['**/.vagrant', '**/*.iso', '**/*.qcow2', '**/*.vmdk'],
    directories: ['.vagrant'],
    suffixes: ['.iso', '.qcow2', '.vmdk', '.vdi'],
  },
  {
    id: 'tool-caches',
    what: 'caches of build tools',
    why: 'They change with every run, so that the layer cache is lost.',
    area: 'context',
    ignore: ['**/.cache', '**/.eslintcache', '**/.sass-cache', '**/.pnpm-store', '**/*.tsbuildinfo'],
    directories: ['.cache', '.sass-cache', '.pnpm-store', '.npm'],
    files: ['.eslintcache', '.stylelintcache'],
    suffixes: ['.tsbuildinfo'],
  },
];

function isReport(directory: string, around: { has(path: string): boolean }): boolean {
  return ['lcov.info', 'lcov-report', 'index.html', 'coverage-final.json', 'clover.xml'].some((name) =>
    around.has(`${directory}/${name}`),
  );
}

/** All kinds; the first that fits decides. */
export const junkKinds: readonly JunkKind[] = [...secretKinds, ...contextKinds];
