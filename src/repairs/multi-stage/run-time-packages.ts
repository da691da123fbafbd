import { type BaseImage, baseImage } from '../../bases/base-image.ts';
import { hasCertificates } from '../../bases/image-tools.ts';
import type { PlacedCommand } from '../../dockerfile/dockerfile.ts';
import * as apk from '../../ecosystems/apk/run-time-libraries.ts';
import { recommendedWith } from '../../ecosystems/apt/recommends.ts';
import * as apt from '../../ecosystems/apt/run-time-libraries.ts';
import { isBuildOnly } from '../../ecosystems/facts.ts';
import { type PackageCommand, readPackageCommand } from '../../ecosystems/package-command.ts';
import type { RunStep } from './stage-steps.ts';

/** Packages whose programs fetch or unpack something for a build. */
const fetchers =
  /^(?:git|mercurial|bzr|subversion|curl|wget|gnupg2?|dirmngr|apt-transport-https|software-properties-common|lsb-release|upx(?:-ucl)?|openssh-client)$/;

/** The lines that install on the run-time image what the program needs of the distribution. */
export interface PackageLines {
  readonly lines: readonly string[];
  readonly packages: readonly string[];
  /** What only fetches, and is not installed. */
  readonly left: readonly string[];
}

/**
 * What the steps install that is not for building, with the libraries behind the development packages. A sentence where
 * that cannot be known: sources of others, a library that is not in the tables, another package manager on the run-time image.
 */
export function runTimePackages(
  runs: readonly RunStep[],
  base: string,
  more: readonly string[],
  fetchedByBuild: boolean,
): PackageLines | { readonly refusal: string } {
  const image = baseImage(base);
  const wanted = new Set(more);
  const left = new Set<string>();
  for (const { commands } of runs)
    for (const { command } of commands) {
      const read = readPackageCommand(command);
      if (read === undefined || read.action !== 'install' || !['apt', 'apk', 'rpm'].includes(read.ecosystem)) continue;
      if (read.ecosystem !== image.packageManager)
        return { refusal: `${read.tool} installs packages, and ${base} has another package manager` };
      for (const one of read.packages) {
        const role = roleOf(one, read, commands, image);
        if ('refusal' in role) return role;
        if (role.isRemoved) continue;
        if (fetchedByBuild && fetchers.test(one.name)) left.add(one.name);
        else for (const name of role.names) wanted.add(name);
      }
    }
  const packages = [...wanted];
  const lines = installLines(packages, image);
  if (lines === undefined) return { refusal: `it is not known how ${base} installs packages` };
  return { lines, packages, left: [...left] };
}

/** What one installed package asks of the run-time image. */
interface PackageRole {
  /** It was for the step that removes it again. */
  readonly isRemoved: boolean;
  readonly names: readonly string[];
}

function roleOf(
  { name, kind, word }: PackageCommand['packages'][number],
  read: PackageCommand,
  commands: readonly PlacedCommand[],
  image: BaseImage,
): PackageRole | { readonly refusal: string } {
  if (kind !== 'registry' || !word.literal)
    return { refusal: `it is not known what ${read.tool} ${word.value} installs` };
  const libraries = needed(read, name, image);
  if (libraries === undefined) return { refusal: `it is not known which library ${name} stands for` };
  const isRemoved = removed(commands, read, name) && !isBuildOnly(read.ecosystem, name);
  const names = libraries.map((library) => (library === name ? word.value : library));
  // What the build stage has with it, as recommended or of a larger base, and nothing tells of until a connection fails.
  const trusts = libraries.some((library) => trustsCertificates(library, image));
  return { isRemoved, names: trusts ? [...names, certificates] : names };
}

/** The step that installs them; none for no packages, undefined for a package manager that is not known. */
function installLines(packages: readonly string[], { packageManager }: BaseImage): readonly string[] | undefined {
  if (packages.length === 0) return [];
  if (packageManager === 'apk') return [`RUN apk add --no-cache ${packages.join(' ')}`];
  if (packageManager !== 'apt') return undefined;
  return [
    'RUN apt-get update \\',
    `    && apt-get install -y --no-install-recommends ${packages.join(' ')} \\`,
    '    && rm -rf /var/lib/apt/lists/*',
  ];
}

const certificates = 'ca-certificates';

/** Speaks TLS, and has whom to trust from a package that Debian only recommends with it. */
function trustsCertificates(name: string, image: BaseImage): boolean {
  const isWithout = image.packageManager === 'apt' && !hasCertificates(image);
  return isWithout && recommendedWith(name)?.includes(certificates) === true;
}

function needed({ ecosystem }: PackageCommand, name: string, image: BaseImage): readonly string[] | undefined {
  if (!isBuildOnly(ecosystem, name)) return [name];
  if (ecosystem === 'apk') return apk.runTimeLibraries(name);
  if (ecosystem === 'apt') return apt.runTimeLibraries(name, image);
  return undefined;
}

/** Removed in the same RUN again, by its name or the name of the set that it was installed under. */
function removed(commands: readonly PlacedCommand[], { virtual, ecosystem }: PackageCommand, name: string): boolean {
  return commands.some(({ command }) => {
    const read = readPackageCommand(command);
    return (
      read?.action === 'remove' &&
      read.ecosystem === ecosystem &&
      read.packages.some((each) => each.name === name || (virtual !== undefined && each.name === virtual))
    );
  });
}
