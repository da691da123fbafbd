import type { PeerId } from '../../core/finding.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { packageCommands, stageWrites } from '../../dockerfile/package-commands.ts';
import { hasFlag, type PackageCommand } from '../../ecosystems/package-command.ts';
import { dockerfileRule } from '../../project/rule.ts';

/** The flag that makes each tool ask nothing, and who else looks for it. */
const tools: Readonly<Record<string, { readonly flag: string; readonly peers: readonly PeerId[] }>> = {
  'apt-get': {
    flag: '-y',
    peers: [
      'hadolint:DL3014',
      'kics:apt-get-missing-flags-to-avoid-manual-input',
      'trivy:DS021',
      'parfum:aptGetInstallUseY',
    ],
  },
  apt: { flag: '-y', peers: [] },
  yum: { flag: '-y', peers: ['hadolint:DL3030', 'kics:yum-install-allows-manual-input', 'parfum:yumInstallForceYes'] },
  dnf: { flag: '-y', peers: ['hadolint:DL3038', 'kics:missing-flag-from-dnf-install'] },
  tdnf: { flag: '-y', peers: ['kics:missing-flag-from-dnf-install'] },
  zypper: { flag: '-y', peers: ['hadolint:DL3034', 'kics:missing-zypper-non-interactive-switch'] },
};

/** `echo 'APT::Get::Assume-Yes "true";' > /etc/apt/apt.conf.d/90-yes`, `assumeyes=1` in a configuration of yum. */
const answer = /assume-?yes\b.{0,20}[1t"]/i;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A package manager would ask before it installs',
  why: 'A build has no terminal to answer on: the question is answered with no, and the build stops.',
  remedy: 'Pass -y to the package manager.',
  peers: [...new Set(Object.values(tools).flatMap(({ peers }) => peers))],
  check({ dockerfile }, { report }) {
    for (const { read, command, stage } of packageCommands(dockerfile, ...Object.keys(tools))) {
      const tool = tools[read.tool];
      if (
        tool === undefined ||
        read.action !== 'install' ||
        read.assumeYes ||
        hasFlag(read, 'simulate', 's', 'just-print', 'dry-run', 'no-act', 'assume-no') ||
        (read.packages.length === 0 && !repairs(read))
      )
        continue;
      // Something is piped into it (`yes | …`), or a configuration file of the stage may answer: not known, not reported.
      if (command.place.pipelineIndex > 0 || stageWrites(dockerfile, stage, answer)) continue;
      const at = read.subcommand;
      report({
        at: command.range,
        message: `${read.tool} install asks «continue?» here where more comes than is named, and nobody answers.`,
        peers: tool.peers,
        ...(at && {
          fix: {
            title: `Pass ${tool.flag} to ${read.tool}`,
            changes: { edits: [insertWord(dockerfile, at.range, tool.flag)] },
            assumptions: [
              { statement: 'Nothing answers the question yet: no flag and nothing piped in.', state: 'holds' },
            ],
          },
        }),
      });
    }
  },
});

/** `apt-get install -f` after `dpkg -i` installs what is missing. */
function repairs(read: PackageCommand): boolean {
  return read.ecosystem === 'apt' && hasFlag(read, 'fix-broken');
}
