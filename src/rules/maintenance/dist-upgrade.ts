import { codenames } from '../../bases/distributions.ts';
import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { replace } from '../../dockerfile/edit.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { baseImageOf } from '../../project/stage-facts.ts';

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

/** Names of a release that is another one with time. */
const moving = new Set(['stable', 'oldstable', 'testing', 'unstable', 'sid', 'devel']);

/** Whether a step lets the packages come from another release: then the move is meant. A mirror, or a repository for the same release, is none. */
function movesRelease(dockerfile: Dockerfile, { stage }: PlacedPackageCommand): boolean {
  if (stage === undefined) return true;
  const own = baseImageOf(stage).codename;
  const copies = stage.instructions.some(
    (each) =>
      (each.name === 'COPY' || each.name === 'ADD') &&
      [...each.sources, each.destination].some((word) => sources.test(word?.value ?? '')),
  );
  return (
    copies ||
    dockerfile.commands.some((other) => {
      const words = [...other.command.arguments, ...other.command.redirects.flatMap(({ target }) => target ?? [])];
      if (other.stage !== stage || !words.some(({ value }) => sources.test(value))) return false;
      // Repositories of RPM name releases by number, and a variable hides them.
      if (words.some(({ value }) => /\/etc\/(?:yum\.repos|zypp)|lsb_release|CODENAME/.test(value))) return true;
      const named = words.flatMap(({ value }) => value.toLowerCase().match(/[a-z]+/g) ?? []);
      return named.some((word) => word !== own && (Object.hasOwn(codenames, word) || moving.has(word)));
    })
  );
}

const sources = /sources\.list|\/etc\/(?:yum\.repos|zypp)/;

/** The same tool's upgrade within the release. Not where a step has changed the release of the package sources: then the move is meant. */
function plainUpgrade(dockerfile: Dockerfile, placed: PlacedPackageCommand): Fix | undefined {
  const { read } = placed;
  const instead = Object.hasOwn(plain, read.tool) ? plain[read.tool] : undefined;
  if (instead === undefined || read.subcommand === undefined) return undefined;
  return {
    title: `Upgrade within the release: ${read.tool} ${instead}`,
    changes: { edits: [replace(dockerfile, read.subcommand.range, instead)] },
    assumptions: [
      {
        statement: 'The package sources are for the release of the base image.',
        state: movesRelease(dockerfile, placed) ? 'fails' : 'holds',
      },
      {
        statement: 'No update needs a package more or less than are installed.',
        state: 'unknown',
        question: `Is an update wanted that needs a package more or removes one? ${read.tool} ${instead} leaves those out; a newer base image has them.`,
      },
    ],
  };
}
