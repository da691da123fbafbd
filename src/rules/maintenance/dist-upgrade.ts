import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A build step changes the release of the distribution',
  why: 'dist-upgrade may remove packages and move to another release, so the image is no longer the base image that FROM names and no build is like the last.',
  remedy: 'Take a newer base image; for security updates alone use apt-get upgrade or the like.',
  peers: ['hadolint:DL3035', 'trivy:DS024'],
  check({ dockerfile }, { report }) {
    for (const placed of packageCommands(dockerfile)) {
      const { read, command } = placed;
      if (read.action !== 'dist-upgrade') continue;
      const fix = plainUpgrade(dockerfile, placed);
      report({
        at: command.range,
        message: `${read.tool} ${read.subcommand?.value ?? 'dist-upgrade'} upgrades the whole distribution inside the image.`,
        peers: read.tool === 'zypper' ? ['hadolint:DL3035'] : read.tool === 'apt-get' ? ['trivy:DS024'] : [],
        ...(fix && { fix }),
      });
    }
  },
});

/** What upgrades without a change of release, by tool. */
const plain: Readonly<Record<string, string>> = {
  'apt-get': 'upgrade',
  apt: 'upgrade',
  aptitude: 'safe-upgrade',
  zypper: 'update',
  dnf: 'upgrade',
  yum: 'update',
};

/** The same tool's upgrade within the release. Not where a step has changed the package sources: then the move is meant. */
function plainUpgrade(dockerfile: Dockerfile, { read, stage }: PlacedPackageCommand): Fix | undefined {
  const instead = Object.hasOwn(plain, read.tool) ? plain[read.tool] : undefined;
  if (instead === undefined || read.subcommand === undefined) return undefined;
  const changesSources = dockerfile.commands.some(
    (other) =>
      other.stage === stage &&
      [...other.command.arguments, ...other.command.redirects.flatMap(({ target }) => target ?? [])].some(({ value }) =>
        /sources\.list|\/etc\/(?:yum\.repos|zypp)/.test(value),
      ),
  );
  return {
    title: `Upgrade within the release: ${read.tool} ${instead}`,
    changes: { edits: [replace(dockerfile, read.subcommand.range, instead)] },
    assumptions: [
      { statement: 'The package sources are those of the base image.', state: changesSources ? 'fails' : 'holds' },
      {
        statement: 'No update needs a package more or less than are installed.',
        state: 'unknown',
        question: `Is an update wanted that needs a package more or removes one? ${read.tool} ${instead} leaves those out; a newer base image has them.`,
      },
    ],
  };
}
