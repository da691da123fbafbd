import { pythonOf, runtimeOf } from '../bases/distribution-languages.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';
import type { PackageArgument } from '../ecosystems/package-command.ts';
import type { PackageRegistry, ReleaseQuestion } from '../ecosystems/release-question.ts';
import { baseImageOf } from './stage-facts.ts';

/** A command that installs application packages of which no version is named. */
export interface LooseInstall {
  readonly placed: PlacedPackageCommand;
  readonly loose: readonly PackageArgument[];
}

const tools = ['pip', 'pipx', 'npm', 'gem', 'go', 'yarn', 'pnpm', 'cargo'];

/** The installers of Python itself: they are brought up to date on purpose and change nothing that is imported. */
const installers = new Set(['pip', 'setuptools', 'wheel']);

/** The installs of a file whose packages have no version, neither on the command line nor in a constraint file. */
export function looseInstalls(dockerfile: Dockerfile): readonly LooseInstall[] {
  return packageCommands(dockerfile, ...tools).flatMap((placed) => {
    const { read } = placed;
    // `go run name@latest` fetches and runs what was released last; a name without @ is one of the module's own requirements.
    if (read.action !== 'install' && !(read.tool === 'go' && read.action === 'run')) return [];
    const loose = read.packages.filter(
      ({ kind, pin, name }) =>
        // A branch or tag of a repository is chosen; a repository without one is whatever was pushed last.
        ((kind === 'registry' && (pin === 'none' || pin === 'moving')) || (kind === 'vcs' && pin === 'none')) &&
        !(read.ecosystem === 'pip' && installers.has(name)),
    );
    // Without an index there are only the files that lie there, and they are chosen.
    if (read.flags.some(({ name }) => name === 'no-index')) return [];
    return loose.length === 0 || lockedElsewhere(read.packages) ? [] : [{ placed, loose }];
  });
}

/** A constraint file gives the versions of what is named without one. */
function lockedElsewhere(packages: readonly PackageArgument[]): boolean {
  return packages.some(({ kind }) => kind === 'constraint-file' || kind === 'requirements-file');
}

const registries: Readonly<Record<string, PackageRegistry>> = {
  pip: 'pypi',
  pipx: 'pypi',
  npm: 'npm',
  yarn: 'npm',
  pnpm: 'npm',
  gem: 'rubygems',
  go: 'go',
  cargo: 'crates',
};

/** Options with which the public registry is not the one that answers. */
const otherSources = /^(?:index-url|extra-index-url|find-links|no-index|index|default-index|registry|source|git|path)$/;

/** Which release of a package a registry can tell; undefined where no public one is asked by the command itself. */
export function releaseQuestion(
  { placed }: LooseInstall,
  { kind, name }: PackageArgument,
): ReleaseQuestion | undefined {
  const { read } = placed;
  const registry = Object.hasOwn(registries, read.tool) ? registries[read.tool] : undefined;
  if (registry === undefined || kind !== 'registry' || read.flags.some((flag) => otherSources.test(flag.name)))
    return undefined;
  if (!/^@?[\w.-]+(?:\/[\w.-]+)*(?:\/\.\.\.)?$/.test(name)) return undefined;
  return { registry, name };
}

/** The release of the language with which an install's packages run; undefined where the files do not tell. */
export function languageOf({ placed }: LooseInstall): string | undefined {
  const { read, stage, command } = placed;
  if (stage === undefined || !Object.hasOwn(registries, read.tool)) return undefined;
  const image = baseImageOf(stage);
  const program = command.nameWord.value;
  switch (registries[read.tool]) {
    case 'pypi':
      // The pip of a virtual environment is that of the Python that made it.
      return program.includes('/') && image.runtime?.name !== 'python' ? undefined : pythonOf(image, program);
    case 'npm':
      return runtimeOf(image, 'node');
    case 'rubygems':
      return runtimeOf(image, 'ruby');
    case 'crates':
      return runtimeOf(image, 'rust');
    case 'go':
      return runtimeOf(image, 'go');
    default:
      return undefined;
  }
}
