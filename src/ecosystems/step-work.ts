import type { Cost } from '../core/finding.ts';
import type { Ecosystem } from './ecosystem.ts';
import type { PackageCommand } from './package-command.ts';
import { installAgain, systemInstallsAgain } from './rebuild-work.ts';

/** Round figures for what nothing tells more of: whoever knows better gives seconds of their own. */
const assumed = { project: 20, build: 30, command: 1, copy: 0.5, download: 5, directory: 0 };

const systems: readonly Ecosystem[] = ['apt', 'apk', 'rpm'];

/** What it takes to run a RUN again, by the package managers that it calls. `count`: packages that a lock file lists, where one tells. */
export function runAgain(
  commands: readonly PackageCommand[],
  count: (command: PackageCommand) => number | undefined,
): Cost {
  const costs = commands.flatMap((command) => commandCost(command, count) ?? []);
  if (costs.length === 0) return told(assumed.command, 'a RUN of which nothing is known');
  const once = [...new Map(costs.map((cost) => [cost.derivation, cost])).values()];
  return {
    seconds: once.reduce((sum, { seconds = 0 }) => sum + seconds, 0),
    basis: 'estimated',
    derivation: once.map(({ derivation }) => derivation).join('; '),
  };
}

function commandCost(
  command: PackageCommand,
  count: (command: PackageCommand) => number | undefined,
): Cost | undefined {
  const { ecosystem, action, packages } = command;
  switch (action) {
    case 'install':
    case 'upgrade':
    case 'dist-upgrade':
      return systems.includes(ecosystem) ? systemInstallsAgain(1) : installAgain(ecosystem, packages.length);
    case 'install-project':
      return (
        installAgain(ecosystem, count(command) ?? 0) ??
        told(assumed.project, 'an install of packages that no lock file counts')
      );
    case 'build':
    case 'run':
      return told(assumed.build, 'a build');
    default:
      return undefined;
  }
}

/** What COPY, ADD and WORKDIR take. */
export function copyAgain(kind: 'copy' | 'download' | 'directory'): Cost {
  return told(assumed[kind], { copy: 'a copy', download: 'a download', directory: 'a directory' }[kind]);
}

function told(seconds: number, what: string): Cost {
  return { seconds, basis: 'estimated', derivation: `${seconds} s for ${what} (assumed)` };
}
