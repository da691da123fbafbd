import type { PeerId } from '../../core/finding.ts';
import { looseInstalls } from '../../project/loose-packages.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { canBePinned, pinReleases } from '../../repairs/pin-releases.ts';

const peers: Readonly<Record<string, readonly PeerId[]>> = {
  pip: ['hadolint:DL3013', 'kics:unpinned-package-version-in-pip-install'],
  pipx: ['hadolint:DL3013'],
  npm: ['hadolint:DL3016', 'kics:npm-install-command-without-pinned-version'],
  gem: ['hadolint:DL3028', 'kics:gem-install-without-version'],
  go: ['hadolint:DL3062'],
};

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'An application package is installed without a version',
  why: 'The registry keeps all versions, so a pin costs nothing; without it a new major version breaks the build or changes the program on any day.',
  remedy: 'Name the version, or install from a lock file.',
  peers: [...new Set(Object.values(peers).flat())],
  check({ dockerfile, project }, { report }) {
    for (const install of looseInstalls(dockerfile)) {
      const { placed, loose } = install;
      const [first, ...others] = loose;
      if (first === undefined) continue;
      const names = others.length === 0 ? first.name : `${first.name} and ${others.length} more`;
      const fix = pinReleases(project, dockerfile, install);
      report({
        at: first.word.range,
        message: `${placed.read.tool} installs the newest ${names} there is.`,
        peers: peers[placed.read.tool] ?? [],
        also: others.map(({ word }) => ({ range: word.range, note: 'without version' })),
        ...(fix && { fix }),
        ...(project.online === undefined &&
          canBePinned(dockerfile, install) && {
            remedy: 'Name the version («plimsoll fix --online» asks the registry for it), or install from a lock file.',
          }),
      });
    }
  },
});
