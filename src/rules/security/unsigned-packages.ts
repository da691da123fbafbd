import type { CommandLine } from '../../core/command-line.ts';
import type { PeerId } from '../../core/finding.ts';
import { dockerfileRule } from '../../project/rule.ts';

interface Bypass {
  readonly programs: readonly string[];
  readonly flag: RegExp;
  readonly peers: readonly PeerId[];
}

const bypasses: readonly Bypass[] = [
  { programs: ['apk'], flag: /^--allow-untrusted$/, peers: ['checkov:CKV2_DOCKER_7'] },
  { programs: ['apt-get', 'apt', 'aptitude'], flag: /^--allow-unauthenticated$/, peers: ['checkov:CKV2_DOCKER_8'] },
  { programs: ['apt-get', 'apt', 'aptitude'], flag: /^--force-yes$/, peers: ['checkov:CKV2_DOCKER_11'] },
  {
    programs: ['yum', 'dnf', 'microdnf', 'tdnf'],
    flag: /^--nogpgcheck$|^--no-gpgchecks?$/,
    peers: ['checkov:CKV2_DOCKER_9'],
  },
  { programs: ['zypper'], flag: /^--no-gpg-checks$|^--allow-unsigned-rpm$/, peers: [] },
  { programs: ['rpm'], flag: /^--nosignature$|^--nogpg$/, peers: ['checkov:CKV2_DOCKER_10'] },
];
const programs = [...new Set(bypasses.flatMap((bypass) => bypass.programs))];

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'Packages are installed without the check of their signature',
  why: 'The signature is all that says that a package comes from the distribution; without it a mirror or proxy can put anything into the image.',
  remedy: 'Install the key of the repository and drop the flag.',
  peers: bypasses.flatMap(({ peers }) => peers),
  check({ dockerfile }, { report }) {
    for (const { command } of dockerfile.commandsNamed(...programs))
      for (const bypass of bypasses) {
        const flag = bypass.programs.includes(command.name) ? flagOf(command, bypass) : undefined;
        if (flag)
          report({
            at: flag.range,
            message: `${command.name} ${flag.value} takes packages that nobody signed.`,
            peers: bypass.peers,
          });
      }
  },
});

function flagOf(command: CommandLine, bypass: Bypass) {
  return command.arguments.find(({ value }) => bypass.flag.test(value));
}
