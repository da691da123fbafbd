import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../dockerfile/package-commands.ts';

const tools = ['apt-get', 'apt', 'apk', 'yum', 'dnf', 'microdnf', 'zypper'];

/** The commands that install named packages of the distribution, other than under a name of their own (`apk --virtual`), which goes again. */
export function namedInstalls(dockerfile: Dockerfile): readonly PlacedPackageCommand[] {
  return packageCommands(dockerfile, ...tools).filter(
    ({ read, command }) =>
      read.action === 'install' &&
      read.packages.every(({ kind }) => kind === 'registry') &&
      read.virtual === undefined &&
      command.place.inside.length === 0,
  );
}

/** By the list of all commands. */
const known = new WeakMap<Dockerfile['commands'], ReadonlyMap<unknown, PlacedPackageCommand>>();

/** The last one of a RUN. */
export function installOf(dockerfile: Dockerfile, run: RunInstruction): PlacedPackageCommand | undefined {
  let byRun = known.get(dockerfile.commands);
  if (byRun === undefined) {
    byRun = new Map(namedInstalls(dockerfile).map((placed) => [placed.instruction, placed]));
    known.set(dockerfile.commands, byRun);
  }
  return byRun.get(run);
}

/** Brings what the next command installs from repositories that were not there before. */
const bringsRepository =
  /(?:^|-)(?:release|repo|repos|repository)(?:$|-)|^https?:|^(?:extrepo|software-properties-common)$/;

/** Whether one command may do what two do that follow each other: the same tool and options, and the first brings no repository. */
export function canBeOne(first: PlacedPackageCommand, second: PlacedPackageCommand): boolean {
  const options = ({ read }: PlacedPackageCommand) =>
    [...new Set(read.flags.map(({ name, value }) => `${name}=${value ?? ''}`))].sort().join(' ');
  const prefix = ({ command }: PlacedPackageCommand) =>
    [...command.wrappers, ...command.assignments.map(({ name, value }) => `${name}=${value?.raw ?? ''}`)].join(' ');
  return (
    first.read.tool === second.read.tool &&
    first.read.packages.length > 0 &&
    second.read.packages.length > 0 &&
    options(first) === options(second) &&
    prefix(first) === prefix(second) &&
    first.read.subcommand?.value === second.read.subcommand?.value &&
    first.command.redirects.length + second.command.redirects.length === 0 &&
    !first.read.packages.some(({ name }) => bringsRepository.test(name))
  );
}
