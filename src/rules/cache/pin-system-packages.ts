import type { PeerId } from '../../core/finding.ts';
import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

const peers: Readonly<Record<string, readonly PeerId[]>> = {
  'apt-get': ['hadolint:DL3008', 'kics:apt-get-install-pin-version-not-defined'],
  apk: ['hadolint:DL3018', 'kics:unpinned-package-version-in-apk-add'],
  yum: ['hadolint:DL3033', 'kics:yum-install-without-version'],
  zypper: ['hadolint:DL3037', 'kics:zypper-install-without-version'],
  dnf: ['hadolint:DL3041', 'kics:missing-version-specification-in-dnf-install'],
  microdnf: ['hadolint:DL3041'],
};

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Distributions keep only the newest version of a package in their archive: an exact pin breaks the build as soon as a security update appears, and holds that update back until then.',
  summary: 'A package of the distribution is installed without an exact version',
  why: 'The same Dockerfile gives another image tomorrow, when the archive has moved.',
  remedy:
    'Pin the base image by digest and take packages from a snapshot of the archive; or pin versions and let a bot keep them up.',
  peers: [...new Set(Object.values(peers).flat())],
  check({ dockerfile }, { report }) {
    for (const { read } of packageCommands(dockerfile, ...Object.keys(peers), 'apt')) {
      if (read.action !== 'install') continue;
      const loose = read.packages.filter(
        ({ kind, pin }) => kind === 'registry' && (pin === 'none' || pin === 'moving'),
      );
      const [first, ...others] = loose;
      if (first === undefined) continue;
      const names = others.length === 0 ? first.name : `${first.name} and ${others.length} more`;
      report({
        at: first.word.range,
        message: `${read.tool} installs whatever version of ${names} the archive has.`,
        peers: peers[read.tool] ?? [],
        also: others.map(({ word }) => ({ range: word.range, note: 'without version' })),
      });
    }
  },
});
