import type { PeerId } from '../../core/finding.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers: Readonly<Record<string, readonly PeerId[]>> = {
  pip: ['hadolint:DL3013', 'kics:unpinned-package-version-in-pip-install'],
  npm: ['hadolint:DL3016', 'kics:npm-install-command-without-pinned-version'],
  gem: ['hadolint:DL3028', 'kics:gem-install-without-version'],
  go: ['hadolint:DL3062'],
};
const tools = [...Object.keys(peers), 'yarn', 'pnpm', 'cargo'];

/** The installers of Python itself: they are brought up to date on purpose and change nothing that is imported. */
const installers = new Set(['pip', 'setuptools', 'wheel']);

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'An application package is installed without a version',
  why: 'The registry keeps all versions, so a pin costs nothing; without it a new major version breaks the build or changes the program on any day.',
  remedy: 'Name the version, or install from a lock file.',
  peers: Object.values(peers).flat(),
  check({ dockerfile }, { report }) {
    for (const { read } of packageCommands(dockerfile, ...tools)) {
      if (read.action !== 'install') continue;
      const loose = read.packages.filter(
        ({ kind, pin, name }) =>
          // A branch or tag of a repository is chosen; a repository without one is whatever was pushed last.
          ((kind === 'registry' && (pin === 'none' || pin === 'moving')) ||
            (kind === 'vcs' && pin === 'none' && read.ecosystem === 'pip')) &&
          !(read.ecosystem === 'pip' && installers.has(name)),
      );
      const [first, ...others] = loose;
      if (first === undefined || lockedElsewhere(read.packages.map(({ kind }) => kind))) continue;
      const names = others.length === 0 ? first.name : `${first.name} and ${others.length} more`;
      report({
        at: first.word.range,
        message: `${read.tool} installs the newest ${names} there is.`,
        peers: peers[read.tool] ?? [],
        also: others.map(({ word }) => ({ range: word.range, note: 'without version' })),
      });
    }
  },
});

/** A constraint file gives the versions of what is named without one. */
function lockedElsewhere(kinds: readonly string[]): boolean {
  return kinds.includes('constraint-file') || kinds.includes('requirements-file');
}
